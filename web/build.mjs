// Builds the front end into internal/web/dist: one style sheet, one script, the icon. Every file carries a hash of its content in its name,
// stands there as it is, as brotli and as gzip, and is listed in manifest.json, which the server reads when it starts. And the page that
// checks receipts, which is a file of its own.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildVerify } from "./verify.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "internal", "web", "dist");

const made = await build({
  absWorkingDir: here,
  entryPoints: { "app.css": "src/css/app.css", "app.js": "src/js/app.js" },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome87", "firefox91", "safari15"],
  legalComments: "none",
  write: false,
  logLevel: "warning",
});

const files = new Map(made.outputFiles.map((f) => [f.path.endsWith(".css") ? "app.css" : "app.js", Buffer.from(f.contents)]));
files.set("icon.svg", readFileSync(join(here, "src/img/icon.svg")));

mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) if (name !== ".gitkeep") rmSync(join(dist, name));

const manifest = {};
for (const [name, content] of files) {
  const ext = extname(name);
  const hashed = `${name.slice(0, -ext.length)}-${createHash("sha256").update(content).digest("hex").slice(0, 12)}${ext}`;
  const br = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
  writeFileSync(join(dist, hashed), content);
  writeFileSync(join(dist, `${hashed}.br`), br);
  writeFileSync(join(dist, `${hashed}.gz`), gzipSync(content, { level: 9 }));
  manifest[name] = hashed;
  console.log(`${hashed.padEnd(26)} ${String(content.length).padStart(7)} B  br ${String(br.length).padStart(6)} B`);
}
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
await buildVerify(here);
