// An idempotency key that is used for two requests: the client tells of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ORGS, startApi } from "../http/harness.mjs";
import { BODY as SAMPLE, CREATED, answer, clientOf, scripted } from "./client-support.mjs";

const BODY = { vendor_id: ORGS.harbor.vendors[0].id, control_set_ids: [] };
const DIFFERS = { "idempotent-replayed": "true", "idempotent-request-differs": "true" };

let api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

test("with_response_tells_whether_a_replay_answers_another_request", async () => {
  const { withResponse } = clientOf(api);
  const options = { idempotencyKey: "two-things" };
  const told = ({ data, replayed, requestDiffers }) => [data.name, replayed, requestDiffers];
  assert.deepEqual(told(await withResponse.create({ ...BODY, name: "One" }, options)), [
    "One",
    false,
    false,
  ]);
  assert.deepEqual(told(await withResponse.create({ ...BODY, name: "One" }, options)), [
    "One",
    true,
    false,
  ]);
  assert.deepEqual(told(await withResponse.create({ ...BODY, name: "Two" }, options)), [
    "One",
    true,
    true,
  ]);
});

test("create_tells_the_hook_of_a_key_that_belongs_to_another_request", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const told = [];
  const hooks = { onRequestDiffers: (event) => told.push(event) };
  const headers = { ...DIFFERS, "x-coverbase-request-id": "known" };
  const { client } = scripted(answer(CREATED, 201, headers), { hooks });
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(await client.create(SAMPLE, { idempotencyKey: "k" }), CREATED);
  }
  assert.deepEqual(
    told,
    Array(2).fill({ idempotencyKey: "k", id: CREATED.id, requestId: "known" }),
  );
  assert.equal(warn.mock.callCount(), 0);
});

test("a_hook_of_the_call_is_told_instead_of_the_clients", async () => {
  const told = [];
  const hooks = (who) => ({ onRequestDiffers: () => told.push(who) });
  const { client } = scripted(answer(CREATED, 201, DIFFERS), { hooks: hooks("client") });
  await client.create(SAMPLE, { idempotencyKey: "k", hooks: hooks("call") });
  await client.create(SAMPLE, { idempotencyKey: "k", hooks: undefined });
  assert.deepEqual(told, ["call", "client"]);
});

test("without_a_hook_create_warns_once_and_names_key_and_assessment", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const { client } = scripted(answer(CREATED, 201, DIFFERS));
  for (let round = 0; round < 3; round++)
    await client.create(SAMPLE, { idempotencyKey: "ticket-1" });
  assert.equal(warn.mock.callCount(), 1);
  const [text] = warn.mock.calls[0].arguments;
  assert.match(text, /"ticket-1"/);
  assert.ok(text.includes(CREATED.id), text);
});

test("a_replay_of_the_same_request_and_with_response_are_told_nothing", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const same = scripted(answer(CREATED, 201, { "idempotent-replayed": "true" }));
  await same.client.create(SAMPLE);
  const { client } = scripted(answer(CREATED, 201, DIFFERS));
  assert.equal((await client.withResponse.create(SAMPLE)).requestDiffers, true);
  assert.equal(warn.mock.callCount(), 0);
});
