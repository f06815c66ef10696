// The stand-in of `assessments-edge/testing` and the Worker are asked the same, and answer the
// same: statuses, headers and texts, but for the ids and times that each makes up.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { assessment, createApi } from "../../pkg/dist/testing.js";
import { DEMO, KEYS, ORGS, idOf, startApi } from "../http/harness.mjs";

const VECTORS = new URL("../vectors/schema-422.json", import.meta.url);
const { harbor } = ORGS;
const isLive = ({ archived }) => !archived;
const [NORTHWIND, GLOBEX, BRACES, INITECH] = harbor.vendors;
const SETS = harbor.control_sets.filter(isLive).map(({ id }) => id);
const KEY = KEYS.harbor;
const JSON_TYPE = { "content-type": "application/json" };
const CREATE = "POST /v1/assessments";

/** What the demo data say, as the stand-in is told of it. */
const known = () => ({
  tokens: [KEY],
  vendors: harbor.vendors.filter(isLive),
  services: harbor.vendors.flatMap(({ id, services = [] }) =>
    services.filter(isLive).map((service) => ({ ...service, vendor_id: id })),
  ),
  documents: harbor.vendors.flatMap(({ id, documents = [] }) =>
    documents.filter(isLive).map((document) => ({ ...document, vendor_id: id })),
  ),
  controlSets: SETS,
  users: harbor.users
    .filter((user) => isLive(user) && user.membership !== "inactive")
    .map(({ id }) => id),
  workflows: harbor.workflows
    .filter(isLive)
    // Its runs are nobody's here, and wait for no event.
    .map(({ id, name, enabled }) => ({ id, name, enabled, events: [] })),
});

/** Headers that are compared. */
const HEADERS = [
  "allow",
  "cache-control",
  "content-type",
  "idempotent-replayed",
  "idempotent-request-differs",
  "retry-after",
  "vary",
  "www-authenticate",
  "x-content-type-options",
];

const api = createApi(known());
let worker;
before(async () => {
  worker = await startApi({ data: DEMO, vars: { ENVIRONMENT: "development" } });
  // Whom the demo's organization has assessed before.
  for (const { id, vendor_id, name, status } of harbor.assessments) {
    api.addAssessment(assessment({ id, vendor_id, name, status }));
  }
});
after(() => worker?.close());

/**
 * Asks each in turn. A step is a request, or a function that makes one of the answers so far.
 *
 * @param {(call: string, init: RequestInit) => Promise<Response>} send
 * @param {any[]} steps
 */
async function play(send, steps) {
  const answers = [];
  for (const step of steps) {
    const request = typeof step === "function" ? step(answers) : step;
    const { call, key = KEY, body, headers = {} } = request;
    const [method, path] = call.split(" ");
    const isText = typeof body === "string" || body instanceof Uint8Array;
    const text = /** @type {BodyInit} */ (isText ? body : JSON.stringify(body));
    const authorization = key && { authorization: `Bearer ${key}` };
    const sent = body === undefined ? { ...headers } : { ...JSON_TYPE, ...headers };
    for (const name of Object.keys(sent)) if (sent[name] === undefined) delete sent[name];
    const response = await send(path, {
      method,
      body: text,
      headers: { ...authorization, ...sent },
    });
    const answered = await response.text();
    answers.push({
      status: response.status,
      headers: Object.fromEntries(HEADERS.map((name) => [name, response.headers.get(name)])),
      text: answered,
      json: answered && JSON.parse(answered),
    });
  }
  return answers;
}

