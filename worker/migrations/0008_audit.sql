-- One record for each call whose credential was good (2.8), written after its answer
-- by the consumer of the queue. It has a term: AUDIT_RETENTION_DAYS.
CREATE TABLE audit_records (
  org_id TEXT NOT NULL,
  called_at INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  method TEXT NOT NULL,
  -- Without the query.
  path TEXT NOT NULL,
  -- The path's template.
  route TEXT NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 100 AND 599),
  duration_ms INTEGER NOT NULL,
  -- JSON array of the names of query parameters; never their values.
  query_names TEXT NOT NULL DEFAULT '[]'
    CHECK (json_valid(query_names) AND json_type(query_names) = 'array'),
  key_id TEXT,
  key_name TEXT,
  user_id TEXT,
  client_ip TEXT,
  PRIMARY KEY (org_id, called_at, request_id)
) STRICT, WITHOUT ROWID;

-- For the purge, which is nobody's in particular.
CREATE INDEX audit_records_by_time ON audit_records (called_at);

-- How many records were lost, and why; '' stands for an organization that is not known.
CREATE TABLE audit_losses (
  org_id TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN
    ('not_sent', 'unreadable', 'not_storable', 'given_up', 'instance_broke')),
  lost INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, reason)
) STRICT, WITHOUT ROWID;

-- When each kind of sweep last ended, and what it did.
CREATE TABLE sweeps (
  name TEXT NOT NULL PRIMARY KEY,
  finished_at INTEGER NOT NULL,
  -- JSON object of counts, durations in milliseconds, and what failed.
  outcome TEXT NOT NULL CHECK (json_valid(outcome))
) STRICT, WITHOUT ROWID;
