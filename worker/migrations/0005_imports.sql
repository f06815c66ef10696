-- The keys that calls are signed with. A new one makes the one before it end some
-- time later, so that whoever checks signatures may change over meanwhile.
CREATE TABLE workflow_signing_secrets (
  org_id TEXT NOT NULL,
  definition_id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  -- It must be known to sign, so it is not hashed.
  secret TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_until INTEGER,
  PRIMARY KEY (org_id, definition_id, version),
  FOREIGN KEY (org_id, definition_id) REFERENCES workflow_definitions (org_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO workflow_signing_secrets (org_id, definition_id, version, secret, valid_from)
SELECT org_id, id, 1, signing_secret, 0 FROM workflow_definitions
WHERE signing_secret IS NOT NULL;

ALTER TABLE workflow_definitions DROP COLUMN signing_secret;

-- An import demands what only the database can tell. Inserting what is missing
-- fails and tells the place in the file; it stores nothing.
CREATE VIEW import_demand AS SELECT NULL AS place, NULL AS missing WHERE 0;

CREATE TRIGGER import_demand_insert
INSTEAD OF INSERT ON import_demand
BEGIN
  SELECT RAISE(ABORT, 'import refused: ' || NEW.place || ': ' || NEW.missing);
END;
