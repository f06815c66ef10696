-- What an organization has of what it shares with its neighbours, counted whenever
-- it changes, so that nobody has to count rows: runs that go on, and the bytes of
-- the payloads of events that nobody has taken.
--
-- A run without a version is someone else's to execute. It costs nothing but its
-- row, may stay started for ever (section 8), and does not count.
--
-- No counter goes below zero: it must never be the reason why a run cannot end.
CREATE TABLE organization_usage (
  org_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
  unfinished_runs INTEGER NOT NULL DEFAULT 0 CHECK (unfinished_runs >= 0),
  event_bytes INTEGER NOT NULL DEFAULT 0 CHECK (event_bytes >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO organization_usage (org_id, unfinished_runs, event_bytes)
SELECT id,
  (SELECT count(*) FROM workflow_runs r
   WHERE r.org_id = o.id AND r.status = 'started' AND r.version IS NOT NULL),
  (SELECT coalesce(sum(length(CAST(e.payload AS BLOB))), 0) FROM workflow_events e
   WHERE e.org_id = o.id AND e.taken_by IS NULL)
FROM organizations o;

CREATE TRIGGER organizations_usage
AFTER INSERT ON organizations
BEGIN
  INSERT INTO organization_usage (org_id) SELECT NEW.id
    WHERE NOT EXISTS (SELECT 1 FROM organization_usage WHERE org_id = NEW.id);
END;

CREATE TRIGGER workflow_runs_usage_insert
AFTER INSERT ON workflow_runs
WHEN NEW.status = 'started' AND NEW.version IS NOT NULL
BEGIN
  UPDATE organization_usage SET unfinished_runs = unfinished_runs + 1
    WHERE org_id = NEW.org_id;
END;

CREATE TRIGGER workflow_runs_usage_update
AFTER UPDATE OF status ON workflow_runs
WHEN NEW.version IS NOT NULL AND (OLD.status = 'started') <> (NEW.status = 'started')
BEGIN
  UPDATE organization_usage
    SET unfinished_runs = max(0, unfinished_runs + iif(NEW.status = 'started', 1, -1))
    WHERE org_id = NEW.org_id;
END;

CREATE TRIGGER workflow_runs_usage_delete
AFTER DELETE ON workflow_runs
WHEN OLD.status = 'started' AND OLD.version IS NOT NULL
BEGIN
  UPDATE organization_usage SET unfinished_runs = max(0, unfinished_runs - 1)
    WHERE org_id = OLD.org_id;
END;

CREATE TRIGGER workflow_events_usage_insert
AFTER INSERT ON workflow_events
WHEN NEW.taken_by IS NULL
BEGIN
  UPDATE organization_usage
    SET event_bytes = event_bytes + length(CAST(NEW.payload AS BLOB))
    WHERE org_id = NEW.org_id;
END;

-- What was taken does not count (13): a run takes no more than it has steps.
CREATE TRIGGER workflow_events_usage_take
AFTER UPDATE OF taken_by ON workflow_events
WHEN OLD.taken_by IS NULL AND NEW.taken_by IS NOT NULL
BEGIN
  UPDATE organization_usage
    SET event_bytes = max(0, event_bytes - length(CAST(OLD.payload AS BLOB)))
    WHERE org_id = OLD.org_id;
END;

CREATE TRIGGER workflow_events_usage_delete
AFTER DELETE ON workflow_events
WHEN OLD.taken_by IS NULL
BEGIN
  UPDATE organization_usage
    SET event_bytes = max(0, event_bytes - length(CAST(OLD.payload AS BLOB)))
    WHERE org_id = OLD.org_id;
END;
