// Events that runs wait for: kept, taken, refused, late.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ENDED,
  EXPECTED_OBJECT,
  ORG,
  REPORT,
  api,
  completedOnce,
  eventRows,
  execute,
  runs,
} from "./workflow-flows.mjs";
import { outcomes, until } from "./workflow-support.mjs";

// Events.

test("an_event_is_answered_202_and_lets_the_run_go_on", async () => {
  const started = await runs.start("event");
  await runs.reached(started.run, 1);
  const answer = await runs.send(started.run, { name: "go", payload: { a: 1 } });
  assert.equal(answer.status, 202, answer.text);
  assert.deepEqual(Object.keys(answer.json), ["workflow_run_id", "name", "received_at"]);
  assert.equal(answer.json.workflow_run_id, started.run);
  assert.equal(answer.json.name, "go");
  assert.ok(Number.isInteger(answer.json.received_at));
  assert.equal(answer.headers.get("idempotent-replayed"), null);
  await completedOnce(started);
});

test("an_event_that_comes_before_its_wait_is_kept", async () => {
  const { run } = await runs.start("later event");
  assert.equal((await runs.send(run, { name: "go" })).status, 202);
  const [kept] = await eventRows(run);
  assert.equal(kept.taken_by, null);
  assert.equal((await runs.send(run, { name: "hold" })).status, 202);
  assert.equal((await runs.ended(run)).status, "completed");
  assert.deepEqual(
    (await eventRows(run)).map(({ name, taken_by }) => [name, taken_by]),
    [
      ["go", 1],
      ["hold", 0],
    ],
  );
});

test("two_events_serve_two_waits_in_order_and_one_serves_one", async () => {
  const { run } = await runs.start("two events");
  await runs.reached(run, 0);
  assert.equal((await runs.send(run, { name: "go", payload: "first" })).status, 202);
  await runs.reached(run, 1);
  assert.deepEqual(await eventRows(run), [{ name: "go", payload: '"first"', taken_by: 0 }]);
  // However often it is woken, it waits for an event of its own.
  await runs.overdue(run);
  await api.scheduled();
  assert.deepEqual(outcomes(await runs.run(run)), ["success", null]);
  assert.equal((await runs.send(run, { name: "go", payload: "second" })).status, 202);
  assert.equal((await runs.ended(run)).status, "completed");
  const taken = (await eventRows(run)).map(({ payload, taken_by }) => [payload, taken_by]);
  assert.deepEqual(taken, [
    ['"first"', 0],
    ['"second"', 1],
  ]);
});

test("an_event_of_a_later_step_is_kept_and_changes_nothing_yet", async () => {
  const { run } = await runs.start("named");
  await runs.reached(run, 0);
  for (const name of ["go", "z"]) {
    assert.equal((await runs.send(run, { name })).status, 202);
  }
  await runs.overdue(run);
  await api.scheduled();
  assert.deepEqual(outcomes(await runs.run(run)), [null]);
  for (const name of ["a.b-c_D9", "hold", "x".repeat(100)]) {
    assert.equal((await runs.send(run, { name })).status, 202);
  }
  assert.equal((await runs.ended(run)).status, "completed");
  const taken = (await eventRows(run)).map(({ taken_by }) => taken_by);
  assert.deepEqual(taken, [4, 3, 1, 0, 2]);
});

test("a_payload_is_kept_as_sent", async () => {
  const { run } = await runs.start("named");
  await runs.reached(run, 0);
  const payload = '{"b": 1e400,\n "a":[ null, "\\u00e9 ☕"],"b":2}';
  assert.equal((await runs.send(run, `{"name":"a.b-c_D9","payload":${payload}}`)).status, 202);
  assert.equal((await runs.send(run, { name: "x".repeat(100) })).status, 202);
  assert.equal(
    (await runs.send(run, '{"name":"y","name":"z","more":1,"payload":null}')).status,
    202,
  );
  assert.deepEqual(await eventRows(run), [
    { name: "a.b-c_D9", payload, taken_by: null },
    { name: "x".repeat(100), payload: "null", taken_by: null },
    { name: "z", payload: "null", taken_by: null },
  ]);
});

