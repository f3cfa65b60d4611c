// Builds the page that checks receipts into internal/ledger/ledgerweb/verify.html: one file that holds everything, which works from a disk
// and without a network. It is not made small: whoever saves it can read what it does. It stands in the repository, and a test of ledgerweb
// finds out when it was not built from these sources.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const hash = (algorithm, text, encoding) => createHash(algorithm).update(text).digest(encoding);

const packages = ["@noble/ed25519", "@noble/hashes"];

/** What the page is made of: its files and the versions of what they import. */
function sources(here) {
  const dir = join(here, "src/verify");
  const { dependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  const files = readdirSync(dir).sort().map((name) => `${name}\n${readFileSync(join(dir, name), "utf8")}`);
  const versions = packages.map((name) => `${name} ${dependencies[name]}\n`);
  return hash("sha256", [...files, ...versions].join(""), "hex");
}

/** The licences of what the script contains, which copies of it must carry. */
const licences = (here) => packages.map((name) => `${name}\n\n${readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8").trim()}\n`).join("\n");

export async function buildVerify(here) {
  const read = (name) => readFileSync(join(here, "src/verify", name), "utf8");
  const made = await build({
    absWorkingDir: here,
    entryPoints: ["src/verify/page.js"],
    bundle: true,
    format: "iife",
    charset: "utf8",
    target: ["chrome87", "firefox91", "safari15"],
    legalComments: "inline",
    banner: { js: `/*\nThis script contains:\n\n${licences(here)}*/` },
    write: false,
    logLevel: "warning",
  });
  const script = `\n${made.outputFiles[0].text}`;
  const style = `\n${read("page.css")}`;
  if (/<\/(script|style)|<!--/i.test(script + style)) throw new Error("the page would end within its script");
  const policy = ["default-src 'none'", `script-src 'sha256-${hash("sha256", script, "base64")}'`, `style-src 'sha256-${hash("sha256", style, "base64")}'`, "base-uri 'none'", "form-action 'none'"].join("; ");
  const parts = { policy, sources: sources(here), style, script };
  const page = read("page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
  writeFileSync(join(here, "../internal/ledger/ledgerweb/verify.html"), page);
  console.log(`${"verify.html".padEnd(26)} ${String(Buffer.byteLength(page)).padStart(7)} B`);
}
