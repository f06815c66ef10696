//! What is asked of the database, and what it answers.

use std::fmt;

use anyhow::{Context, Result};
use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::configuration::Variables;
use crate::database::Answer;
use crate::database::sql::bind;
use crate::time::Span;

/// Rows that are read for one count at most.
pub(super) const MAX_COUNTED: i64 = 10_000;
/// Ids of runs that are told.
const MAX_IDS: i64 = 5;
/// How far back things that are over are of interest.
pub(super) const RECENT: Span = Span::from_seconds(24 * 60 * 60);
/// How often a run is looked after without going on before it counts as stuck. The
/// Worker doubles its patience from half a minute, so that is a quarter of an hour.
const STUCK_AFTER_SWEEPS: i64 = 5;
/// How often the Worker has the engine begin a run anew before it gives it up.
const GIVEN_UP_AFTER_RESTARTS: i64 = 5;

const NOW: &str = "SELECT unixepoch() AS now";

/// Runs that should have gone on by now; the sweep takes such within a minute.
const OVERDUE: &str = "\
SELECT count(*) AS count, min(due_at) AS oldest FROM (
    SELECT due_at FROM workflow_runs
    WHERE status = 'started' AND version IS NOT NULL AND due_at <= unixepoch()
    ORDER BY due_at LIMIT ?1)";

/// Runs that were looked after again and again and do not go on.
const STUCK: &str = "\
WITH behind AS (
    SELECT id, started_at, sweeps FROM workflow_runs
    WHERE status = 'started' AND version IS NOT NULL AND due_at IS NOT NULL
    ORDER BY due_at LIMIT ?1)
SELECT count(*) AS count, min(started_at) AS oldest,
    (SELECT json_group_array(id) FROM (
        SELECT id FROM behind WHERE sweeps >= ?2 LIMIT ?3)) AS ids
FROM behind WHERE sweeps >= ?2";

/// Of the runs that ended last, those that the engine ended again and again.
const GIVEN_UP: &str = "\
WITH ended AS (
    SELECT id, status, restarts, completed_at FROM workflow_runs
    WHERE completed_at >= unixepoch() - ?4 AND purged_at IS NULL
    ORDER BY completed_at DESC LIMIT ?1)
SELECT count(*) AS count, min(completed_at) AS oldest,
    (SELECT json_group_array(id) FROM (
        SELECT id FROM ended WHERE status = 'failed' AND restarts >= ?2 LIMIT ?3)) AS ids
FROM ended WHERE status = 'failed' AND restarts >= ?2";

/// Cancels that the engine should have heard of by now.
const UNTOLD_CANCELS: &str = "\
SELECT count(*) AS count, min(due_at) AS oldest FROM (
    SELECT due_at FROM workflow_runs
    WHERE status = 'canceled' AND version IS NOT NULL AND terminated_at IS NULL
        AND due_at <= unixepoch()
    ORDER BY due_at LIMIT ?1)";

const EXPIRED_KEYS: &str = "\
SELECT count(*) AS count, min(expires_at) AS oldest FROM (
    SELECT expires_at FROM idempotency_records
    WHERE expires_at <= unixepoch() ORDER BY expires_at LIMIT ?1)";

/// The oldest since its term ended.
const OLD_RECORDS: &str = "\
SELECT count(*) AS count, min(called_at) + ?2 AS oldest FROM (
    SELECT called_at FROM audit_records
    WHERE called_at < unixepoch() - ?2 ORDER BY called_at LIMIT ?1)";

const LOSSES: &str = "\
SELECT reason, sum(lost) AS lost, max(last_at) AS last_at FROM (
    SELECT reason, lost, last_at FROM audit_losses LIMIT ?1)
GROUP BY reason ORDER BY reason";

const SWEEPS: &str = "SELECT name, finished_at, outcome FROM sweeps ORDER BY name LIMIT ?1";

/// The statements, in the order in which [`Facts::read`] takes what they select.
pub(super) fn statements(tables: &[String], variables: &Variables, exact: bool) -> Vec<String> {
    let most = [json!(MAX_COUNTED.saturating_add(1))];
    let retention = variables
        .audit_retention_days()
        .saturating_mul(24 * 60 * 60);
    let runs = |times: i64| {
        let recent = json!(RECENT.seconds());
        let [most] = most.clone();
        [most, json!(times), json!(MAX_IDS), recent]
    };
    vec![
        NOW.to_owned(),
        bind(OVERDUE, &most),
        bind(STUCK, &runs(STUCK_AFTER_SWEEPS)),
        bind(GIVEN_UP, &runs(GIVEN_UP_AFTER_RESTARTS)),
        bind(UNTOLD_CANCELS, &most),
        bind(EXPIRED_KEYS, &most),
        bind(
            OLD_RECORDS,
            &[most.as_slice(), &[json!(retention)]].concat(),
        ),
        bind(LOSSES, &most),
        bind(SWEEPS, &most),
        rows_of(tables, exact),
    ]
}

