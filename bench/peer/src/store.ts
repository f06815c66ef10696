/** All SQL, on the tables of worker/migrations. Every function is one round trip to D1. */

export type Identity = {
  org_id: string;
  role: string;
  expires_at: number | null;
  revoked_at: number | null;
  api_ip_allowlist: string;
};

const IDENTITY = `
  SELECT k.org_id, k.role, k.expires_at, k.revoked_at, o.api_ip_allowlist
  FROM api_key_directory d
  JOIN api_keys k ON k.org_id = d.org_id AND k.secret_sha256 = d.secret_sha256
  JOIN organizations o ON o.id = k.org_id
  WHERE d.secret_sha256 = ?1`;

export const findIdentity = (db: D1Database, hash: string) =>
  db.prepare(IDENTITY).bind(hash).first<Identity>();

const OPERATION = "POST /v1/assessments";
const DAY_SECONDS = 86_400;

export type Replay = { response_body: string; request_sha256: string | null };

const REPLAY = `
  SELECT response_body, request_sha256 FROM idempotency_records
  WHERE org_id = ?1 AND operation = ?2 AND key = ?3 AND expires_at > ?4`;

const replay = (db: D1Database, org: string, key: string, now: number) =>
  db.prepare(REPLAY).bind(org, OPERATION, key, now);

export const findReplay = (db: D1Database, org: string, key: string, now: number) =>
  replay(db, org, key, now).first<Replay>();

/** What a request refers to. */
export type Wanted = {
  vendor: string;
  controlSets: string[];
  services: string[];
  assignee: string | null;
  documents: string[];
  workflow: string | null;
};

export type Vendor = { name: string; risk_analyst_ids: string; assessed_before: number };
export type Item = { id: string; vendor_id: string | null; name: string | null };
export type Workflow = { id: string; is_enabled: number; version: number | null };

export type Known = {
  replay: Replay | undefined;
  vendor: Vendor | undefined;
  controlSets: Item[];
  services: Item[];
  assignees: Item[];
  documents: Item[];
  workflow: Workflow | undefined;
};

const VENDOR = `
  SELECT name, risk_analyst_ids,
    EXISTS (SELECT 1 FROM assessments WHERE org_id = ?1 AND vendor_id = ?2) AS assessed_before
  FROM vendors WHERE org_id = ?1 AND id = ?2 AND is_archived = 0`;
const listOf = (table: string, columns: string) => `
  SELECT ${columns} FROM ${table}
  WHERE org_id = ?1 AND id IN (SELECT value FROM json_each(?2)) AND is_archived = 0`;
const CONTROL_SETS = listOf("control_sets", "id, NULL AS vendor_id, NULL AS name");
const SERVICES = listOf("services", "id, vendor_id, name");
const DOCUMENTS = listOf("vendor_documents", "id, vendor_id, NULL AS name");
const ASSIGNEE = `
  SELECT id, NULL AS vendor_id, NULL AS name FROM users
  WHERE org_id = ?1 AND id = ?2 AND membership IN ('invited', 'active') AND is_archived = 0`;
const WORKFLOW = `
  SELECT id, is_enabled, (
    SELECT iif(components = '[]', NULL, version) FROM workflow_versions v
    WHERE v.org_id = ?1 AND v.definition_id = workflow_definitions.id
    ORDER BY version DESC LIMIT 1) AS version
  FROM workflow_definitions WHERE org_id = ?1 AND name = ?2 AND is_archived = 0`;

/** Looks up everything that a create rests on, with only the statements that it needs. */
export async function lookUp(
  db: D1Database,
  org: string,
  key: string | null,
  wanted: Wanted,
  now: number,
): Promise<Known> {
  const statements: D1PreparedStatement[] = [];
  const rowsOf = <Row>(statement: D1PreparedStatement | null) => {
    const index = statement === null ? -1 : statements.push(statement) - 1;
    return (results: D1Result[]) => (results[index]?.results ?? []) as Row[];
  };
  const list = (sql: string, ids: string[]) =>
    rowsOf<Item>(ids.length === 0 ? null : db.prepare(sql).bind(org, JSON.stringify(ids)));
  const { assignee, workflow } = wanted;
  const found = {
    replay: rowsOf<Replay>(key === null ? null : replay(db, org, key, now)),
    vendor: rowsOf<Vendor>(db.prepare(VENDOR).bind(org, wanted.vendor)),
    controlSets: list(CONTROL_SETS, wanted.controlSets),
    services: list(SERVICES, wanted.services),
    assignees: rowsOf<Item>(assignee === null ? null : db.prepare(ASSIGNEE).bind(org, assignee)),
    documents: list(DOCUMENTS, wanted.documents),
    workflow: rowsOf<Workflow>(workflow === null ? null : db.prepare(WORKFLOW).bind(org, workflow)),
  };
  const results = await db.batch(statements);
  return {
    replay: found.replay(results)[0],
    vendor: found.vendor(results)[0],
    controlSets: found.controlSets(results),
    services: found.services(results),
    assignees: found.assignees(results),
    documents: found.documents(results),
    workflow: found.workflow(results)[0],
  };
}

export type NewAssessment = {
  id: string;
  vendor_id: string;
  name: string;
  control_set_ids: string[];
  service_ids: string[];
  assignee_id: string | null;
  created_at: number;
};
export type NewRun = { id: string; workflow: Workflow; input: string };
export type NewRecord = { key: string; body: string; digest: string };

const INSERT = `
  INSERT INTO assessments
    (org_id, id, vendor_id, name, status, assignee_id, created_at, updated_at)
  VALUES (?1, ?2, ?3, ?4, 'created', ?5, ?6, ?6)`;
