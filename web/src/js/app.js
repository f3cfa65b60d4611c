// What scripts add. Every page works without them.
import "./htmx.js";
import "./forms.js";
import "./keys.js";
import "./live.js";
import "./menus.js";

document.documentElement.classList.add("js");

document.addEventListener("click", (e) => {
  if (e.target.closest("[data-print]")) window.print();
});
