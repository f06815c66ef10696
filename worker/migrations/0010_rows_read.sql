-- An archive reads the runs of its assessment and no others. SQLite, which has no
-- statistics here, would rather go through all runs of the organization by the primary
-- key than look each run of the assessment up by the index; asked for ids alone, it
-- takes the index, which has them.
DROP TRIGGER assessments_archive;

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
    WHERE org_id = NEW.org_id
      AND id IN (SELECT id FROM workflow_runs
                 WHERE org_id = NEW.org_id AND assessment_id = NEW.id)
      AND status = 'started';
END;
