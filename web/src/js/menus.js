// The menus of the navigation open and close without a script. With one they also close as menus do: by Escape, and when one goes elsewhere.
const menus = "header .drop[open], header .menu[open]";

document.addEventListener("keydown", (e) => {
  const open = e.key === "Escape" && e.target.closest(menus);
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

const leave = (e) => {
  for (const open of document.querySelectorAll(menus)) if (!open.contains(e.target)) open.open = false;
};
document.addEventListener("click", leave);
document.addEventListener("focusin", leave);
