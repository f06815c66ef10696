// The client against the real Worker: what it answers, and that a lost answer
// creates nothing twice.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ApiError, ConnectionError, ValidationError } from "../../pkg/dist/index.js";
import { DEMO, KEYS, ORGS, UUID, startApi } from "../http/harness.mjs";
import { ID, clientOf, hasty, startProxy } from "./client-support.mjs";
import { untyped } from "./untyped.mjs";

let api;
let proxy;
before(async () => {
  api = await startApi({ faulty: true });
  proxy = await startProxy(api.url);
});
after(async () => {
  await proxy.close();
  await api.close();
});
beforeEach((t) => {
  hasty(t);
  proxy.requests.length = 0;
});

const [{ id: VENDOR }] = ORGS.harbor.vendors;
const [{ id: CONTROL_SET }] = ORGS.harbor.control_sets;
const BODY = { vendor_id: VENDOR, control_set_ids: [CONTROL_SET] };

/** How many assessments there are. */
async function count() {
  return (await api.counts()).assessments;
}

test("create_retrieve_and_cancel_answer_what_the_api_answers", async () => {
  const client = clientOf(api);
  const created = await client.create(BODY, { idempotencyKey: "same-as-raw" });
  assert.deepEqual(created, (await api.create(BODY, { idempotencyKey: "same-as-raw" })).json);
  assert.equal(created.vendor_id, VENDOR);
  assert.deepEqual(await client.retrieve(created.id), (await api.retrieve(created.id)).json);
  const canceled = await client.cancel(created.id);
  assert.deepEqual(canceled, (await api.archive(created.id)).json);
  assert.equal(canceled.status, "canceled");
  assert.deepEqual(await client.archive(created.id), canceled);
});

test("every_field_of_a_create_reaches_the_api", async () => {
  const [vendor] = ORGS.harbor.vendors;
  const body = {
    ...BODY,
    name: "  Søn & ☕ ",
    assessment_name_format: "{{year}}",
    service_ids: [vendor.services[0].id],
    assignee_id: ORGS.harbor.users[1].id,
    trigger_workflow: "annual-reassessment-flow",
    supporting_document_ids: [vendor.documents[0].id],
  };
  const created = await clientOf(api).create(body);
  assert.equal(created.name, "Søn & ☕");
  assert.deepEqual(created.service_ids, body.service_ids);
  assert.equal(created.assignee_id, body.assignee_id);
  assert.match(created.workflow_run_id ?? "", /^cbwr_/);
  const links = await api.rows(
    "SELECT count(*) AS count FROM document_links WHERE assessment_id = ?",
    created.id,
  );
  assert.deepEqual(links, [{ count: 1 }]);
});

test("with_response_tells_what_came_around_the_answer", async () => {
  const { withResponse } = clientOf(api);
  const created = await withResponse.create(BODY, { idempotencyKey: "told" });
  assert.equal(created.status, 201);
  assert.equal(created.attempts, 1);
  assert.equal(created.replayed, false);
  assert.match(created.requestId ?? "", UUID);
  assert.equal(created.headers.get("x-coverbase-request-id"), created.requestId);
  const again = await withResponse.create(BODY, { idempotencyKey: "told" });
  assert.deepEqual(again.data, created.data);
  assert.equal(again.replayed, true);
  assert.notEqual(again.requestId, created.requestId);
  for (const operation of ["retrieve", "cancel", "archive"]) {
    const { status, attempts, replayed, data } = await withResponse[operation](created.data.id);
    assert.deepEqual([status, attempts, replayed], [200, 1, false]);
    assert.equal(data.id, created.data.id);
  }
});

for (const fault of ["drop", "break"]) {
  test(`an_answer_that_is_lost_creates_nothing_twice: ${fault}`, async () => {
    const had = await count();
    proxy.faults.push(fault);
    const { data, attempts, replayed, status } = await clientOf(proxy).withResponse.create(BODY);
    assert.deepEqual([status, attempts, replayed], [201, 2, true]);
    assert.equal(await count(), had + 1);
    assert.equal((await api.retrieve(data.id)).status, 200);
    const [first, second] = proxy.requests;
    assert.equal(first.headers["idempotency-key"], second.headers["idempotency-key"]);
    assert.equal(first.body, second.body);
  });
}

test("an_answer_that_stalls_is_asked_for_again", async (t) => {
  const had = await count();
  const timeoutMs = 30_000;
  /** What ends an attempt that takes too long. */
  const timers = [];
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (work, delay, ...rest) => {
    if (delay === timeoutMs) timers.push(work);
    return setTimeout(work, delay, ...rest);
  });
  // Time is up for the first as soon as its answer has begun, and for the second when it has come.
  let begun;
  const answering = new Promise((resolve) => (begun = resolve));
  proxy.faults.push("stall", () => timers[1]());
  const client = clientOf(proxy, {
    timeoutMs,
    totalTimeoutMs: 600_000,
    async fetch(url, init) {
      const response = await fetch(url, init);
      begun();
      return response;
    },
  });
  const creating = client.withResponse.create(BODY);
  await answering;
  timers[0]();
  const { attempts, replayed } = await creating;
  assert.deepEqual([attempts, replayed], [3, true]);
  assert.equal(await count(), had + 1);
});

