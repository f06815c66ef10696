// Answers that are not what the API gives: what a caller is told of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  ApiError,
  AssessmentsError,
  ConnectionError,
  ResponseShapeError,
} from "../../pkg/dist/index.js";
import { ROOT } from "../http/harness.mjs";
import {
  ARCHIVED,
  ASSESSMENT,
  BODY,
  CREATED,
  ID,
  answer,
  hasty,
  scripted,
} from "./client-support.mjs";

const html = (status) =>
  new Response("<!doctype html><title>Bad gateway</title>", {
    status,
    headers: { "content-type": "text/html" },
  });

/** The operations, each with a good answer. */
const OPERATIONS = {
  create: [CREATED, 201, BODY],
  retrieve: [ASSESSMENT, 200, ID],
  cancel: [ARCHIVED, 200, ID],
};

async function outcome(operation, given, options) {
  const [, , argument] = OPERATIONS[operation];
  const { client, requests } = scripted(given, options);
  const error = await client[operation](argument).then(
    () => assert.fail("no error"),
    (error) => error,
  );
  return { error, requests, client };
}

for (const operation of Object.keys(OPERATIONS)) {
  const [good, status, argument] = OPERATIONS[operation];

  test(`a_success_that_is_no_json_is_a_shape_error: ${operation}`, async () => {
    for (const text of ["", "not JSON", "<!doctype html>", '{"id":']) {
      const given = new Response(text, { status, headers: { "x-coverbase-request-id": "r" } });
      const { error, requests } = await outcome(operation, given);
      assert.ok(error instanceof ResponseShapeError, text);
      assert.equal(error.message, "the answer is not JSON");
      assert.deepEqual([error.status, error.requestId, error.attempts], [status, "r", 1]);
      assert.ok(error.headers.get("content-type"));
      assert.equal(requests.length, 1);
    }
  });

  test(`a_success_without_what_its_type_promises_is_a_shape_error: ${operation}`, async () => {
    for (const key of Object.keys(good)) {
      const { [key]: _, ...lacking } = good;
      const { error } = await outcome(operation, answer(lacking, status));
      assert.ok(error instanceof ResponseShapeError, key);
      assert.ok(error.message.startsWith(`${key} must be `), error.message);
      const twisted = { ...good, [key]: { unexpected: true } };
      assert.ok((await outcome(operation, answer(twisted, status))).error.message.startsWith(key));
    }
    for (const json of [null, [], "text", 7, true, { detail: "a success?" }]) {
      const { error } = await outcome(operation, answer(json, status));
      assert.ok(error instanceof ResponseShapeError, JSON.stringify(json));
    }
  });

  test(`keys_that_are_new_pass: ${operation}`, async () => {
    const more = { ...good, risk: { level: 3 }, extra: null };
    assert.deepEqual(await scripted(answer(more, status)).client[operation](argument), more);
  });
}

test("values_of_a_wrong_shape_are_told_with_their_place", async () => {
  const field = { config_id: `cbcfc_${"0".repeat(32)}`, field_name: "x", field_type: "string" };
  /** @type {[object, RegExp][]} */
  const cases = [
    [{ status: 7 }, /^status must be /],
    [{ id: BODY.vendor_id }, /^id must be /],
    [{ control_set_ids: [1] }, /^control_set_ids\.0 must be /],
    [{ control_set_ids: null }, /^control_set_ids must be /],
    [{ findings_count: -1 }, /^findings_count must be /],
    [{ findings_count: null }, /^findings_count must be /],
    [{ created_at: 1.5 }, /^created_at must be /],
    [{ created_at: "2026-01-01T00:00:00Z" }, /^created_at must be /],
    [{ score_percent: "0.5" }, /^score_percent must be /],
    [{ custom_fields: {} }, /^custom_fields must be /],
    [{ custom_fields: [field] }, /^custom_fields\.0\.value must be /],
    [{ custom_fields: [{ ...field, value: null }] }, /^custom_fields\.0\.value must be /],
  ];
  for (const [twist, message] of cases) {
    const { error } = await outcome("retrieve", answer({ ...ASSESSMENT, ...twist }));
    assert.ok(error instanceof ResponseShapeError, JSON.stringify(twist));
    assert.match(error.message, message);
  }
  const known = { ...field, value: { city: "Oslo" } };
  const { error } = await outcome("retrieve", answer({ ...ASSESSMENT, custom_fields: [known] }));
  assert.match(error.message, /^custom_fields\.0\.value must be /);
  const fine = { ...ASSESSMENT, score_percent: 0.566, custom_fields: [{ ...field, value: "y" }] };
  assert.deepEqual(await scripted(answer(fine)).client.retrieve(ID), fine);
});