const INSERT_CONTROL_SETS = `
  INSERT INTO assessment_control_sets (org_id, assessment_id, position, control_set_id)
  SELECT ?1, ?2, key, value FROM json_each(?3)`;
const INSERT_SERVICES = `
  INSERT INTO assessment_services (org_id, assessment_id, position, service_id)
  SELECT ?1, ?2, key, value FROM json_each(?3)`;
const LINK_DOCUMENTS = `
  INSERT INTO document_links (org_id, document_id, assessment_id)
  SELECT ?1, value, ?2 FROM json_each(?3)`;
const INSERT_RUN = `
  INSERT INTO workflow_runs
    (org_id, id, definition_id, version, assessment_id, status, input, started_at, due_at)
  VALUES (?1, ?2, ?3, ?4, ?5, 'started', ?6, ?7, ?7)`;
const FREE_KEY = `
  DELETE FROM idempotency_records
  WHERE org_id = ?1 AND operation = ?2 AND key = ?3 AND expires_at <= ?4`;
const INSERT_RECORD = `
  INSERT INTO idempotency_records
    (org_id, operation, key, created_at, expires_at, response_body, request_sha256)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`;

/** All or nothing; false if another request has used the key first. */
export async function create(
  db: D1Database,
  org: string,
  assessment: NewAssessment,
  documents: string[],
  run: NewRun | null,
  record: NewRecord | null,
): Promise<boolean> {
  const { id, created_at: now } = assessment;
  const statements: D1PreparedStatement[] = [];
  if (record) {
    const { key, body, digest } = record;
    statements.push(
      db.prepare(FREE_KEY).bind(org, OPERATION, key, now),
      db.prepare(INSERT_RECORD).bind(org, OPERATION, key, now, now + DAY_SECONDS, body, digest),
    );
  }
  const { vendor_id, name, assignee_id } = assessment;
  statements.push(db.prepare(INSERT).bind(org, id, vendor_id, name, assignee_id, now));
  const list = (sql: string, ids: string[]) => {
    if (ids.length > 0) statements.push(db.prepare(sql).bind(org, id, JSON.stringify(ids)));
  };
  list(INSERT_CONTROL_SETS, assessment.control_set_ids);
  list(INSERT_SERVICES, assessment.service_ids);
  list(LINK_DOCUMENTS, documents);
  if (run) {
    const { workflow, input } = run;
    statements.push(
      db.prepare(INSERT_RUN).bind(org, run.id, workflow.id, workflow.version, id, input, now),
    );
  }
  try {
    await db.batch(statements);
    return true;
  } catch (error) {
    if (record && /UNIQUE constraint failed: idempotency_records/.test(String(error))) return false;
    throw error;
  }
}

export type Row = {
  id: string;
  vendor_id: string;
  name: string;
  status: string;
  control_set_ids: string;
  service_ids: string;
  assignee_id: string | null;
  score_percent: number | null;
  findings_count: number;
  initiated_at: number | null;
  custom_fields: string;
  created_at: number;
  updated_at: number;
};

const RETRIEVE = `
  SELECT a.id, a.vendor_id, a.name, a.status,
    (SELECT json_group_array(control_set_id ORDER BY position) FROM assessment_control_sets
     WHERE org_id = ?1 AND assessment_id = ?2) AS control_set_ids,
    (SELECT json_group_array(service_id ORDER BY position) FROM assessment_services
     WHERE org_id = ?1 AND assessment_id = ?2) AS service_ids,
    a.assignee_id, a.score_percent,
    coalesce(a.findings_count_at_archive, (
      SELECT count(*) FROM findings
      WHERE org_id = ?1 AND assessment_id = ?2 AND archived_at IS NULL)) AS findings_count,
    a.initiated_at,
    (SELECT json_group_array(json_object(
       'config_id', c.id, 'field_name', c.field_name, 'field_type', c.field_type,
       'value', json(v.value)) ORDER BY c.position, c.id)
     FROM custom_field_values v
     JOIN custom_field_configs c ON c.org_id = v.org_id AND c.id = v.config_id
     WHERE v.org_id = ?1 AND v.assessment_id = ?2
       AND c.is_enabled = 1 AND c.is_archived = 0) AS custom_fields,
    a.created_at, a.updated_at
  FROM assessments a WHERE a.org_id = ?1 AND a.id = ?2`;

export const retrieve = (db: D1Database, org: string, id: string) =>
  db.prepare(RETRIEVE).bind(org, id).first<Row>();

export type Archive = { id: string; status: string; archived_at: number | null };

const STATE = "SELECT id, status, archived_at FROM assessments WHERE org_id = ?1 AND id = ?2";

export const archiveState = (db: D1Database, org: string, id: string) =>
  db.prepare(STATE).bind(org, id).first<Archive>();

/** The trigger on `archived_at` archives what hangs on an assessment. */
const ARCHIVE = `
  UPDATE assessments SET
    status_before_archive = status,
    status = iif(status IN ('complete', 'failed', 'canceled'), status, 'canceled'),
    findings_count_at_archive = (
      SELECT count(*) FROM findings
      WHERE org_id = ?1 AND assessment_id = ?2 AND archived_at IS NULL),
    updated_at = ?3, archived_at = ?3
  WHERE org_id = ?1 AND id = ?2 AND archived_at IS NULL`;

export async function archive(db: D1Database, org: string, id: string, now: number) {
  const statements = [db.prepare(ARCHIVE).bind(org, id, now), db.prepare(STATE).bind(org, id)];
  const [, state] = await db.batch<Archive>(statements);
  return state?.results[0] ?? null;
}

export const ping = (db: D1Database) => db.prepare("SELECT 1 AS ok").first();
