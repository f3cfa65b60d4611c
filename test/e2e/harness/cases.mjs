// What people do with cases, as they do it: forms, one after the other.
import { deflateSync } from "node:zlib";
import { expect, password } from "./test.mjs";

/** A browser of somebody's own on a site, signed in unless login is empty; not through the form, which a flow of its own tries. */
export async function browserOf(browser, site, login = "", options = {}) {
  const context = await browser.newContext(options);
  if (login) {
    const answer = await context.request.post(`${site.url}/sign-in`, { form: { login, password, next: "/" }, maxRedirects: 0 });
    expect(answer.status(), `${login} signs in`).toBe(303);
  }
  return context.newPage();
}

/** Opens a form of a site, fills in its fields by name, sends it, and waits for what it leads to. A file is { name, mimeType, buffer }. */
export async function send(page, address, fields) {
  await page.goto(address);
  const form = page.locator("#main form.form");
  for (const [name, value] of Object.entries(fields)) {
    const all = form.locator(`[name="${name}"]`);
    const kind = await all.first().evaluate((e) => e.type ?? e.localName);
    if (kind === "radio" || kind === "checkbox") await form.locator(`[name="${name}"][value="${value}"]`).check();
    else if (kind === "select-one") await all.selectOption(value);
    else if (kind === "file") await all.setInputFiles(value);
    else await all.fill(value);
  }
  await form.locator("button[type=submit]:not([name])").click();
  await expect(page.locator("#main .summary"), "what was filled in was refused").toHaveCount(0);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
const crc = (bytes) => ~bytes.reduce((c, b) => crcTable[(c ^ b) & 255] ^ (c >>> 8), ~0) >>> 0;

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

/** A photograph of one grey, with a remark of where it was taken. */
export function photo(remark = "GPS 22.37N 113.55E") {
  const head = Buffer.from([0, 0, 0, 64, 0, 0, 0, 48, 8, 0, 0, 0, 0]);
  const pixels = deflateSync(Buffer.alloc(48 * 65, 128).map((b, i) => (i % 65 ? b : 0)));
  const buffer = Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("tEXt", Buffer.from(`Comment\0${remark}`, "latin1")),
    chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0)),
  ]);
  return { name: "现场.png", mimeType: "image/png", buffer };
}
