//! What was found, and what of it needs an operator.

use assessments::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::facts::{Backlog, Count, Facts, Loss, RECENT, Sweep};
use crate::terminal::printable;
use crate::time::{Span, iso_and_relative};

/// A sweep comes every minute; when there was none for so long, none comes.
const SWEEP_IS_LATE: Span = Span::from_seconds(5 * 60);
/// A sweep deletes ten thousand records a minute; what is left for so long is more
/// than it can do.
const DELETION_IS_LATE: Span = Span::from_seconds(60 * 60);
/// Bytes at which there is still time to do something: D1 ends at 10 GB.
const LARGE: u64 = 8_000_000_000;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    #[serde(skip)]
    pub(super) label: &'static str,
    /// In words.
    pub(super) found: String,
    /// What an operator should do; nothing if all is well.
    pub(super) needs: Option<&'static str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    count: Option<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<Timestamp>,
}

/// All checks. What only a sweep does is judged where something sweeps.
pub(super) fn checks(facts: &Facts, is_swept: bool) -> Vec<Check> {
    let now = facts.now;
    let late = |backlog: &Backlog, patience: Span| {
        let since = backlog.oldest.filter(|_| is_swept && backlog.count > 0);
        since.is_some_and(|oldest| oldest.plus(patience.seconds()) <= now)
    };
    let check = |name, label, backlog: &Backlog, needs: Option<&'static str>| Check {
        name,
        label,
        found: found(backlog, now),
        needs,
        count: Some(Count::of(backlog.count, false)),
        oldest: backlog.oldest,
    };
    let mut checks = vec![last_sweep(&facts.sweeps, now, is_swept)];
    checks.extend([
        check(
            "overdue_runs",
            "runs that are overdue",
            &facts.overdue,
            late(&facts.overdue, SWEEP_IS_LATE)
                .then_some("the sweep does not keep up, or does not run: see its line in the log"),
        ),
        check(
            "stuck_runs",
            "runs that do not go on",
            &facts.stuck,
            (facts.stuck.count > 0)
                .then_some("see the log of these runs; archive their assessments to stop them"),
        ),
        check(
            "given_up_runs",
            "runs given up, last day",
            &facts.given_up,
            (facts.given_up.count > 0)
                .then_some("the engine ended them again and again: see their log"),
        ),
        check(
            "untold_cancels",
            "cancels the engine missed",
            &facts.untold_cancels,
            late(&facts.untold_cancels, SWEEP_IS_LATE)
                .then_some("the sweep does not keep up, or does not run: see its line in the log"),
        ),
        check(
            "expired_idempotency_records",
            "idempotency records due",
            &facts.expired_keys,
            late(&facts.expired_keys, DELETION_IS_LATE)
                .then_some("they come faster than the sweep deletes them, or it fails"),
        ),
        check(
            "old_audit_records",
            "audit records past term",
            &facts.old_records,
            late(&facts.old_records, DELETION_IS_LATE)
                .then_some("they come faster than the sweep deletes them, or it fails"),
        ),
        lost_records(&facts.losses, now),
        size(facts.size),
    ]);
    checks
}

fn found(backlog: &Backlog, now: Timestamp) -> String {
    let count = Count::of(backlog.count, false);
    let mut found = count.to_string();
    if let Some(oldest) = backlog.oldest.filter(|_| backlog.count > 0) {
        found.push_str(&format!(", the oldest {}", iso_and_relative(oldest, now)));
    }
    let ids: Option<Vec<String>> = backlog
        .ids
        .as_deref()
        .and_then(|ids| serde_json::from_str(ids).ok());
    for id in ids.unwrap_or_default() {
        found.push(' ');
        found.push_str(&printable(&id));
    }
    found
}

fn last_sweep(sweeps: &[Sweep], now: Timestamp, is_swept: bool) -> Check {
    let latest = sweeps.iter().max_by_key(|sweep| sweep.finished_at);
    let failed: Vec<String> = sweeps
        .iter()
        .filter_map(|sweep| serde_json::from_str::<Value>(&sweep.outcome).ok())
        .filter_map(|outcome| outcome.get("failed")?.as_array().cloned())
        .flatten()
        .map(|part| part.as_str().unwrap_or("?").to_owned())
        .collect();
    let is_late = latest.is_none_or(|sweep| sweep.finished_at.plus(SWEEP_IS_LATE.seconds()) <= now);
    let needs = if is_swept && is_late {
        Some("no sweep ends: is the schedule of wrangler.toml deployed? see the log")
    } else if !failed.is_empty() {
        Some("a part of the sweep failed: see its line in the log")
    } else {
        None
    };
    Check {
        name: "last_sweep",
        label: "last sweep",
        found: latest.map_or_else(
            || "never".to_owned(),
            |sweep| {
                format!(
                    "{} {}: {}",
                    printable(&sweep.name),
                    iso_and_relative(sweep.finished_at, now),
                    sweep.outcome
                )
            },
        ),
        needs,
        count: None,
        oldest: latest.map(|sweep| sweep.finished_at),
    }
}