test("what_a_later_version_of_the_api_adds_is_shown_as_it_is", async () => {
  const field = { config_id: `cbcfc_${"0".repeat(32)}`, field_name: "x", field_type: "place" };
  for (const addition of [
    { status: "awaiting_vendor" },
    ...[{ city: "Oslo" }, [1, { a: null }], null, 7, "text"].map((value) => ({
      custom_fields: [{ ...field, value }],
    })),
  ]) {
    const later = { ...ASSESSMENT, ...addition };
    assert.deepEqual(await scripted(answer(later)).client.retrieve(ID), later);
  }
});

test("an_unknown_status_is_not_the_end_of_a_wait", async () => {
  const statuses = ["awaiting_vendor", "complete"];
  const reads = statuses.map((status) => answer({ ...ASSESSMENT, status }));
  const { client } = scripted(reads);
  const seen = [];
  const onUpdate = ({ status }) => void seen.push(status);
  await client.waitFor(ID, { minDelayMs: 1, onUpdate });
  assert.deepEqual(seen, statuses);
});

test("an_html_page_with_200_is_a_shape_error_and_not_an_assessment", async () => {
  const { error } = await outcome("retrieve", html(200));
  assert.ok(error instanceof ResponseShapeError);
  assert.equal(error.message, "the answer is not JSON");
});

test("error_bodies_of_all_four_shapes_are_read", async () => {
  const issues = [
    { loc: ["body", "vendor_id"], msg: "Field required", type: "missing" },
    {
      loc: ["body", "control_set_ids", 0],
      msg: "Input should be a valid string",
      type: "string_type",
    },
  ];
  /** @type {[number, unknown, { code?: string, issues?: object[], message: string }][]} */
  const cases = [
    [
      404,
      { code: "assessment_not_found", message: "Assessment not found." },
      { code: "assessment_not_found", message: "Assessment not found." },
    ],
    [
      400,
      { error: "vendor_id: x not found" },
      {
        message: "vendor_id: x not found",
        issues: [{ loc: ["body", "vendor_id"], msg: "not found", type: "not_found" }],
      },
    ],
    [400, { error: "vendor_id: x is odd" }, { message: "vendor_id: x is odd" }],
    [401, "Not authenticated", { message: "Not authenticated" }],
    [
      422,
      issues,
      {
        issues,
        message: "vendor_id: Field required; control_set_ids.0: Input should be a valid string",
      },
    ],
  ];
  for (const [status, detail, { code, issues: listed, message }] of cases) {
    const headers = { "x-coverbase-request-id": `for-${status}` };
    const { error } = await outcome("create", answer({ detail }, status, headers));
    assert.ok(error instanceof ApiError && error instanceof AssessmentsError);
    assert.ok(error instanceof Error);
    assert.equal(error.name, "ApiError");
    assert.equal(error.message, message);
    assert.equal(error.status, status);
    assert.equal(error.code, code);
    assert.deepEqual(error.issues, listed);
    assert.equal(error.requestId, `for-${status}`);
    assert.ok(error.stack?.includes(message));
  }
});

