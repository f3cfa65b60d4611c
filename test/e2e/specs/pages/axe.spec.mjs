// That axe finds nothing on a page says something only if it would find what is wrong.
import { axe, expect, test } from "../../harness/test.mjs";

test("axe finds what is wrong on a page, and nothing on one that is right", async ({ page }) => {
  await page.goto("/sign-in");
  expect(await axe(page)).toEqual([]);
  await page.locator("main h1").evaluate((h) => h.insertAdjacentHTML("afterend", '<img src="data:,"><input><button></button><div role="checkbox">?</div>'));
  const rules = (await axe(page)).map((line) => line.split(":")[0]);
  for (const rule of ["image-alt", "label", "button-name", "aria-required-attr"]) expect(rules).toContain(rule);
});
