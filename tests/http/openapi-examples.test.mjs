// Every example of the description is what the API really does: the requests
// are sent, and every answer, of errors as well, is provoked and compared.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DEMO_WITH_STEPS, KEYS, ORGS, startApi } from "./harness.mjs";
import { until } from "./workflow-support.mjs";

const EVENT = "review-approved";
/** More strangers than the tests need to be, and no more than are soon sent. */
const ADDRESS_LIMIT = 60;
// The demo's workflow in a hurry, but with time for a slow machine to send an
// event; and without the analyser, which is not there.
const DATA = structuredClone(DEMO_WITH_STEPS);
const [flow] = DATA.orgs[0].workflows;
flow.steps = flow.steps.filter(({ action_type }) => action_type !== "call");
for (const { action_type, parameters } of flow.steps) {
  if (action_type === "wait") parameters.seconds = 1;
  if (action_type === "wait_for_event") parameters.timeout_seconds = 3_600;
}

const known = JSON.stringify(DATA);
const document = await describedBy();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    ...operation,
  })),
);
const byId = Object.fromEntries(operations.map((operation) => [operation.operationId, operation]));
const requestOf = (id, name) =>
  byId[id].requestBody.content["application/json"].examples[name].value;

let api;
let runs;
before(async () => {
  api = await startApi({ data: DATA, faulty: true, limits: { ADDRESS_LIMIT } });
  const names = ["waiting", "completed", "with_payload", "without_payload", "ended"];
  runs = Object.fromEntries(names.map((name) => [name, start()]));
});
after(() => api.close());

/** The description, from an API that serves nothing else. */
async function describedBy() {
  const served = await startApi({ data: { orgs: [] } });
  try {
    return (await served.send("GET", "/openapi.json")).json;
  } finally {
    await served.close();
  }
}

