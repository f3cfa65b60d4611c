// The page that checks receipts, saved to a disk and opened without a network: it says of each receipt what internal/ledger says.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../harness/site.mjs";
import { axe, expect, test } from "../../harness/test.mjs";

const saved = pathToFileURL(join(root, "internal/ledger/ledgerweb/verify.html")).href;
const { keys, cases } = JSON.parse(readFileSync(join(root, "internal/ledger/testdata/receipts.json"), "utf8"));

/** Opens the saved page; whatever it asks of a network is noted. */
async function open(page, context) {
  const asked = [];
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) asked.push(request.url());
  });
  await context.setOffline(true);
  await page.goto(saved);
  return asked;
}

async function verdict(page, receipt) {
  await page.locator("#receipt").fill(receipt);
  await page.locator("#check").click();
  return page.locator("#result").getAttribute("data-verdict");
}

test("a saved page says of each receipt what the program says", async ({ page, context }) => {
  const asked = await open(page, context);
  expect(await verdict(page, cases[0].receipt), "without keys").toBe("noKeys");
  await page.locator("#keys").fill("huying/test+00000000+AAAA");
  expect(await verdict(page, cases[0].receipt), "keys that are none").toBe("badKeys");
  await page.locator("#keys").fill(keys.join("\n"));
  expect(await verdict(page, " "), "nothing").toBe("empty");
  for (const { name, want, receipt } of cases.filter((c) => c.receipt)) {
    expect.soft(await verdict(page, receipt), name).toBe(want.replace("ledger.", ""));
  }
  expect(asked).toEqual([]);
});

test("a receipt is chosen as a file, and each step is said in words, in both languages", async ({ page, context }) => {
  await open(page, context);
  await page.locator("#keys").fill(keys.join("\n"));
  await page.locator("#file").setInputFiles({ name: "receipt.json", mimeType: "application/json", buffer: Buffer.from(cases[0].receipt) });
  await expect(page.locator("#verdict")).toHaveText("回执真实，没有被改动：存证日志里确有这一条。");
  await expect(page.locator("#verdict")).toBeFocused();
  await expect(page.locator("#steps li.yes")).toHaveCount(6);
  await expect(page.locator("#fact")).toContainText("下栅社区：路灯不亮");
  expect(await axe(page)).toEqual([]);
  await page.locator("#lang").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.locator("#verdict")).toHaveText("The receipt is genuine and unchanged: the log holds this entry.");
  await expect(page.locator("[data-step=proof]")).toContainText("entry 200 of the log");
  expect(await axe(page)).toEqual([]);
  await page.locator("#file").setInputFiles({ name: "other.json", mimeType: "application/json", buffer: Buffer.from([0xff, 0xfe, 0]) });
  await expect(page.locator("#result")).toHaveAttribute("data-verdict", "receipt_unreadable");
  await expect(page.locator("#facts")).toBeHidden();
});
