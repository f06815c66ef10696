// What `assessments-edge/testing` makes up, and how the stand-in does as a test tells it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { ROOT } from "../http/harness.mjs";
import { hasty } from "./client-support.mjs";
import { readable } from "./readable.mjs";
import {
  apiError,
  archivedAssessment,
  assessment,
  createApi,
  createdAssessment,
  id,
  me,
  resetIds,
  session,
  workflowRun,
} from "../../pkg/dist/testing.js";

const { AssessmentsClient } = readable;
const DOCUMENT = JSON.parse(readFileSync(join(ROOT, "dist/assets/openapi.json"), "utf8"));
const BODY = { vendor_id: id("vendor", "a sample"), control_set_ids: [] };
const STATUSES = readable.statuses().map(({ status }) => status);

beforeEach(() => resetIds());

/** A client of a stand-in, or of one answer. */
const clientOf = (fetch, options = {}) =>
  new AssessmentsClient({
    baseUrl: "https://api.example.com",
    token: "a-session",
    fetch,
    ...options,
  });
const answering = (json, status = 200) => clientOf(async () => Response.json(json, { status }));

describe("ids", () => {
  test("an_id_of_every_kind_is_one_and_the_same_for_the_same_seed", () => {
    const made = [];
    /** @type {import("../../pkg/dist/index.js").IdKind[]} */
    const kinds = ["vendor", "assessment", "workflow_run", "user", "control_set"];
    for (const kind of kinds) {
      for (const text of [id(kind), id(kind, 7), id(kind, "northwind"), id(kind, "")]) {
        assert.ok(readable.isId(text, kind), text);
        made.push(text);
      }
      assert.equal(id(kind, 7), id(kind, "7"));
      assert.notEqual(id(kind), id(kind));
    }
    assert.equal(new Set(made).size, made.length);
    resetIds();
    assert.equal(id("vendor"), `cbvndr_${"1".padStart(32, "0")}`);
    assert.throws(() => id(/** @type {any} */ ("vendr")), { name: "ConfigurationError" });
  });

  test("seeds_that_differ_a_little_make_ids_that_differ", () => {
    const made = new Set();
    for (let seed = 0; seed < 20_000; seed++) made.add(id("vendor", seed));
    assert.equal(made.size, 20_000);
  });
});

describe("answers", () => {
  test("the_client_takes_every_one_for_an_answer", async () => {
    for (const status of STATUSES) {
      const read = assessment({ status });
      assert.deepEqual(await answering(read).retrieve(read.id), read);
      const archived = archivedAssessment({ status });
      assert.deepEqual(await answering(archived).archive(archived.id), archived);
    }
    const created = createdAssessment({ workflow_run_id: id("workflow_run") });
    assert.deepEqual(await answering(created, 201).create(BODY), created);
    for (const status of ["started", "completed", "canceled", "failed"]) {
      const run = workflowRun({ status });
      assert.deepEqual(await answering(run).retrieveRun(run.workflow_run_id), run);
      assert.equal(run.completed_at === null, status === "started");
    }
    const given = session();
    assert.deepEqual(await answering(given, 201).createSession({ user_id: id("user") }), given);
  });

  test("what_the_client_would_not_take_or_does_not_exist_is_told", () => {
    for (const [make, message] of /** @type {[() => unknown, RegExp][]} */ ([
      [() => assessment(/** @type {any} */ ({ status: 7 })), /status must be a string/],
      [() => assessment(/** @type {any} */ ({ id: "x" })), /id must be an id/],
      [() => assessment(/** @type {any} */ ({ workflow_run_id: null })), /none of the keys/],
      [() => createdAssessment({ created_at: 1.5 }), /created_at must be Unix time/],
      [() => workflowRun({ steps: [/** @type {any} */ ({})] }), /steps\.0/],
      [() => session(/** @type {any} */ ({ token: null })), /token must be a string/],
      [() => archivedAssessment(/** @type {any} */ ({ is_archived: 1 })), /true or false/],
    ])) {
      assert.throws(make, { name: "ConfigurationError", message });
    }
  });

  test("me_is_what_the_description_says", () => {
    const { examples } =
      DOCUMENT.paths["/v1/dashboard/me"].get.responses[200].content["application/json"];
    const [{ value }] = Object.values(examples);
    assert.deepEqual(Object.keys(me()).toSorted(), Object.keys(value).toSorted());
    assert.equal(me({ role: "x" }).role, "x");
  });
});

