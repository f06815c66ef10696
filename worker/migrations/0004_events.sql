-- Events are counted by name while nobody has taken them, and found by whoever
-- took them.
CREATE INDEX workflow_events_by_taker
  ON workflow_events (org_id, run_id, taken_by, name, sequence);

-- When the events and steps of a run that ended long ago were deleted.
ALTER TABLE workflow_runs ADD COLUMN purged_at INTEGER;
CREATE INDEX workflow_runs_to_purge
  ON workflow_runs (completed_at) WHERE completed_at IS NOT NULL AND purged_at IS NULL;
