// The door, with the keyboard alone.
import { expect, password, people, signIn, test } from "../../harness/test.mjs";

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
async function tabTo(page, locator) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    if (await locator.evaluate((e) => e === document.activeElement)) return;
  }
  throw new Error(`the keyboard does not reach ${locator}`);
}

test("somebody signs in, looks and signs out with the keyboard alone", async ({ page }) => {
  await page.goto("/");
  const door = page.locator("nav + .tools a[href^='/sign-in'], header a[href^='/sign-in']").first();
  await tabTo(page, door);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/sign-in/);
  await tabTo(page, page.locator("#main [name=login]"));
  await page.keyboard.type(people.supervisor);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  await expect(page.locator("header").getByText("督查员").first()).toBeVisible();
  await tabTo(page, page.locator("header [action='/sign-out'] button").first());
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/");
  await expect(page.locator("header a[href^='/sign-in']").first()).toBeVisible();
});

test("the first stop of the keyboard leads past the navigation", async ({ page }) => {
  await page.goto("/promises");
  await page.keyboard.press("Tab");
  await expect(page.locator("a.skip")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
});

test("a wrong password is told beside the form, and nothing is given away", async ({ page, complaints }) => {
  complaints.allow(/422/);
  await page.goto("/sign-in");
  const said = [];
  for (const login of [people.clerk, "nobody-of-this-name"]) {
    await page.locator("#main [name=login]").fill(login);
    await page.locator("#main [name=password]").fill("not the password");
    await page.locator("#main form button[type=submit]").click();
    await expect(page.locator("#main [role=alert], #main .errors, #main .error").first()).toBeVisible();
    await expect(page.locator("#main [name=password]")).toHaveValue("");
    said.push(await page.locator("#main").innerText());
  }
  expect(said[0]).toBe(said[1]);
});

test("who comes to a page of the staff is let in after signing in", async ({ page }) => {
  await page.goto("/accounts");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Faccounts/);
  await signIn(page, people.sysadmin, "/accounts");
  await expect(page).toHaveURL(/\/accounts$/);
  await expect(page.locator("h1")).toBeVisible();
});

test("who may not see a page is told so", async ({ page, complaints }) => {
  complaints.allow(/403/);
  await signIn(page, people.clerk);
  const answer = await page.goto("/audit");
  expect(answer.status()).toBe(403);
  await expect(page.locator("h1")).toBeVisible();
});
