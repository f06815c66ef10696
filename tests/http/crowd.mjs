// Organizations that have been there for years: so many rows that whoever goes through
// them is noticed.

import { idOf, makeAssessment, makeOrg } from "./harness.mjs";

/** Rows of one statement: D1 gives each of them so much time and no more. */
const CHUNK = 20_000;

/** The id that a crowd's assessment of that number has. */
export const crowdId = (number) =>
  `cbqsrw_${(BigInt(number) * 2_654_435_761n).toString(16).padStart(32, "0")}`;

/** An organization with one of everything, whose ids its name tells. */
export function fullOrg(name) {
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

const HEX = "printf('%032x', i * 2654435761)";

/** Statements whose `n` has one row for each of a crowd, and whose `?1` is the organization. */
const assessments = (of) => [
  `INSERT INTO assessments (org_id, id, vendor_id, name, status, created_at, updated_at)
   SELECT ?1, 'cbqsrw_' || ${HEX}, '${of("cbvndr")}', 'A', 'created', i, i FROM n`,
  `INSERT INTO search_assessment (org_id, id, created_at, words)
   SELECT ?1, 'cbqsrw_' || ${HEX}, i, 'A V ' || substr(${HEX}, 1, 8) FROM n`,
  `INSERT INTO assessment_control_sets (org_id, assessment_id, position, control_set_id)
   SELECT ?1, 'cbqsrw_' || ${HEX}, 0, '${of("cbctst")}' FROM n`,
  `INSERT INTO assessment_services (org_id, assessment_id, position, service_id)
   SELECT ?1, 'cbqsrw_' || ${HEX}, 0, '${of("cbsvc")}' FROM n`,
  `INSERT INTO document_links (org_id, document_id, assessment_id)
   SELECT ?1, '${of("cbvdoc")}', 'cbqsrw_' || ${HEX} FROM n`,
  `INSERT INTO custom_field_values (org_id, assessment_id, config_id, value)
   SELECT ?1, 'cbqsrw_' || ${HEX}, '${of("cbcfc")}', '"x"' FROM n`,
  `INSERT INTO findings (org_id, assessment_id, id)
   SELECT ?1, 'cbqsrw_' || ${HEX}, 'cbtask_' || ${HEX} FROM n`,
  `INSERT INTO workflow_runs
     (org_id, id, definition_id, assessment_id, status, input, started_at)
   SELECT ?1, 'cbwr_' || ${HEX}, '${of("cbwd")}', 'cbqsrw_' || ${HEX}, 'started', '{}', i FROM n`,
];

const REFERENCES = [
  `INSERT INTO vendors (org_id, id, name) SELECT ?1, 'cbvndr_' || ${HEX}, 'V' || i FROM n`,
  `INSERT INTO control_sets (org_id, id, name) SELECT ?1, 'cbctst_' || ${HEX}, 'C' FROM n`,
];

/** The numbers below `count`, as JSON. */
const numbers = (count) => JSON.stringify(Array.from({ length: count }, (_, index) => index));

/** Statements of organizations that have so many assessments each. */
const organizations = (each) => [
  `INSERT INTO organizations (id, name) SELECT 'cborg_' || ${HEX}, 'O' || i FROM n`,
  `INSERT INTO vendors (org_id, id, name) SELECT 'cborg_' || ${HEX}, 'cbvndr_' || ${HEX}, 'V' FROM n`,
  `INSERT INTO assessments (org_id, id, vendor_id, name, status, created_at, updated_at)
   SELECT 'cborg_' || ${HEX}, 'cbqsrw_' || printf('%032x', i * ${each} + a.value), 'cbvndr_' || ${HEX},
     'A', 'created', i, i
   FROM n, json_each('${numbers(each)}') a`,
  `INSERT INTO search_assessment (org_id, id, created_at, words)
   SELECT 'cborg_' || ${HEX}, 'cbqsrw_' || printf('%032x', i * ${each} + a.value), i,
     'A V ' || substr(printf('%032x', i * ${each} + a.value), 1, 8)
   FROM n, json_each('${numbers(each)}') a`,
];

/** `?2` is when they expire. */
const RECORDS = [
  `INSERT INTO idempotency_records
     (org_id, operation, key, response_body, created_at, expires_at)
   SELECT ?1, 'POST /v1/assessments', ${HEX}, '{"id":"cbqsrw_' || ${HEX} || '"}', ?2 - 86400, ?2
   FROM n`,
];

async function insert(db, statements, count, values, chunk = CHUNK) {
  for (let first = 1; first <= count; first += chunk) {
    const last = Math.min(first + chunk - 1, count);
    const n = `WITH RECURSIVE n (i) AS (
      SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${last})`;
    for (const sql of statements) {
      const statement = db.prepare(sql.replace("SELECT", `${n} SELECT`));
      const parameters = Math.max(
        0,
        ...Array.from(sql.matchAll(/\?(\d)/g), ([, of]) => Number(of)),
      );
      await statement.bind(...values.slice(0, parameters)).run();
    }
  }
}

/** Gives the organization of that name so many more assessments, with all that hangs on them. */
export const crowdAssessments = (db, name, count) =>
  insert(
    db,
    assessments((prefix) => idOf(prefix, name)),
    count,
    [idOf("cborg", name)],
  );

/** And so many more vendors and control sets. */
export const crowdReferences = (db, name, count) =>
  insert(db, REFERENCES, count, [idOf("cborg", name)]);

/** So many other organizations, of so many assessments each. */
export const crowdOrganizations = (db, count, each = 100) =>
  insert(db, organizations(each), count, [], Math.ceil((CHUNK * 5) / each));

/** So many idempotency records of the organization, which expire at that second. */
export const crowdRecords = (db, name, count, expiresAt) =>
  insert(db, RECORDS, count, [idOf("cborg", name), expiresAt]);
