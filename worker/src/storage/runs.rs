//! Workflow runs, as their execution reads and ends them.

use assessments::id::{OrganizationId, WorkflowRunId};
use assessments::time::Timestamp;
use assessments::workflow::run::RunStatus;

use super::database::{Databases, StorageError, id, text, time};

/// Seconds that a run may be behind before the sweep looks after it.
pub(super) const GRACE_SECONDS: i64 = 15;

const PLAN: &str = "\
SELECT json_object(
    'definition_id', r.definition_id, 'input', json(r.input),
    'components', json(v.components)) AS json
FROM workflow_runs r
JOIN workflow_versions v
    ON v.org_id = r.org_id AND v.definition_id = r.definition_id AND v.version = r.version
WHERE r.org_id = ?1 AND r.id = ?2 AND r.status = 'started'";

/// What a run goes through, as JSON; `None` if it has ended.
pub(crate) async fn plan(
    databases: &Databases,
    org: &OrganizationId,
    run: &WorkflowRunId,
) -> Result<Option<String>, StorageError> {
    let database = databases.of(org)?;
    let statement = database.statement(PLAN, &[id(org), id(run)]);
    let mut rows = database.batch("read plan of run", vec![statement]).await?;
    rows.next_json()
}

/// Of the valid secrets that which the run began with, else the newest.
const SIGNING_SECRET: &str = "\
SELECT json_quote(s.secret) AS json FROM workflow_runs r
JOIN workflow_signing_secrets s ON s.org_id = r.org_id AND s.definition_id = r.definition_id
WHERE r.org_id = ?1 AND r.id = ?2 AND coalesce(s.valid_until > ?3, 1)
ORDER BY s.valid_from <= r.started_at DESC, s.version DESC LIMIT 1";

/// The key that calls of a run are signed with. It is read for each call, and no
/// part of a step's outcome, which the engine would keep and show.
pub(crate) async fn signing_secret(
    databases: &Databases,
    org: &OrganizationId,
    run: &WorkflowRunId,
    now: Timestamp,
) -> Result<Option<String>, StorageError> {
    let database = databases.of(org)?;
    let values = [id(org), id(run), time(now)];
    let statement = database.statement(SIGNING_SECRET, &values);
    let mut rows = database
        .batch("read signing secret", vec![statement])
        .await?;
    rows.next_value()
}

pub(super) const FINISH: &str = "\
UPDATE workflow_runs SET status = ?3, completed_at = ?4
WHERE org_id = ?1 AND id = ?2 AND status = 'started'";

/// Ends a run, unless it has ended.
pub(crate) async fn finish(
    databases: &Databases,
    org: &OrganizationId,
    run: &WorkflowRunId,
    status: RunStatus,
    now: Timestamp,
) -> Result<(), StorageError> {
    let database = databases.of(org)?;
    let values = [id(org), id(run), text(status.as_str()), time(now)];
    let statement = database.statement(FINISH, &values);
    database.batch("finish run", vec![statement]).await?;
    Ok(())
}
