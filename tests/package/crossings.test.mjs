// How often a call goes into WebAssembly, and whether it comes back out: that is
// what a call costs besides its rules. Counted, and never timed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { standIn } from "./stand-in.mjs";

const { crossings: BUDGET } = JSON.parse(
  readFileSync(new URL("../../bench/budget.json", import.meta.url), "utf8"),
);

let crossings = 0;
const counted =
  (run) =>
  (...args) => {
    crossings += 1;
    return run(...args);
  };

const { Instance } = WebAssembly;
WebAssembly.Instance = standIn((module, imports = {}) => {
  for (const functions of Object.values(imports)) {
    for (const [name, value] of Object.entries(functions)) {
      if (typeof value === "function") functions[name] = counted(value);
    }
  }
  const { exports } = new Instance(module, imports);
  const wrapped = Object.entries(exports).map(([name, value]) => [
    name,
    typeof value === "function" ? counted(value) : value,
  ]);
  return { exports: Object.fromEntries(wrapped) };
});

const file = new URL("../../pkg/dist/node.js?counted", import.meta.url).href;
/** @type {typeof import("../../pkg/dist/index.js")} */
const { isId, parseId, previewName, validateCreateAssessment, validateField } = await import(file);

const VENDOR = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
const ids = (prefix, count) => Array(count).fill(`${prefix}_ee46f1bfc6ae78ab04a22dc4c55b9b93`);
const large = {
  vendor_id: VENDOR,
  control_set_ids: ids("cbctst", 100),
  name: "Q2 ☕",
  service_ids: ids("cbsvc", 100),
  supporting_document_ids: ids("cbvdoc", 100),
};

/** Crossings of a call that was made before. */
function crossingsOf(work) {
  crossings = 0;
  work();
  return crossings;
}

before(() => {
  // Room is made once, for the largest of them.
  assert.ok(validateCreateAssessment(large).ok);
});

for (const [what, most, work] of /** @type {[string, number, () => unknown][]} */ ([
  [
    "a_small_request",
    BUDGET.request,
    () => validateCreateAssessment({ vendor_id: VENDOR, control_set_ids: [] }),
  ],
  ["three_hundred_ids", BUDGET.request, () => validateCreateAssessment(large)],
  [
    "a_request_of_wrong_types",
    BUDGET.request,
    () => validateCreateAssessment({ vendor_id: 7, name: {} }),
  ],
  [
    "malformed_ids",
    BUDGET.request,
    () => validateCreateAssessment({ vendor_id: "", control_set_ids: ["x"] }),
  ],
  ["a_field", BUDGET.field, () => validateField("name", "Q2")],
  ["an_id", BUDGET.id, () => parseId(VENDOR)],
  ["an_id_of_another_kind", BUDGET.id, () => isId(VENDOR, "service")],
  ["a_preview", BUDGET.preview, () => previewName({}, { vendorName: "Northwind" })],
  // It is read as far as it may be faulty, then as far as it is.
  [
    "a_hundred_thousand_faults",
    BUDGET["a hundred thousand faults"],
    () => validateCreateAssessment({ vendor_id: VENDOR, control_set_ids: Array(100_000).fill(7) }),
  ],
  // One is enough to know what is wrong.
  [
    "a_long_list_of_texts_that_are_no_unicode",
    BUDGET["texts that are no Unicode"],
    () =>
      validateCreateAssessment({
        vendor_id: VENDOR,
        control_set_ids: Array(20_000).fill(`\ud800${"x".repeat(38)}`),
      }),
  ],
])) {
  test(`${what}_takes_at_most_${most}_crossings`, () => {
    const taken = crossingsOf(work);
    assert.ok(taken >= 1 && taken <= most, `${taken} crossings`);
  });
}
