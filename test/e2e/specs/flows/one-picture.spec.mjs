// one-picture. Call: the report is published. Response: one public page and a printable sheet are drawn from the register, every number
// linked to its sentence and its evidence.
import { readFile, writeFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "../../harness/test.mjs";
import { numberAt, register } from "../../harness/register.mjs";
import { pack, serve } from "../../harness/site.mjs";

test("every number of the picture opens what it was counted from", async ({ page, request }) => {
  const all = await register(request);
  await page.goto("/picture");
  expect(await numberAt(page, "/promises?year=2021")).toBe(all.length);
  for (const light of ["grey", "red", "yellow", "green", "done", "closed"]) {
    const path = `/promises?light=${light}&year=2021`;
    expect(await numberAt(page, path), path).toBe(all.filter((p) => p.light === light).length);
  }
  const target = page.locator('#main svg a[href="/promises/2021-016"]').first();
  await expect(target).toContainText("550家");
  await page.goto(await target.getAttribute("href"));
  await expect(page.locator("#main a[href*='#p-2021-016']").first()).toBeVisible(); // its sentence
  await expect(page.locator("#history, #history-h").first()).toBeVisible(); // its history
});

test("the picture prints on one sheet of A3", async ({ page }) => {
  await page.goto("/picture");
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
  const [, width, height] = /\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/.exec(pdf).map(Number);
  expect([width, height].sort((a, b) => a - b).map((pt) => Math.round((pt / 72) * 25.4))).toEqual([297, 420]);
});

test("the report is changed, and every count follows", async ({ page, request }) => {
  const dir = await mkdtemp(join(tmpdir(), "huying-e2e-pack-"));
  await cp(pack, join(dir, "pack"), { recursive: true });
  const file = join(dir, "pack", "report.txt");
  const whole = await readFile(file, "utf8");
  const less = whole.replace(/国家高新技术企业数量达550家[;；]/, "");
  expect(less.length).toBeLessThan(whole.length);
  await writeFile(file, less);
  const site = await serve(dir, { packDir: join(dir, "pack") });
  try {
    const all = (await register(request)).length;
    for (const path of ["/", "/picture", "/promises", "/counting"]) {
      await page.goto(site.url + path);
      await expect(page.locator("#main"), path).toContainText(String(all - 1));
      await expect(page.locator("#main"), path).not.toContainText("国家高新技术企业数量");
    }
    await page.goto(`${site.url}/targets`);
    await expect(page.locator("#main")).not.toContainText("国家高新技术企业数量");
  } finally {
    await site.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
