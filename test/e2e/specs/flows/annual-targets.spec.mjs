// annual-targets. Call: a monthly figure is reported for an indicator. Response: the target shows value, plan, gap, forecast and light; last
// year's figure in the same report is its baseline.
import { expect, people, signIn, test } from "../../harness/test.mjs";
import { register } from "../../harness/register.mjs";

const target = "2021-016"; // 国家高新技术企业数量达550家; the review says 总数达535家
const open = "2021-001"; // “一区多园”高企总数占全市60%以上

test("a figure that is reported moves its target", async ({ page, own, request }) => {
  await signIn(page, people.clerk, `/promises/${open}/report`, own.url);
  await page.locator("#main [name=value]").fill("64.5");
  await page.locator("#main [name=source]").fill("区统计部门月报");
  await page.locator(`#main form[action$='/report'] button[type=submit]`).click();
  await expect(page).not.toHaveURL(/\/report$/);
  await page.goto(`${own.url}/promises/${open}`);
  await expect(page.locator("#main")).toContainText("64.5");
  await expect(page.locator("#main")).toContainText("区统计部门月报");
  await page.goto(`${own.url}/targets`);
  const row = page.locator("#main li").filter({ has: page.locator(`a[href="/promises/${open}"]`) }).last();
  for (const what of ["目标", "最新数值", "当日计划", "与计划的差距", "到期预计"]) await expect(row).toContainText(what);
  await expect(row).toContainText("64.5");
  await expect(row).toContainText("+4.5");
  const [p] = (await register(request, own.url)).filter((x) => x.number === open);
  expect(p).toMatchObject({ value: "64.5", planned: "60", gap: "4.5", forecast: "64.5", light: "green" });
});

test("last year's figure of the same report is the baseline", async ({ page }) => {
  await page.goto(`/promises/${target}`);
  const base = page.locator("#main a[href*='#at-']").first();
  await expect(base).toContainText("535家");
  await base.click();
  await expect(page).toHaveURL(/\/reports\/\d+#at-\d+$/);
  await expect(page.locator(new URL(page.url()).hash)).toBeInViewport();
});

test("a figure without a source is not taken, and what was typed stays", async ({ page, own, complaints }) => {
  complaints.allow(/422/);
  await signIn(page, people.clerk, `/promises/${open}/report`, own.url);
  await page.locator("#main [name=value]").fill("66");
  await page.locator(`#main form[action$='/report'] button[type=submit]`).click();
  await expect(page.locator("#main [name=source]")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#main [name=value]")).toHaveValue("66");
});

test("what somebody writes comes out as it went in, harmless", async ({ page, own }) => {
  const nasty = `<script>document.title="taken"</script> =cmd|' /C calc'!A0 𠮷 ${"{{.}}"}`;
  await signIn(page, people.clerk, `/promises/${open}/report`, own.url);
  await page.locator("#main [name=value]").fill("61");
  await page.locator("#main [name=source]").fill(nasty);
  await page.locator(`#main form[action$='/report'] button[type=submit]`).click();
  await expect(page).not.toHaveURL(/\/report$/);
  await page.goto(`${own.url}/promises/${open}`);
  await expect(page.locator("#main")).toContainText(nasty);
  await expect(page).not.toHaveTitle("taken");
});
