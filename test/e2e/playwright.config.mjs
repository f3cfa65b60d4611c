// Browser tests. The system's Chromium is used; nothing is downloaded. HUYING_TEST_CHROMIUM names another one.
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

const out = join(import.meta.dirname, "..", "out", "e2e");

export default defineConfig({
  testDir: "specs",
  outputDir: out,
  globalSetup: "./harness/setup.mjs",
  reporter: [["./harness/reporter.mjs"]],
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 5_000 },
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: process.env.HUYING_TEST_CHROMIUM ?? "/usr/bin/chromium" },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    trace: process.env.HUYING_TEST_TRACE ? "retain-on-failure" : "off", // doubles the time
  },
  // What a person does is done twice: with scripts and without. The rest needs a script itself (axe) or none.
  projects: [
    { name: "with scripts", testMatch: ["flows/**/*.spec.mjs", "pages/**/*.spec.mjs"] },
    { name: "without scripts", testMatch: ["flows/**/*.spec.mjs"], use: { javaScriptEnabled: false } },
  ],
});
