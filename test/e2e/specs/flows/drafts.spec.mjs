// drafts. A proposal is handed to a lead and to a unit that answers for its part. Both drafts wait at once; each head finds their own on the desk and
// signs or returns it; who asked takes theirs back.
import { browserOf, send } from "../../harness/cases.mjs";
import { expect, test } from "../../harness/test.mjs";

const what = { "in-title": "关于增设社保自助终端的建议", "in-category": "proposal", "in-number": "2021-101", "in-proposer": "某委员", "in-problem": "办事大厅排队时间长", "in-asks": "在园区增设自助终端", "contact-name": "某委员", "contact-phone": "000-00000000" };

test("two units' drafts wait at once, each for its own head", async ({ own, browser }) => {
  const office = await browserOf(browser, own, "ducha");
  await office.goto(`${own.url}/open/proposals`);
  await send(office, `${own.url}/open/proposals${new URL(office.url()).search}`, what);
  const number = (await office.locator("#main .slip dd").first().innerText()).trim();
  const address = `${own.url}/cases/${number}`;
  await send(office, `${address}/do/hand-over`, { "in-unit": "science", "in-parts": "civil" });

  const lead = await browserOf(browser, own, "keji");
  await send(lead, `${address}/do/answer`, { "in-class": "A", "in-answer": "已增设十台。" });
  const part = await browserOf(browser, own, "renshe");
  await send(part, `${address}/do/answer-part`, { "in-answer": "社保业务已全部上机。" });
  await expect(part.locator("#main .note")).toHaveCount(3); // both drafts, and what else is their turn

  // Each head finds their own draft on the desk, and may sign that one only.
  for (const [login, mine, words] of [["juzhang", "unit:science", "已增设十台"], ["renshe-juzhang", "unit:civil", "社保业务已全部上机"]]) {
    const head = await browserOf(browser, own, login, { viewport: { width: 390, height: 844 } });
    await head.goto(`${own.url}/tasks`);
    await expect(head.locator("#approvals-list li")).toHaveCount(1);
    await head.goto(address);
    await expect(head.locator("#main form[action$='/approve']")).toHaveCount(1);
    await expect(head.locator("#main form[action$='/approve'] [name=as]")).toHaveValue(mine);
    await expect(head.locator("#main")).toContainText(words);
  }

  const other = await browserOf(browser, own, "renshe-juzhang");
  await other.goto(address);
  await other.locator("#main a[href*='/return?']").click();
  await other.locator("#main [name=reason]").fill("写明地点");
  await other.locator("#main form.form button[type=submit]").click();
  await other.waitForURL(address);
  await expect(other.locator("#main .axis")).toContainText("写明地点");
  await expect(other.locator("#main form[action$='/approve']")).toHaveCount(0);

  await lead.goto(address);
  await lead.locator("#main a[href*='/return?']").click();
  await expect(lead.locator("#main h1")).toHaveText("撤回");
  await lead.locator("#main [name=reason]").fill("数字有误");
  await lead.locator("#main form.form button[type=submit]").click();
  await lead.waitForURL(address);
  await expect(lead.locator("#main a[href*='/return?']")).toHaveCount(0);
  await send(lead, `${address}/do/answer`, { "in-class": "A", "in-answer": "已增设十二台。" });
  const head = await browserOf(browser, own, "juzhang");
  await head.goto(address);
  await head.locator("#main form[action$='/approve'] button").click();
  await expect(head.locator("#main .axis")).toContainText("已增设十二台");
  await expect(head.locator("#main form[action$='/approve']")).toHaveCount(0);
});