/** Ids and times that an answer made up, by their first place among those of the same form. */
function masked(answers, sent) {
  const seen = new Map();
  const mask = (form) => (text) => {
    if (sent.includes(text)) return text;
    if (!seen.has(text)) seen.set(text, `<${form} ${seen.size}>`);
    return seen.get(text);
  };
  return answers.map(({ status, headers, text }) => ({
    status,
    headers,
    text: text
      .replace(/cb[a-z]+_[0-9a-f]{32}/g, mask("id"))
      .replace(/(?<=_at":)\d{10}/g, "<time>")
      .replace(/(?<="token":")[^"]+/, "<token>"),
  }));
}

/**
 * Has both answer, and answers what the stand-in did.
 *
 * @param {any[]} steps
 */
async function both(steps) {
  const expected = await play((path, init) => fetch(worker.url + path, init), steps);
  const actual = await play((path, init) => api.fetch(api.baseUrl + path, init), steps);
  const sent = JSON.stringify([steps, known()]);
  const answers = masked(expected, sent);
  for (const [at, answer] of masked(actual, sent).entries()) {
    assert.deepEqual(answer, answers[at], `step ${at}`);
  }
  return actual;
}

const create = (body, more = {}) => ({ call: CREATE, body, ...more });
/** A vendor of the demo that was not assessed before. */
const least = (more = {}) => ({ vendor_id: GLOBEX.id, control_set_ids: [], ...more });
const statuses = (answers) => answers.map(({ status }) => status);
const nested = (levels) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

test("every_recorded_case_of_the_schema", async () => {
  const cases = JSON.parse(readFileSync(VECTORS, "utf8"));
  assert.ok(cases.length > 80);
  const type = (of) => ({ headers: { "content-type": of ?? undefined } });
  const answers = await both(
    cases.map(({ body, content_type: of = JSON_TYPE["content-type"] }) =>
      create(new TextEncoder().encode(body), type(of)),
    ),
  );
  for (const [at, { status, detail }] of cases.entries()) {
    if (status !== 422) continue;
    assert.equal(answers[at].status, 422);
    // Where the text stops being JSON, each parser says in its own way.
    const isSyntax = detail[0].type === "json_invalid";
    if (!isSyntax) assert.deepEqual(answers[at].json, { detail });
  }
});

test("what_is_no_json_or_is_not_sent_as_json", async () => {
  const body = JSON.stringify(least());
  const answers = await both([
    create(""),
    create("", { headers: { "content-type": "text/plain" } }),
    create(body, { headers: { "content-type": "text/plain" } }),
    create(new TextEncoder().encode(body), { headers: { "content-type": undefined } }),
    create(body, { headers: { "content-type": "application/vnd.x+json; charset=utf-8" } }),
    create(`\ufeff${body}`),
    ...["NaN", '"\\ud800"', nested(128), nested(127)].flatMap((value) => [
      create(`{"vendor_id":${value},"control_set_ids":[]}`),
      create(`${body.slice(0, -1)},"more":${value}}`),
    ]),
    create(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])),
    create(Buffer.concat([Buffer.from('{"é":"'), Buffer.from([0xe2, 0x28]), Buffer.from('"}')])),
    create(`${body} x`),
    create(" "),
    create('{"vendor_id":7,"vendor_id":"","control_set_ids":[]}'),
  ]);
  assert.ok(statuses(answers).includes(201) && statuses(answers).includes(422));
});

test("what_is_too_large_or_over_a_limit", async () => {
  const padded = (bytes) => {
    const body = JSON.stringify(least({ padding: "" }));
    return body.replace('"padding":"', `"padding":"${"x".repeat(bytes - body.length)}`);
  };
  const answers = await both([
    create(padded(262_144)),
    create(padded(262_145)),
    create(least({ control_set_ids: Array.from({ length: 101 }, () => SETS[0]) })),
    create(least({ control_set_ids: Array.from({ length: 100 }, () => SETS[0]) })),
    create(least({ name: "x".repeat(256), trigger_workflow: "x".repeat(256) })),
    create(least({ name: ` ${"☕".repeat(255)} ` })),
    create(least({ control_set_ids: Array.from({ length: 20_000 }, () => 7) })),
  ]);
  assert.deepEqual(statuses(answers), [201, 413, 400, 201, 400, 201, 422]);
  assert.equal(answers[6].json.detail.length, 1_000);
});

test("references_that_cannot_be_honoured_are_all_named", async () => {
  const [service] = NORTHWIND.services;
  const [document] = NORTHWIND.documents;
  const inactive = harbor.users.find(({ membership }) => membership === "inactive");
  const bad = {
    control_set_ids: ["x, y", SETS[0], 'say "#1"', "x, y"],
    service_ids: ["", service.id],
    assignee_id: "nobody; not found",
    supporting_document_ids: [document.id, idOf("cbvdoc", "unknown")],
  };
  const answers = await both([
    create({ vendor_id: idOf("cbvndr", "unknown"), ...bad }),
    create({ vendor_id: GLOBEX.id, ...bad }),
    create({ vendor_id: NORTHWIND.id, control_set_ids: [], assignee_id: inactive.id }),
    ...["", "cbvndr_1", INITECH.id, ORGS.fjord.vendors[0].id].map((id) =>
      create({ vendor_id: id, control_set_ids: [] }),
    ),
    create(least({ trigger_workflow: "nope", vendor_id: "x" })),
    create(least({ trigger_workflow: "" })),
    create(least({ trigger_workflow: "paused-flow", vendor_id: "x" })),
    create(least({ trigger_workflow: "retired-flow" })),
    create({ ...least(), control_set_ids: [7], trigger_workflow: "nope" }),
  ]);
  assert.deepEqual(statuses(answers), [...Array(7).fill(400), 404, 404, 409, 404, 422]);
});

