-- Whether the engine has a run is asked of the engine; nobody ever read this.
ALTER TABLE workflow_runs DROP COLUMN dispatched_at;