test("events_for_a_run_that_has_ended_are_409", async () => {
  const completed = await runs.start("bare");
  await runs.ended(completed.run);
  const failed = await runs.start("given up");
  await runs.ended(failed.run);
  const canceled = await runs.start("event");
  await api.archive(canceled.id, { key: ORG.key });
  await api.writesNothing(async () => {
    for (const { run } of [completed, failed, canceled]) {
      for (const idempotencyKey of [undefined, "after-the-end"]) {
        const answer = await runs.send(run, { name: "go" }, { idempotencyKey });
        assert.equal(answer.status, 409, answer.text);
        assert.deepEqual(answer.json, ENDED);
      }
      // The name comes before the run, the schema before the name.
      assert.equal((await runs.send(run, { name: "a b" })).status, 400);
      assert.equal((await runs.send(run, {})).status, 422);
    }
  });
});

test("events_with_malformed_names_are_400", async () => {
  const { run } = await runs.start("no steps");
  await api.writesNothing(async () => {
    for (const name of ["", " ", "a b", "a/b", "é", "x".repeat(101), "a\n", "\u0000"]) {
      for (const id of [run, "x"]) {
        const answer = await runs.send(id, { name });
        assert.equal(answer.status, 400, answer.text);
        assert.deepEqual(Object.keys(answer.json.detail), ["error"]);
        assert.match(answer.json.detail.error, /^name: /);
      }
    }
    const { text, status } = await runs.send(run, { name: "go" }, { idempotencyKey: "two words" });
    assert.equal(status, 400, text);
    assert.match(text, /Idempotency-Key/i);
  });
});

test("events_of_another_schema_are_422", async () => {
  const { run } = await runs.start("no steps");
  const missing = { msg: "Field required", type: "missing" };
  const notAString = {
    loc: ["body", "name"],
    msg: "Input should be a valid string",
    type: "string_type",
  };
  await api.writesNothing(async () => {
    for (const [body, detail] of [
      [Buffer.from(""), [{ loc: ["body"], ...missing }]],
      ["[]", [EXPECTED_OBJECT]],
      ['[["name","go"]]', [EXPECTED_OBJECT]],
      ["null", [EXPECTED_OBJECT]],
      ['"go"', [EXPECTED_OBJECT]],
      ["{}", [{ loc: ["body", "name"], ...missing }]],
      ['{"Name":"go"}', [{ loc: ["body", "name"], ...missing }]],
      ['{"name":null}', [notAString]],
      ['{"name":7}', [notAString]],
      ['{"name":["go"]}', [notAString]],
    ]) {
      for (const id of [run, "x"]) {
        const answer = await runs.send(id, body);
        assert.equal(answer.status, 422, `${body}: ${answer.text}`);
        assert.deepEqual(answer.json, { detail });
      }
    }
    for (const body of [
      "{",
      '{"name":"go"} x',
      '{"name":"go","payload":NaN}',
      '{"name":"\\ud800"}',
    ]) {
      const answer = await runs.send(run, body);
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.json.detail[0].type, "json_invalid");
    }
    for (const contentType of ["text/plain", ""]) {
      const headers = { "content-type": contentType };
      const answer = await runs.send(run, Buffer.from('{"name":"go"}'), { headers });
      assert.deepEqual(answer.json, { detail: [EXPECTED_OBJECT] });
    }
  });
});

test("events_that_are_too_large_are_413", async () => {
  const { run } = await runs.start("no steps");
  const padded = (length) => `{"name":"go"${" ".repeat(length - 13)}}`;
  await api.writesNothing(async () => {
    for (const id of [run, "x"]) {
      const answer = await runs.send(id, padded(262_145));
      assert.equal(answer.status, 413);
      assert.deepEqual(answer.json, { detail: "Request body too large." });
    }
  });
  const waiting = await runs.start("event");
  assert.equal((await runs.send(waiting.run, padded(262_144))).status, 202);
});

