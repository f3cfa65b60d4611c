// petitions. Call: a resident without an account. Response: a unit accepts, answers in writing with its head's signature; the resident comes
// back with the receipt and has the last word. Whoever has no part in it does not learn that it is there.
import { browserOf, send } from "../../harness/cases.mjs";
import { expect, test } from "../../harness/test.mjs";

const what = { "in-name": "某老张", "in-title": "企业欠缴社保", "in-category": "labour", "in-purpose": "complaint", "in-request": "请督促补缴", "in-facts": "自三月起未缴，多次反映未果。" };

/** Files a petition without an account; returns what the receipt says. */
async function file(page, url) {
  await send(page, `${url}/open/petitions`, what);
  const slip = page.locator("#main .slip dd");
  await expect(slip).toHaveCount(2);
  const [number, secret] = (await slip.allInnerTexts()).map((t) => t.trim());
  expect(secret).toMatch(/^[A-Z2-7]{26}$/);
  return { number, secret, address: `${url}/cases/${number}` };
}

test("a resident without an account asks, keeps the receipt, and comes back with it to have the last word", async ({ own, browser }) => {
  const { number, secret, address } = await file(await browserOf(browser, own), own.url);

  await send(await browserOf(browser, own, "xinfang"), `${address}/do/forward`, { "in-unit": "science" });
  const clerk = await browserOf(browser, own, "keji");
  await send(clerk, `${address}/do/take`, {});
  await send(clerk, `${address}/do/answer`, { "in-answer": "已责令企业补缴，十二月十日前到账。" });
  await expect(clerk.locator("#main")).toContainText("审批");
  const head = await browserOf(browser, own, "juzhang");
  await head.goto(address);
  await head.locator("#main form[action$='/approve'] button").click();
  await expect(head.locator("#main .light").first()).toContainText("已答复");

  const resident = await browserOf(browser, own, "", { viewport: { width: 390, height: 844 } });
  await resident.goto(`${own.url}/cases`);
  await resident.locator("#main a[href='/find']").click();
  await resident.locator("#main [name=number]").fill(number.toLowerCase());
  await resident.locator("#main [name=secret]").fill(secret);
  await resident.locator("#main form.form button[type=submit]").click();
  await resident.waitForURL(address);
  await expect(resident.locator("#main .axis")).toContainText("十二月十日前到账");
  await expect(resident.locator("#main .turn")).toContainText("轮到您");
  await send(resident, `${address}/do/accept`, { "rate-unit:science": "4" });
  await expect(resident.locator("#main .light").first()).toHaveText(/已办结/);
  await resident.goto(`${address}/receipt`);
  await expect(resident.locator("#main")).toContainText("演示日期"); // the log's clock is the machine's own
  await expect(resident.locator("#main .qr svg")).toBeVisible();
});

test("whoever has no part in a petition does not learn that it is there", async ({ own, browser, page, complaints }) => {
  complaints.allow(/404/);
  const { number, address } = await file(await browserOf(browser, own), own.url);
  const look = async (p) => {
    for (const path of ["", "/receipt", "/note", "/do/forward", "?print=1"]) {
      expect((await p.request.get(address + path)).status(), path).toBe(404);
    }
    for (const query of ["?size=200", "?procedure=petitions", "?q=社保"]) {
      const list = await (await p.request.get(`${own.url}/cases${query}`)).text();
      expect(list.includes(number) || list.includes("欠缴社保"), query).toBe(false);
    }
  };
  await look(page);
  await look(await browserOf(browser, own, "jianshe"));
  await look(await browserOf(browser, own, "ducha"));
  await page.goto(address);
  await expect(page.locator("h1")).toBeVisible();
  await expect(page.locator("#main")).not.toContainText("社保");
});
