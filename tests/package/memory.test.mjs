// Validation in a long synchronous loop: nothing has to be freed, nothing leaks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isId, validateCreateAssessment, validateField } from "../../pkg/dist/index.js";
import { memoryOf, standIn } from "./stand-in.mjs";

const GOOD = {
  vendor_id: "cbvndr_bdbb39ff21c65aa009a055bb64bf3703",
  control_set_ids: ["cbctst_ee46f1bfc6ae78ab04a22dc4c55b9b93"],
  name: "Q2 ☕",
};
const BAD = { vendor_id: 7, control_set_ids: [1, "x"], name: "n".repeat(300) };

/** Bytes of every WebAssembly memory there is, told by the runtime. */
function memories(work) {
  const { Instance } = WebAssembly;
  const found = [];
  WebAssembly.Instance = standIn((...args) => {
    const instance = new Instance(...args);
    found.push(memoryOf(instance));
    return instance;
  });
  try {
    work();
  } finally {
    WebAssembly.Instance = Instance;
  }
  return found;
}

test("a_million_validations_leave_the_memory_as_the_first_ten_thousand_did", () => {
  const round = (index) => {
    if (index % 2) validateCreateAssessment(GOOD);
    else validateCreateAssessment(BAD);
    if (index % 16 === 0) validateField("vendor_id", "cbvndr_");
    if (index % 16 === 1) isId("cbsvc_x", "vendor");
  };
  const [memory] = memories(() => round(0));
  for (let index = 1; index < 10_000; index++) round(index);
  const early = memory.buffer.byteLength;
  for (let index = 10_000; index < 1_000_000; index++) round(index);
  assert.equal(memory.buffer.byteLength, early);
});

test("values_that_throw_when_they_are_read_never_harm_a_later_call", () => {
  const mine = new Error("mine");
  const trap = new Proxy([], {
    get() {
      throw mine;
    },
  });
  for (let index = 0; index < 5_000; index++) {
    assert.throws(
      () => validateCreateAssessment({ ...GOOD, control_set_ids: trap }),
      (error) => error === mine,
    );
    assert.ok(validateCreateAssessment(GOOD).ok);
  }
});
