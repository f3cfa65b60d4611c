// livelihood-matters. Call: residents open the ten matters. Response: each sub-task shows the quantity promised and delivered, its place and
// photographs as evidence. Residents' rating comes with residents.
import { expect, test } from "../../harness/test.mjs";
import { register } from "../../harness/register.mjs";

test("residents open the ten matters and see what was promised and delivered, where, with evidence", async ({ page, request }) => {
  const items = (await register(request)).filter((p) => p.kind === "livelihood");
  await page.goto("/");
  await page.locator("nav.main summary", { hasText: "承诺" }).click();
  await page.locator("nav.main a[href='/matters']").click();
  await expect(page).toHaveURL(/\/matters$/);
  await expect(page.locator("#main h2.quote")).toHaveCount(10);
  for (const p of items) await expect(page.locator(`#main a[href="/promises/${p.number}"]`).first()).toBeAttached();
  const school = page.locator("#main li").filter({ has: page.locator('a[href="/promises/2021-270"]') }).last(); // 3所幼儿园, adjusted to two
  for (const what of ["承诺", "已交付", "牵头单位", "地点", "作了调整"]) await expect(school).toContainText(what);
});

test("each matter counts its sub-tasks from the register", async ({ page }) => {
  await page.goto("/matters");
  for (let matter = 1; matter <= 10; matter++) {
    const total = Number(await page.locator(`#main a[href="/promises?matter=${matter}&year=2021"]`).first().innerText());
    const listed = await page.locator("#main section, #main li, #main article").filter({ has: page.locator(`a[href="/promises?matter=${matter}&year=2021"]`) }).last().locator("a.quote[href^='/promises/2021-']").count();
    expect(listed, `matter ${matter}`).toBe(total);
  }
});

test("the evidence is a picture that opens", async ({ page, request }) => {
  await page.goto("/matters");
  const photo = page.locator("#main a:has(img)").first();
  const answer = await request.get(await photo.getAttribute("href"));
  expect(answer.status()).toBe(200);
  expect(answer.headers()["content-type"]).toMatch(/^image\//);
});