describe("errors", () => {
  test("every_error_of_the_description_is_there_with_its_body_for_each_operation", () => {
    let seen = 0;
    for (const methods of Object.values(DOCUMENT.paths)) {
      for (const { operationId, responses } of Object.values(methods)) {
        for (const [status, { content, headers = {} }] of Object.entries(responses)) {
          if (Number(status) < 400) continue;
          for (const [name, { value }] of Object.entries(content["application/json"].examples)) {
            const error = apiError(/** @type {any} */ (name), { operation: operationId });
            assert.equal(error.status, Number(status), name);
            assert.deepEqual(error.body, value, name);
            for (const header of ["retry-after", "www-authenticate"]) {
              const isTold = Object.keys(headers).some((one) => one.toLowerCase() === header);
              assert.equal(header in error.headers, isTold, `${name} ${header}`);
            }
            seen++;
          }
        }
      }
    }
    assert.ok(seen > 50, `only ${seen} examples`);
  });

  test("an_error_is_what_the_client_says_it_is", async () => {
    const answered = async (name, options) => {
      const { status, headers, body } = apiError(name, options);
      const fetch = async () => Response.json(body, { status, headers });
      const client = clientOf(fetch, { maxRetries: 0 });
      return client.retrieve(id("assessment")).catch((error) => error);
    };
    const missing = await answered("assessment_not_found");
    assert.deepEqual([missing.status, missing.code], [404, "assessment_not_found"]);
    assert.match(missing.requestId, /^[0-9a-f-]{36}$/);
    assert.equal((await answered("too_many_requests", { retryAfter: 7 })).retryAfter, 7);
    assert.equal(apiError("method_not_allowed").headers.allow, "GET, DELETE");
    assert.equal(apiError("not_found").status, 404);
  });

  test("an_error_that_does_not_exist_so_is_told", () => {
    for (const [name, options] of /** @type {[any, any][]} */ ([
      ["assessment_not_fund", {}],
      ["toString", {}],
      ["assessment_not_found", { operation: "createSession" }],
      ["assessment_not_found", { retryAfter: 1 }],
      ["too_many_requests", { retryAfter: 1.5 }],
      ["too_many_requests", { retryAfter: -1 }],
    ])) {
      assert.throws(() => apiError(name, options), { name: "ConfigurationError" });
    }
  });
});

