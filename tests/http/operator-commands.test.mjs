// The commands that an operator looks with: audit and status.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, after, test } from "node:test";
import { tmpdir } from "node:os";
import { idOf, makeAssessment, makeOrg } from "./harness.mjs";
import { queries, xtask } from "./commands-support.mjs";

const org = makeOrg("operated");
const other = makeOrg("not operated");
const RUN = idOf("cbwr", "given up");
const ASSESSMENT = makeAssessment("operated", org.vendor);
const DEFINITION = idOf("cbwd", "operated");

let state;
before(async () => {
  state = mkdtempSync(join(tmpdir(), "assessments-test-"));
  const file = join(state, "orgs.json");
  const workflows = [{ id: DEFINITION, name: "flow", kind: "direct", enabled: true }];
  const data = { ...org.data, workflows, assessments: [ASSESSMENT] };
  writeFileSync(file, JSON.stringify({ orgs: [data, other.data] }));
  const imported = await xtask("import", file, "--state", state);
  assert.equal(imported.code, 0, imported.stderr);
});
after(() => rmSync(state, { recursive: true, force: true }));

const KEY_ID = idOf("cbkey", "operated");
const USER_ID = idOf("cbuser", "operated");

/** Writes calls as the Worker does: newest last, ten seconds apart. */
async function recordCalls() {
  const calls = [
    { ago: 7_200, method: "POST", route: "/v1/assessments", status: 201, key: "CI" },
    { ago: 60, method: "GET", route: "/v1/assessments/{assessment_id}", status: 404, key: "CI" },
    { ago: 50, method: "GET", route: "/v1/utils/authtest", status: 200, key: "other" },
    { ago: 40, method: "POST", route: "/v1/assessments", status: 422, user: USER_ID },
  ];
  const text = (value) => (value === undefined ? "NULL" : `'${value}'`);
  const rows = calls.map(({ ago, method, route, status, key, user }, n) => {
    const path = route.replace("{assessment_id}", "unknown");
    const key_id = key === "CI" ? KEY_ID : key && idOf("cbkey", "another");
    return `('${org.id}', unixepoch() - ${ago}, 'request ${n}', '${method}', '${path}', '${route}',
      ${status}, ${n}, '["page"]', ${text(key_id)}, ${text(key)}, ${text(user)}, '203.0.113.${n}')`;
  });
  const lost = `('${org.id}', 'given_up', 2, unixepoch()), ('${other.id}', 'given_up', 5, unixepoch())`;
  await queries(
    state,
    `INSERT INTO audit_records VALUES ${rows.join(",")}, ('${other.id}', unixepoch(), 'foreign',
      'GET', '/v1/x', '/v1/x', 200, 1, '[]', NULL, NULL, NULL, NULL)`,
    `INSERT INTO audit_losses VALUES ${lost}`,
  );
}

/** The records that a look shows, and what it says besides. */
async function audit(...args) {
  const { code, stdout, stderr } = await xtask(
    ...["audit", "--org", org.id, "--state", state, "--json", ...args],
  );
  assert.equal(code, 0, stderr);
  const records = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return {
    records,
    requests: records.map(({ correlation_id: id }) => id.slice(-1)).join(""),
    stderr,
  };
}

