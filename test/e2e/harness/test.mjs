// What every spec begins with: the test of Playwright, on the shared demonstration, which fails on any complaint of the browser; a site of
// one's own for tests that write; people of the demonstration; axe.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import axeCore from "axe-core";
import { serve } from "./site.mjs";

export { expect };

export const password = "huying-demo-2021";

/** The people of the demonstration by what they are. */
export const people = {
  supervisor: "ducha",
  clerk: "keji",
  builder: "jianshe",
  educator: "jiaoyu",
  head: "juzhang",
  leader: "lingdao",
  sysadmin: "xitong",
  secadmin: "anquan",
  auditadmin: "shenji",
  gridworker: "wangge",
};

export const test = base.extend({
  baseURL: async ({}, use) => use(process.env.HUYING_E2E_URL),

  // A copy of the demonstration with a server of its own, on another day if the test says test.use({ day }).
  day: ["", { option: true }],
  own: async ({ day }, use) => {
    const dir = await mkdtemp(join(tmpdir(), "huying-e2e-own-"));
    await cp(process.env.HUYING_E2E_ORIGINAL, dir, { recursive: true });
    const site = await serve(dir, { day });
    await use(site);
    await site.stop();
    await rm(dir, { recursive: true, force: true });
    expect(site.errors(), "the server logged errors").toEqual([]);
  },

  // The browser complains of nothing: no script error, nothing that the content policy refused, no file that is not there. A page that
  // answers with an error status on purpose is announced with complaints.allow.
  complaints: [
    async ({ page }, use) => {
      const found = [];
      const allowed = [];
      page.on("pageerror", (error) => found.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") found.push(`${message.text()} (${message.location().url})`);
      });
      await use({ allow: (pattern) => allowed.push(pattern) });
      expect(found.filter((text) => !allowed.some((pattern) => pattern.test(text))), "the browser complained").toEqual([]);
    },
    { auto: true },
  ],
});

/** Signs somebody of the demonstration in, through the form; base is a site of one's own. */
export async function signIn(page, login, next = "/", base = "") {
  await page.goto(`${base}/sign-in?next=${encodeURIComponent(next)}`);
  await page.locator("#main [name=login]").fill(login);
  await page.locator("#main [name=password]").fill(password);
  await page.locator("#main form button[type=submit]").click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

const asked = { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }, resultTypes: ["violations"] };

/**
 * What axe finds on the page, one line each. It is asked directly, not by its package for Playwright, which is made for pages with frames:
 * that one puts axe into a second, empty page to sum up there all that was found in order, and takes three times as long.
 */
export async function axe(page) {
  await page.evaluate(axeCore.source);
  return page.evaluate(async (asked) => {
    const { violations } = await window.axe.run(document, asked);
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target.join(" ")} ${n.html.slice(0, 160)}`));
  }, asked);
}