test("an_idempotency_key_makes_one_event_and_replays_its_answer", async () => {
  const { run } = await runs.start("two names");
  const another = await runs.start("two names");
  await runs.reached(run, 0);
  const options = { idempotencyKey: "an-event" };
  const first = await runs.send(run, { name: "other", payload: 1 }, options);
  assert.equal(first.status, 202);
  assert.equal(first.headers.get("idempotent-replayed"), null);
  const replays = async () => {
    for (const body of [{ name: "other", payload: 1 }, { name: "go" }, "{", "x".repeat(300_000)]) {
      const replay = await runs.send(run, body, options);
      assert.equal(replay.status, 202);
      assert.equal(replay.text, first.text);
      assert.equal(replay.headers.get("idempotent-replayed"), "true");
      const isSame = typeof body === "object" && body.payload === 1;
      assert.equal(replay.headers.get("idempotent-request-differs"), isSame ? null : "true");
    }
  };
  await replays();
  assert.equal((await eventRows(run)).length, 1);
  // Other runs have keys of their own, and so do creates.
  const elsewhere = await runs.send(another.run, { name: "other" }, options);
  assert.equal(elsewhere.status, 202);
  assert.equal(elsewhere.headers.get("idempotent-replayed"), null);
  assert.equal(elsewhere.json.workflow_run_id, another.run);
  const created = await api.create(ORG.body, { key: ORG.key, ...options });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get("idempotent-replayed"), null);
  // A replay outlives the run.
  assert.equal((await runs.send(run, { name: "go" })).status, 202);
  await runs.ended(run);
  await replays();
  assert.equal((await eventRows(run)).length, 2);
});

test("twenty_simultaneous_events_with_one_key_are_one", async () => {
  const { run } = await runs.start("two events");
  await runs.reached(run, 0);
  const send = () => runs.send(run, { name: "go" }, { idempotencyKey: "twenty" });
  const answers = await Promise.all(Array.from({ length: 20 }, send));
  const accepted = answers.filter(({ status }) => status === 202);
  assert.ok(accepted.length > 0);
  for (const answer of answers) {
    // Whoever waits too long for the others gets a 503, and a replay later.
    if (answer.status === 503) assert.equal((await send()).text, accepted[0].text);
    else assert.equal(answer.text, accepted[0].text);
  }
  const fresh = accepted.filter(({ headers }) => headers.get("idempotent-replayed") === null);
  assert.equal(fresh.length, 1);
  assert.equal((await eventRows(run)).length, 1);
  const waiting = await runs.reached(run, 1);
  assert.deepEqual(outcomes(waiting), ["success", null]);
});

test("simultaneous_events_without_a_key_are_each_kept", async () => {
  const { run } = await runs.start("named");
  await runs.reached(run, 0);
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  const answers = await Promise.all(
    numbers.map((payload) => runs.send(run, { name: "go", payload })),
  );
  for (const { status, text } of answers) assert.equal(status, 202, text);
  const payloads = (await eventRows(run)).map(({ payload }) => Number(payload));
  assert.deepEqual(
    payloads.sort((a, b) => a - b),
    numbers,
  );
});

test("time_is_up_for_an_event_that_does_not_come", async () => {
  const failing = await runs.start("time-out");
  const going = await runs.start("time-out, continue");
  const failed = await runs.ended(failing.run);
  assert.equal(failed.status, "failed");
  assert.deepEqual(outcomes(failed), ["failed"]);
  assert.equal(failed.steps[0].message, "No event 'go' within 1 s");
  assert.equal((await runs.assessment(failing.id)).status, "failed");
  const gone = await runs.ended(going.run);
  assert.equal(gone.status, "completed");
  assert.deepEqual(outcomes(gone), ["failed", "success"]);
  assert.equal(gone.steps[0].message, "No event 'go' within 1 s");
  assert.equal((await runs.assessment(going.id)).status, "complete");
});

