//! Deleting what has expired, in bounded batches, so that a sweep never holds
//! the database for long and the table does not grow for ever.

use assessments::time::Timestamp;
use serde::Serialize;

use super::database::{Database, Databases, StorageError, text, time};

/// Records deleted, and runs purged, by one batch.
const BATCH_SIZE: u32 = 500;
/// Batches of one sweep of one database. At a sweep every minute, records and
/// runs go as fast as they can come at 160 creates a second.
const MAX_BATCHES: u32 = 20;
/// Events that one batch deletes: each may be as large as a request, so they are
/// what makes a batch heavy.
const MAX_EVENTS: u32 = 200;
/// Steps that one batch deletes.
const MAX_STEPS: u32 = 2_000;

const DELETE_EXPIRED: &str = "\
DELETE FROM idempotency_records WHERE (org_id, operation, key) IN (
    SELECT org_id, operation, key FROM idempotency_records
    WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";

/// Deletes idempotency records past their life, and adds to `deleted` how many. What
/// is left over when the bound is reached waits for the next sweep.
pub(crate) async fn expired_idempotency_records(
    databases: &Databases,
    now: Timestamp,
    deleted: &mut usize,
) -> Result<(), StorageError> {
    let statement = (DELETE_EXPIRED, BATCH_SIZE);
    delete_in_batches(databases, "sweep expired keys", statement, now, deleted).await
}

/// Deletes from every database what is past its time, and adds to `deleted` how many
/// rows. The statement deletes by `?1` at most `?2` of them, and stands with that bound.
/// What is left over when there were enough batches waits for the next sweep.
pub(super) async fn delete_in_batches(
    databases: &Databases,
    operation: &'static str,
    (sql, batch_size): (&'static str, u32),
    before: Timestamp,
    deleted: &mut usize,
) -> Result<(), StorageError> {
    for database in databases.all()? {
        for _ in 0..MAX_BATCHES {
            let statement = database.statement(sql, &[time(before), batch_size.into()]);
            let mut rows = database.batch(operation, vec![statement]).await?;
            let changes = rows.next_changes()?;
            *deleted += changes;
            if changes < batch_size as usize {
                break;
            }
        }
    }
    Ok(())
}

/// Holds of the runs that a batch purges: those that ended first.
macro_rules! to_purge {
    () => {
        "(SELECT org_id, id FROM workflow_runs
    WHERE completed_at <= ?1 AND purged_at IS NULL ORDER BY completed_at LIMIT ?2)"
    };
}

const DELETE_EVENTS: &str = concat!(
    "\
DELETE FROM workflow_events WHERE (org_id, run_id, sequence) IN (
    SELECT e.org_id, e.run_id, e.sequence FROM ",
    to_purge!(),
    " r JOIN workflow_events e ON e.org_id = r.org_id AND e.run_id = r.id LIMIT ?3)"
);

const DELETE_STEPS: &str = concat!(
    "\
DELETE FROM workflow_run_steps WHERE (org_id, run_id, position) IN (
    SELECT s.org_id, s.run_id, s.position FROM ",
    to_purge!(),
    " r JOIN workflow_run_steps s ON s.org_id = r.org_id AND s.run_id = r.id LIMIT ?3)"
);

/// Runs of which something is left are the first of the next batch.
const NOTE_PURGED: &str = concat!(
    "\
UPDATE workflow_runs SET purged_at = ?3 WHERE (org_id, id) IN ",
    to_purge!(),
    "
  AND NOT EXISTS (SELECT 1 FROM workflow_events e
                  WHERE e.org_id = workflow_runs.org_id AND e.run_id = workflow_runs.id)
  AND NOT EXISTS (SELECT 1 FROM workflow_run_steps s
                  WHERE s.org_id = workflow_runs.org_id AND s.run_id = workflow_runs.id)"
);

/// Deletes the events and steps of runs that ended before `horizon` (13), and adds to
/// `purged` what it deleted. The runs stay, and so does what they did to their
/// assessments.
pub(crate) async fn details_of_ended_runs(
    databases: &Databases,
    horizon: Timestamp,
    now: Timestamp,
    purged: &mut Purged,
) -> Result<(), StorageError> {
    for database in databases.all()? {
        for _ in 0..MAX_BATCHES {
            let batch = purge(&database, horizon, now).await?;
            purged.add(&batch);
            if batch.is_last() {
                break;
            }
        }
    }
    Ok(())
}

/// What was deleted, and of how many runs nothing is left.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Purged {
    events: usize,
    steps: usize,
    runs: usize,
}

impl Purged {
    const fn add(&mut self, batch: &Self) {
        self.events += batch.events;
        self.steps += batch.steps;
        self.runs += batch.runs;
    }

    /// Whether no bound was reached, so that nothing is left.
    const fn is_last(&self) -> bool {
        self.events < MAX_EVENTS as usize
            && self.steps < MAX_STEPS as usize
            && self.runs < BATCH_SIZE as usize
    }
}

async fn purge(
    database: &Database,
    horizon: Timestamp,
    now: Timestamp,
) -> Result<Purged, StorageError> {
    let bound = |most| [time(horizon), BATCH_SIZE.into(), most];
    let statements = vec![
        database.statement(DELETE_EVENTS, &bound(MAX_EVENTS.into())),
        database.statement(DELETE_STEPS, &bound(MAX_STEPS.into())),
        database.statement(NOTE_PURGED, &bound(time(now))),
    ];
    let mut rows = database.batch("purge ended runs", statements).await?;
    Ok(Purged {
        events: rows.next_changes()?,
        steps: rows.next_changes()?,
        runs: rows.next_changes()?,
    })
}

const NOTE_SWEEP: &str = "\
INSERT INTO sweeps (name, finished_at, outcome) VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET finished_at = excluded.finished_at, outcome = excluded.outcome";

/// Notes what a sweep did, for whoever looks after the deployment. `outcome` is JSON.
pub(crate) async fn note(
    databases: &Databases,
    name: &str,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    let database = databases.directory()?;
    let values = [text(name), time(now), text(outcome)];
    let statement = database.statement(NOTE_SWEEP, &values);
    database.batch("note sweep", vec![statement]).await?;
    Ok(())
}
