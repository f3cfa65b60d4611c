// No link leads nowhere: every link of every page that somebody can reach is followed, and every fragment must be there.
import { crawl, signInRequest } from "../../harness/crawl.mjs";
import { expect, password, people, test } from "../../harness/test.mjs";

const whoever = [
  { who: "the public", login: "", expand: Infinity, atLeast: 300 },
  ...Object.entries(people).map(([who, login]) => ({ who, login, expand: 1, atLeast: 300 })),
];

for (const { who, login, expand, atLeast } of whoever) {
  test(`every link that ${who} can reach leads somewhere`, async ({ request }) => {
    test.setTimeout(120_000);
    if (login) await signInRequest(request, login, password);
    const { pages, lost } = await crawl(request, { expand });
    const bad = [...pages.values()].filter((p) => p.status !== 200).map((p) => `${p.status} ${p.url.href} on ${p.from}`);
    expect(bad.slice(0, 20), `${bad.length} dead links of ${pages.size}`).toEqual([]);
    const gone = lost.map((f) => `#${f.fragment} of ${f.key} on ${f.from}`);
    expect(gone.slice(0, 20), `${gone.length} fragments lead nowhere`).toEqual([]);
    expect(pages.size, "pages found").toBeGreaterThan(atLeast);
  });
}
