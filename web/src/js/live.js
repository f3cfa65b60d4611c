// Parts of a page that follow what happens: <div id="…" data-live="mine">. When something happens to a case (of the reader's own with "mine",
// to any that they see with "all"), the page is asked for again and its live parts are put in place of the old ones. A part in which somebody
// has ticked or typed something is left alone. Nothing is watched while the page is out of sight.
const parts = () => [...document.querySelectorAll("[data-live][id]")];
const soonest = 400; // milliseconds: what happens at once is shown once
const between = 3000;

let source = null;
let waiting = 0;
let last = 0;

const inUse = (part) => part.querySelector("input:checked, textarea") || part.contains(document.activeElement?.closest("input, select, textarea"));

async function refresh() {
  waiting = 0;
  last = Date.now();
  let fresh;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // the network is away, or the session: the next visit will say so
  }
  for (const part of parts()) {
    const now = fresh.getElementById(part.id);
    if (!now || inUse(part) || now.outerHTML === part.outerHTML) continue;
    const href = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
    part.replaceWith(now);
    if (href) [...now.querySelectorAll("a[href]")].find((a) => a.getAttribute("href") === href)?.focus({ preventScroll: true });
  }
}

function happened() {
  if (!waiting) waiting = setTimeout(refresh, Math.max(soonest, last + between - Date.now()));
}

function watch() {
  const [first] = parts();
  if (!first || source || document.hidden) return;
  source = new EventSource(`/api/v1/events?scope=${first.dataset.live}`);
  source.addEventListener("case", happened);
}

function rest() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return rest();
  if (parts().length > 0) happened();
  watch();
});
addEventListener("pagehide", rest);
addEventListener("pageshow", watch);