/// One column a table. D1 takes few terms of a compound SELECT, but many columns.
fn rows_of(tables: &[String], exact: bool) -> String {
    let columns = tables.iter().map(|table| {
        // Names of tables are ours, from the migrations.
        if exact {
            format!("(SELECT count(*) FROM {table}) AS {table}")
        } else {
            let most = MAX_COUNTED.saturating_add(1);
            format!("(SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {most})) AS {table}")
        }
    });
    format!("SELECT {}", columns.collect::<Vec<_>>().join(", "))
}

/// A number of rows, counted to the end or as far as one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Count {
    pub(super) rows: i64,
    /// Whether there are more.
    pub(super) more: bool,
}

impl Count {
    pub(super) const fn of(rows: i64, exact: bool) -> Self {
        let more = !exact && rows > MAX_COUNTED;
        Self {
            rows: if more { MAX_COUNTED } else { rows },
            more,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.more { " or more" } else { "" };
        write!(f, "{}{more}", self.rows)
    }
}

/// Rows that wait for something, and since when the first of them does.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Backlog {
    pub(super) count: i64,
    pub(super) oldest: Option<Timestamp>,
    /// A JSON array with some ids.
    #[serde(default)]
    pub(super) ids: Option<String>,
}

/// Audit records that were lost for one reason.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Loss {
    pub(super) reason: String,
    pub(super) lost: i64,
    pub(super) last_at: Timestamp,
}

/// When a sweep last ended, and what it did, in JSON.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Sweep {
    pub(super) name: String,
    pub(super) finished_at: Timestamp,
    pub(super) outcome: String,
}

/// A table and its rows.
#[derive(Debug, Serialize)]
pub(super) struct Counted {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) rows: Count,
}

/// All that was found.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) now: Timestamp,
    pub(super) overdue: Backlog,
    pub(super) stuck: Backlog,
    pub(super) given_up: Backlog,
    pub(super) untold_cancels: Backlog,
    pub(super) expired_keys: Backlog,
    pub(super) old_records: Backlog,
    pub(super) losses: Vec<Loss>,
    pub(super) sweeps: Vec<Sweep>,
    pub(super) tables: Vec<Counted>,
    pub(super) size: Option<u64>,
}

impl Facts {
    /// Reads the answer to [`statements`].
    pub(super) fn read(answer: &Answer, tables: &[String], exact: bool) -> Result<Self> {
        #[derive(Deserialize)]
        struct Now {
            now: Timestamp,
        }
        let backlog = |index| -> Result<Backlog> {
            let row = answer.rows(index)?.into_iter().next();
            Ok(row.unwrap_or_default())
        };
        let now = answer.rows::<Now>(0)?.into_iter().next();
        let counts: Map<String, Value> = answer.rows(9)?.into_iter().next().unwrap_or_default();
        let counted = tables.iter().map(|name| Counted {
            name: name.clone(),
            rows: Count::of(
                counts.get(name).and_then(Value::as_i64).unwrap_or_default(),
                exact,
            ),
        });
        Ok(Self {
            now: now.context("the database did not tell the time")?.now,
            overdue: backlog(1)?,
            stuck: backlog(2)?,
            given_up: backlog(3)?,
            untold_cancels: backlog(4)?,
            expired_keys: backlog(5)?,
            old_records: backlog(6)?,
            losses: answer.rows(7)?,
            sweeps: answer.rows(8)?,
            tables: counted.collect(),
            size: answer.size,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_given_up_when_the_worker_gives_it_up() {
        let sweep = crate::process::root().join("worker/src/engine/sweep.rs");
        let worker = std::fs::read_to_string(sweep).unwrap();
        let same = format!("const MAX_RESTARTS: u32 = {GIVEN_UP_AFTER_RESTARTS};");
        assert!(worker.contains(&same), "{same}");
    }

    #[test]
    fn no_count_reads_more_than_its_bound_unless_asked_to() {
        let tables = ["users".to_owned()];
        let all = |exact| statements(&tables, &Variables::default(), exact);
        for statement in all(false).iter().filter(|text| text.contains(" FROM ")) {
            assert!(statement.contains("LIMIT 10001"), "{statement}");
            assert!(!statement.contains('?'), "{statement}");
        }
        assert!(
            all(true)
                .iter()
                .any(|text| text.contains("count(*) FROM users)"))
        );
    }

    #[test]
    fn a_count_says_where_it_ended() {
        assert_eq!(Count::of(10_000, false).to_string(), "10000");
        assert_eq!(Count::of(10_001, false).to_string(), "10000 or more");
        assert_eq!(Count::of(10_001, true).to_string(), "10001");
    }
}
