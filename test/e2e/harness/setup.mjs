// Before the tests: one demonstration is prepared, kept as the original for tests that write, and a copy of it is served for all that read.
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "./site.mjs";

export default async function setup() {
  const dir = await mkdtemp(join(tmpdir(), "huying-e2e-"));
  const original = join(dir, "original");
  const shared = join(dir, "shared");
  await mkdir(original);
  const first = await serve(original);
  await first.stop();
  await cp(original, shared, { recursive: true });
  const site = await serve(shared);
  process.env.HUYING_E2E_URL = site.url;
  process.env.HUYING_E2E_ORIGINAL = original;
  return async () => {
    await site.stop();
    await rm(dir, { recursive: true, force: true });
    if (site.errors().length > 0) throw new Error(`the server logged errors:\n${site.errors().join("\n")}`);
  };
}
