// One page of every kind, for whoever can reach it, in both languages, on a telephone and on a desk: nothing sticks out to the side, no
// message is missing, and the page says which language it is in, and where it is in another. axe, which takes most of the time, looks at
// each page twice: in Chinese on a telephone, in English on a desk.
import { crawl, signInRequest } from "../../harness/crawl.mjs";
import { axe, expect, password, people, test } from "../../harness/test.mjs";

const sizes = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];

/** What is wrong with the page that is open, one line each. */
async function faults(page, lang, withAxe) {
  const found = withAxe ? await axe(page) : [];
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
      const marked = parentElement.closest("[lang]").getAttribute("lang").startsWith("zh");
      if (/\p{Script=Han}/u.test(data) && !marked) out.push(`not said to be Chinese: ${data.trim().slice(0, 40)}`);
    }
    return out;
  }, lang);
  return [...found, ...seen];
}

async function check(page, addresses, lang, withAxe) {
  await page.goto(`/?lang=${lang}`);
  for (const path of addresses) {
    await page.goto(path);
    const found = await faults(page, lang, withAxe);
    expect.soft([...new Set(found)].slice(0, 8), `${path}: ${found.length} faults`).toEqual([]);
  }
}

/** The address of one page of every kind that somebody can reach, without those that a query only filters or sorts. */
async function oneOfEach(playwright, baseURL, login) {
  if (known.has(login)) return known.get(login);
  const request = await playwright.request.newContext({ baseURL });
  if (login) await signInRequest(request, login, password);
  const { pages } = await crawl(request, { visit: 2, queries: false });
  await request.dispose();
  const kinds = new Map([...pages.values()].filter((p) => p.html && !p.url.search).map((p) => [p.kind, p.url.pathname]));
  known.set(login, kinds);
  return kinds;
}
const known = new Map(); // of this worker

/** Who looks at what: everybody at what nobody before them reaches, and the supervisor also at a promise, on which the staff find more. */
async function shares(playwright, baseURL, group) {
  const seen = new Set();
  const out = [];
  for (const login of ["", ...Object.values(people)]) {
    const own = [...(await oneOfEach(playwright, baseURL, login))].filter(([kind]) => !seen.has(kind));
    for (const [kind] of own) seen.add(kind);
    if (login === "") seen.delete("/promises/{}");
    if (own.length > 0) out.push([login, own.map(([, path]) => path)]);
  }
  return out.filter(([login]) => groups[group](login));
}
const groups = {
  "the public": (login) => login === "",
  "the supervisor": (login) => login === people.supervisor,
  "everybody else": (login) => login !== "" && login !== people.supervisor,
};

for (const group of Object.keys(groups)) {
  for (const size of sizes) {
    for (const lang of ["zh", "en"]) {
      test(`pages of ${group}, ${lang}, ${size.width} px`, async ({ page, context, playwright, baseURL }) => {
        test.setTimeout(900_000);
        await page.setViewportSize(size);
        let looked = 0;
        for (const [login, addresses] of await shares(playwright, baseURL, group)) {
          await context.clearCookies();
          if (login) await signInRequest(context.request, login, password);
          await check(page, addresses, lang, (lang === "zh") === (size.width === 390));
          looked += addresses.length;
        }
        expect(looked, "pages looked at").toBeGreaterThan(5);
      });
    }
  }
}