/** What differs from run to run (new ids, times, the year in a name) in one form. */
function normalised(value) {
  const text = JSON.stringify(value)
    .replace(/\b(cb[a-z]+)_[0-9a-f]{32}\b/g, (id, prefix) =>
      known.includes(id) ? id : `${prefix}_new`,
    )
    .replace(/"token":"[\w-]+\.[\w-]+\.[\w-]+"/g, '"token":"opaque"')
    .replace(/(_at":)(\d+)/g, (_, key, time) => key + (known.includes(time) ? time : '"now"'))
    .replace(/"name":"\d{4} Northwind/, '"name":"YEAR Northwind');
  return JSON.parse(text);
}

/**
 * A call of an operation as the examples of the parameters in its path have it.
 *
 * @param {string} id
 * @param {import("./harness.mjs").Sent & { params?: Record<string, string>, query?: string }} [options]
 */
function call(id, { params = {}, query = "", ...options } = {}) {
  const { method, path, parameters = [] } = byId[id];
  const filled = path.replace(
    /\{([^}]+)\}/g,
    (_, name) => params[name] ?? parameters.find((parameter) => parameter.name === name).example,
  );
  return api.send(method, filled + query, { key: KEYS.harbor, ...options });
}

const json = { "content-type": "application/json" };
/**
 * @param {string} id
 * @param {unknown} body
 * @param {Parameters<typeof call>[1]} [options]
 */
const post = (id, body, { headers, ...options } = {}) =>
  call(id, { body: JSON.stringify(body), headers: { ...json, ...headers }, ...options });

const CITADEL = { key: KEYS.citadel };
const UNKNOWN = { params: { assessment_id: `cbqsrw_${"0".repeat(32)}` } };
const create = (name) => () => post("createAssessment", requestOf("createAssessment", name));

/** A run of its own for each example that needs one; they go on side by side. */
async function start() {
  const [, { id }] = ORGS.harbor.vendors;
  const body = { vendor_id: id, control_set_ids: [], trigger_workflow: "annual-reassessment-flow" };
  const { json } = await post("createAssessment", body);
  return { params: { workflow_run_id: json.workflow_run_id } };
}
const waitsForEvent = ({ steps }) =>
  steps.some(({ action_type }) => action_type === "wait_for_event");
const read = (run, what, holds) =>
  until(what, async () => {
    const answer = await call("retrieveWorkflowRun", run);
    return holds(answer.json) && answer;
  });
const waiting = async (run) => read(await run, "the step that waits", waitsForEvent);
const send = async (run, event) => {
  await waiting(run);
  return post("sendWorkflowEvent", event, await run);
};
const completed = async (run) => {
  await send(run, { name: EVENT });
  return read(await run, "the end of the run", ({ status }) => status === "completed");
};

/** How each example of an answer is provoked, where not every route does it alike. */
const PROVOKED = {
  createAssessment: {
    minimal: create("minimal"),
    with_workflow: create("with_workflow"),
    bad_references: () => post("createAssessment", { vendor_id: "cbvndr_00", control_set_ids: [] }),
    over_limit: () =>
      post("createAssessment", { vendor_id: "v", control_set_ids: [], name: "x".repeat(256) }),
    workflow_not_found: () =>
      post("createAssessment", {
        ...requestOf("createAssessment", "minimal"),
        trigger_workflow: "quarterly-review",
      }),
    workflow_disabled: () =>
      post("createAssessment", {
        ...requestOf("createAssessment", "minimal"),
        trigger_workflow: "paused-flow",
      }),
  },
  retrieveAssessment: {
    with_custom_fields: () => call("retrieveAssessment"),
    unfinished: () =>
      call("retrieveAssessment", { params: { assessment_id: ORGS.harbor.assessments[0].id } }),
    assessment_not_found: () => call("retrieveAssessment", UNKNOWN),
  },
  archiveAssessment: {
    finished: () => call("archiveAssessment"),
    canceled: () =>
      call("archiveAssessment", { params: { assessment_id: ORGS.harbor.assessments[1].id } }),
    assessment_not_found: () => call("archiveAssessment", UNKNOWN),
  },
  retrieveWorkflowRun: {
    waiting: () => waiting(runs.waiting),
    completed: () => completed(runs.completed),
    workflow_run_not_found: () => call("retrieveWorkflowRun"),
  },
  sendWorkflowEvent: {
    with_payload: () => send(runs.with_payload, requestOf("sendWorkflowEvent", "with_payload")),
    without_payload: () =>
      send(runs.without_payload, requestOf("sendWorkflowEvent", "without_payload")),
    event_name: () => post("sendWorkflowEvent", { name: "" }),
    workflow_run_not_found: () => post("sendWorkflowEvent", { name: EVENT }),
    event_not_expected: async () =>
      post("sendWorkflowEvent", { name: "audit-closed" }, await runs.waiting),
    // Of what comes before the step waits for it, no more than a hundred are kept.
    too_many_requests: async () => {
      const run = await start();
      const send = () => post("sendWorkflowEvent", { name: EVENT }, run);
      const answers = await Promise.all(Array.from({ length: 110 }, send));
      return answers.find(({ status }) => status === 429) ?? answers[0];
    },
    workflow_run_ended: async () => {
      await completed(runs.ended);
      return post("sendWorkflowEvent", { name: EVENT }, await runs.ended);
    },
  },
  createSession: {
    minimal: () => post("createSession", requestOf("createSession", "minimal")),
    bound_to_a_page: () => post("createSession", requestOf("createSession", "bound_to_a_page")),
    session_refused: () =>
      post("createSession", {
        user_id: "cbuser_00",
        role: "Owner",
        origin: "https://dashboard.example/",
        expires_in: 5,
      }),
    unknown_user: () => post("createSession", { user_id: "cbuser_00" }),
  },
  retrieveMe: {
    session: async () => {
      const session = await post("createSession", requestOf("createSession", "minimal"));
      return call("retrieveMe", { key: session.json.token });
    },
    key: () => call("retrieveMe"),
  },
  listVendors: {
    found: async () => {
      const [, , { id }] = ORGS.harbor.vendors;
      await post("createAssessment", { vendor_id: id, control_set_ids: [] });
      return call("listVendors", { query: "?q=braces" });
    },
  },
  retrieveVendor: {
    vendor: () => call("retrieveVendor"),
    vendor_not_found: () =>
      call("retrieveVendor", { params: { vendor_id: `cbvndr_${"0".repeat(32)}` } }),
  },
  listControlSets: { found: () => call("listControlSets", { query: "?q=soc" }) },
  listUsers: { found: () => call("listUsers", { query: "?q=ana" }) },
  listWorkflows: { found: () => call("listWorkflows", { query: "?q=annual" }) },
  listAssessments: {
    failed: () => call("listAssessments", { query: "?status=failed&limit=1" }),
  },
  describeAssessment: {
    in_review: () =>
      call("describeAssessment", { params: { assessment_id: ORGS.harbor.assessments[4].id } }),
    assessment_not_found: () => call("describeAssessment", UNKNOWN),
  },
  testAuthentication: { good: () => call("testAuthentication") },
  checkHealth: {
    alive: () => call("checkHealth"),
    // What was good a moment ago counts until any call finds that it no longer is.
    unavailable: async (id) => {
      await EVERYWHERE.unavailable("testAuthentication");
      return EVERYWHERE.unavailable(id);
    },
  },
};

const EVERYWHERE = {
  not_authenticated: (id) => call(id, { key: undefined }),
  invalid_credential: (id) => call(id, { key: KEYS.revoked }),
  role_not_allowed: (id) => call(id, { key: KEYS.reportViewer }),
  ip_not_allowed: (id) => call(id, CITADEL),
  idempotency_key: (id) => post(id, {}, { headers: { "idempotency-key": "" } }),
  // More than two periods together let pass, for one may end meanwhile.
  too_many_requests: async (id) => {
    const stranger = { key: undefined, headers: { "cf-connecting-ip": "203.0.113.77" } };
    const calls = Array.from({ length: 2 * ADDRESS_LIMIT + 1 }, () => call(id, stranger));
    const answers = await Promise.all(calls);
    return answers.find(({ status }) => status === 429) ?? answers[0];
  },
  body_too_large: (id) => post(id, "x".repeat(262_144)),
  faulty_body: (id) => post(id, {}),
  faulty_query: (id) => call(id, { query: "?limit=101&cursor=none" }),
  internal: (id) => call(id, { faults: { random: "throw" } }),
  // With a key that may have an answer no request is refused without a look.
  unavailable: (id) =>
    call(id, {
      faults: { d1: "throw" },
      headers: { "idempotency-key": crypto.randomUUID() },
    }),
};

// What no test can provoke: the document, a static file, needs no storage.
const OUT_OF_REACH = {
  unavailable: (id) => id === "describe",
};

for (const { operationId, responses } of operations) {
  for (const [status, { content }] of Object.entries(responses)) {
    for (const [name, { value }] of Object.entries(content["application/json"].examples ?? {})) {
      if (OUT_OF_REACH[name]?.(operationId)) continue;
      test(`${operationId}_answers_its_example_${name}`, { timeout: 120_000 }, async () => {
        const provoke = PROVOKED[operationId]?.[name] ?? EVERYWHERE[name];
        assert.ok(provoke, "nothing is known to provoke this example");
        const answer = await provoke(operationId);
        assert.equal(String(answer.status), status, answer.text);
        assert.deepEqual(normalised(answer.json), normalised(value));
      });
    }
  }
}

for (const { operationId, requestBody } of operations) {
  for (const name of Object.keys(requestBody?.content["application/json"].examples ?? {})) {
    test(`${operationId}_has_an_answer_to_its_request_${name}`, () => {
      const [, success] =
        Object.entries(byId[operationId].responses).find(([status]) => status < "300") ??
        assert.fail(operationId);
      assert.ok(name in success.content["application/json"].examples);
    });
  }
}
