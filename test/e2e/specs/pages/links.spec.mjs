// No link leads nowhere, and every fragment is there: every link of every page that the public can reach is followed; for the staff, who
// see the same pages and more, twenty of a kind.
import { crawl, signInRequest } from "../../harness/crawl.mjs";
import { expect, password, people, test } from "../../harness/test.mjs";

const whoever = [
  { who: "the public", login: "", visit: Infinity, expand: Infinity, atLeast: 300 },
  ...Object.entries(people).map(([who, login]) => ({ who, login, visit: 20, expand: 1, atLeast: 100 })),
];

for (const { who, login, visit, expand, atLeast } of whoever) {
  test(`the links that ${who} can reach lead somewhere`, async ({ request }) => {
    test.setTimeout(120_000);
    if (login) await signInRequest(request, login, password);
    const { pages, lost } = await crawl(request, { visit, expand });
    const bad = [...pages.values()].filter((p) => p.status !== 200).map((p) => `${p.status} ${p.url.href} on ${p.from}`);
    expect(bad.slice(0, 20), `${bad.length} dead links of ${pages.size}`).toEqual([]);
    const gone = lost.map((f) => `#${f.fragment} of ${f.key} on ${f.from}`);
    expect(gone.slice(0, 20), `${gone.length} fragments lead nowhere`).toEqual([]);
    expect(pages.size, "pages found").toBeGreaterThan(atLeast);
  });
}