test("audit_shows_an_organizations_calls_newest_first_and_nobody_elses", async () => {
  const begun = Math.floor(Date.now() / 1_000);
  await recordCalls();
  const all = await audit();
  assert.equal(all.requests, "3210");
  const { called_at, ...first } = all.records[2];
  const now = called_at + 60;
  assert.ok(now >= begun && now <= Date.now() / 1_000, `${called_at}`);
  assert.deepEqual(first, {
    type: "external_api_call",
    target_type: "external_api_request",
    method: "GET",
    path: "/v1/assessments/unknown",
    route: "/v1/assessments/{assessment_id}",
    status: 404,
    duration_ms: 1,
    query_names: ["page"],
    key_id: KEY_ID,
    key_name: "CI",
    user_id: null,
    client_ip: "203.0.113.1",
    correlation_id: "request 1",
  });
  assert.match(all.stderr, /^2 records of this organization were lost \(given_up\)/m);
  assert.ok(!all.stderr.includes("there are more"));

  for (const [args, requests] of /** @type {[string[], string][]} */ ([
    [["--since", "1h", "--key", "CI"], "1"],
    [["--until", "1h", "--key", KEY_ID], "0"],
    [["--user", USER_ID, "--route", "/v1/assessments"], "3"],
    [["--route", "POST /v1/assessments"], "30"],
    [["--key", "' OR 1 --"], ""],
  ])) {
    assert.equal((await audit(...args)).requests, requests, args.join(" "));
  }
  const few = await audit("--limit", "2");
  assert.equal(few.requests, "32");
  assert.match(few.stderr, /there are more/);
  const people = await xtask("audit", "--org", org.id, "--state", state, "--limit", "1");
  assert.match(people.stdout, /TIME.*\n20\d\d-.*Z {2}POST .*request 3\n$/);
});

test("status_fails_if_something_needs_an_operator_and_says_what", async () => {
  await queries(state, "DELETE FROM audit_losses");
  const look = async (...args) => {
    const { code, stdout, stderr } = await xtask("status", "--state", state, "--json", ...args);
    const status = JSON.parse(stdout);
    const needs = status.checks.filter(({ needs }) => needs !== null).map(({ name }) => name);
    return { code, status, needs, stderr };
  };
  const well = await look();
  assert.deepEqual(well.needs, []);
  assert.equal(well.code, 0, well.stderr);
  // What the index of the search keeps is no table of ours.
  const [tables] = await queries(
    state,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'search_index*' AND name <> 'd1_migrations' ORDER BY name",
  );
  assert.deepEqual(
    well.status.tables.map(({ name }) => name),
    tables.map(({ name }) => name),
  );
  const vendors = well.status.tables.find(({ name }) => name === "vendors");
  assert.deepEqual(vendors, { name: "vendors", rows: 2, more: false });
  assert.ok(well.status.size_bytes > 100_000);

  // More rows than are counted, unless one asks; a run that was given up; a loss.
  await queries(
    state,
    `INSERT INTO idempotency_records (org_id, operation, key, response_body, created_at, expires_at)
     WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10002)
     SELECT '${org.id}', 'create', 'key ' || n, '{}', 1, 2 FROM n`,
    `INSERT INTO workflow_runs (org_id, id, definition_id, assessment_id, status, input, started_at,
      completed_at, restarts, version) VALUES ('${org.id}', '${RUN}', '${DEFINITION}', '${ASSESSMENT.id}',
      'failed', '{}', 1, unixepoch(), 5, 1)`,
    "INSERT INTO audit_losses VALUES ('', 'unreadable', 3, unixepoch())",
  );
  const ill = await look();
  assert.deepEqual(ill.needs, ["given_up_runs", "lost_audit_records"]);
  assert.equal(ill.code, 1);
  assert.match(ill.stderr, /^error: 2 checks need an operator$/m);
  const check = (of, name) => of.status.checks.find((one) => one.name === name);
  assert.match(check(ill, "given_up_runs").found, new RegExp(`^1, .* ${RUN}$`));
  assert.equal(check(ill, "lost_audit_records").rows, 3);
  const due = check(ill, "expired_idempotency_records");
  assert.deepEqual([due.rows, due.more, due.oldest], [10_000, true, 2]);
  const records = ({ status }) => status.tables.find(({ name }) => name === "idempotency_records");
  assert.deepEqual(records(ill), { name: "idempotency_records", rows: 10_000, more: true });
  const exact = await look("--exact");
  assert.deepEqual(records(exact), { name: "idempotency_records", rows: 10_002, more: false });
});
