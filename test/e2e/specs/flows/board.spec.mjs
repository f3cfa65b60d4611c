// The supervisor's board: every figure opens the duties that it was counted from, and each of them its case.
import { expect, people, signIn, test } from "../../harness/test.mjs";

test("the board opens to its records", async ({ page }) => {
  await signIn(page, people.supervisor, "/board");
  const figures = page.locator("#board a[href^='/board/duties']");
  expect(await figures.count()).toBeGreaterThan(10);
  const seen = new Map(); // one figure of each kind
  for (const a of await figures.all()) {
    const href = await a.getAttribute("href");
    const kind = new URL(href, page.url()).searchParams.get("what");
    if (!seen.has(kind)) seen.set(kind, { href, n: Number((await a.innerText()).replaceAll(",", "")) });
  }
  expect([...seen.keys()].sort()).toEqual(["late", "met", "missed", "owed"]);
  for (const [kind, { href, n }] of seen) {
    await page.goto(`${href}&size=200`);
    await expect(page.locator("#duties tbody tr"), kind).toHaveCount(n);
  }
  const first = page.locator("#duties tbody th a").first();
  const title = await first.innerText();
  await first.click();
  await expect(page.locator("h1")).toHaveText(title);
  await expect(page.locator("#main .axis, #main .note").first()).toBeVisible();
});
