// Values that no JSON text spells are taken as the first package took them, whose
// outcomes are recorded: what it answered, threw, read, and sent.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../http/harness.mjs";
import { outcomes, sent } from "./odd-values.mjs";
import { readable } from "./readable.mjs";

/** Each outcome once, with the names of its cases. */
const recorded = JSON.parse(readFileSync(join(ROOT, "tests/vectors/odd-values.json"), "utf8"));

function assertAsRecorded(found, groups) {
  const expected = groups.flatMap(({ cases, outcome }) => cases.map((name) => [name, outcome]));
  assert.deepEqual(Object.keys(found).sort(), expected.map(([name]) => name).sort());
  for (const [name, outcome] of expected) assert.deepEqual(found[name], outcome, name);
}

test("odd_values_are_checked_as_ever", () => {
  assertAsRecorded(outcomes(readable), recorded.outcomes);
});

test("odd_values_are_sent_or_refused_as_ever", async () => {
  assertAsRecorded(await sent(readable), recorded.sent);
});

test("code_of_the_callers_that_runs_while_a_request_is_read_may_ask_for_itself", () => {
  const { validateCreateAssessment, isId } = readable;
  const inner = { vendor_id: "x", control_set_ids: [1, 2, 3] };
  const list = new Proxy(["cbctst_ee46f1bfc6ae78ab04a22dc4c55b9b93"], {
    get(target, key) {
      assert.equal(validateCreateAssessment(inner).ok, false);
      assert.equal(isId("x"), false);
      return Reflect.get(target, key);
    },
  });
  const body = {
    get vendor_id() {
      assert.equal(validateCreateAssessment(inner).ok, false);
      return "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
    },
    control_set_ids: list,
  };
  const { ok } = validateCreateAssessment(body);
  assert.equal(ok, true);
});

test("an_answer_holds_the_callers_own_strings_in_lists_of_its_own", () => {
  const body = {
    control_set_ids: ["cbctst_ee46f1bfc6ae78ab04a22dc4c55b9b93"],
    service_ids: [],
    assignee_id: null,
    vendor_id: "cbvndr_bdbb39ff21c65aa009a055bb64bf3703",
  };
  const checked = readable.validateCreateAssessment(body);
  assert.ok(checked.ok);
  assert.deepEqual(Object.keys(checked.value), ["vendor_id", "control_set_ids"]);
  assert.notEqual(checked.value.control_set_ids, body.control_set_ids);
  assert.ok(!Object.isFrozen(checked.value) && !Object.isFrozen(checked.value.control_set_ids));
});
