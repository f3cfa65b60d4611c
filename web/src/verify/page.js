// The page around check.js: takes a receipt in, and says what was found.
import { check, readKey } from "./check.js";
import { words } from "./words.js";

const $ = (id) => document.getElementById(id);
const log = JSON.parse($("log").textContent); // what the server put in: the keys, and the language of whoever opened the page
let lang = (log.lang || navigator.language).startsWith("en") ? "en" : "zh";
let found; // what was checked last, to be said again in the other language

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

function element(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children);
  return e;
}

function speak() {
  const w = words[lang];
  document.documentElement.lang = w.lang;
  document.title = w.title;
  for (const e of document.querySelectorAll("[data-say]")) e.textContent = w[e.dataset.say];
  $("lang").lang = words[lang === "zh" ? "en" : "zh"].lang;
  $("how").replaceChildren(...w.howText.map((text) => element("p", {}, text)));
  if (found) show();
}

const keyLines = () => $("keys").value.split("\n").map((line) => line.trim()).filter(Boolean);

function run() {
  const text = $("receipt").value.trim();
  const lines = keyLines();
  found = { problem: lines.length === 0 ? "noKeys" : text === "" ? "empty" : undefined };
  try {
    lines.map(readKey);
  } catch {
    found.problem = "badKeys";
  }
  if (found.problem === "noKeys" || found.problem === "badKeys") $("more").open = true;
  if (!found.problem) found = check(text, lines);
  show();
  $("verdict").focus();
}

function show() {
  const w = words[lang];
  const { problem, verdict, steps = [], receipt: r, size } = found;
  const good = verdict === "proved" ? "yes" : verdict === "promised" ? "half" : problem ? "half" : "no";
  const values = { key: r?.key, size: size?.toLocaleString("en"), index: r?.inclusion?.index.toLocaleString("en") };
  const out = $("result");
  out.hidden = false;
  out.dataset.verdict = problem ?? verdict;
  out.className = good;
  $("verdict").textContent = fill(w[problem ?? verdict], values);
  $("steps").replaceChildren(
    ...steps.map(({ step, ok }) => {
      const kind = ok === true ? "yes" : ok === false ? "no" : "none";
      const mark = element("b", { class: "mark" }, element("span", { "aria-hidden": "true" }, { yes: "✓", no: "✗", none: "–" }[kind]), ` ${w[kind]}`);
      return element("li", { class: kind, "data-step": step }, mark, element("span", {}, fill(w.steps[step][ok === true ? 0 : ok === false ? 1 : 2], values)));
    }),
  );
  $("facts").hidden = !r;
  if (r) $("fact").replaceChildren(...facts(w, r));
}

function facts(w, r) {
  const at = new Intl.DateTimeFormat(w.lang, { dateStyle: "long", timeStyle: "long" }).format(r.moment);
  const rows = [[w.ref, r.ref], [w.at, at], [w.origin, r.origin], [w.hash, r.hashText]];
  if (r.inclusion) rows.push([w.checkpoint, r.inclusion.checkpoint.trim()]);
  if (r.data) rows.push([w.content, r.text ?? fill(w.bytes, { n: r.data.length })]);
  return rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", /\p{Script=Han}/u.test(value) ? { lang: "zh-CN" } : {}, value)));
}

async function take(file) {
  if (!file) return;
  const bytes = await file.arrayBuffer();
  try {
    $("receipt").value = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    $("receipt").value = "?";
  }
  run();
}

$("keys").value = log.keys.join("\n");
$("more").open = log.keys.length === 0;
$("check").addEventListener("click", run);
$("file").addEventListener("change", (e) => take(e.target.files[0]));
$("lang").addEventListener("click", () => {
  lang = lang === "zh" ? "en" : "zh";
  speak();
});
addEventListener("dragover", (e) => e.preventDefault());
addEventListener("drop", (e) => {
  e.preventDefault();
  take(e.dataTransfer.files[0]);
});
$("form").hidden = false;
speak();