test("what_is_created_is_read_archived_and_read_again", async () => {
  const [service, other] = NORTHWIND.services;
  const of = (answers, at) => answers[at].json.id;
  const path = (id) => `/v1/assessments/${id}`;
  const answers = await both([
    create({ vendor_id: BRACES.id, control_set_ids: [SETS[1], SETS[0], SETS[1]] }),
    create({ vendor_id: BRACES.id, control_set_ids: [], name: "  Q2 ☕ ", assignee_id: null }),
    create({
      vendor_id: NORTHWIND.id,
      control_set_ids: SETS,
      service_ids: [service.id, other.id],
      assessment_name_format: "{{service:name}} {{vendor:name}} {{date}} {{nope}} {{cycle}}",
      supporting_document_ids: [NORTHWIND.documents[0].id],
      trigger_workflow: "annual-reassessment-flow",
      unknown: [],
    }),
    (all) => ({ call: `GET ${path(of(all, 0))}` }),
    (all) => ({ call: `GET /v1/workflows/runs/${all[2].json.workflow_run_id}` }),
    (all) => ({ call: `DELETE ${path(of(all, 2))}` }),
    (all) => ({ call: `DELETE ${path(of(all, 2))}` }),
    (all) => ({ call: `GET ${path(of(all, 2))}` }),
    (all) => ({ call: `GET /v1/workflows/runs/${all[2].json.workflow_run_id}` }),
    { call: `GET ${path(idOf("cbqsrw", "unknown"))}` },
    { call: `DELETE ${path("x")}` },
    { call: "GET /v1/workflows/runs/x" },
    create({ vendor_id: BRACES.id, control_set_ids: [] }, { call: "POST /v1/%61ssessments" }),
  ]);
  assert.deepEqual(statuses(answers), [201, 201, 201, ...Array(6).fill(200), 404, 404, 404, 201]);
});

test("a_key_answers_what_it_answered_first", async () => {
  const key = (value) => ({ headers: { "idempotency-key": value } });
  const answers = await both([
    create(least(), key("conformance-1")),
    create(least(), key("conformance-1")),
    create(least({ name: "another" }), key("conformance-1")),
    create("{", key("conformance-1")),
    create("x".repeat(262_145), key("conformance-1")),
    create({}, key("conformance-2")),
    create(least({ name: "first" }), key("conformance-2")),
    ...["a b", "é", "x".repeat(256), "x".repeat(255)].map((value) => create(least(), key(value))),
    create("{", key("a b")),
    { call: "GET /v1/utils/authtest", ...key("a b") },
  ]);
  assert.deepEqual(statuses(answers).slice(0, 7), [201, 201, 201, 201, 201, 422, 201]);
  assert.equal(answers[1].text, answers[0].text);
  assert.equal(answers[1].headers["idempotent-replayed"], "true");
  assert.equal(answers[1].headers["idempotent-request-differs"], null);
  assert.equal(answers[2].headers["idempotent-request-differs"], "true");
});

test("routes_methods_and_credentials", async () => {
  const answers = await both([
    { call: "GET /v1/utils/authtest" },
    { call: "GET /healthz", key: "" },
    { call: "HEAD /healthz", key: "" },
    { call: "GET /v1/assessments" },
    { call: "PUT /v1/assessments/x" },
    { call: "HEAD /v1/assessments/x" },
    { call: "POST /v1/assessments/", body: {} },
    { call: "GET /v1/nope", key: "" },
    { call: "GET /v1/utils/authtest", key: "" },
    ...["Basic x", "Bearer", "Bearer ", "bearer\tunknown"].map((authorization) => ({
      call: "GET /v1/utils/authtest",
      key: "",
      headers: { authorization },
    })),
    { call: CREATE, body: "{", key: "unknown" },
    { call: "GET /v1/utils/authtest", key: "", headers: { authorization: `BEARER  ${KEY} ` } },
  ]);
  assert.deepEqual(statuses(answers).slice(0, 5), [200, 200, 200, 405, 405]);
});

test("sessions", async () => {
  const [ana] = harbor.users;
  const session = (body, more = {}) => ({ call: "POST /v1/sessions", body, ...more });
  const answers = await both([
    session({ user_id: ana.id }),
    session({ user_id: ana.id, role: "Dashboard Viewer", origin: "https://x.example" }),
    session({}),
    session({ user_id: 7, expires_in: 1.5 }),
    session({ user_id: "x", role: "nobody", origin: "https://x.example/y", expires_in: 7 }),
    session({ user_id: idOf("cbuser", "unknown") }),
    (all) => session({ user_id: ana.id }, { key: all[0].json.token }),
    (all) => ({ call: "GET /v1/utils/authtest", key: all[0].json.token }),
  ]);
  assert.deepEqual(statuses(answers), [201, 201, 422, 422, 400, 400, 401, 200]);
});

test("events", async () => {
  const started = create(least({ trigger_workflow: "annual-reassessment-flow" }));
  const event =
    (body, more = {}) =>
    (all) => ({
      call: `POST /v1/workflows/runs/${all[0].json.workflow_run_id}/events`,
      body,
      ...more,
    });
  const answers = await both([
    started,
    event({ name: "approved" }),
    event({}),
    event({ name: "a b" }),
    event("{"),
    event({ name: "x" }, { headers: { "idempotency-key": "a b" } }),
    { call: "POST /v1/workflows/runs/x/events", body: { name: "approved" } },
    (all) => ({ call: `DELETE /v1/assessments/${all[0].json.id}` }),
    event({ name: "approved" }),
  ]);
  assert.deepEqual(statuses(answers), [201, 409, 422, 400, 422, 400, 404, 200, 409]);
});
