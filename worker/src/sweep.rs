//! What the schedule runs: workflow runs that are behind are looked after, and what is
//! past its time is deleted, in bounded batches. One part that fails keeps no other
//! from its turn. What was done is one line of the log and one row.

use serde::Serialize;
use worker::Env;

use crate::engine::sweep::{self as runs, LookedAfter};
use crate::platform::clock;
use crate::platform::config;
use crate::platform::log::{self, Level};
use crate::storage::audit;
use crate::storage::database::{Databases, StorageError};
use crate::storage::sweep::{self as storage, Purged};

/// Under which name the row stands.
const NAME: &str = "scheduled";

/// What a sweep did; the row has it as JSON.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    runs: LookedAfter,
    idempotency_records_deleted: usize,
    ended_runs_purged: Purged,
    audit_records_deleted: usize,
    /// The parts that failed. What they had done by then is counted.
    failed: Vec<&'static str>,
    duration_ms: Durations,
}

/// How long each part took, in milliseconds.
#[derive(Debug, Default, Serialize)]
struct Durations {
    runs: u32,
    idempotency_records: u32,
    ended_runs: u32,
    audit_records: u32,
    total: u32,
}

/// Sweeps once.
pub(crate) async fn run(env: &Env) {
    let databases = Databases::new(env);
    let mut outcome = Outcome::default();
    let begun = clock::milliseconds();
    let part = runs::run(env, &mut outcome.runs).await;
    outcome.duration_ms.runs = ended("runs", part, begun, &mut outcome.failed);

    let begins = clock::milliseconds();
    let deleted = &mut outcome.idempotency_records_deleted;
    let part = storage::expired_idempotency_records(&databases, clock::now(), deleted).await;
    outcome.duration_ms.idempotency_records =
        ended("idempotency_records", part, begins, &mut outcome.failed);

    let begins = clock::milliseconds();
    let now = clock::now();
    let horizon = now.plus(-days(config::run_retention_days(env)));
    let purged = &mut outcome.ended_runs_purged;
    let part = storage::details_of_ended_runs(&databases, horizon, now, purged).await;
    outcome.duration_ms.ended_runs = ended("ended_runs", part, begins, &mut outcome.failed);

    let begins = clock::milliseconds();
    let horizon = clock::now().plus(-days(config::audit_retention_days(env)));
    let deleted = &mut outcome.audit_records_deleted;
    let part = audit::delete_records(&databases, horizon, deleted).await;
    outcome.duration_ms.audit_records = ended("audit_records", part, begins, &mut outcome.failed);

    outcome.duration_ms.total = clock::elapsed_since(begun);
    let level = if outcome.failed.is_empty() {
        Level::Info
    } else {
        Level::Error
    };
    log::line(level, "sweep").field("outcome", &outcome).write();
    let noted = match serde_json::to_string(&outcome) {
        Ok(json) => storage::note(&databases, NAME, &json, clock::now()).await,
        Err(error) => Err(StorageError::failed("encode outcome of sweep", &error)),
    };
    if let Err(error) = noted {
        log::error("sweep_not_noted").cause(&error).write();
    }
}

/// How long a part took, in milliseconds; that it failed is told, and why.
fn ended(
    part: &'static str,
    outcome: Result<(), StorageError>,
    begun: i64,
    failed: &mut Vec<&'static str>,
) -> u32 {
    if let Err(error) = outcome {
        log::error("sweep_part_failed")
            .field("part", part)
            .cause(&error)
            .write();
        failed.push(part);
    }
    clock::elapsed_since(begun)
}

/// In seconds.
fn days(count: u32) -> i64 {
    i64::from(count) * 24 * 60 * 60
}
