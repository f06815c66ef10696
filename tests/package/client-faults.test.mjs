// A fault inside the WebAssembly module: an error that says so, and the next
// call works, because it gets a fresh instance.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InternalError, isId, parseId, validateCreateAssessment } from "../../pkg/dist/index.js";
import { ASSESSMENT, BODY, ID, answer, never, scripted, settle } from "./client-support.mjs";
import { standIn } from "./stand-in.mjs";

/** A module whose export `t` is the instruction `unreachable`, where a panic ends. */
const TRAPPING = new WebAssembly.Instance(
  new WebAssembly.Module(
    Uint8Array.of(
      0,
      97,
      115,
      109,
      1,
      0,
      0,
      0,
      1,
      4,
      1,
      96,
      0,
      0,
      3,
      2,
      1,
      0,
      7,
      5,
      1,
      1,
      116,
      0,
      0,
      10,
      5,
      1,
      3,
      0,
      0,
      11,
    ),
  ),
).exports.t;
const TRAP = /** @type {() => never} */ (TRAPPING);

/** Names of exports whose next call traps. */
const trapping = new Set();
let instances = 0;

// The package starts its module at the first call, so this comes in time.
const { Instance } = WebAssembly;
WebAssembly.Instance = standIn((...args) => {
  instances += 1;
  const { exports } = new Instance(...args);
  const wrapped = Object.entries(exports).map(([name, value]) => {
    if (typeof value !== "function") return [name, value];
    return [name, (...rest) => (trapping.delete(name) ? TRAP() : value(...rest))];
  });
  return { exports: Object.fromEntries(wrapped) };
});

function isFault(error) {
  assert.ok(error instanceof InternalError);
  assert.ok(error.cause instanceof WebAssembly.RuntimeError);
  assert.match(error.message, /the next call works again/);
  return true;
}

test("a_fault_of_validation_is_an_internal_error_and_the_next_call_works", () => {
  assert.ok(validateCreateAssessment(BODY).ok);
  trapping.add("validate");
  assert.throws(() => validateCreateAssessment(BODY), isFault);
  assert.deepEqual(validateCreateAssessment(BODY), { ok: true, value: BODY });
  const checked = validateCreateAssessment({});
  assert.equal(checked.ok ? 0 : checked.issues.length, 2);
});

test("a_fault_of_ids_is_an_internal_error_and_the_next_call_works", () => {
  trapping.add("parseId");
  assert.throws(() => parseId(ID), isFault);
  assert.equal(parseId(ID).kind, "assessment");
  trapping.add("parseId");
  assert.throws(() => isId(ID), isFault);
  assert.ok(isId(ID));
});

for (const name of ["parseId", "isToken", "checkAnswer"]) {
  test(`a_fault_of_a_call_is_an_internal_error_and_the_next_call_works: ${name}`, async () => {
    const { client, requests } = scripted(answer(ASSESSMENT));
    trapping.add(name);
    await assert.rejects(client.retrieve(ID), isFault);
    assert.ok(requests.length <= 1);
    assert.deepEqual(await client.retrieve(ID), ASSESSMENT);
  });
}

test("a_fault_of_a_retry_decision_is_an_internal_error", async () => {
  const { client } = scripted([answer({}, 503), answer(ASSESSMENT)]);
  trapping.add("retryDelay");
  await assert.rejects(client.retrieve(ID), isFault);
  assert.deepEqual(await client.retrieve(ID), ASSESSMENT);
});

test("a_fault_of_reading_an_error_is_an_internal_error", async () => {
  const { client } = scripted([answer({ detail: "Not Found" }, 404), answer(ASSESSMENT)]);
  trapping.add("readError");
  await assert.rejects(client.retrieve(ID), isFault);
  assert.deepEqual(await client.retrieve(ID), ASSESSMENT);
});

test("a_fault_while_room_is_made_is_an_internal_error", () => {
  trapping.add("validate");
  assert.throws(() => validateCreateAssessment(BODY), isFault);
  trapping.add("reserve");
  assert.throws(() => validateCreateAssessment(BODY), isFault);
  assert.ok(validateCreateAssessment(BODY).ok);
});

test("calls_in_flight_survive_the_fault_of_another", async () => {
  let release;
  const held = () => new Promise((resolve) => (release = () => resolve(answer(ASSESSMENT))));
  const { client } = scripted(held);
  const waiting = client.retrieve(ID);
  await settle();
  trapping.add("validate");
  assert.throws(() => validateCreateAssessment(BODY), isFault);
  release();
  assert.deepEqual(await waiting, ASSESSMENT);
});

test("an_aborted_call_and_a_fault_do_not_mix", async () => {
  const { client } = scripted(never);
  const controller = new AbortController();
  const waiting = client.retrieve(ID, { signal: controller.signal });
  trapping.add("validate");
  assert.throws(() => validateCreateAssessment(BODY), isFault);
  controller.abort();
  await assert.rejects(waiting, { name: "AbortError" });
});

test("every_fault_costs_one_instance_and_no_more", () => {
  assert.ok(isId(ID));
  const had = instances;
  for (let round = 0; round < 50; round++) {
    trapping.add("parseId");
    assert.throws(() => isId(ID), isFault);
    assert.ok(isId(ID));
  }
  assert.equal(instances, had + 50);
});

test("an_error_on_purpose_is_no_fault", async () => {
  const { client } = scripted(answer(ASSESSMENT), { token: "line\nbreak" });
  await assert.rejects(client.retrieve(ID), TypeError);
  assert.ok(isId(ID));
});
