// report-register. Call: the report is read. Response: every target, task and livelihood item stands in the register with its sentence, a
// lead unit, a date and a status; what is done, continuing and adjusted is counted from evidence.
import { expect, people, signIn, test } from "../../harness/test.mjs";
import { numberAt, register } from "../../harness/register.mjs";

test("every promise has its sentence, a lead unit, a date and a status", async ({ request }) => {
  const all = await register(request);
  expect(all.length).toBeGreaterThan(200);
  expect(new Set(all.map((p) => p.kind))).toEqual(new Set(["target", "task", "livelihood"]));
  const bare = all.filter((p) => !p.quote || !(p.span?.end > p.span?.start) || !p.lead?.name || !p.due || !p.status || !p.light || !p.why?.length);
  expect(bare.map((p) => p.number)).toEqual([]);
});

test("a promise leads to its sentence in the report, and the sentence back", async ({ page }) => {
  await page.goto("/promises/2021-016");
  await page.locator("#main a[href$='#p-2021-016']").first().click();
  const place = page.locator("#p-2021-016");
  await expect(place).toBeInViewport();
  await expect(place).toContainText("550家");
  await place.click();
  await expect(page).toHaveURL(/\/promises\/2021-016$/);
});

test("what is counted is what stands in the register", async ({ page, request }) => {
  const all = await register(request);
  const of = (status) => all.filter((p) => p.status === status).length;
  await page.goto("/counting");
  for (const [path, want] of [
    ["/promises?year=2021", all.length],
    ["/promises?status=done&year=2021", of("done")],
    ["/promises?status=in_progress&year=2021", of("in_progress")],
    ["/promises?status=continuing&year=2021", of("continuing")],
    ["/promises?status=adjusted&year=2021", of("adjusted")],
    ["/promises?status=not_started&year=2021", of("not_started")],
  ]) {
    expect(await numberAt(page, path), path).toBe(want);
  }
  await page.locator('#main a[href="/promises?status=adjusted&year=2021"]').first().click();
  await expect(page.locator("#main")).toContainText(`共 ${of("adjusted")} 项`);
});

const report = `2022年某区政府工作报告

一、2021年工作回顾
2021年，地区生产总值增长8.1%。新增停车位500个。

二、2022年工作安排
2022年主要预期目标是：地区生产总值增长6.5%左右，新增停车位600个，建成学校3所。
（一）办好民生实事。新建社区养老服务站12个。
`;

test("a second report is uploaded, reviewed and entered", async ({ page, own }) => {
  await signIn(page, people.supervisor, "/documents/new", own.url);
  await page.locator("#main [name=file]").setInputFiles({ name: "2022.txt", mimeType: "text/plain", buffer: Buffer.from(report) });
  await page.locator("#main form[action='/documents/new'] button[type=submit]").click();
  await expect(page).toHaveURL(/\/documents\/\d+/);
  const address = new URL(page.url()).pathname;
  const sure = page.locator(`#main form[action$='/accept-sure'] button[type=submit]`);
  if (await sure.count()) await sure.first().click();
  for (let i = 0; i < 30; i++) {
    await page.goto(`${own.url}${address}/review?state=open`);
    const accept = page.locator("#main form button[value=accept]");
    if ((await accept.count()) === 0) break;
    await accept.first().click();
  }
  await page.goto(`${own.url}${address}/enter`);
  await page.locator(`#main form[action='${address}/enter'] button[type=submit]`).click();
  await page.goto(`${own.url}/promises?year=2022`);
  await expect(page.locator("#main")).toContainText("新增停车位600个");
  await expect(page.locator("#main a[href^='/promises/2022-']").first()).toBeVisible();
});