test("a_report_is_applied_like_the_answer_of_a_call", async () => {
  const { id, run } = await runs.start("only a report");
  await runs.reached(run, 0);
  assert.equal((await runs.send(run, { name: "report", payload: REPORT })).status, 202);
  const ended = await runs.ended(run);
  assert.equal(ended.status, "completed");
  assert.deepEqual(
    ended.steps[0].artifacts.map(({ artifact_type, id: of, role }) => ({
      artifact_type,
      id: of,
      role,
    })),
    REPORT.artifacts,
  );
  const [artifact] = ended.steps[0].artifacts;
  assert.deepEqual(Object.keys(artifact), [
    "artifact_type",
    "id",
    "role",
    "created_at",
    "updated_at",
  ]);
  const assessment = await runs.assessment(id);
  assert.equal(assessment.status, "review_evals");
  assert.equal(assessment.score_percent, 0.83);
  assert.equal(assessment.findings_count, 2);
  assert.deepEqual(await runs.titles(id), ["First", "Second"]);
});

test("a_report_that_is_none_is_a_failure", async () => {
  const canceling = { ...REPORT, status: "canceled" };
  for (const payload of [
    null,
    "fine",
    [],
    ["review_evals", 0.5],
    { score_percent: "1" },
    canceling,
  ]) {
    const { id, run } = await runs.start("report");
    assert.equal((await runs.send(run, { name: "report", payload })).status, 202);
    const ended = await runs.ended(run);
    assert.equal(ended.status, "failed", JSON.stringify(payload));
    assert.deepEqual(outcomes(ended), ["failed"]);
    assert.ok(ended.steps[0].message);
    const assessment = await runs.assessment(id);
    assert.equal(assessment.status, "failed");
    assert.equal(assessment.findings_count, 0);
  }
  const { run } = await runs.start("report, continue");
  assert.equal((await runs.send(run, { name: "report", payload: 7 })).status, 202);
  const ended = await runs.ended(run);
  assert.equal(ended.status, "completed");
  assert.deepEqual(outcomes(ended), ["failed", "success"]);
});

test("a_wait_of_a_day_outlives_the_sweeps_of_a_day", async () => {
  const started = await runs.start("long");
  await runs.reached(started.run, 1);
  for (let minute = 0; minute < 205; minute++) {
    // A minute passes, as far as the sweep can tell.
    await execute("UPDATE workflow_runs SET due_at = due_at - 60 WHERE id = ?1", started.run);
    await api.scheduled();
  }
  assert.deepEqual(outcomes(await runs.run(started.run)), ["success", null]);
  assert.equal((await runs.send(started.run, { name: "go" })).status, 202);
  await completedOnce(started);
});

test("wakes_that_came_too_early_do_not_use_up_a_later_wait", async () => {
  const { run } = await runs.start("long, later");
  await until("the run to begin", async () => (await runs.run(run)).steps.length > 0);
  // As many as the sweeps of a few hours send to a run that an early event made due.
  const instance = await api.env.WORKFLOWS.get(run);
  for (let n = 0; n < 205; n++) await instance.sendEvent({ type: "wake", payload: null });
  await until("the wait for the event", async () => (await runs.run(run)).steps.length > 1);
  // The engine hands out what it has kept; then all is quiet.
  const outcome = async () => {
    const { steps } = await runs.run(run);
    return steps[1].status;
  };
  await assert.rejects(
    until("a time-out long before its time", outcome, { bound: 6_000, every: 100 }),
    /in vain waited/,
  );
  assert.equal((await runs.send(run, { name: "go" })).status, 202);
  assert.equal((await runs.ended(run)).status, "completed");
});
