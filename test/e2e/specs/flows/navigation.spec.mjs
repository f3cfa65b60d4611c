// The head of every page: what the staff need most in one line, the rest in menus that open by mouse and by keyboard, with scripts and
// without, and on a telephone in one menu.
import { expect, people, signIn, test } from "../../harness/test.mjs";

const drop = (page, name) => page.locator("nav.main details", { has: page.locator("summary", { hasText: name }) });

test("the supervisor's line fits, and a menu leads on", async ({ page }) => {
  await signIn(page, people.supervisor, "/tasks");
  const line = page.locator("nav.main > ul > li");
  const tops = await line.evaluateAll((all) => all.map((li) => Math.round(li.getBoundingClientRect().top)));
  expect(tops.length).toBeGreaterThan(5);
  expect(new Set(tops).size, "lines of the navigation").toBe(1);
  await expect(line.first().locator("a")).toHaveAttribute("aria-current", "page");

  const cases = drop(page, "办事");
  await expect(cases.locator("a").first()).toBeHidden();
  await cases.locator("summary").click();
  await expect(cases.getByRole("link", { name: "督办单" })).toBeVisible();
  await cases.getByRole("link", { name: "督办单" }).click();
  await page.waitForURL("**/letters");
  await expect(cases.locator("summary")).toHaveClass("here");
});

test("a menu opens and leads on by the keyboard", async ({ page }) => {
  await signIn(page, people.supervisor, "/tasks");
  const promises = drop(page, "承诺");
  await promises.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(promises.locator("a").first()).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/picture");
});

test("on a telephone the first entries stand in the line, and everything in the menu", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, people.clerk, "/tasks");
  await expect(page.locator("nav.main").getByRole("link", { name: "我的任务" })).toBeVisible();
  await expect(page.locator(".bell a")).toBeVisible();
  await page.locator("details.menu summary").click();
  for (const href of ["/tasks", "/desk", "/open", "/promises", "/units", "/account"]) {
    const link = page.locator(`details.menu a[href="${href}"]`);
    await expect(link).toBeVisible();
    expect((await link.boundingBox()).height, `a finger meets ${href}`).toBeGreaterThanOrEqual(44);
  }
  await page.locator('details.menu a[href="/units"]').click();
  await page.waitForURL("**/units");
});
