// Single-key shortcuts: <button data-key="a"> is clicked by "a" while no field has the focus. They can be switched off for good by a
// <input type="checkbox" data-keys-switch>, as WCAG 2.1.4 asks, for those who speak to their computer.
const off = "huying-keys-off";

const stored = () => {
  try {
    return localStorage.getItem(off) === "1";
  } catch {
    return false; // storage is closed to us: the keys are on
  }
};

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.isComposing || e.ctrlKey || e.metaKey || e.altKey || stored()) return;
  if (e.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  const hit = [...document.querySelectorAll("[data-key]")].find((el) => el.dataset.key === e.key && !el.disabled && el.offsetParent !== null);
  if (!hit) return;
  e.preventDefault();
  hit.focus();
  hit.click();
});

for (const box of document.querySelectorAll("[data-keys-switch]")) {
  box.checked = !stored();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(off, box.checked ? "0" : "1");
    } catch {
      box.checked = true; // it could not be remembered, and is not pretended to be
    }
  });
}
