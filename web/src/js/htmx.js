// The one file that knows htmx. Pages say what they mean by data- attributes, so that another version, or another library, is a change here.
//
//   <a data-part="ID" href>                 fetches the page behind href and replaces the element #ID by the one of the same id there
//   <form method="get" data-target="ID">    the same, with the form's address
//
// Whatever goes wrong ends in an ordinary visit to the same address, which shows the error page.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0, // pages may hold personal data: nothing is kept in the browser's storage
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
});

// show fetches href and swaps the part; the address bar follows, and a reader's software hears the part's status line change.
export async function show(href, id) {
  const part = document.getElementById(id);
  if (!part) return location.assign(href);
  const focused = document.activeElement;
  const again = part.contains(focused) && focused.getAttribute("aria-label");
  part.setAttribute("aria-busy", "true");
  let failed = false;
  const fail = () => { failed = true; };
  document.body.addEventListener("htmx:responseError", fail, { once: true });
  document.body.addEventListener("htmx:sendError", fail, { once: true });
  await htmx.ajax("GET", href, { source: part, target: part, swap: "outerHTML", select: `#${CSS.escape(id)}` });
  document.body.removeEventListener("htmx:responseError", fail);
  document.body.removeEventListener("htmx:sendError", fail);
  const fresh = document.getElementById(id);
  if (failed || !fresh || fresh === part) return location.assign(href);
  history.replaceState(history.state, "", href);
  if (again) {
    const same = [...fresh.querySelectorAll("[aria-label]")].find((el) => el.getAttribute("aria-label") === again);
    if (same) same.focus();
  }
}

document.addEventListener("click", (e) => {
  const link = e.target.closest("a[data-part]");
  if (!link || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  show(link.href, link.dataset.part);
});
