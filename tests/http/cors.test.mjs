// Pages of other origins: what a browser is told (2.1, 2.2, 4.8). What it makes of
// that is in tests/browser/cross-origin.test.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lines } from "./audit-support.mjs";
import { makeAssessment, makeOrg, startApi } from "./harness.mjs";

const DASHBOARD = "https://dashboard.example";
const OTHER = "http://localhost:3000";
/** None of these lets anyone in, and none keeps the others out. */
const REFUSED = [
  "*",
  "null",
  "https://*.example",
  "https://slash.example/",
  "https://path.example/app",
  "https://Capitals.example",
  "https://port.example:443",
  "dashboard.example",
  7,
];
/** What a page may read besides the body. */
const EXPOSED = [
  "allow",
  "idempotent-replayed",
  "idempotent-request-differs",
  "retry-after",
  "www-authenticate",
  "x-coverbase-request-id",
];
const ORG = makeOrg("cors");
const [EXISTING] = [makeAssessment("cors", ORG.vendor)];
const { key } = ORG;

let api;
let closed;
before(async () => {
  const development = { ENVIRONMENT: "development" };
  const ALLOWED_ORIGINS = [...REFUSED, DASHBOARD, OTHER];
  [api, closed] = await Promise.all([
    startApi({ faulty: true, vars: { ...development, ALLOWED_ORIGINS } }),
    startApi({ faulty: true, vars: development }),
  ]);
  const data = { orgs: [{ ...ORG.data, assessments: [EXISTING] }] };
  await Promise.all([api.load(data), closed.load(data)]);
});
after(() => Promise.all([api?.close(), closed?.close()]));

const shared = ({ headers }) =>
  [...headers.keys()].filter((name) => name.startsWith("access-control-")).sort();

/** One answer of every kind to a page of `origin`, by its name. */
async function answersTo(server, origin) {
  const options = { key, headers: { origin } };
  const faulty = (faults) => ({ ...options, faults });
  const idempotencyKey = crypto.randomUUID();
  const create = (more) => server.create(ORG.body, { ...options, ...more });
  return {
    created: await create({ idempotencyKey }),
    replayed: await create({ idempotencyKey }),
    read: await server.retrieve(EXISTING.id, options),
    archived: await server.archive(EXISTING.id, options),
    healthz: await server.send("GET", "/healthz", options),
    openapi: await server.send("GET", "/openapi.json", options),
    400: await server.create({ ...ORG.body, vendor_id: "x" }, options),
    "401, no credential": await server.send("GET", "/v1/utils/authtest", { headers: { origin } }),
    "401, bad credential": await create({ key: "x" }),
    404: await server.retrieve("x", options),
    "404, unrouted": await server.send("GET", "/v1/nothing", options),
    405: await server.send("PUT", "/v1/assessments", options),
    "405, OPTIONS": await server.send("OPTIONS", "/v1/assessments", options),
    413: await server.create(" ".repeat(300_000), options),
    422: await server.create({}, options),
    "500, panic": await create(faulty({ d1: "panic" })),
    "500, exception": await create(faulty({ abort: true })),
    "500, no randomness": await create(faulty({ random: "throw" })),
    503: await create(faulty({ d1: "throw" })),
  };
}

test("each_entry_that_no_browser_sends_is_told_in_the_log_once", async () => {
  const headers = { origin: DASHBOARD };
  for (let call = 0; call < 3; call++) await api.send("GET", "/healthz", { headers });
  const told = lines(api)
    .filter(({ said }) => said?.variable === "ALLOWED_ORIGINS")
    .map(({ said }) => said.cause);
  assert.equal(told.length, REFUSED.length, told.join("\n"));
  for (const entry of REFUSED) {
    const about = typeof entry === "string" ? `"${entry}" is refused` : "that is no text";
    assert.equal(told.filter((cause) => cause.includes(about)).length, 1, `${about} in ${told}`);
  }
});

test("every_answer_to_a_listed_origin_may_be_read_with_its_headers", async () => {
  for (const origin of [DASHBOARD, OTHER]) {
    for (const [what, answer] of Object.entries(await answersTo(api, origin))) {
      const named = what.slice(0, 3);
      if (/^\d/.test(named)) assert.equal(answer.status, Number(named), what);
      assert.equal(answer.headers.get("access-control-allow-origin"), origin, what);
      const exposed = answer.headers.get("access-control-expose-headers").split(", ");
      assert.deepEqual(exposed.sort(), EXPOSED, what);
      // Never that a browser sends credentials of its own along.
      assert.deepEqual(
        shared(answer),
        ["access-control-allow-origin", "access-control-expose-headers"],
        what,
      );
    }
  }
});

