// Filters that ask by themselves, and forms that are not sent twice.
import { show } from "./htmx.js";

function filter(form) {
  const url = new URL(form.action, location.href);
  url.search = "";
  for (const [name, value] of new FormData(form)) if (value !== "") url.searchParams.append(name, value);
  if (form.dataset.target) show(url.href, form.dataset.target);
  else location.assign(url.href);
}

document.addEventListener("change", (e) => {
  const form = e.target.form;
  if (form && form.matches("form[data-autosubmit]")) filter(form);
});

document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.matches("form[data-autosubmit]")) {
    e.preventDefault();
    filter(form);
    return;
  }
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    e.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => form.removeAttribute("data-sent"), 5000); // a download or a failed network: it may be sent again
});

// Coming back with the browser's own button, the form is as it was: it may be sent.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) form.removeAttribute("data-sent");
});
