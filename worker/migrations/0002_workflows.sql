-- Workflows that run: definitions have versions, runs have steps and events.

-- The components of a definition, as an array of objects; a run keeps the
-- version it began with, so no version ever changes.
CREATE TABLE workflow_versions (
  org_id TEXT NOT NULL,
  definition_id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  components TEXT NOT NULL CHECK (json_valid(components) AND json_type(components) = 'array'),
  PRIMARY KEY (org_id, definition_id, version),
  FOREIGN KEY (org_id, definition_id) REFERENCES workflow_definitions (org_id, id)
) STRICT, WITHOUT ROWID;

-- The key that calls are signed with. It must be known to sign, so it is not hashed.
ALTER TABLE workflow_definitions ADD COLUMN signing_secret TEXT;

-- Without a version there are no steps: someone else runs it.
ALTER TABLE workflow_runs ADD COLUMN version INTEGER;
-- When the run should have gone on by; after that the sweep looks after it.
ALTER TABLE workflow_runs ADD COLUMN due_at INTEGER;
-- When the engine was told of the cancel.
ALTER TABLE workflow_runs ADD COLUMN terminated_at INTEGER;
-- How often the sweep looked after it, and had the engine begin it anew, since
-- it last went on.
ALTER TABLE workflow_runs ADD COLUMN sweeps INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workflow_runs ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0;

DROP INDEX workflow_runs_to_dispatch;
CREATE INDEX workflow_runs_by_due
  ON workflow_runs (due_at) WHERE status = 'started' AND version IS NOT NULL;
CREATE INDEX workflow_runs_to_terminate
  ON workflow_runs (due_at)
  WHERE status = 'canceled' AND version IS NOT NULL AND terminated_at IS NULL;

-- The steps that were begun. Without a status a step goes on; once it has one
-- it has had its effect, and has no other.
CREATE TABLE workflow_run_steps (
  org_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  component_id TEXT NOT NULL,
  component_name TEXT NOT NULL,
  action_type TEXT NOT NULL,
  status TEXT CHECK (status IN ('success', 'failed', 'skipped')),
  message TEXT,
  artifacts TEXT NOT NULL DEFAULT '[]'
    CHECK (json_valid(artifacts) AND json_type(artifacts) = 'array'),
  -- Until when it waits, if it does, and the event that it waits for.
  deadline INTEGER,
  awaits TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, run_id, position),
  UNIQUE (org_id, id),
  FOREIGN KEY (org_id, run_id) REFERENCES workflow_runs (org_id, id)
) STRICT, WITHOUT ROWID;

-- Events from outside, in the order in which they came. The step that takes
-- one notes its position.
CREATE TABLE workflow_events (
  org_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  name TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  received_at INTEGER NOT NULL,
  taken_by INTEGER,
  PRIMARY KEY (org_id, run_id, sequence),
  FOREIGN KEY (org_id, run_id) REFERENCES workflow_runs (org_id, id)
) STRICT, WITHOUT ROWID;

-- What a workflow found.
ALTER TABLE findings ADD COLUMN title TEXT;

-- A run that is canceled leaves no step going on, and the sweep sees to it that
-- the engine hears of it.
CREATE TRIGGER workflow_runs_cancel
AFTER UPDATE OF status ON workflow_runs
WHEN OLD.status = 'started' AND NEW.status = 'canceled'
BEGIN
  UPDATE workflow_run_steps SET status = 'skipped', updated_at = NEW.completed_at
    WHERE org_id = NEW.org_id AND run_id = NEW.id AND status IS NULL;
  UPDATE workflow_runs SET due_at = NEW.completed_at
    WHERE org_id = NEW.org_id AND id = NEW.id;
END;