test("an_answer_to_any_other_origin_is_the_same_but_may_not_be_read", async () => {
  for (const [server, origin] of [
    [api, "https://attacker.example"],
    [api, `${DASHBOARD}:8443`],
    [api, `${DASHBOARD}.attacker.example`],
    [api, "http://dashboard.example"],
    [api, "HTTPS://DASHBOARD.EXAMPLE"],
    [api, `${DASHBOARD}, ${OTHER}`],
    ...REFUSED.map((entry) => [api, String(entry)]),
    [closed, DASHBOARD],
  ]) {
    const headers = { origin };
    const read = await server.retrieve(EXISTING.id, { key, headers });
    assert.equal(read.status, 200, origin);
    assert.deepEqual(shared(read), [], origin);
    const simple = await server.create(JSON.stringify(ORG.body), {
      key,
      headers: { origin, "content-type": "text/plain" },
    });
    assert.equal(simple.status, 422, origin);
    assert.deepEqual(shared(simple), [], origin);
    const panicked = await server.create(ORG.body, { key, headers, faults: { d1: "panic" } });
    assert.equal(panicked.status, 500, origin);
    assert.deepEqual(shared(panicked), [], origin);
  }
});

const preflight = (server, path, headers = {}, more = {}) =>
  server.send("OPTIONS", path, {
    headers: {
      origin: DASHBOARD,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,idempotency-key",
      ...headers,
    },
    ...more,
  });

for (const path of [
  "/v1/assessments",
  `/v1/assessments/${EXISTING.id}`,
  "/v1/utils/authtest",
  "/healthz",
  "/v1/nothing",
  "/nowhere",
]) {
  test(`a_preflight_of_${path}_is_answered_without_any_storage`, async () => {
    const answer = await preflight(api, path, {}, { faults: { d1: "throw", kv: "throw" } });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get("x-test-d1-round-trips"), "0");
    assert.equal(answer.headers.get("x-test-kv-reads"), "0");
    assert.equal(answer.headers.get("access-control-allow-origin"), DASHBOARD);
    const listed = (name) => answer.headers.get(name).split(", ").sort();
    assert.deepEqual(listed("access-control-allow-methods"), ["DELETE", "GET", "POST"]);
    assert.deepEqual(listed("access-control-allow-headers"), [
      "authorization",
      "content-type",
      "idempotency-key",
    ]);
    assert.match(answer.headers.get("access-control-max-age"), /^[1-9]\d*$/);
    assert.equal(answer.headers.get("access-control-allow-credentials"), null);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("content-type"), null);
  });
}

test("options_from_elsewhere_or_without_a_question_is_no_preflight", async () => {
  for (const [server, headers] of [
    [api, { origin: "https://attacker.example" }],
    [api, { origin: "null" }],
    [api, { origin: "*" }],
    [closed, {}],
  ]) {
    const answer = await preflight(server, "/v1/assessments", headers);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get("allow"), "POST");
    assert.deepEqual(shared(answer), []);
    assert.equal((await preflight(server, "/nowhere", headers)).status, 404);
  }
  const unasked = await api.send("OPTIONS", "/v1/assessments", { headers: { origin: DASHBOARD } });
  assert.equal(unasked.status, 405);
  const asked = await preflight(api, "/v1/assessments", {}, { key });
  assert.equal(asked.status, 204);
});

test("only_options_is_a_preflight", async () => {
  for (const method of ["GET", "POST", "DELETE", "HEAD"]) {
    const headers = { origin: DASHBOARD, "access-control-request-method": "POST" };
    const answer = await api.send(method, "/v1/nothing", { headers });
    assert.equal(answer.status, 404, method);
  }
});

test("without_an_origin_an_answer_says_only_that_it_depends_on_it", async () => {
  for (const server of [api, closed]) {
    const answer = await server.retrieve(EXISTING.id, { key });
    assert.equal(answer.headers.get("vary"), "Origin");
    assert.deepEqual(shared(answer), []);
  }
});

test("files_of_the_dashboard_are_for_its_own_pages", async () => {
  for (const path of ["/", "/dashboard/service-worker.js"]) {
    const response = await fetch(api.url + path, { headers: { origin: DASHBOARD } });
    await response.arrayBuffer();
    assert.equal(response.status, 200, path);
    assert.deepEqual(shared(response), [], path);
    assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin", path);
  }
});
