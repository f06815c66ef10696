// What holds of every call before it means anything: paths, HEAD, headers of
// every answer, credentials from browsers. Points 37, 39 and 40 of the
// contract's checklist.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idOf, makeOrg, startApi } from "./harness.mjs";

const ORG = makeOrg("transport");
const INVALID = { detail: "Invalid or expired API key." };
const NOT_AUTHENTICATED = { detail: "Not authenticated" };
const NOT_FOUND = { detail: "Not Found" };
const { key } = ORG;

let api;
let development;
before(async () => {
  [api, development] = await Promise.all([
    startApi({ faulty: true }),
    startApi({ faulty: true, vars: { ENVIRONMENT: "development" } }),
  ]);
  await Promise.all([api.load({ orgs: [ORG.data] }), development.load({ orgs: [ORG.data] })]);
});
after(() => Promise.all([api.close(), development.close()]));

const raw = (method, path, options) => api.sendRaw(method, path, { key, ...options });
const postRaw = (path) =>
  raw("POST", path, {
    headers: [["content-type", "application/json"]],
    body: Buffer.from(JSON.stringify(ORG.body)),
  });

for (const path of [
  "/v1/%61ssessments",
  "/%761/assessment%73",
  "/v1/%61%73%73%65%73sments",
  "/v%31/assessments?x",
]) {
  test(`a_post_to_${path}_creates`, async () => {
    assert.equal((await postRaw(path)).status, 201);
  });
}

test("unreserved_characters_of_an_id_may_be_percent_encoded", async () => {
  const { id } = (await api.create(ORG.body, { key })).json;
  const encoded = id.replace("_", "%5F").replace("cb", "%63%62");
  for (const method of ["GET", "DELETE"]) {
    const answer = await raw(method, `/v1/assessments/${encoded}`);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.id, id);
  }
});

test("what_is_percent_encoded_and_reserved_stays_a_character_of_its_segment", async () => {
  for (const path of [
    "/v1%2Fassessments",
    "/v1%2fassessments",
    "/v1/%2561ssessments",
    "/v1/assessments%3F",
    "/v1/assessments%20",
  ]) {
    const answer = await postRaw(path);
    assert.equal(answer.status, 404, path);
    assert.deepEqual(answer.json, NOT_FOUND, path);
  }
  for (const id of ["x%2Fy", "%2F", "%25", "%C3%A9", "a%20b", `${idOf("cbqsrw", "x")}%2Fevents`]) {
    const answer = await raw("GET", `/v1/assessments/${id}`);
    assert.equal(answer.status, 404, id);
    assert.equal(answer.json.detail.code, "assessment_not_found", id);
  }
});

test("a_percent_sign_that_encodes_nothing_is_a_character_like_any_other", async () => {
  for (const id of ["%zz", "%", "%6", "%%61", "%FF", "x%"]) {
    const answer = await raw("GET", `/v1/assessments/${id}`);
    assert.equal(answer.status, 404, id);
    assert.equal(answer.json.detail.code, "assessment_not_found", id);
  }
  assert.deepEqual((await postRaw("/v1/%zzssessments")).json, NOT_FOUND);
});

for (const path of ["/healthz", "/openapi.json", "/%68ealthz"]) {
  test(`head_${path}_is_answered_like_get_without_a_body`, async () => {
    const [head, get] = [await raw("HEAD", path), await raw("GET", path)];
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
    assert.equal(get.status, 200);
    const names = (answer) =>
      [...answer.headers.keys()]
        .sort()
        .filter(
          (name) =>
            !["connection", "keep-alive", "transfer-encoding", "content-length", "date"].includes(
              name,
            ),
        );
    assert.deepEqual(names(head), names(get));
  });

  test(`other_methods_on_${path}_are_told_get_and_head`, async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await raw(method, path);
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get("allow"), "GET, HEAD");
    }
  });
}

test("head_under_v1_is_not_allowed", async () => {
  const { id } = (await api.create(ORG.body, { key })).json;
  for (const [path, allow] of [
    [`/v1/assessments/${id}`, "GET, DELETE"],
    ["/v1/assessments", "POST"],
    ["/v1/utils/authtest", "GET"],
    ["/v1/workflows/runs/x", "GET"],
  ]) {
    const answer = await raw("HEAD", path);
    assert.equal(answer.status, 405, path);
    assert.equal(answer.text, "");
    assert.equal(answer.headers.get("allow"), allow);
  }
});

