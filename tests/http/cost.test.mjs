// What a call costs on the platform, whatever it takes: round trips to D1, rows that D1
// says were read and written, and reads and writes of KV. No route costs more than
// bench/budget.json says, nor more because there is more in the tables.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idOf, makeAssessment, makeOrg, ROUTE_BUDGET, startApi } from "./harness.mjs";

/** An organization with some of everything, each id told by a name. */
function orgOf(name) {
  const vendor = idOf("cbvndr", name);
  const field = idOf("cbcfc", name);
  return makeOrg(name, {
    users: [{ id: idOf("cbuser", name), name: "U", email: "u@x.example", membership: "active" }],
    control_sets: [{ id: idOf("cbctst", name), name: "C" }],
    vendors: [
      {
        id: vendor,
        name: "V",
        services: [{ id: idOf("cbsvc", name), name: "S" }],
        documents: [{ id: idOf("cbvdoc", name), name: "D" }],
      },
    ],
    workflows: [{ id: idOf("cbwd", name), name: "flow", kind: "direct", enabled: true }],
    custom_fields: [{ id: field, field_name: "F", field_type: "string", enabled: true }],
    assessments: [
      makeAssessment(`assessment of ${name}`, vendor, {
        control_set_ids: [idOf("cbctst", name)],
        service_ids: [idOf("cbsvc", name)],
        custom_fields: [{ config_id: field, value: "x" }],
        findings: [idOf("cbtask", name)],
      }),
    ],
  });
}

const ORG = orgOf("cost");
const { key: KEY } = ORG;
const VENDOR = idOf("cbvndr", "cost");
/** One of each that a create usually names. */
const USUAL = { vendor_id: VENDOR, control_set_ids: [idOf("cbctst", "cost")] };
const EVERYTHING = {
  ...USUAL,
  name: "All there is",
  service_ids: [idOf("cbsvc", "cost")],
  assignee_id: idOf("cbuser", "cost"),
  trigger_workflow: "flow",
  supporting_document_ids: [idOf("cbvdoc", "cost")],
};

let api;
before(async () => {
  api = await startApi({ faulty: true });
  // Whether a range of an index ends where the index does is told by one row more that
  // is read. Rows of an organization behind ours have it end before, as a full one does.
  const last = orgOf("behind");
  last.data.id = `cborg_${"f".repeat(32)}`;
  await api.load({ orgs: [ORG.data, last.data] });
  await api.warm(KEY);
});
after(() => api.close());

/** What each route costs, by the names of the budget. */
async function costs() {
  const found = {};
  const note = async (name, status, call) => {
    const { headers, text, ...answer } = await call();
    assert.equal(answer.status, status, text);
    const count = (what) => Number(headers.get(`x-test-${what}`));
    found[name] = {
      d1_trips: count("d1-round-trips"),
      rows_read: count("d1-rows-read"),
      rows_written: count("d1-rows-written"),
      kv_reads: count("kv-reads"),
    };
    return answer.json;
  };
  const create = (body, idempotencyKey) => () => api.create(body, { key: KEY, idempotencyKey });
  const archive = (id) => () => api.archive(id, { key: KEY });
  const key = crypto.randomUUID();
  await create(USUAL)();
  const { id } = await note("create", 201, create(USUAL));
  await note("create, keyed", 201, create(USUAL, key));
  await note("replay", 201, create(USUAL, key));
  await note("create, all there is", 201, create(EVERYTHING, crypto.randomUUID()));
  await note("create, 422", 422, create({}));
  await note("retrieve", 200, () => api.retrieve(id, { key: KEY }));
  await note("archive", 200, archive(id));
  await note("archive, repeated", 200, archive(id));
  await note("authtest", 200, () => api.send("GET", "/v1/utils/authtest", { key: KEY }));
  return found;
}

/** Fills the tables of the organization, as if it had been there for years. */
async function fill() {
  const numbers = (count) =>
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  const hex = "printf('%032x', i * 2654435761)";
  const [org, of] = [ORG.id, (prefix) => idOf(prefix, "cost")];
  for (const sql of [
    `INSERT INTO vendors (org_id, id, name) SELECT ?1, 'cbvndr_' || ${hex}, 'V' || i FROM n`,
    `INSERT INTO control_sets (org_id, id, name) SELECT ?1, 'cbctst_' || ${hex}, 'C' FROM n`,
    `INSERT INTO assessments (org_id, id, vendor_id, name, status, created_at, updated_at)
     SELECT ?1, 'cbqsrw_' || ${hex}, '${of("cbvndr")}', 'A', 'created', i, i FROM n`,
    `INSERT INTO assessment_control_sets (org_id, assessment_id, position, control_set_id)
     SELECT ?1, 'cbqsrw_' || ${hex}, 0, '${of("cbctst")}' FROM n`,
    `INSERT INTO assessment_services (org_id, assessment_id, position, service_id)
     SELECT ?1, 'cbqsrw_' || ${hex}, 0, '${of("cbsvc")}' FROM n`,
    `INSERT INTO document_links (org_id, document_id, assessment_id)
     SELECT ?1, '${of("cbvdoc")}', 'cbqsrw_' || ${hex} FROM n`,
    `INSERT INTO custom_field_values (org_id, assessment_id, config_id, value)
     SELECT ?1, 'cbqsrw_' || ${hex}, '${of("cbcfc")}', '"x"' FROM n`,
    `INSERT INTO findings (org_id, assessment_id, id)
     SELECT ?1, 'cbqsrw_' || ${hex}, 'cbtask_' || ${hex} FROM n`,
    `INSERT INTO workflow_runs
       (org_id, id, definition_id, assessment_id, status, input, started_at)
     SELECT ?1, 'cbwr_' || ${hex}, '${of("cbwd")}', 'cbqsrw_' || ${hex}, 'started', '{}', i
     FROM n`,
    `INSERT INTO idempotency_records
       (org_id, operation, key, response_body, created_at, expires_at)
     SELECT ?1, 'POST /v1/assessments', ${hex}, '{}', 4e9, 4e9 + 1 FROM n`,
  ]) {
    // Its alias keeps every statement one that D1 takes.
    await api.env.DB.prepare(sql.replace("SELECT", `${numbers(3_000)} SELECT`))
      .bind(org)
      .run();
  }
}

test("no_route_costs_more_than_its_budget", async (context) => {
  const found = await costs();
  assert.deepEqual(Object.keys(found).sort(), Object.keys(ROUTE_BUDGET).sort());
  for (const [route, cost] of Object.entries(found)) {
    for (const [what, count] of Object.entries(cost)) {
      assert.ok(count <= ROUTE_BUDGET[route][what], `${route}: ${count} ${what}`);
      if (count < ROUTE_BUDGET[route][what]) context.diagnostic(`${route}: only ${count} ${what}`);
    }
  }
});

test("nothing_is_written_to_kv_for_a_credential_that_is_known", async () => {
  const writes = async () => {
    const answer = await api.send("GET", "/v1/utils/authtest", { key: KEY });
    return Number(answer.headers.get("x-test-kv-writes"));
  };
  const before = await writes();
  await costs();
  assert.equal(await writes(), before);
});

test("no_route_costs_more_because_there_is_more_in_the_tables", async () => {
  const before = await costs();
  await fill();
  assert.deepEqual(await costs(), before);
});
