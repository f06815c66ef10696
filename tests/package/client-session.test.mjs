// Sessions: made by a server that holds a key, checked before they are asked for.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiError, ResponseShapeError, ValidationError } from "../../pkg/dist/index.js";
import { KEYS, ORGS, startApi } from "../http/harness.mjs";
import { answer, clientOf, hasty, scripted } from "./client-support.mjs";
import { readable } from "./readable.mjs";
import { inBrowserRealm } from "./realm.mjs";

const [ANA] = ORGS.harbor.users;
const GIVEN = { token: "a.session.token", expires_at: 1_790_500_900 };
const BUSY = answer({ detail: "Service temporarily unavailable." }, 503, { "retry-after": "1" });

let api;
before(async () => {
  api = await startApi();
});
after(() => api?.close());

test("a_session_is_made_and_calls_with_it", async () => {
  const client = clientOf(api);
  const request = { user_id: ANA.id, role: "Dashboard Viewer", origin: null, expires_in: 60 };
  const { data, status, requestId } = await client.withResponse.createSession(request);
  assert.equal(status, 201);
  assert.ok(requestId);
  const life = data.expires_at - Date.now() / 1000;
  assert.ok(life > 30 && life <= 61, String(life));
  const page = clientOf(api, { token: data.token });
  const { id } = await page.retrieve(ORGS.harbor.assessments[0].id);
  assert.equal(id, ORGS.harbor.assessments[0].id);
  await assert.rejects(page.create({ vendor_id: ORGS.harbor.vendors[0].id, control_set_ids: [] }), {
    status: 401,
    message: "Unauthorized role.",
  });
  // A session makes none.
  await assert.rejects(page.createSession({ user_id: ANA.id }), { status: 401 });
});

test("what_is_sent_is_the_request_and_nothing_else", async () => {
  const { client, requests } = scripted(answer(GIVEN, 201));
  const request = { user_id: ANA.id, expires_in: 900, origin: "https://a.example", extra: 1 };
  assert.deepEqual(await client.createSession(request), GIVEN);
  const [sent] = requests;
  assert.deepEqual([sent.method, sent.url], ["POST", "https://api.example/v1/sessions"]);
  assert.equal(sent.headers.get("content-type"), "application/json");
  assert.equal(sent.headers.get("idempotency-key"), null);
  const { extra, ...known } = request;
  assert.deepEqual(await sent.json(), known);
});

for (const [what, request, status, issues] of [
  ["nothing", undefined, 422, [["body", "model_attributes_type"]]],
  [
    "types",
    { user_id: 7, role: [], origin: {}, expires_in: "60" },
    422,
    [
      ["user_id", "string_type"],
      ["role", "string_type"],
      ["origin", "string_type"],
      ["expires_in", "int_type"],
    ],
  ],
  [
    "an id of another kind",
    { user_id: ORGS.harbor.vendors[0].id },
    400,
    [["user_id", "wrong_kind"]],
  ],
  [
    "an origin with a slash",
    { user_id: ANA.id, origin: "https://a.example/" },
    400,
    [["origin", "no_origin"]],
  ],
  [
    "a lifetime that is too short",
    { user_id: ANA.id, expires_in: 59 },
    400,
    [["expires_in", "out_of_range"]],
  ],
  [
    "a lifetime that is too long",
    { user_id: ANA.id, expires_in: 3_601 },
    400,
    [["expires_in", "out_of_range"]],
  ],
  [
    "a lifetime that is no number",
    { user_id: ANA.id, expires_in: Number.NaN },
    422,
    [["expires_in", "int_type"]],
  ],
]) {
  test(`a_request_that_would_be_refused_is_not_sent: ${what}`, async () => {
    const { client, requests } = scripted(answer(GIVEN, 201), {}, readable.AssessmentsClient);
    await assert.rejects(client.createSession(/** @type {any} */ (request)), (error) => {
      assert.ok(error instanceof ValidationError);
      assert.equal(error.status, status);
      const found = error.issues.map(({ loc, type }) => [loc.at(-1), type]);
      assert.deepEqual(found, issues);
      return true;
    });
    assert.equal(requests.length, 0);
  });
}

test("without_validation_the_server_says_the_same", async () => {
  const client = clientOf(api, { validate: false });
  const request = { user_id: "me", origin: "*", expires_in: 1 };
  await assert.rejects(client.createSession(request), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 400);
    assert.match(error.message, /^origin: must begin with .*; expires_in: 60 to 3600 seconds$/);
    return true;
  });
  // All but who that is was right: the server alone knows.
  await assert.rejects(client.createSession({ user_id: "me" }), /user_id: me not found/);
});

test("an_answer_of_another_shape_is_none", async () => {
  for (const given of [
    { token: 7, expires_at: 1 },
    { token: "x" },
    { ...GIVEN, expires_at: "1" },
  ]) {
    const { client } = scripted(answer(given, 201));
    await assert.rejects(client.createSession({ user_id: ANA.id }), ResponseShapeError);
  }
});

test("a_server_that_is_busy_is_asked_again", async (t) => {
  hasty(t);
  const { client, requests } = scripted([BUSY, answer(GIVEN, 201)]);
  assert.deepEqual(await client.createSession({ user_id: ANA.id }), GIVEN);
  assert.equal(requests.length, 2);
});

test("no_page_makes_a_session_unless_it_is_told_that_it_may", async (t) => {
  inBrowserRealm(t);
  for (const token of [KEYS.harbor, "a.session.token"]) {
    const { client, requests } = scripted(answer(GIVEN, 201), { token });
    for (const call of [client, client.withResponse]) {
      await assert.rejects(call.createSession({ user_id: ANA.id }), {
        name: "ConfigurationError",
        message: /on your server/,
      });
    }
    assert.equal(requests.length, 0);
  }
  const options = { token: KEYS.harbor, dangerouslyAllowBrowserKey: true };
  const { client } = scripted(answer(GIVEN, 201), options);
  assert.deepEqual(await client.createSession({ user_id: ANA.id }), GIVEN);
});

test("the_module_of_pages_leaves_to_the_api_what_is_wrong_with_a_request", async () => {
  for (const [request, sent] of [
    [{ user_id: 7, more: true }, { user_id: 7 }],
    ["x", {}],
    [undefined, {}],
  ]) {
    const { client, requests } = scripted(answer(GIVEN, 201));
    assert.deepEqual(await client.createSession(/** @type {any} */ (request)), GIVEN);
    assert.deepEqual(await requests[0].json(), sent);
  }
});

test("a_session_of_another_shape_is_in_no_error", async () => {
  const { client } = scripted(answer({ token: "eyJ.secret.s", expires_at: "soon" }, 201));
  await assert.rejects(client.createSession({ user_id: ANA.id }), (thrown) => {
    const error = /** @type {any} */ (thrown);
    assert.equal(error.name, "ResponseShapeError");
    assert.doesNotMatch(error.body + error.message, /secret/);
    return true;
  });
});
