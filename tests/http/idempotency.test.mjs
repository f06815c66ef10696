// POST /v1/assessments with an Idempotency-Key: points 17 to 23 of the contract's
// checklist.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CAGED,
  DAY,
  ORG,
  OTHER,
  api,
  assessments,
  create,
  differs,
  freshKey,
  isNew,
  isReplayOf,
  replayed,
} from "./idempotency-support.mjs";
import { mintKey } from "./harness.mjs";

test("the_same_key_twice_gives_the_same_bytes_and_one_row", async () => {
  const key = freshKey();
  const first = isNew(await create(key, { trigger_workflow: "live" }));
  const second = await api.writesNothing(() => create(key, { trigger_workflow: "live" }));
  isReplayOf(first, second);
  assert.notEqual(
    second.headers.get("x-coverbase-request-id"),
    first.headers.get("x-coverbase-request-id"),
  );
});

test("without_a_key_every_post_creates", async () => {
  const before = await assessments();
  const [one, two] = [isNew(await create()), isNew(await create())];
  assert.notEqual(one.json.id, two.json.id);
  assert.equal(await assessments(), before + 2);
});

test("keys_are_told_apart_exactly", async () => {
  const key = freshKey();
  const ids = [];
  for (const variant of [key, key.toUpperCase(), `${key}x`, `x${key}`, key.slice(1)]) {
    ids.push(isNew(await create(variant)).json.id);
  }
  assert.equal(new Set(ids).size, ids.length);
});

for (const [what, body] of [
  ["another_body", { ...ORG.body, name: "another" }],
  ["a_body_of_bad_references", { vendor_id: "x", control_set_ids: ["x"] }],
  ["an_unknown_workflow", { ...ORG.body, trigger_workflow: "no such flow" }],
  ["a_body_over_a_limit", { ...ORG.body, name: "n".repeat(256) }],
  ["a_body_of_the_wrong_schema", {}],
  ["invalid_json", "{"],
  ["an_empty_body", ""],
  ["an_oversized_body", " ".repeat(300_000)],
]) {
  test(`a_key_replays_with_${what}`, async () => {
    const key = freshKey();
    const first = isNew(await create(key));
    const answer = await api.writesNothing(() =>
      api.create(body, { key: ORG.key, idempotencyKey: key }),
    );
    isReplayOf(first, answer);
    assert.equal(differs(answer), "true");
  });
}

test("a_replay_says_whether_its_bytes_are_those_of_the_first_use", async () => {
  const key = freshKey();
  const send = (body, options) =>
    api.create(body, { key: ORG.key, idempotencyKey: key, ...options });
  const bytes = JSON.stringify({ ...ORG.body, name: "Caf\u00e9" });
  const first = isNew(await send(bytes));
  for (const same of [bytes, new TextEncoder().encode(bytes), new Blob([bytes]).stream()]) {
    const answer = await send(same);
    isReplayOf(first, answer);
    assert.equal(differs(answer), null);
  }
  // What is equal as JSON is another request all the same, to the byte.
  for (const other of [
    `${bytes} `,
    `\ufeff${bytes}`,
    bytes.replace("\u00e9", "\\u00e9"),
    bytes.slice(0, -1),
    " ",
  ]) {
    const answer = await send(other);
    isReplayOf(first, answer);
    assert.equal(differs(answer), "true", JSON.stringify(other));
  }
  // The type that it is declared to have is no part of the body.
  const typed = await send(bytes, { headers: { "content-type": "text/plain" } });
  isReplayOf(first, typed);
  assert.equal(differs(typed), null);
});

test("a_replay_of_a_record_from_before_digests_were_kept_says_nothing_of_its_bytes", async () => {
  const key = freshKey();
  const first = isNew(await create(key));
  await api.rows("UPDATE idempotency_records SET request_sha256 = NULL WHERE key = ?", key);
  for (const more of [{}, { name: "another" }]) {
    const answer = await create(key, more);
    isReplayOf(first, answer);
    assert.equal(differs(answer), null);
  }
});

test("a_key_that_is_new_again_stands_for_its_new_request", async () => {
  const key = freshKey();
  isNew(await create(key, { name: "first" }));
  const clock = { faults: { clock: DAY } };
  isNew(await create(key, { name: "second" }, clock));
  assert.equal(differs(await create(key, { name: "second" }, clock)), null);
  assert.equal(differs(await create(key, { name: "first" }, clock)), "true");
});

test("racers_with_one_key_are_told_whether_they_asked_for_what_was_created", async () => {
  const key = freshKey();
  const name = (number) => `racer ${number % 2}`;
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, number) =>
      create(key, { name: name(number) }, { faults: { together: 10, slow: 150 } }),
    ),
  );
  for (const [number, answer] of answers.entries()) {
    assert.equal(answer.status, 201, answer.text);
    assert.equal(differs(answer), answer.json.name === name(number) ? null : "true");
  }
});

test("a_key_replays_with_another_credential_of_the_org", async () => {
  const key = freshKey();
  const first = isNew(await create(key));
  isReplayOf(first, await create(key, {}, { key: mintKey("second") }));
});