test("every_recorded_schema_answer_is_read", async () => {
  const file = join(ROOT, "tests/vectors/schema-422.json");
  const recorded = JSON.parse(readFileSync(file, "utf8"));
  for (const { detail } of recorded.filter(({ status }) => status === 422)) {
    const { error } = await outcome("create", answer({ detail }, 422));
    assert.deepEqual(error.issues, detail);
    for (const { msg } of detail) assert.ok(error.message.includes(msg));
  }
});

test("error_bodies_of_no_known_shape_still_tell_status_and_request_id", async (t) => {
  hasty(t);
  const bodies = [
    "",
    "<!doctype html>",
    "null",
    "7",
    "[]",
    "{}",
    '{"detail":null}',
    '{"detail":7}',
    '{"detail":{}}',
    '{"detail":{"code":"only"}}',
    '{"detail":[1]}',
    '{"detail":[{"msg":"x"}]}',
    '{"error":"other API"}',
    '{"message":"Forbidden"}',
  ];
  for (const status of [403, 502]) {
    for (const body of bodies) {
      const headers = { "x-coverbase-request-id": "known" };
      const given = new Response(body, { status, headers });
      const { error, requests } = await outcome("retrieve", given);
      assert.ok(error instanceof ApiError, body);
      assert.equal(
        error.message,
        `HTTP ${status} from https://api.example (not the API: text/plain)`,
        body,
      );
      assert.deepEqual([error.status, error.code, error.issues], [status, undefined, undefined]);
      assert.equal(error.requestId, "known");
      assert.equal(requests.length, status === 502 ? 5 : 1);
    }
  }
});

const URL_OF = {
  create: "https://api.example/v1/assessments",
  retrieve: `https://api.example/v1/assessments/${ID}`,
  cancel: `https://api.example/v1/assessments/${ID}`,
};
const METHOD_OF = { create: "POST", retrieve: "GET", cancel: "DELETE" };

for (const operation of Object.keys(OPERATIONS)) {
  test(`an_error_tells_what_was_asked_and_how_the_answer_begins: ${operation}`, async (t) => {
    hasty(t);
    const asked = [METHOD_OF[operation], URL_OF[operation]];
    for (const status of [200, 404, 502]) {
      const { error } = await outcome(operation, html(status));
      assert.ok(error instanceof (status === 200 ? ResponseShapeError : ApiError));
      assert.deepEqual([error.method, error.url], asked);
      assert.equal(error.body, "<!doctype html><title>Bad gateway</title>");
    }
    const { error } = await outcome(operation, answer({ detail: "Not authenticated" }, 401));
    assert.deepEqual([error.method, error.url], asked);
    assert.equal(error.body, '{"detail":"Not authenticated"}');
  });
}

test("the_message_about_a_page_of_a_proxy_names_who_was_asked_and_what_came", async (t) => {
  hasty(t);
  const of = (headers) => () => new Response("<html>", { status: 502, headers });
  for (const [type, shown] of [
    ["text/html; charset=utf-8", "text/html"],
    ["application/json", "application/json"],
    ["x".repeat(500), "x".repeat(80)],
  ]) {
    const { error } = await outcome("retrieve", of({ "content-type": type }));
    assert.equal(error.message, `HTTP 502 from https://api.example (not the API: ${shown})`);
  }
  const { error } = await outcome(
    "retrieve",
    () => new Response(new Uint8Array(3), { status: 502 }),
  );
  assert.equal(error.message, "HTTP 502 from https://api.example (not the API: no content type)");
});

test("an_error_keeps_the_first_two_thousand_characters_of_a_long_answer", async (t) => {
  hasty(t);
  const page = `<!doctype html>${"long ".repeat(100_000)}`;
  for (const status of [200, 502]) {
    const { error } = await outcome("retrieve", new Response(page, { status }));
    assert.equal(error.body, page.slice(0, 2_048));
  }
});

