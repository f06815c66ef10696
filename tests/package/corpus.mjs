// A corpus of create requests: the shared vectors, then generated ones. The
// same seed gives the same corpus everywhere.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../http/harness.mjs";
import { FIELDS } from "./fields.mjs";

const vectors = (name) => JSON.parse(readFileSync(join(ROOT, "tests/vectors", name), "utf8"));

const PREFIX = {
  vendor_id: "cbvndr",
  control_set_ids: "cbctst",
  service_ids: "cbsvc",
  assignee_id: "cbuser",
  supporting_document_ids: "cbvdoc",
};

/** A small seeded generator (mulberry32): uniform numbers in 0..1. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Texts of requests, each JSON. */
export function corpus(count, seed) {
  const random = generator(seed);
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const chance = (p) => random() < p;
  const hex = () => Array.from({ length: 32 }, () => pick("0123456789abcdef")).join("");
  const id = (field) => `${PREFIX[field]}_${hex()}`;
  const badIds = vectors("ids.json").invalid.map(({ text }) => text);
  const text = () =>
    pick([
      "",
      " ",
      "Q2",
      "☕ & Søn",
      "\u{1F600}",
      "a\u0000b",
      "x".repeat(254 + below(3)),
      ` ${"n".repeat(254 + below(3))}\n`,
      "{{year}} {{nope}}",
      "\u{1F600}".repeat(254 + below(3)),
    ]);
  const other = (depth = 0) =>
    pick([
      () => null,
      () => true,
      () => false,
      () => 0,
      () => -1.5,
      () => 1e300,
      () => "x",
      () => (depth < 3 ? [other(depth + 1)] : []),
      () => (depth < 3 ? { [pick(FIELDS)]: other(depth + 1) } : {}),
    ])();
  const oneId = (field) => (chance(0.85) ? id(field) : pick(badIds));
  const ids = (field) => {
    const length = chance(0.03) ? 99 + below(4) : below(4);
    const list = Array.from({ length }, () => oneId(field));
    if (list.length && chance(0.1)) list.push(list[0]);
    if (chance(0.08)) list.splice(below(list.length + 1), 0, other());
    return list;
  };
  const good = (field) => {
    if (field.endsWith("_ids")) return ids(field);
    return field in PREFIX ? oneId(field) : text();
  };
  const body = () => {
    if (chance(0.02)) return JSON.stringify(other());
    const request = {};
    const order = FIELDS.map((field) => ({ field, at: random() })).sort((a, b) => a.at - b.at);
    for (const { field } of order) {
      const required = field === "vendor_id" || field === "control_set_ids";
      if (!chance(required ? 0.95 : 0.4)) continue;
      request[field] = chance(0.93) ? good(field) : other();
    }
    if (chance(0.2)) request[pick(["risk_type", "Vendor_id", "products", "x"])] = other();
    return JSON.stringify(request, null, chance(0.1) ? 2 : 0).replaceAll("\n", "\r");
  };
  const recorded = vectors("schema-422.json")
    .filter(({ content_type: type = "application/json" }) => type === "application/json")
    .map(({ body }) => body)
    .filter((body) => {
      // The package takes values, not texts: what is no JSON has no value.
      try {
        JSON.parse(body);
        return !body.includes("\n");
      } catch {
        return false;
      }
    });
  return [...recorded, ...Array.from({ length: count }, body)];
}
