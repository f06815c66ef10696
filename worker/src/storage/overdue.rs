//! Workflow runs that the sweep looks after, and what becomes of them.

use assessments::assessment::Status;
use assessments::id::{OrganizationId, WorkflowRunId};
use assessments::time::Timestamp;
use assessments::workflow::run::RunStatus;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::database::{Databases, StorageError, id, text, time};
use super::runs::FINISH;

const GIVE_UP_ASSESSMENT: &str = "\
UPDATE assessments SET status = ?3, updated_at = ?4
WHERE org_id = ?1 AND archived_at IS NULL
  AND id = (SELECT assessment_id FROM workflow_runs
            WHERE org_id = ?1 AND id = ?2 AND status = 'started')";

const GIVE_UP_STEPS: &str = "\
UPDATE workflow_run_steps SET status = 'failed', message = ?3, updated_at = ?4
WHERE org_id = ?1 AND run_id = ?2 AND status IS NULL
  AND EXISTS (SELECT 1 FROM workflow_runs WHERE org_id = ?1 AND id = ?2 AND status = 'started')";

/// Ends a run that cannot go on: it fails, with its assessment and the step
/// that it is in.
pub(crate) async fn give_up(
    databases: &Databases,
    org: &OrganizationId,
    run: &WorkflowRunId,
    message: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    let database = databases.of(org)?;
    let key = || [id(org), id(run)];
    let with = |value: &str| {
        let [org, run] = key();
        [org, run, text(value), time(now)]
    };
    let statements = vec![
        database.statement(GIVE_UP_ASSESSMENT, &with(Status::Failed.as_str())),
        database.statement(GIVE_UP_STEPS, &with(message)),
        database.statement(FINISH, &with(RunStatus::Failed.as_str())),
    ];
    database.batch("give up run", statements).await?;
    Ok(())
}

const TERMINATED: &str = "\
UPDATE workflow_runs SET terminated_at = ?3 WHERE org_id = ?1 AND id = ?2";

/// Notes that the engine was told of the cancel.
pub(crate) async fn note_terminated(
    databases: &Databases,
    org: &OrganizationId,
    run: &WorkflowRunId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let database = databases.of(org)?;
    let statement = database.statement(TERMINATED, &[id(org), id(run), time(now)]);
    database
        .batch("note cancel of run", vec![statement])
        .await?;
    Ok(())
}

const RESTARTED: &str = "\
UPDATE workflow_runs SET restarts = restarts + 1 WHERE org_id = ?1 AND id = ?2";

/// Notes that the engine began the run anew.
pub(crate) async fn note_restarted(
    databases: &Databases,
    org: &OrganizationId,
    run: &WorkflowRunId,
) -> Result<(), StorageError> {
    let database = databases.of(org)?;
    let statement = database.statement(RESTARTED, &[id(org), id(run)]);
    database
        .batch("note restart of run", vec![statement])
        .await?;
    Ok(())
}

const CLAIM_RESTART: &str = "\
UPDATE workflow_runs SET restarts = restarts + 1
WHERE org_id = ?1 AND id = ?2 AND status = 'started' AND sweeps = ?3 AND restarts = 0
RETURNING json_object('restarts', restarts) AS json";

/// Notes that a run is about to be begun anew; whether it may be: once, if it has not gone on
/// since it was taken for the sweep, which was the `sweeps`th time.
pub(crate) async fn claim_restart(
    databases: &Databases,
    org: &OrganizationId,
    run: &WorkflowRunId,
    sweeps: u32,
) -> Result<bool, StorageError> {
    let database = databases.of(org)?;
    let statement = database.statement(CLAIM_RESTART, &[id(org), id(run), sweeps.into()]);
    let mut rows = database
        .batch("claim restart of run", vec![statement])
        .await?;
    Ok(rows.next_json()?.is_some())
}

/// A run that the sweep looks after.
#[derive(Debug, Deserialize)]
pub(crate) struct OverdueRun {
    pub(crate) org_id: OrganizationId,
    pub(crate) id: WorkflowRunId,
    pub(crate) restarts: u32,
    /// How often it was taken, this time included, since it last went on.
    pub(crate) sweeps: u32,
    /// The step that waits for an event which has come.
    pub(crate) awaiting: Option<u32>,
}

/// Taking them and setting when they are due again is one statement, so that of
/// two sweeps at once each run has one. The wait doubles, up to an hour, for as
/// long as the run does not go on.
const TAKE_OVERDUE: &str = "\
UPDATE workflow_runs SET
    sweeps = sweeps + 1, due_at = ?1 + min(3600, ?2 << min(sweeps, 10))
WHERE (org_id, id) IN (
    SELECT org_id, id FROM workflow_runs
    WHERE status = 'started' AND version IS NOT NULL AND due_at <= ?1
    ORDER BY due_at LIMIT ?3)
RETURNING json_object(
    'org_id', org_id, 'id', id, 'restarts', restarts, 'sweeps', sweeps,
    'awaiting', (
        SELECT s.position FROM workflow_run_steps s
        JOIN workflow_events e
            ON e.org_id = s.org_id AND e.run_id = s.run_id AND e.name = s.awaits
        WHERE s.org_id = workflow_runs.org_id AND s.run_id = workflow_runs.id
          AND s.status IS NULL AND e.taken_by IS NULL LIMIT 1)) AS json";

/// Takes some runs that should have gone on by now. A run that still does not
/// is taken again after `seconds`, then twice as many, and so on.
pub(crate) async fn take_overdue(
    databases: &Databases,
    seconds: u32,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<OverdueRun>, StorageError> {
    take(
        databases,
        "take overdue runs",
        TAKE_OVERDUE,
        seconds,
        limit,
        now,
    )
    .await
}

/// A run that was canceled and may still go on in the engine.
#[derive(Debug, Deserialize)]
pub(crate) struct CanceledRun {
    pub(crate) org_id: OrganizationId,
    pub(crate) id: WorkflowRunId,
}

const TAKE_CANCELED: &str = "\
UPDATE workflow_runs SET
    sweeps = sweeps + 1, due_at = ?1 + min(3600, ?2 << min(sweeps, 10))
WHERE (org_id, id) IN (
    SELECT org_id, id FROM workflow_runs
    WHERE status = 'canceled' AND version IS NOT NULL AND terminated_at IS NULL AND due_at <= ?1
    ORDER BY due_at LIMIT ?3)
RETURNING json_object('org_id', org_id, 'id', id) AS json";

/// Takes some runs of whose cancel the engine is still to be told, as
/// [`take_overdue`] does.
pub(crate) async fn take_canceled(
    databases: &Databases,
    seconds: u32,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<CanceledRun>, StorageError> {
    take(
        databases,
        "take canceled runs",
        TAKE_CANCELED,
        seconds,
        limit,
        now,
    )
    .await
}

async fn take<T: DeserializeOwned>(
    databases: &Databases,
    operation: &'static str,
    sql: &'static str,
    seconds: u32,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<T>, StorageError> {
    let mut taken = Vec::new();
    for database in databases.all()? {
        let values = [time(now), seconds.into(), limit.into()];
        let statement = database.statement(sql, &values);
        let mut rows = database.batch(operation, vec![statement]).await?;
        taken.extend(rows.all_values()?);
    }
    Ok(taken)
}