test("an_error_shows_no_credential_though_the_answer_echoes_it", async (t) => {
  hasty(t);
  const { inspect } = await import("node:util");
  const token = "a-token-that-nobody-may-read";
  for (const status of [200, 403, 502]) {
    const page = `${"x".repeat(2_030)} authorization: Bearer ${token} ${token}`;
    const { error } = await outcome("create", new Response(page, { status }), { token });
    assert.match(error.body, /authorizat/);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    assert.ok(!shown.includes(token));
    const short = await outcome("create", new Response(`Bearer ${token}!`, { status }), { token });
    assert.equal(short.error.body, "Bearer ...!");
  }
  /** @type {[number, unknown][]} */
  const echoes = [
    [401, `bad Bearer ${token}`],
    [403, { code: token, message: `${token} may not` }],
    [400, { error: `vendor_id: ${token} not found` }],
    [422, [{ loc: ["body", token], msg: `not ${token}`, type: token }]],
  ];
  for (const [status, detail] of echoes) {
    const { error } = await outcome("create", answer({ detail }, status), { token });
    assert.equal(error.status, status);
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    assert.ok(!shown.includes(token), shown);
  }
});

test("a_request_id_that_is_not_told_is_undefined", async () => {
  const { error } = await outcome("retrieve", answer({ detail: "x" }, 400));
  assert.equal(error.requestId, undefined);
  const told = await scripted(answer(ASSESSMENT)).client.withResponse.retrieve(ID);
  assert.equal(told.requestId, undefined);
});

const NONSENSE = {
  undefined,
  null: null,
  "a text": "an answer",
  "a number": 7,
  "an object without text": { ok: true, status: 200, headers: new Headers() },
  "a text that is no function": { ok: true, status: 200, headers: new Headers(), text: "{}" },
  "a text of undefined": answerLike({ text: async () => undefined }),
  "a text that throws": answerLike({
    text() {
      throw new TypeError("already read");
    },
  }),
  "no headers": answerLike({ headers: undefined }),
  "plain headers": answerLike({ headers: { "content-type": "application/json" } }),
  "no status": answerLike({ status: undefined }),
  "no ok": answerLike({ ok: undefined }),
  "the platform's error": Response.error(),
};

function answerLike(twist) {
  const text = async () => JSON.stringify(ASSESSMENT);
  return { ok: true, status: 200, headers: new Headers(), text, ...twist };
}

for (const [what, given] of Object.entries(NONSENSE)) {
  test(`a_fetch_that_answers_nonsense_is_a_connection_error: ${what}`, async (t) => {
    hasty(t);
    const { error, requests } = await outcome("retrieve", () => given, { maxRetries: 1 });
    assert.ok(error instanceof ConnectionError, error.stack);
    assert.ok(error.cause instanceof TypeError);
    assert.equal(error.attempts, 2);
    assert.equal(requests.length, 2);
  });
}

test("after_nonsense_the_next_call_works", async (t) => {
  hasty(t);
  const { client } = scripted([...Object.values(NONSENSE), answer(ASSESSMENT)], { maxRetries: 0 });
  for (const _ of Object.values(NONSENSE)) {
    await assert.rejects(client.retrieve(ID), ConnectionError);
  }
  assert.deepEqual(await client.retrieve(ID), ASSESSMENT);
});

test("a_fetch_that_throws_anything_is_a_connection_error_with_its_cause", async () => {
  for (const thrown of [new Error("odd"), "a text", undefined, null, Symbol("s"), { code: 7 }]) {
    for (const given of [
      () => Promise.reject(thrown),
      () => {
        throw thrown;
      },
    ]) {
      const { error } = await outcome("retrieve", given, { maxRetries: 0 });
      assert.ok(error instanceof ConnectionError);
      assert.equal(error.cause, thrown);
    }
  }
});

test("the_least_that_can_be_read_as_an_answer_is_enough", async () => {
  assert.deepEqual(await scripted(() => answerLike({})).client.retrieve(ID), ASSESSMENT);
  const headers = new Map([["x-coverbase-request-id", "from a map"]]);
  const told = await scripted(() => answerLike({ headers })).client.withResponse.retrieve(ID);
  assert.equal(told.requestId, "from a map");
});