fn lost_records(losses: &[Loss], now: Timestamp) -> Check {
    let lost = losses.iter().map(|loss| loss.lost).sum();
    let reasons: Vec<String> = losses
        .iter()
        .map(|loss| {
            format!(
                "{} {}, the last {}",
                loss.lost,
                printable(&loss.reason),
                iso_and_relative(loss.last_at, now)
            )
        })
        .collect();
    let is_recent = losses
        .iter()
        .any(|loss| loss.last_at.plus(RECENT.seconds()) > now);
    Check {
        name: "lost_audit_records",
        label: "audit records lost",
        found: if reasons.is_empty() {
            "0".to_owned()
        } else {
            reasons.join("; ")
        },
        needs: is_recent
            .then_some("some were lost in the last day: see the log of the queue's consumer"),
        count: Some(Count::of(lost, true)),
        oldest: None,
    }
}

fn size(size: Option<u64>) -> Check {
    Check {
        name: "database_size",
        label: "size of the database",
        found: size.map_or_else(|| "not known".to_owned(), megabytes),
        needs: size
            .is_some_and(|bytes| bytes >= LARGE)
            .then_some("D1 ends at 10 GB: keep less, or split the data by organization"),
        count: None,
        oldest: None,
    }
}

/// In megabytes, with two digits after the point.
fn megabytes(bytes: u64) -> String {
    let hundredths = bytes / 10_000;
    format!("{}.{:02} MB", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::super::facts::Counted;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn backlog(count: i64, seconds_ago: i64) -> Backlog {
        Backlog {
            count,
            oldest: Some(NOW.plus(-seconds_ago)),
            ids: None,
        }
    }

    fn sweep(seconds_ago: i64, outcome: &str) -> Sweep {
        Sweep {
            name: "scheduled".to_owned(),
            finished_at: NOW.plus(-seconds_ago),
            outcome: outcome.to_owned(),
        }
    }

    /// A deployment in which all is well.
    fn well() -> Facts {
        Facts {
            now: NOW,
            overdue: backlog(3, 20),
            stuck: Backlog::default(),
            given_up: Backlog::default(),
            untold_cancels: Backlog::default(),
            expired_keys: backlog(400, 30),
            old_records: Backlog::default(),
            losses: vec![],
            sweeps: vec![sweep(40, r#"{"failed":[]}"#)],
            tables: vec![Counted {
                name: "users".to_owned(),
                rows: Count::of(1, false),
            }],
            size: Some(1_234_567),
        }
    }

    /// The names of the checks that need an operator.
    fn needy(facts: &Facts, is_swept: bool) -> Vec<&'static str> {
        let checks = checks(facts, is_swept).into_iter();
        let needy = checks.filter(|check| check.needs.is_some());
        needy.map(|check| check.name).collect()
    }

    #[test]
    fn where_all_is_well_nothing_needs_an_operator() {
        assert_eq!(needy(&well(), true), [""; 0]);
    }

    #[test]
    fn each_thing_that_is_wrong_is_told_by_its_name() {
        type Spoil = fn(&mut Facts);
        let wrong: [(&str, Spoil); 11] = [
            ("last_sweep", |facts| facts.sweeps = vec![]),
            ("last_sweep", |facts| facts.sweeps = vec![sweep(300, "{}")]),
            ("last_sweep", |facts| {
                facts.sweeps = vec![sweep(1, r#"{"failed":["runs"]}"#)];
            }),
            ("overdue_runs", |facts| facts.overdue = backlog(1, 300)),
            ("stuck_runs", |facts| facts.stuck = backlog(1, 1)),
            ("given_up_runs", |facts| facts.given_up = backlog(1, 80_000)),
            ("untold_cancels", |facts| {
                facts.untold_cancels = backlog(1, 300);
            }),
            ("expired_idempotency_records", |facts| {
                facts.expired_keys = backlog(10_001, 3_600);
            }),
            ("old_audit_records", |facts| {
                facts.old_records = backlog(1, 3_600);
            }),
            ("lost_audit_records", |facts| {
                facts.losses = vec![Loss {
                    reason: "given_up".to_owned(),
                    lost: 2,
                    last_at: NOW.plus(-80_000),
                }];
            }),
            ("database_size", |facts| facts.size = Some(LARGE)),
        ];
        for (name, spoil) in wrong {
            let mut facts = well();
            spoil(&mut facts);
            assert_eq!(needy(&facts, true), [name]);
        }
    }

    #[test]
    fn what_only_a_sweep_does_is_not_judged_where_nothing_sweeps() {
        let mut facts = well();
        facts.sweeps = vec![];
        facts.overdue = backlog(5, 90_000);
        facts.untold_cancels = backlog(5, 90_000);
        facts.expired_keys = backlog(5, 90_000);
        facts.old_records = backlog(5, 90_000);
        assert_eq!(needy(&facts, false), [""; 0]);
        facts.given_up = backlog(1, 1);
        assert_eq!(needy(&facts, false), ["given_up_runs"]);
    }

    #[test]
    fn what_was_lost_long_ago_is_told_and_needs_nobody() {
        let mut facts = well();
        facts.losses = vec![Loss {
            reason: "not_sent".to_owned(),
            lost: 7,
            last_at: NOW.plus(-86_400),
        }];
        assert_eq!(needy(&facts, true), [""; 0]);
        let checks = checks(&facts, true);
        let lost = checks
            .iter()
            .find(|check| check.name == "lost_audit_records");
        assert!(lost.unwrap().found.starts_with("7 not_sent, the last 2027"));
    }

    #[test]
    fn sizes_are_in_megabytes() {
        assert_eq!(megabytes(1_234_567), "1.23 MB");
        assert_eq!(megabytes(9_999), "0.00 MB");
    }
}
