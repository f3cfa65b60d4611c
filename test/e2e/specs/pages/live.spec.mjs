// A list that is open follows what happens elsewhere.
import { browserOf, send } from "../../harness/cases.mjs";
import { expect, test } from "../../harness/test.mjs";

test("a desk that is open shows a new task, and its count, without being loaded again", async ({ own, browser }) => {
  const clerk = await browserOf(browser, own, "jianshe");
  const watching = clerk.waitForResponse((r) => r.url().includes("/api/v1/events"));
  await clerk.goto(`${own.url}/tasks`);
  await watching;
  await clerk.evaluate(() => { window.sameVisit = true; });
  const count = clerk.locator("#task-tabs [aria-current] .count");
  const before = Number(await count.innerText());

  const officer = await browserOf(browser, own, "jinfeng");
  await send(officer, `${own.url}/open/whistle`, { "in-title": "人行道积水", "in-category": "road", "in-place": "jinfeng", "in-description": "雨后积水，无法通行。" });
  await expect(clerk.locator("#tasks")).toContainText("人行道积水");
  await expect(count).toHaveText(String(before + 1));

  await clerk.locator("#tasks a", { hasText: "人行道积水" }).focus();
  await send(officer, `${officer.url()}/do/take-back`, { "in-reason": "已退水" });
  await expect(clerk.locator("#tasks-list")).not.toContainText("人行道积水");
  expect(await clerk.evaluate(() => window.sameVisit), "the page was loaded again").toBe(true);
  await clerk.close(); // before the server stops
});
