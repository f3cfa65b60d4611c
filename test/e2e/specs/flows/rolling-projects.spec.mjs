// rolling-projects. Call: a new year is opened. Response: unfinished projects roll over with their history; investment this year is summed
// against the promise.
import { expect, people, signIn, test } from "../../harness/test.mjs";
import { register } from "../../harness/register.mjs";

test("investment this year is summed from what was reported", async ({ page }) => {
  await page.goto("/projects?size=200");
  const column = async (n) => {
    const cells = await page.locator(`#main table tbody tr td:nth-of-type(${n})`).allInnerTexts();
    return cells.reduce((sum, text) => sum + Number((/[\d,]+(\.\d+)?/.exec(text)?.[0] ?? "0").replaceAll(",", "")), 0);
  };
  const heads = await page.locator("#main table thead th").allInnerTexts();
  const at = (word) => heads.findIndex((h) => h.includes(word)); // the first column is the row's heading
  const facts = await page.locator("#main").innerText();
  for (const word of ["今年计划投资", "今年完成投资"]) {
    const shown = new RegExp(`${word}（万元）\\s*([\\d,]+)`).exec(facts)[1].replaceAll(",", "");
    expect(await column(at(word)), word).toBe(Number(shown));
  }
});

test.describe("in the new year", () => {
  test.use({ day: "2022-01-05" });

  test("a new year is opened and unfinished work rolls over with its history", async ({ page, own, request }) => {
    const before = await register(request, own.url);
    await signIn(page, people.supervisor, "/register/rollover?year=2021", own.url);
    await page.locator("#main form[action^='/register/rollover'] button[type=submit]").last().click();
    await page.goto(`${own.url}/projects?year=2022`);
    const first = page.locator("#main a[href^='/promises/2022-']").first();
    await expect(first).toBeVisible();
    await first.click();
    const old = page.locator("#main a[href^='/promises/2021-']").first();
    await expect(old).toBeVisible();
    const number = (await old.getAttribute("href")).split("/").pop();
    expect(before.find((p) => p.number === number).status).not.toBe("done");
  });
});