test("a_key_replays_the_original_after_the_assessment_moved_on_and_was_archived", async () => {
  const key = freshKey();
  const first = isNew(await create(key));
  const { id } = first.json;
  await api.rows(
    "UPDATE assessments SET status = 'review_evals', name = 'renamed' WHERE id = ?",
    id,
  );
  isReplayOf(first, await create(key));
  assert.equal((await api.archive(id, { key: ORG.key })).status, 200);
  isReplayOf(first, await api.writesNothing(() => create(key)));
});

test("the_same_key_in_another_org_is_independent", async () => {
  const key = freshKey();
  const ours = isNew(await create(key));
  const theirs = isNew(await api.create(OTHER.body, { key: OTHER.key, idempotencyKey: key }));
  assert.notEqual(theirs.json.id, ours.json.id);
  isReplayOf(ours, await create(key));
  isReplayOf(theirs, await api.create(OTHER.body, { key: OTHER.key, idempotencyKey: key }));
});

test("24_hours_after_first_use_a_key_is_new_though_replays_lay_between", async () => {
  const key = freshKey();
  const first = isNew(await create(key));
  for (const clock of [60, DAY / 2, DAY - 60]) {
    isReplayOf(first, await create(key, {}, { faults: { clock } }));
  }
  const next = isNew(await create(key, {}, { faults: { clock: DAY } }));
  assert.notEqual(next.json.id, first.json.id);
  // Its second life is counted from its second first use.
  isReplayOf(next, await create(key, {}, { faults: { clock: 2 * DAY - 60 } }));
  isNew(await create(key, {}, { faults: { clock: 2 * DAY + 60 } }));
});

test("an_expired_record_that_the_sweep_has_not_met_yet_is_not_replayed_to_a_bad_request", async () => {
  const key = freshKey();
  isNew(await create(key));
  const answer = await create(key, { vendor_id: "x" }, { faults: { clock: DAY } });
  assert.equal(answer.status, 400);
});

for (const [status, what, body] of [
  [400, "a_bad_reference", { ...ORG.body, vendor_id: "x" }],
  [400, "a_limit", { ...ORG.body, name: "n".repeat(256) }],
  [404, "an_unknown_workflow", { ...ORG.body, trigger_workflow: "no such flow" }],
  [409, "a_disabled_workflow", { ...ORG.body, trigger_workflow: "paused" }],
  [413, "an_oversized_body", " ".repeat(300_000)],
  [422, "a_schema_fault", {}],
]) {
  test(`${what}_answered_${status}_leaves_the_key_free`, async () => {
    const key = freshKey();
    const send = (body) => api.create(body, { key: ORG.key, idempotencyKey: key });
    const refused = await api.writesNothing(() => send(body));
    assert.equal(refused.status, status);
    const first = isNew(await send(ORG.body));
    isReplayOf(first, await send(body));
  });
}

for (const posts of [20, 64]) {
  test(`${posts}_simultaneous_posts_with_one_new_key_create_one_row`, async () => {
    const key = freshKey();
    const before = await assessments();
    // All look the key up before any of them writes.
    const faults = { together: posts, slow: 150 };
    const answers = await Promise.all(
      Array.from({ length: posts }, (_, number) =>
        create(key, { name: `racer ${number}` }, { faults }),
      ),
    );
    assert.equal(await assessments(), before + 1);
    const first = answers.find((answer) => answer.status === 201 && replayed(answer) === null);
    assert.ok(first, "no racer created");
    for (const answer of answers) {
      if (answer === first) continue;
      // One whose wait ran out is told to come back, and then gets it.
      isReplayOf(first, answer.status === 503 ? await create(key) : answer);
    }
    assert.equal(await assessments(), before + 1);
  });
}

test("racers_that_fail_a_check_get_their_own_error_or_the_winners_answer", async () => {
  const key = freshKey();
  const before = await assessments();
  const requests = Array.from({ length: 24 }, (_, number) =>
    number % 2 ? {} : { vendor_id: "x" },
  );
  const answers = await Promise.all(requests.map((more) => create(key, more)));
  assert.equal(await assessments(), before + 1);
  const first = answers.find((answer) => answer.status === 201 && replayed(answer) === null);
  assert.ok(first, "no racer created");
  answers.forEach((answer, number) => {
    if (answer === first || (!(number % 2) && answer.status === 400)) return;
    isReplayOf(first, answer);
  });
});

test("a_replay_with_a_revoked_key_is_refused", async () => {
  const idempotencyKey = freshKey();
  const key = mintKey("to be revoked");
  isNew(await create(idempotencyKey, {}, { key }));
  await api.rows("UPDATE api_keys SET revoked_at = 1 WHERE name = 'to be revoked'");
  const answer = await api.writesNothing(() => create(idempotencyKey, {}, { key }));
  assert.equal(answer.status, 401);
  assert.deepEqual(answer.json, { detail: "Invalid or expired API key." });
  assert.equal(replayed(answer), null);
});

test("a_replay_from_a_refused_address_is_refused", async () => {
  const idempotencyKey = freshKey();
  const from = (address) =>
    api.create(CAGED.body, {
      key: CAGED.key,
      idempotencyKey,
      headers: { "cf-connecting-ip": address },
    });
  const first = isNew(await from("203.0.113.7"));
  const refused = await from("198.51.100.7");
  assert.equal(refused.status, 403);
  assert.equal(refused.json.detail.code, "ip_not_allowed");
  isReplayOf(first, await from("203.0.113.8"));
});