test("a_lost_answer_to_a_cancel_or_a_read_is_asked_for_again", async () => {
  const { id } = await clientOf(api).create(BODY);
  proxy.faults.push("drop", "break");
  const canceled = await clientOf(proxy).withResponse.cancel(id);
  assert.equal(canceled.attempts, 3);
  assert.deepEqual(canceled.data, (await api.archive(id)).json);
  proxy.faults.push("break");
  assert.equal((await clientOf(proxy).withResponse.retrieve(id)).attempts, 2);
});

test("each_create_has_a_key_of_its_own", async () => {
  const had = await count();
  const client = clientOf(proxy);
  await Promise.all(Array.from({ length: 5 }, () => client.create(BODY)));
  const keys = proxy.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(new Set(keys).size, 5);
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
  assert.equal(await count(), had + 5);
});

test("the_callers_own_key_is_sent", async () => {
  const had = await count();
  const client = clientOf(proxy);
  const all = Array.from({ length: 5 }, () => client.create(BODY, { idempotencyKey: "ticket-1" }));
  const ids = new Set((await Promise.all(all)).map(({ id }) => id));
  assert.equal(ids.size, 1);
  assert.equal(await count(), had + 1);
  for (const { headers } of proxy.requests) assert.equal(headers["idempotency-key"], "ticket-1");
});

test("a_key_is_sent_with_creates_only", async () => {
  const client = clientOf(proxy);
  const { id } = await client.create(BODY);
  await client.retrieve(id, untyped({ idempotencyKey: "ignored" }));
  await client.cancel(id, untyped({ idempotencyKey: "ignored" }));
  const [, ...others] = proxy.requests;
  assert.deepEqual(
    others.map(({ method }) => method),
    ["GET", "DELETE"],
  );
  for (const { headers } of others) assert.ok(!("idempotency-key" in headers));
});

test("a_bad_key_of_the_caller_is_refused_and_nothing_is_sent", async () => {
  const client = clientOf(proxy);
  for (const idempotencyKey of ["", "two words", "schlüssel", "k".repeat(256), null, 7]) {
    await assert.rejects(client.create(BODY, untyped({ idempotencyKey })), (error) => {
      assert.ok(error instanceof ValidationError);
      assert.equal(error.status, 400);
      assert.match(error.message, /^Idempotency-Key: /);
      return true;
    });
  }
  assert.deepEqual(proxy.requests, []);
  await client.create(BODY, { idempotencyKey: "k".repeat(255) });
});

test("a_request_that_the_api_would_refuse_is_not_sent", async () => {
  const client = clientOf(proxy);
  const faulty = { vendor_id: 7, control_set_ids: ["x", 1] };
  await assert.rejects(client.create(untyped(faulty)), (error) => {
    assert.ok(error instanceof ValidationError);
    assert.equal(error.status, 422);
    assert.deepEqual(
      error.issues.map(({ loc }) => loc.join(".")),
      ["body.vendor_id", "body.control_set_ids.1"],
    );
    assert.equal(
      error.message,
      "vendor_id: Input should be a valid string; " +
        "control_set_ids.1: Input should be a valid string",
    );
    return true;
  });
  const long = { ...BODY, vendor_id: "cbsvc_1", name: "n".repeat(256) };
  await assert.rejects(client.create(long), { name: "ValidationError", status: 400 });
  for (const id of ["", "cbqsrw_1", VENDOR, undefined, { toString: () => ID }]) {
    for (const operation of ["retrieve", "cancel", "archive", "waitFor"]) {
      await assert.rejects(client[operation](id), { name: "IdError" });
    }
  }
  assert.deepEqual(proxy.requests, []);
});

test("without_validation_the_api_refuses_and_the_error_says_as_much", async () => {
  const client = clientOf(api, { validate: false });
  const refused = (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 400);
    assert.match(error.message, /^vendor_id: cbvndr_1 not found/);
    return true;
  };
  await assert.rejects(client.create({ ...BODY, vendor_id: "cbvndr_1" }), refused);
  await assert.rejects(client.create({ ...BODY, name: "n".repeat(300_000) }), {
    name: "ApiError",
    status: 413,
    message: "Request body too large.",
  });
  await assert.rejects(client.create({ ...BODY, name: "n".repeat(256) }, { validate: true }), {
    name: "ValidationError",
  });
});

