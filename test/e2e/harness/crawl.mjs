// Follows links as they stand in the pages, without a browser.

const entities = { "&amp;": "&", "&#39;": "'", "&#34;": '"', "&quot;": '"', "&lt;": "<", "&gt;": ">" };
const attribute = (name) => new RegExp(`\\s${name}="([^"]*)"`, "g");
const valuesOf = (html, name) => [...html.matchAll(attribute(name))].map((m) => m[1].replace(/&(amp|#39|#34|quot|lt|gt);/g, (e) => entities[e]));

/** The kind of a page: its path with what names one thing taken out, and the names of its query. */
export function kindOf(url) {
  const path = url.pathname.replace(/^\/(units|places|procedures|open)\/[^/]+/, "/$1/{}").replace(/\/[^/]*\d[^/]*(?=\/|$)/g, "/{}");
  const query = [...new Set(url.searchParams.keys())].sort().join("&");
  return query ? `${path}?${query}` : path;
}

/**
 * Visits the links that can be reached from the front page: `visit` of a kind, looking for further links on `expand` of them. Filters and
 * sortings, which multiply, are looked into once for a kind, and only those that stand on a page without one, or not at all. Links that
 * change how pages are shown (language, size of text) are left alone, because they would.
 *
 * Returns the pages by address, { url, kind, status, html, from }, and the fragments that lead nowhere.
 */
export async function crawl(request, { visit = Infinity, expand = Infinity, queries = true } = {}) {
  const pages = new Map();
  const fragments = [];
  const counts = new Map();
  const queue = [{ href: "/", from: "" }, { href: "/sign-in", from: "" }]; // the door is the same wherever it leads on
  const origin = new URL(process.env.HUYING_E2E_URL).origin;
  while (queue.length > 0) {
    const { href, from } = queue.shift();
    const url = new URL(href, from || origin);
    const fragment = decodeURIComponent(url.hash.slice(1));
    url.hash = "";
    const key = url.href;
    if (url.origin !== origin || url.searchParams.has("lang") || url.searchParams.has("elder")) continue;
    if (url.search && !queries) continue;
    if (fragment) fragments.push({ key, fragment, from });
    if (pages.has(key) || (url.pathname === "/sign-in" && pages.has(`${origin}/sign-in`))) continue;
    const kind = kindOf(url);
    const count = (counts.get(kind) ?? 0) + 1;
    if (count > visit) continue;
    counts.set(kind, count);
    const answer = await request.get(key);
    const isPage = (answer.headers()["content-type"] ?? "").startsWith("text/html");
    const page = { url, kind, status: answer.status(), html: isPage ? await answer.text() : "", from };
    pages.set(key, page);
    if (!isPage || count > (url.search ? 1 : expand) || (url.search && new URL(from || origin).search)) continue;
    for (const name of ["href", "src", "data"]) for (const to of valuesOf(page.html, name)) queue.push({ href: to, from: key });
  }
  const ids = new Map();
  const hasID = (key, id) => {
    if (!ids.has(key)) ids.set(key, new Set(valuesOf(pages.get(key)?.html ?? "", "id")));
    return ids.get(key).has(id);
  };
  return { pages, lost: fragments.filter((f) => !hasID(f.key, f.fragment)) };
}

/** Signs a request context in. */
export async function signInRequest(request, login, password) {
  const answer = await request.post("/sign-in", { form: { login, password, next: "/" }, maxRedirects: 0 });
  if (answer.status() !== 303) throw new Error(`${login} could not sign in: ${answer.status()}`);
}
