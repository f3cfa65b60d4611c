// One page of every kind, for whoever can reach it, in both languages, on a telephone and on a desk: axe finds nothing, nothing sticks out
// to the side, no message is missing, and English pages are English but for what they quote.
import { crawl, signInRequest } from "../../harness/crawl.mjs";
import { axe, expect, password, people, test } from "../../harness/test.mjs";

const sizes = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];

/** What is wrong with the page that is open, one line each. */
async function faults(page, lang) {
  const found = await axe(page);
  const seen = await page.evaluate((lang) => {
    const out = [];
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (over > 0) out.push(`${over} px stick out to the side`);
    if (document.querySelectorAll("h1").length !== 1) out.push(`${document.querySelectorAll("h1").length} main headings`);
    if (!document.documentElement.lang.startsWith(lang)) out.push(`the page says it is in ${document.documentElement.lang}`);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode;
      if (parentElement.closest("script, style")) continue;
      const key = /\b[a-z]+(web)?\.[a-z]+_[a-z_]+\b/.exec(data);
      if (key && !/\.(xlsx|json|csv)/.test(data)) out.push(`a message is missing: ${key[0]}`);
      const own = parentElement.closest("[lang]").lang;
      if (lang === "en" && !own.startsWith("zh") && /\p{Script=Han}/u.test(data)) out.push(`Chinese without lang="zh": ${data.trim().slice(0, 40)}`);
    }
    return out;
  }, lang);
  return [...found, ...seen];
}

async function check(page, addresses, lang) {
  await page.goto(`/?lang=${lang}`);
  for (const path of addresses) {
    await page.goto(path);
    const found = await faults(page, lang);
    expect.soft([...new Set(found)].slice(0, 8), `${path}: ${found.length} faults`).toEqual([]);
  }
}

/** The first page of every kind, without those that a query only filters or sorts. */
const oneOfEach = (pages) => {
  const kinds = new Map();
  for (const p of pages.values()) {
    if (p.html && !p.url.search && p.status === 200 && !kinds.has(p.kind)) kinds.set(p.kind, p.url.pathname);
  }
  return kinds;
};

const everyone = [{ who: "the public", login: "" }, ...Object.entries(people).map(([who, login]) => ({ who, login }))];

for (const { who, login } of everyone) {
  for (const size of sizes) {
    for (const lang of ["zh", "en"]) {
      test(`pages of ${who}, ${lang}, ${size.width} px`, async ({ page, context, playwright, baseURL }) => {
        test.setTimeout(180_000);
        const nobody = await playwright.request.newContext({ baseURL });
        const open = oneOfEach((await crawl(nobody, 1)).pages);
        await nobody.dispose();
        const kinds = new Map(open);
        if (login) {
          await signInRequest(context.request, login, password);
          for (const [kind, path] of oneOfEach((await crawl(context.request, 2)).pages)) kinds.set(kind, path);
          if (who !== "supervisor") for (const kind of open.keys()) kinds.delete(kind); // the public's are checked as the public and as one who signed in
        }
        await page.setViewportSize(size);
        await check(page, kinds.values(), lang);
      });
    }
  }
}