test("an_error_of_a_400_tells_its_issues_with_their_places_whatever_the_ids_are", async () => {
  const client = clientOf(api, { validate: false });
  const issuesOf = (body) =>
    client.create(body).then(
      () => assert.fail("created"),
      ({ status, issues }) => {
        assert.equal(status, 400);
        return issues;
      },
    );
  const notFound = (...loc) => ({ loc: ["body", ...loc], msg: "not found", type: "not_found" });
  const odd = ["a, b", "c not found; name: d", 'e"#', "", "; "];
  assert.deepEqual(
    await issuesOf({ vendor_id: " cbvndr_1", control_set_ids: [...odd, "a, b"], name: "n" }),
    [
      notFound("vendor_id"),
      ...[0, 5, 1, 2, 3, 4].map((index) => notFound("control_set_ids", index)),
    ],
  );
  const over = await issuesOf({
    ...BODY,
    name: "n".repeat(256),
    service_ids: Array(101).fill("s"),
  });
  assert.deepEqual(over, [
    { loc: ["body", "name"], msg: "At most 255 characters, this has 256", type: "too_long" },
    {
      loc: ["body", "service_ids"],
      msg: "At most 100 entries, this has 101",
      type: "too_many_entries",
    },
  ]);
});

test("errors_of_the_api_tell_status_code_and_request_id", async () => {
  /** @type {[number, string | undefined, string | RegExp, object?][]} */
  const cases = [
    [401, undefined, "Invalid or expired API key.", { token: KEYS.revoked }],
    [401, undefined, "Unauthorized role.", { token: KEYS.reportViewer }],
    [403, "ip_not_allowed", /allowlist/, { token: KEYS.citadel }],
    [404, "assessment_not_found", "Assessment not found."],
  ];
  for (const [status, code, message, options] of cases) {
    await assert.rejects(clientOf(api, options).retrieve(ID), (error) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.status, status);
      assert.equal(error.code, code);
      assert.equal(error.attempts, 1);
      assert.match(error.requestId ?? "", UUID);
      assert.ok(error.headers.get("content-type"));
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    });
  }
  const create = (body) => clientOf(api).create({ ...BODY, ...body });
  await assert.rejects(create({ trigger_workflow: "nope" }), {
    status: 404,
    code: "workflow_not_found",
    message: "Workflow 'nope' not found.",
  });
  await assert.rejects(create({ trigger_workflow: "paused-flow" }), {
    status: 409,
    code: "workflow_disabled",
  });
  await assert.rejects(create({ vendor_id: `cbvndr_${"0".repeat(32)}` }), { status: 400 });
});

test("a_storage_failure_is_waited_out", async (t) => {
  // The request that fails asks for it with a header that only the test knows.
  const modes = ["throw", "fail-before-commit"];
  const retries = [];
  const had = await count();
  const faulty = (url, init) => {
    const mode = modes.shift();
    const faults = mode && { "x-test-faults": JSON.stringify({ d1: mode }) };
    return fetch(url, { ...init, headers: { ...init.headers, ...faults } });
  };
  // The waits that the API asks for are told, and skipped.
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (work, delay, ...rest) =>
    setTimeout(work, delay === retries.at(-1)?.delayMs ? 0 : delay, ...rest),
  );
  const client = clientOf(api, {
    fetch: faulty,
    hooks: { onRetry: (event) => retries.push(event) },
  });
  const { data, attempts } = await client.withResponse.create(BODY);
  assert.equal(attempts, 3);
  assert.equal(retries.length, 2);
  for (const { error, delayMs } of retries) {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 503);
    assert.equal(delayMs, Number(error.retryAfter) * 1000);
  }
  assert.equal(await count(), had + 1);
  assert.equal((await api.retrieve(data.id)).status, 200);
});

test("a_refused_connection_is_a_connection_error_with_its_cause", async () => {
  const closed = await startProxy(api.url);
  await closed.close();
  await assert.rejects(clientOf(closed).retrieve(ID), (error) => {
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.attempts, 5);
    const { cause } = /** @type {{ cause: { cause: { code: string } } }} */ (error);
    assert.equal(cause.cause.code, "ECONNREFUSED");
    return true;
  });
});

test("wait_for_follows_an_assessment_to_its_end", async () => {
  const client = clientOf(api);
  const { id } = await client.create(BODY);
  const seen = [];
  const waiting = client.waitFor(id, {
    minDelayMs: 5,
    onUpdate({ status }) {
      seen.push(status);
      if (seen.length === 1) void client.cancel(id);
    },
  });
  assert.equal((await waiting).status, "canceled");
  assert.deepEqual(seen, ["created", "canceled"]);
  for (const { id, status } of DEMO.orgs[0].assessments) {
    assert.equal((await client.waitFor(id, { until: status })).status, status);
  }
});

test("tokens_are_asked_for_before_every_attempt", async () => {
  const tokens = [KEYS.revoked, KEYS.harbor];
  proxy.faults.push("drop");
  const client = clientOf(proxy, { token: async () => tokens.shift() });
  assert.equal((await client.withResponse.create(BODY)).attempts, 2);
  assert.deepEqual(
    proxy.requests.map(({ headers }) => headers.authorization),
    [`Bearer ${KEYS.revoked}`, `Bearer ${KEYS.harbor}`],
  );
});