describe("the stand-in", () => {
  test("a_timeline_goes_on_with_the_reads", async (t) => {
    hasty(t);
    const api = createApi({
      now: 1_790_500_000,
      timeline: ["created", "collecting_documents", { status: "complete", score_percent: 0.64 }],
    });
    const client = clientOf(api.fetch);
    const { id: made } = await client.create(BODY);
    assert.equal(api.assessment(made)?.status, "created");
    const seen = [];
    for (let read = 0; read < 4; read++) seen.push((await client.retrieve(made)).status);
    assert.deepEqual(seen, ["created", "collecting_documents", "complete", "complete"]);
    assert.equal(api.assessment(made)?.score_percent, 0.64);
    assert.equal(api.assessment(made)?.initiated_at, 1_790_500_000);
    assert.equal((await client.archive(made)).status, "complete");
  });

  test("a_timeline_goes_on_with_the_clock_and_stands_still_once_archived", async () => {
    const api = createApi({
      now: 1_790_500_000,
      timeline: [
        { status: "collecting_documents", after: 60 },
        { status: "failed", after: 3_600 },
      ],
    });
    const client = clientOf(api.fetch);
    const [first, second] = [await client.create(BODY), await client.create(BODY)];
    assert.equal((await client.retrieve(first.id)).status, "created");
    api.advance(60);
    const read = await client.retrieve(first.id);
    assert.deepEqual([read.status, read.updated_at], ["collecting_documents", 1_790_500_060]);
    api.advance(10);
    const archived = await client.archive(second.id);
    assert.deepEqual([archived.status, archived.archived_at], ["canceled", 1_790_500_070]);
    api.advance(7_200);
    assert.deepEqual(await client.archive(second.id), archived);
    assert.equal((await client.retrieve(second.id)).status, "canceled");
    const failed = await client.retrieve(first.id);
    assert.deepEqual([failed.status, failed.updated_at], ["failed", 1_790_503_600]);
  });

  test("a_run_shows_its_workflow_and_ends_with_its_assessment", async () => {
    const { steps } = workflowRun();
    const api = createApi({
      timeline: ["review_evals", "complete"],
      workflows: [
        { name: "annual", steps, events: ["approved"] },
        { name: "off", enabled: false },
      ],
    });
    const client = clientOf(api.fetch);
    const created = await client.create({ ...BODY, trigger_workflow: "annual" });
    const run = String(created.workflow_run_id);
    assert.deepEqual((await client.retrieveRun(run)).steps, steps);
    await client.retrieveRun(run);
    const ended = await client.retrieveRun(run);
    assert.deepEqual([ended.status, ended.steps.at(-1)?.status], ["completed", "success"]);
    for (const [name, code] of [
      ["off", "workflow_disabled"],
      ["none", "workflow_not_found"],
    ]) {
      await assert.rejects(client.create({ ...BODY, trigger_workflow: name }), { code });
    }
  });

  const send = (api, run, body, headers = {}) =>
    api.fetch(`${api.baseUrl}/v1/workflows/runs/${run}/events`, {
      method: "POST",
      headers: {
        authorization: "Bearer a-session",
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify(body),
    });

  test("events_are_kept_for_the_test_to_look_at_and_bounded", async () => {
    const api = createApi({ now: 1_790_500_000 });
    const { workflow_run_id: run } = api.addRun(workflowRun());
    const key = { "idempotency-key": "1" };
    for (const headers of [key, key]) {
      const response = await send(api, run, { name: "approved", payload: { by: "Ana" } }, headers);
      assert.equal(response.status, 202);
    }
    assert.deepEqual(api.eventsOf(run), [
      { name: "approved", payload: { by: "Ana" }, receivedAt: 1_790_500_000 },
    ]);
    for (let sent = 1; sent < 100; sent++) await send(api, run, { name: "approved" });
    const full = await send(api, run, { name: "approved" });
    assert.deepEqual([full.status, full.headers.get("retry-after")], [429, "2"]);
    for (let sent = 1; sent < 50; sent++) await send(api, run, { name: `event-${sent}` });
    assert.equal((await send(api, run, { name: "one-more" })).status, 409);
    api.updateRun(run, { status: "failed", completed_at: 1 });
    assert.equal((await send(api, run, { name: "approved" })).status, 409);
  });

  test("what_is_asked_to_fail_fails_so_often_and_where_it_can", async (t) => {
    hasty(t);
    const api = createApi();
    const retries = [];
    const client = clientOf(api.fetch, {
      hooks: { onRetry: ({ error }) => retries.push(error.status ?? error.name) },
    });
    api.failNext("unavailable", { times: 2, retryAfter: 0 });
    api.failNext("workflow_not_found");
    api.failNext("connection", { operation: "retrieveAssessment" });
    await assert.rejects(client.create(BODY), { code: "workflow_not_found" });
    const { id: made } = await client.create(BODY);
    await client.retrieve(made);
    assert.deepEqual(retries, [503, 503, "ConnectionError"]);
    assert.deepEqual(
      api.requests.map(({ operation, status }) => [operation, status]),
      [
        ["createAssessment", 503],
        ["createAssessment", 503],
        ["createAssessment", 404],
        ["createAssessment", 201],
        ["retrieveAssessment", undefined],
        ["retrieveAssessment", 200],
      ],
    );
  });

  test("an_answer_that_is_lost_is_found_again_by_its_key", async (t) => {
    hasty(t);
    const api = createApi();
    const client = clientOf(api.fetch);
    api.failNext("lost");
    const { data, replayed, attempts } = await client.withResponse.create(BODY);
    assert.deepEqual([replayed, attempts], [true, 2]);
    assert.equal(api.assessment(data.id)?.name, data.name);
    const [first, second] = api.requests.map(({ headers }) => headers["idempotency-key"]);
    assert.equal(second, first);
  });

  test("a_key_is_new_after_24_hours", async () => {
    const api = createApi({ now: 1_790_500_000 });
    const client = clientOf(api.fetch);
    const create = async () => (await client.create(BODY, { idempotencyKey: "a key" })).id;
    await assert.rejects(create(), { name: "ValidationError" });
    const once = async () => (await client.create(BODY, { idempotencyKey: "key" })).id;
    const first = await once();
    api.advance(86_399);
    assert.equal(await once(), first);
    api.advance(1);
    assert.notEqual(await once(), first);
  });

  test("a_call_that_hangs_ends_when_it_is_aborted_or_times_out", async () => {
    const api = createApi();
    const client = clientOf(api.fetch, { maxRetries: 0 });
    api.failNext("hang", { times: 2 });
    await assert.rejects(client.create(BODY, { timeoutMs: 10 }), { name: "TimeoutError" });
    const controller = new AbortController();
    const waiting = client.create(BODY, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await assert.rejects(waiting, { message: "enough" });
    await assert.rejects(
      api.fetch("https://api.example.com/healthz", { signal: controller.signal }),
      {
        message: "enough",
      },
    );
  });

  test("sessions_are_good_until_they_end_by_its_clock", async () => {
    const user = id("user", "ana");
    const api = createApi({ now: 1_790_500_000, tokens: ["ak_test_key"], users: [user] });
    const server = clientOf(api.fetch, { token: "ak_test_key" });
    const { token, expires_at: end } = await server.createSession({ user_id: user });
    assert.equal(end, 1_790_500_900);
    const page = clientOf(api.fetch, { token });
    const { id: made } = await page.create(BODY);
    api.advance(900);
    await assert.rejects(page.retrieve(made), { status: 401 });
    await assert.rejects(clientOf(api.fetch, { token: "other" }).retrieve(made), { status: 401 });
    await assert.rejects(server.createSession({ user_id: id("user", "none") }), { status: 400 });
  });

  test("what_is_known_is_known_and_nothing_else", async () => {
    const [vendor, other] = [id("vendor", 1), id("vendor", 2)];
    const analyst = id("user", 1);
    const service = id("service", 1);
    const api = createApi({
      now: 1_790_500_000,
      vendors: [{ id: vendor, name: "Globex", risk_analyst_ids: [analyst] }, other],
      services: [{ id: service, vendor_id: vendor, name: "Cards" }],
      controlSets: [],
    });
    const client = clientOf(api.fetch);
    const format = "{{vendor:name}} {{service:name}} {{date}}";
    const created = await client.create({
      vendor_id: vendor,
      control_set_ids: [],
      service_ids: [service],
      assessment_name_format: format,
    });
    assert.deepEqual([created.name, created.assignee_id], ["Globex Cards 2026-09-27", analyst]);
    await assert.rejects(
      client.create({
        vendor_id: other,
        control_set_ids: [id("control_set", 1)],
        service_ids: [service],
      }),
      (/** @type {any} */ error) => {
        const places = error.issues.map(({ loc }) => loc.join("."));
        assert.deepEqual(places, ["body.control_set_ids.0", "body.service_ids.0"]);
        return true;
      },
    );
  });

  test("a_test_may_put_and_change_what_is_there", async () => {
    const api = createApi({ now: 1_790_600_000 });
    const client = clientOf(api.fetch);
    const put = api.addAssessment(assessment({ status: "review_evals" }));
    assert.deepEqual(await client.retrieve(put.id), put);
    api.updateAssessment(put.id, { status: "complete", findings_count: 3 });
    const read = await client.retrieve(put.id);
    assert.deepEqual(
      [read.status, read.findings_count, read.updated_at],
      ["complete", 3, 1_790_600_000],
    );
    assert.throws(() => api.updateAssessment(put.id, /** @type {any} */ ({ status: 7 })), {
      name: "ConfigurationError",
    });
    assert.throws(() => api.updateAssessment("x", {}), { name: "ConfigurationError" });
    assert.throws(() => api.updateRun("x", {}), { name: "ConfigurationError" });
    assert.equal(api.assessment("x"), undefined);
    assert.equal(api.run("x"), undefined);
    const { name } = await client.create({ ...BODY, vendor_id: put.vendor_id });
    assert.equal(name, "2026 Northwind reassessment");
    api.reset();
    await assert.rejects(client.retrieve(put.id), { code: "assessment_not_found" });
    assert.equal(api.requests.length, 1);
  });

  test("what_happens_is_the_same_in_every_run", async () => {
    const story = async () => {
      const api = createApi({ now: 1_790_500_000 });
      const client = clientOf(api.fetch);
      const created = await client.create({ ...BODY, trigger_workflow: "any" });
      return [created, await client.retrieveRun(String(created.workflow_run_id))];
    };
    assert.deepEqual(await story(), await story());
  });

  test("pages_of_any_origin_may_ask_and_read", async () => {
    const api = createApi();
    const origin = "https://dashboard.example";
    const asked = { origin, "access-control-request-method": "POST" };
    const url = `${api.baseUrl}/v1/assessments`;
    const preflight = await api.fetch(url, { method: "OPTIONS", headers: asked });
    assert.equal(preflight.status, 204);
    assert.match(String(preflight.headers.get("access-control-allow-headers")), /authorization/);
    const answer = await api.fetch(url, { method: "POST", headers: { origin } });
    assert.equal(answer.headers.get("access-control-allow-origin"), origin);
    assert.match(String(answer.headers.get("access-control-expose-headers")), /request-id/);
  });

  test("it_is_asked_as_any_fetch_and_where_it_was_told_that_it_is", async () => {
    const api = createApi({ baseUrl: "https://gateway.example/assessments/" });
    assert.equal(api.baseUrl, "https://gateway.example/assessments");
    const { fetch } = api;
    const headers = { authorization: "Bearer a-session" };
    const url = `${api.baseUrl}/v1/utils/authtest`;
    for (const input of [url, new URL(url), new Request(url, { headers })]) {
      assert.equal((await fetch(input, { headers })).status, 200);
    }
    assert.equal((await fetch("http://127.0.0.1/v1/utils/authtest", { headers })).status, 200);
    assert.equal((await fetch(`${api.baseUrl}/openapi.json`)).status, 404);
    const { json } = {
      json: await (await fetch(`${api.baseUrl}/v1/dashboard/me`, { headers })).json(),
    };
    assert.equal(json.role, "Dashboard User");
    await assert.rejects(fetch("/v1"), { name: "TypeError" });
  });

  test("what_makes_no_sense_is_told", () => {
    for (const options of [
      { basUrl: "x" },
      { vendors: ["x"] },
      { vendors: [{ id: id("service") }] },
      { users: [id("vendor")] },
    ]) {
      assert.throws(() => createApi(/** @type {any} */ (options)), { name: "ConfigurationError" });
    }
    const api = createApi();
    for (const [fault, options] of /** @type {[any, any][]} */ ([
      ["nope", {}],
      ["not_found", {}],
      ["connection", { operation: "nope" }],
      ["connection", { times: 0 }],
      ["assessment_not_found", { operation: "createSession" }],
      ["assessment_not_found", { retryAfter: 1 }],
    ])) {
      assert.throws(() => api.failNext(fault, options), { name: "ConfigurationError" }, fault);
    }
    for (const seconds of [-1, 0.5, Number.NaN]) {
      assert.throws(() => api.advance(seconds), { name: "ConfigurationError" });
    }
  });

  test("a_timeline_that_no_client_would_take_is_told_at_the_create", async () => {
    for (const state of [{ status: 7 }, { score: 1 }, { status: "complete", after: -1 }]) {
      const api = createApi({ timeline: /** @type {any} */ ([state]) });
      const asked = api.fetch(`${api.baseUrl}/v1/assessments`, {
        method: "POST",
        headers: { authorization: "Bearer a-session", "content-type": "application/json" },
        body: JSON.stringify(BODY),
      });
      await assert.rejects(asked, { name: "ConfigurationError" });
    }
  });

  test("what_it_remembers_is_bounded", async () => {
    const api = createApi();
    for (let asked = 0; asked < 1_005; asked++) await api.fetch(`${api.baseUrl}/healthz`);
    assert.equal(api.requests.length, 1_000);
    for (let added = 0; added < 10_000; added++) api.addAssessment(assessment());
    assert.throws(() => api.addAssessment(assessment()), {
      name: "ConfigurationError",
      message: /call reset\(\)/,
    });
  });
});

test("nothing_of_it_is_in_another_entry", () => {
  for (const entry of ["index.js", "node.js", "index.cjs", "workerd.js", "slim.js", "webhook.js"]) {
    const code = readFileSync(join(ROOT, "pkg/dist", entry), "utf8");
    for (const trace of ["the stand-in", "addAssessment", "Harbor Credit Union"]) {
      assert.ok(!code.includes(trace), `${entry} has ${trace}`);
    }
  }
});
