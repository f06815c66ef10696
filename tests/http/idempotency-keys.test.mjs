// Which idempotency keys are taken, how long they are kept, and writes whose outcome
// gets lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ORG,
  VISIBLE_ASCII,
  api,
  assessments,
  create,
  differs,
  freshKey,
  isNew,
  isReplayOf,
  replayed,
} from "./idempotency-support.mjs";

const raw = (headers) =>
  api.sendRaw("POST", "/v1/assessments", {
    key: ORG.key,
    headers: [["content-type", "application/json"], ...headers],
    body: Buffer.from(JSON.stringify(ORG.body)),
  });
const header = (...values) => values.map((value) => ["idempotency-key", value]);

for (const [what, headers] of [
  ["empty", header("")],
  ["of_spaces", header("   ")],
  ["of_256_characters", header("k".repeat(256))],
  ["with_a_space", header("two words")],
  ["with_a_tab", header("two\twords")],
  ["in_latin_1", header("caf\u00e9")],
  ["in_utf_8", header(Buffer.from("é☕\u{1F6A2}").toString("latin1"))],
  ["of_a_byte_that_is_no_utf_8", header("\u00ff")],
  ["sent_twice", header("one", "two")],
  ["sent_twice_the_same", header("one", "one")],
  ["sent_twice_once_empty", header("", "one")],
  ["sent_twice_and_then_empty", header("one", "")],
  ["sent_twice_both_empty", header("", "")],
]) {
  test(`a_key_${what}_is_refused`, async () => {
    const answer = await api.writesNothing(() => raw(headers));
    assert.equal(answer.status, 400, answer.text);
    assert.deepEqual(Object.keys(answer.json.detail), ["error"]);
    assert.equal(typeof answer.json.detail.error, "string");
  });
}

test("a_malformed_key_is_refused_before_the_body_is_judged", async () => {
  for (const body of [
    " ".repeat(300_000),
    "{",
    "{}",
    { ...ORG.body, trigger_workflow: "no such flow" },
  ]) {
    const answer = await api.create(body, { key: ORG.key, idempotencyKey: "two words" });
    assert.equal(answer.status, 400);
    assert.deepEqual(Object.keys(answer.json.detail), ["error"]);
  }
});

for (const key of ["k", VISIBLE_ASCII, VISIBLE_ASCII.repeat(3).slice(0, 255)]) {
  test(`a_key_of_${key.length}_visible_ascii_characters_is_taken`, async () => {
    const first = isNew(await raw(header(key)));
    isReplayOf(first, await raw(header(key)));
  });
}

test("a_key_is_ignored_on_get_and_delete", async () => {
  for (const value of ["", "two words", "k".repeat(256), "caf\u00e9", "fine"]) {
    const { id } = isNew(await create()).json;
    for (const method of ["GET", "DELETE"]) {
      const path = `/v1/assessments/${id}`;
      const answer = await api.sendRaw(method, path, { key: ORG.key, headers: header(value) });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.id, id);
      assert.equal(replayed(answer), null);
    }
  }
});

test("the_sweep_deletes_every_expired_record_and_no_other", async () => {
  const key = freshKey();
  const first = isNew(await create(key));
  const insert = (prefix, expiresAt, number) =>
    api.rows(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?3)
       INSERT INTO idempotency_records (org_id, operation, key, response_body, created_at, expires_at)
       SELECT ?1, 'POST /v1/assessments', ?4 || n, '{}', 1, ?2 FROM numbers`,
      ORG.id,
      expiresAt,
      number,
      prefix,
    );
  const now = Math.floor(Date.now() / 1000);
  await insert("expired-", now - 1, 1234);
  await insert("alive-", now + 600, 700);
  const { idempotency_records: before, ...others } = await api.counts();
  await api.scheduled();
  const { idempotency_records: left, ...othersAfter } = await api.counts();
  assert.equal(left, before - 1234);
  assert.deepEqual(othersAfter, others);
  const [{ n }] = await api.rows(
    "SELECT count(*) AS n FROM idempotency_records WHERE key GLOB 'alive-*'",
  );
  assert.equal(n, 700);
  isReplayOf(first, await create(key));
});

test("a_write_reported_as_failed_after_its_commit_answers_the_replay", async () => {
  const key = freshKey();
  const before = await assessments();
  const answer = await create(
    key,
    { trigger_workflow: "live" },
    { faults: { d1: "fail-after-commit" } },
  );
  isReplayOf(answer, await create(key, { trigger_workflow: "live" }));
  assert.equal(replayed(answer), "true");
  assert.equal(differs(answer), null);
  assert.equal(await assessments(), before + 1);
  const [run] = await api.rows(
    "SELECT id FROM workflow_runs WHERE assessment_id = ?",
    answer.json.id,
  );
  assert.equal(run.id, answer.json.workflow_run_id);
});

test("a_write_that_failed_leaves_the_key_free", async () => {
  const key = freshKey();
  const faults = { d1: "fail-before-commit" };
  const answer = await api.writesNothing(() =>
    create(key, { trigger_workflow: "live" }, { faults }),
  );
  assert.equal(answer.status, 503, answer.text);
  assert.match(answer.headers.get("retry-after"), /^[1-9][0-9]*$/);
  const first = isNew(await create(key));
  isReplayOf(first, await create(key));
});
