// Checks a receipt of the ledger, from its text and the public keys of the log, with nothing else: no network, no clock, no crypto of the
// browser (which is missing in a page that was opened from a file). It follows internal/ledger: what ParseReceipt refuses is refused here, and
// what Verify finds is found here; the same file of receipts holds both to it.
import { hashes, verify } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

hashes.sha512 = sha512;

const utf8 = new TextEncoder();
const concat = (...parts) => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
};
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);
const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");

/** The one way to write bytes in base64, or an error. */
function base64(text, length) {
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw new Error("base64");
  const raw = atob(text);
  if (btoa(raw) !== text || (length !== undefined && raw.length !== length)) throw new Error("base64");
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

/** A public key as signed notes write it: name+id+base64 of 1 and the key. The id is a hash of the rest. */
export function readKey(line) {
  const [, name, id, text] = /^([!-*,-~]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim()) ?? [];
  if (!name) throw new Error("key");
  const key = base64(text, 33);
  if (key[0] !== 1 || hex(sha256(concat(utf8.encode(`${name}\n`), key)).slice(0, 4)) !== id) throw new Error("key");
  return { name, id, public: key.slice(1) };
}

/** Whether an Ed25519 signature is right. One that is not even a point of the curve is wrong, too. */
function signed(signature, message, key) {
  try {
    return verify(signature, message, key.public, { zip215: false });
  } catch {
    return false;
  }
}

const must = ["version", "origin", "ref", "at", "salt", "hash", "key", "signature"];
const may = ["data", "data_base64", "inclusion"];

function named(object, must, may) {
  if (typeof object !== "object" || object === null || Array.isArray(object)) throw new Error("object");
  for (const name of must) if (!has(object, name)) throw new Error(name);
  for (const name of Object.keys(object)) if (!must.includes(name) && !may.includes(name)) throw new Error(name);
}

/** Reads a receipt strictly: what is not exactly one is an error. */
export function readReceipt(text) {
  const r = JSON.parse(text);
  named(r, must, may);
  for (const name of must.slice(1)) if (typeof r[name] !== "string") throw new Error(name);
  if (r.version !== 1) throw new Error("version");
  if (!/^[!-*,-~]{1,200}$/.test(r.origin) || !/^[0-9a-f]{8}$/.test(r.key)) throw new Error("origin");
  if (r.ref === "" || utf8.encode(r.ref).length > 200 || /[\u0000-\u001f\u007f-\u009f]/.test(r.ref)) throw new Error("ref");
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(r.at)) throw new Error("at");
  const moment = new Date(`${r.at.slice(0, 23)}Z`);
  if (moment.toISOString().slice(0, 23) !== r.at.slice(0, 23)) throw new Error("at");
  const out = { origin: r.origin, ref: r.ref, at: r.at, moment, key: r.key, salt: base64(r.salt, 32), hash: base64(r.hash, 32), signature: base64(r.signature, 64), hashText: r.hash };
  if (has(r, "data") && has(r, "data_base64")) throw new Error("data");
  if (has(r, "data")) {
    if (typeof r.data !== "string") throw new Error("data");
    out.data = utf8.encode(r.data);
    out.text = r.data;
  }
  if (has(r, "data_base64")) out.data = base64(r.data_base64);
  if (has(r, "inclusion")) out.inclusion = readInclusion(r.inclusion);
  return out;
}

function readInclusion(i) {
  named(i, ["index", "proof", "checkpoint"], []);
  if (!Number.isSafeInteger(i.index) || i.index < 0) throw new Error("index");
  if (!Array.isArray(i.proof) || i.proof.length > 63) throw new Error("proof");
  if (typeof i.checkpoint !== "string" || i.checkpoint === "" || utf8.encode(i.checkpoint).length > 4096) throw new Error("checkpoint");
  return { index: i.index, proof: i.proof.map((h) => base64(h, 32)), checkpoint: i.checkpoint };
}

/** What the signature of a receipt is over. */
const promise = (r) => utf8.encode(`huying receipt 1\n${r.origin}\n${r.ref}\n${r.at}\n${r.hashText}\n`);

/** Reads a checkpoint: a note of three lines with a signature of one of the keys. An error says that it is none of this log. */
export function readCheckpoint(text, origin, keys) {
  const cut = text.lastIndexOf("\n\n");
  if (cut < 0 || !text.endsWith("\n")) throw new Error("note");
  const body = text.slice(0, cut + 1);
  let good = 0;
  for (const line of text.slice(cut + 2, -1).split("\n")) {
    const [, name, signature] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    if (!name) throw new Error("signature");
    const bytes = base64(signature);
    const key = keys.find((k) => k.name === name && k.id === hex(bytes.slice(0, 4)));
    if (!key) continue;
    if (!signed(bytes.slice(4), utf8.encode(body), key)) throw new Error("signature");
    good++;
  }
  const lines = body.split("\n");
  if (good === 0 || lines.length !== 4 || lines[0] !== origin || !/^(0|[1-9]\d*)$/.test(lines[1])) throw new Error("checkpoint");
  const size = Number(lines[1]);
  if (!Number.isSafeInteger(size)) throw new Error("size");
  return { size, root: base64(lines[2], 32) };
}

const leaf = (entry) => sha256(concat(Uint8Array.of(0), entry));
const node = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/** Follows an inclusion proof (RFC 9162, 2.1.3.2) from an entry up, and returns the root that it leads to, or nothing. */
export function rootOf(entry, index, size, proof) {
  if (index >= size) return undefined;
  let [fn, sn, r] = [index, size - 1, leaf(entry)];
  const half = (n) => Math.floor(n / 2);
  for (const p of proof) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      r = node(p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      r = node(r, p);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? r : undefined;
}

/**
 * Checks everything that a receipt holds. Returns what was found, step by step, each step with ok: true, false, or undefined when there is
 * nothing to check; and a verdict: "proved", "promised", or the first thing that is wrong, in the words of internal/ledger.
 */
export function check(text, keyLines) {
  const keys = keyLines.map(readKey);
  let r;
  try {
    r = readReceipt(text);
  } catch {
    return { verdict: "receipt_unreadable", steps: [{ step: "read", ok: false }] };
  }
  const steps = [{ step: "read", ok: true }];
  const wrong = [];
  const note = (step, ok, verdict) => {
    steps.push({ step, ok });
    if (ok === false) wrong.push(verdict);
  };

  const key = keys.find((k) => k.id === r.key);
  note("key", Boolean(key), "receipt_unknown_key");
  if (key) note("signature", signed(r.signature, promise(r), key), "receipt_bad_signature");
  note("data", r.data && same(sha256(concat(r.salt, r.data)), r.hash), "receipt_other_data");
  let tree;
  if (r.inclusion) {
    try {
      tree = readCheckpoint(r.inclusion.checkpoint, r.origin, keys);
    } catch {
      // said below
    }
    note("checkpoint", Boolean(tree), "receipt_bad_checkpoint");
    if (tree) note("proof", same(rootOf(r.hash, r.inclusion.index, tree.size, r.inclusion.proof) ?? [], tree.root), "receipt_bad_proof");
  } else {
    note("proof", undefined);
  }
  return { verdict: wrong[0] ?? (r.inclusion ? "proved" : "promised"), steps, receipt: r, size: tree?.size };
}
