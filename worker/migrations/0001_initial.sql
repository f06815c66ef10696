-- The data behind the Assessments API.
--
-- Every primary key and unique index begins with the organization, so that the
-- data can be spread over many databases by organization. The one exception is
-- api_key_directory, which finds the organization of a key.
--
-- Times are Unix seconds. An archived row keeps all its data; nothing here is
-- ever deleted, except what has a term: idempotency records, and what later
-- migrations say so of.

CREATE TABLE organizations (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL CHECK (name <> ''),
  -- JSON array of IPv4 and IPv6 CIDRs; '[]' is open.
  api_ip_allowlist TEXT NOT NULL DEFAULT '[]'
    CHECK (json_valid(api_ip_allowlist) AND json_type(api_ip_allowlist) = 'array')
) STRICT, WITHOUT ROWID;

-- Service-account keys. The secret is kept as its SHA-256 (lower-case hex) only.
CREATE TABLE api_keys (
  org_id TEXT NOT NULL REFERENCES organizations (id),
  secret_sha256 TEXT NOT NULL CHECK (length(secret_sha256) = 64),
  name TEXT NOT NULL,
  last_characters TEXT NOT NULL CHECK (length(last_characters) = 4),
  role TEXT NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (org_id, secret_sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key_directory (
  secret_sha256 TEXT NOT NULL PRIMARY KEY,
  org_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  org_id TEXT NOT NULL REFERENCES organizations (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  membership TEXT NOT NULL CHECK (membership IN ('invited', 'active', 'inactive')),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE vendors (
  org_id TEXT NOT NULL REFERENCES organizations (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  -- Ordered JSON array of user ids, taken as stored: no foreign keys.
  risk_analyst_ids TEXT NOT NULL DEFAULT '[]'
    CHECK (json_valid(risk_analyst_ids) AND json_type(risk_analyst_ids) = 'array'),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE services (
  org_id TEXT NOT NULL,
  id TEXT NOT NULL,
  vendor_id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, vendor_id) REFERENCES vendors (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE vendor_documents (
  org_id TEXT NOT NULL,
  id TEXT NOT NULL,
  vendor_id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, vendor_id) REFERENCES vendors (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE control_sets (
  org_id TEXT NOT NULL REFERENCES organizations (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE workflow_definitions (
  org_id TEXT NOT NULL REFERENCES organizations (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  kind TEXT NOT NULL CHECK (kind IN ('direct', 'event_driven')),
  is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

-- Callers name a workflow, so a live name means one definition.
CREATE UNIQUE INDEX workflow_definitions_by_live_name
  ON workflow_definitions (org_id, name) WHERE is_archived = 0;

CREATE TABLE custom_field_configs (
  org_id TEXT NOT NULL REFERENCES organizations (id),
  id TEXT NOT NULL,
  position INTEGER NOT NULL,
  field_name TEXT NOT NULL CHECK (field_name <> ''),
  field_type TEXT NOT NULL CHECK (field_type IN
    ('string', 'number', 'boolean', 'date', 'select', 'multiselect', 'user')),
  options TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(options) AND json_type(options) = 'array'),
  is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE assessments (
  org_id TEXT NOT NULL,
  id TEXT NOT NULL,
  vendor_id TEXT NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  status TEXT NOT NULL CHECK (status IN
    ('created', 'collecting_documents', 'indexing_supporting_documents',
     'analyzing_questionnaire', 'review_evals', 'complete', 'failed', 'canceled')),
  -- May be a risk analyst taken as stored: no foreign key.
  assignee_id TEXT,
  -- A fraction, never clamped; infinities and NaN have no JSON.
  score_percent REAL CHECK (abs(score_percent) <= 1.7976931348623157e308),
  initiated_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  -- What the archive froze, and what it needs to be undone.
  findings_count_at_archive INTEGER,
  status_before_archive TEXT,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, vendor_id) REFERENCES vendors (org_id, id),
  CHECK ((archived_at IS NULL) = (findings_count_at_archive IS NULL)),
  CHECK ((archived_at IS NULL) = (status_before_archive IS NULL)),
  CHECK (archived_at IS NULL OR status IN ('complete', 'failed', 'canceled'))
) STRICT, WITHOUT ROWID;

-- Answers whether a vendor was ever assessed.
CREATE INDEX assessments_by_vendor ON assessments (org_id, vendor_id);

CREATE TABLE assessment_control_sets (
  org_id TEXT NOT NULL,
  assessment_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  control_set_id TEXT NOT NULL,
  PRIMARY KEY (org_id, assessment_id, position),
  UNIQUE (org_id, assessment_id, control_set_id),
  FOREIGN KEY (org_id, assessment_id) REFERENCES assessments (org_id, id),
  FOREIGN KEY (org_id, control_set_id) REFERENCES control_sets (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE assessment_services (
  org_id TEXT NOT NULL,
  assessment_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  service_id TEXT NOT NULL,
  PRIMARY KEY (org_id, assessment_id, position),
  UNIQUE (org_id, assessment_id, service_id),
  FOREIGN KEY (org_id, assessment_id) REFERENCES assessments (org_id, id),
  FOREIGN KEY (org_id, service_id) REFERENCES services (org_id, id)
) STRICT, WITHOUT ROWID;

-- Documents as evidence of assessments.
CREATE TABLE document_links (
  org_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  assessment_id TEXT NOT NULL,
  PRIMARY KEY (org_id, document_id, assessment_id),
  FOREIGN KEY (org_id, document_id) REFERENCES vendor_documents (org_id, id),
  FOREIGN KEY (org_id, assessment_id) REFERENCES assessments (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE custom_field_values (
  org_id TEXT NOT NULL,
  assessment_id TEXT NOT NULL,
  config_id TEXT NOT NULL,
  -- The JSON value as it is shown.
  value TEXT NOT NULL CHECK (json_valid(value) AND json_type(value) <> 'null'),
  PRIMARY KEY (org_id, assessment_id, config_id),
  FOREIGN KEY (org_id, assessment_id) REFERENCES assessments (org_id, id),
  FOREIGN KEY (org_id, config_id) REFERENCES custom_field_configs (org_id, id)
) STRICT, WITHOUT ROWID;

-- Results of single controls.
CREATE TABLE evals (
  org_id TEXT NOT NULL,
  assessment_id TEXT NOT NULL,
  id TEXT NOT NULL,
  archived_at INTEGER,
  PRIMARY KEY (org_id, assessment_id, id),
  FOREIGN KEY (org_id, assessment_id) REFERENCES assessments (org_id, id)
) STRICT, WITHOUT ROWID;

-- Tracked problems, counted by findings_count while not archived.
CREATE TABLE findings (
  org_id TEXT NOT NULL,
  assessment_id TEXT NOT NULL,
  id TEXT NOT NULL,
  archived_at INTEGER,
  PRIMARY KEY (org_id, assessment_id, id),
  UNIQUE (org_id, id),
  FOREIGN KEY (org_id, assessment_id) REFERENCES assessments (org_id, id)
) STRICT, WITHOUT ROWID;

-- The page on which a vendor supplies documents; at most one an assessment.
CREATE TABLE portals (
  org_id TEXT NOT NULL,
  assessment_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN
    ('open', 'analyzing', 'analysis_complete', 'submitted', 'closed')),
  status_before_archive TEXT,
  PRIMARY KEY (org_id, assessment_id),
  FOREIGN KEY (org_id, assessment_id) REFERENCES assessments (org_id, id)
) STRICT, WITHOUT ROWID;

-- A run is written as started together with its assessment. It is also the
-- outbox of the workflow engine: dispatched_at is set once the engine has it.
CREATE TABLE workflow_runs (
  org_id TEXT NOT NULL,
  id TEXT NOT NULL,
  definition_id TEXT NOT NULL,
  assessment_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('started', 'completed', 'canceled', 'failed')),
  input TEXT NOT NULL CHECK (json_valid(input)),
  started_at INTEGER NOT NULL,
  completed_at INTEGER,
  dispatched_at INTEGER,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, definition_id) REFERENCES workflow_definitions (org_id, id),
  FOREIGN KEY (org_id, assessment_id) REFERENCES assessments (org_id, id),
  CHECK ((status = 'started') = (completed_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX workflow_runs_by_assessment ON workflow_runs (org_id, assessment_id);
CREATE INDEX workflow_runs_to_dispatch
  ON workflow_runs (started_at) WHERE status = 'started' AND dispatched_at IS NULL;

-- The first answer to an Idempotency-Key, byte for byte.
CREATE TABLE idempotency_records (
  org_id TEXT NOT NULL REFERENCES organizations (id),
  operation TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  response_body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
  PRIMARY KEY (org_id, operation, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_records_by_expiry ON idempotency_records (expires_at);

-- Archiving an assessment archives what hangs on it, whoever archives it.
CREATE TRIGGER assessments_archive
AFTER UPDATE OF archived_at ON assessments
WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL
BEGIN
  UPDATE evals SET archived_at = NEW.archived_at
    WHERE org_id = NEW.org_id AND assessment_id = NEW.id AND archived_at IS NULL;
  UPDATE findings SET archived_at = NEW.archived_at
    WHERE org_id = NEW.org_id AND assessment_id = NEW.id AND archived_at IS NULL;
  UPDATE portals SET status_before_archive = status, status = 'closed'
    WHERE org_id = NEW.org_id AND assessment_id = NEW.id;
  UPDATE workflow_runs SET status = 'canceled', completed_at = NEW.archived_at
    WHERE org_id = NEW.org_id AND assessment_id = NEW.id AND status = 'started';
END;

-- A statement that touches no row does not stop a batch; a failing one does.
-- INSERT INTO guard (holds) fails unless the value is 1, and stores nothing.
CREATE VIEW guard AS SELECT NULL AS holds WHERE 0;

CREATE TRIGGER guard_insert
INSTEAD OF INSERT ON guard
WHEN NEW.holds IS NOT 1
BEGIN
  SELECT RAISE(ABORT, 'guard failed');
END;
