// whistle. Call: a community officer blows the whistle from the street. Response: the units that can help report in, put it right and show
// that they did; the community has the last word and rates each.
import { browserOf, photo, send } from "../../harness/cases.mjs";
import { expect, test } from "../../harness/test.mjs";

test("a whistle from the officer's phone to the rating", async ({ own, browser }) => {
  const phone = { viewport: { width: 390, height: 844 } };
  const officer = await browserOf(browser, own, "jinfeng", phone);
  await send(officer, `${own.url}/open/whistle`, {
    "in-title": "金峰北路路面塌陷", "in-category": "road", "in-place": "jinfeng", "in-description": "路口东南角塌陷约一平方米，已围挡。",
    "in-joint": "emergency", "in-photo": photo(),
  });
  await officer.waitForURL(/\/cases\/WS-\d+$/);
  const address = officer.url();
  await expect(officer.locator("h1")).toHaveText("金峰北路路面塌陷");
  const shot = officer.locator("#main .shots img");
  await expect(shot).toBeVisible();
  await expect.poll(() => shot.evaluate((img) => img.naturalWidth)).toBe(64);
  const kept = await officer.request.get(new URL(await shot.getAttribute("src"), address).href);
  expect((await kept.body()).includes("GPS"), "the photograph says where it was taken").toBe(false);
  expect(await officer.evaluate(() => document.documentElement.scrollWidth), "wider than the phone").toBeLessThanOrEqual(390);

  const builder = await browserOf(browser, own, "jianshe");
  await builder.goto(`${own.url}/tasks`);
  await builder.locator("#tasks a", { hasText: "金峰北路路面塌陷" }).click();
  await expect(builder.locator("#main .turn")).toContainText("轮到您：报到");
  await builder.locator("#main .turn .btn.answer").click();
  await builder.waitForURL(/\/do\/report-in$/);
  await send(builder, `${address}/do/report-in`, { "in-note": "施工队二十分钟到" });
  await expect(builder.locator("#main .turn")).toContainText("轮到您：处置完毕");
  await send(builder, `${address}/do/resolve`, { "in-note": "已填实并恢复路面", "in-evidence": photo() });
  await expect(builder.locator("#main .light").first()).toContainText("待社区确认");

  await officer.goto(address);
  await expect(officer.locator("#main .turn")).toContainText("轮到您：确认并评价");
  await send(officer, `${address}/do/accept`, { "rate-unit:construction": "5", "rate-unit:emergency": "2" });
  await expect(officer.locator("#main .light").first()).toHaveText(/已解决/);
  await expect(officer.locator("#main .axis li").last()).toContainText("建设交通局 5 分");
  await expect(officer.locator("#main .axis li").last()).toContainText("应急局 2 分");
});

test("a public summary tells where a whistle stands, and not what was said", async ({ own, browser, page }) => {
  const officer = await browserOf(browser, own, "jinfeng");
  await send(officer, `${own.url}/open/whistle`, { "in-title": "井盖破损伤人", "in-category": "road", "in-place": "jinfeng", "in-description": "一位老人在此跌倒。" });
  await page.goto(officer.url());
  await expect(page.locator("#main")).toContainText("已吹哨");
  await expect(page.locator("#main")).toContainText("这里只显示摘要");
  for (const secret of ["井盖破损", "老人", "建设交通局"]) await expect(page.locator("#main")).not.toContainText(secret);
});
