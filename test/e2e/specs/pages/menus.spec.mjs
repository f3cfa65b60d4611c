// What scripts add to the menus of the head, and what axe finds while they are open.
import { axe, expect, people, signIn, test } from "../../harness/test.mjs";

test("a menu closes by Escape, by another one and by going elsewhere", async ({ page }) => {
  await signIn(page, people.supervisor, "/tasks");
  const [promises, cases] = [page.locator("nav.main details").nth(0), page.locator("nav.main details").nth(1)];
  await promises.locator("summary").click();
  expect(await axe(page)).toEqual([]);
  await cases.locator("summary").click();
  await expect(cases).toHaveAttribute("open");
  await expect(promises).not.toHaveAttribute("open");

  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await expect(cases).not.toHaveAttribute("open");
  await expect(cases.locator("summary")).toBeFocused();

  await cases.locator("summary").click();
  await page.locator("h1").click();
  await expect(cases).not.toHaveAttribute("open");
});

for (const elder of ["0", "20"]) {
  test(`the menu of a telephone, elder mode ${elder}`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn(page, people.supervisor, `/tasks?elder=${elder}`);
    await page.locator("details.menu summary").click();
    expect(await axe(page)).toEqual([]);
    const small = await page.locator("details.menu .panel").locator("a:visible, button:visible").evaluateAll(
      (all, least) => all.filter((e) => e.getBoundingClientRect().height < least).map((e) => e.textContent.trim()), elder === "0" ? 44 : 60);
    expect(small, "too small for a finger").toEqual([]);
    await page.keyboard.press("Escape");
    await expect(page.locator("details.menu .panel")).toBeHidden();
  });
}