/** One answer of every status under /v1, each by name. */
const answersUnderV1 = async (server) => {
  const options = { key };
  const { id } = (await server.create(ORG.body, options)).json;
  const idempotencyKey = crypto.randomUUID();
  return {
    created: await server.create(ORG.body, { ...options, idempotencyKey }),
    replayed: await server.create(ORG.body, { ...options, idempotencyKey }),
    read: await server.retrieve(id, options),
    archived: await server.archive(id, options),
    authtest: await server.send("GET", "/v1/utils/authtest", options),
    400: await server.create({ ...ORG.body, vendor_id: "x" }, options),
    401: await server.create(ORG.body, { key: "x" }),
    "404, assessment": await server.retrieve("x", options),
    "404, unrouted": await server.send("GET", "/v1/nothing", options),
    "404, encoded": await server.send("GET", "/%761/nothing", options),
    405: await server.send("PUT", "/v1/assessments", options),
    "405, HEAD": await server.send("HEAD", "/v1/assessments", options),
    "405, OPTIONS": await server.send("OPTIONS", "/v1/assessments", options),
    413: await server.create(" ".repeat(300_000), options),
    422: await server.create({}, options),
    "500, panic": await server.create(ORG.body, { ...options, faults: { d1: "panic" } }),
    "500, exception": await server.create(ORG.body, { ...options, faults: { abort: true } }),
    "500, no randomness": await server.create(ORG.body, {
      ...options,
      faults: { random: "throw" },
    }),
    503: await server.create(ORG.body, { ...options, faults: { d1: "throw" } }),
  };
};

for (const [
  where,
  server,
  transport,
] of /** @type {[string, () => typeof api, RegExp | null][]} */ ([
  ["outside_development", () => api, /^max-age=\d{7,}/],
  ["in_development", () => development, null],
])) {
  test(`every_answer_${where}_is_not_to_be_stored_and_not_to_be_sniffed`, async () => {
    for (const [what, { headers }] of Object.entries(await answersUnderV1(server()))) {
      assert.equal(headers.get("cache-control"), "no-store", what);
      assert.equal(headers.get("x-content-type-options"), "nosniff", what);
      const strict = headers.get("strict-transport-security");
      if (transport) assert.match(strict ?? "none", transport, what);
      else assert.equal(strict, null, what);
    }
  });
}

test("a_500_says_when_to_try_again", async () => {
  for (const faults of [{ d1: "panic" }, { abort: true }, { random: "throw" }]) {
    const answer = await api.create(ORG.body, { key, faults });
    assert.equal(answer.status, 500);
    assert.equal(answer.headers.get("retry-after"), "1");
  }
});

const authtest = (authorization) =>
  api.sendRaw("GET", "/v1/utils/authtest", { headers: [["authorization", authorization]] });

for (const between of [" ", "   ", "\t", " \t ", "\t\t"]) {
  test(`bearer_and_token_may_stand_${JSON.stringify(between)}_apart`, async () => {
    assert.equal((await authtest(`Bearer${between}${key}`)).status, 200);
    assert.equal((await authtest(` \tBearer${between}${key}\t `)).status, 200);
  });
}

for (const [what, space] of [
  ["a_no_break_space_in_latin_1", "\u00a0"],
  ["a_no_break_space_in_utf_8", "\u00c2\u00a0"],
  ["an_ideographic_space_in_utf_8", "\u00e3\u0080\u0080"],
  ["a_next_line_in_latin_1", "\u0085"],
]) {
  test(`${what}_is_no_white_space_of_a_credential`, async () => {
    for (const [authorization, detail] of [
      [`Bearer ${space}${key}`, INVALID],
      [`Bearer ${key}${space}`, INVALID],
      [`Bearer ${space}`, INVALID],
      [`Bearer${space}${key}`, NOT_AUTHENTICATED],
      [`${space}Bearer ${key}`, NOT_AUTHENTICATED],
    ]) {
      const answer = await authtest(authorization);
      assert.equal(answer.status, 401, JSON.stringify(authorization));
      assert.deepEqual(answer.json, detail, JSON.stringify(authorization));
    }
  });
}

for (const headers of [
  { "sec-fetch-site": "same-origin" },
  { "sec-fetch-site": "none" },
  { "sec-fetch-site": "cross-site" },
  { origin: "https://dashboard.example" },
  { origin: "null" },
  { origin: "https://dashboard.example", "sec-fetch-site": "same-site" },
]) {
  const calls = (server) => [
    server.sendRaw("GET", "/v1/utils/authtest", { key, headers: Object.entries(headers) }),
    server.sendRaw("GET", "/v1/assessments/x", { key, headers: Object.entries(headers) }),
    server.sendRaw("DELETE", "/v1/assessments/x", { key, headers: Object.entries(headers) }),
    server.sendRaw("POST", "/v1/assessments", {
      key,
      headers: Object.entries(headers),
      body: Buffer.from("{"),
    }),
  ];

  test(`a_key_with_${JSON.stringify(headers)}_is_refused_like_a_bad_credential`, async () => {
    for (const answer of await Promise.all(calls(api))) {
      assert.equal(answer.status, 401);
      assert.deepEqual(answer.json, INVALID);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
  });

  test(`a_key_with_${JSON.stringify(headers)}_passes_in_development`, async () => {
    const statuses = (await Promise.all(calls(development))).map(({ status }) => status);
    assert.deepEqual(statuses, [200, 404, 404, 422]);
  });
}
