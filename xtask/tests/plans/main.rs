//! How SQLite finds the rows of every statement of the Worker: by an index that leads to
//! the rows it needs, whatever else an organization has. `tests/http/cost.test.mjs`
//! counts the rows of the routes, as D1 does.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may fail by panicking"
)]

mod statements;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use statements::Statement;

/// Steps of plans that read too much and are never taken, by the statement's place. An
/// INSERT ... SELECT might mend a reference that an earlier row of it broke, so SQLite plans
/// to look for those who refer to the new row; it looks only if one is broken at that time,
/// and a batch breaks none. The crowd of `tests/http/cost.test.mjs` has thousands of both.
const NEVER_TAKEN: [(&str, &str); 2] = [
    (
        "create::INSERT_ASSESSMENT",
        "SEARCH workflow_runs USING PRIMARY KEY (org_id=?)",
    ),
    (
        "create::INSERT_ASSESSMENT",
        "SEARCH document_links USING PRIMARY KEY (org_id=?)",
    ),
];

#[test]
fn every_statement_finds_its_rows_by_an_index() {
    let database = migrated();
    let statements = statements::all_in(&checkout().join("worker/src/storage"));
    let mut wrong = Vec::new();
    let mut excused = Vec::new();
    for statement in &statements {
        let steps = plan(&database, statement);
        for step in &steps {
            let place = statement.place.as_str();
            if let Some(named) = NEVER_TAKEN.iter().find(|named| **named == (place, step)) {
                excused.push(named);
            } else if !is_narrow(&database, step, &steps) {
                wrong.push(format!("{}: {step}", statement.place));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "reads what it does not need:\n{}",
        wrong.join("\n")
    );
    for step in &NEVER_TAKEN {
        assert!(excused.contains(&step), "excused for nothing: {step:?}");
    }
}

#[test]
fn a_statement_that_reads_more_than_it_needs_is_noticed() {
    let database = migrated();
    for sql in [
        "SELECT id FROM assessments WHERE name = ?1",
        // The index has the assessment, and SQLite would rather go through all runs.
        "UPDATE workflow_runs SET status = 'failed' WHERE org_id = ?1 AND assessment_id = ?2",
        "INSERT INTO guard (holds) VALUES (EXISTS (SELECT 1 FROM users WHERE email = ?1))",
    ] {
        let statement = Statement {
            place: String::new(),
            sql: sql.to_owned(),
        };
        let steps = plan(&database, &statement);
        let is_noticed = steps.iter().any(|step| !is_narrow(&database, step, &steps));
        assert!(is_noticed, "{sql}: {steps:?}");
    }
}

#[test]
fn statements_are_read_from_constants_files_and_macros() {
    let statements = statements::all_in(&checkout().join("worker/src/storage"));
    let has = |place: &str, end: &str| {
        statements
            .iter()
            .any(|statement| statement.place == place && statement.sql.ends_with(end))
    };
    assert!(has(
        "retrieve::ASSESSMENT",
        "WHERE a.org_id = ?1 AND a.id = ?2"
    ));
    assert!(has("archive::ARCHIVE", "AND org_id = ?1 AND id = ?2"));
    assert!(has("facts::GUARD_REFERENCES", ") END)"));
    // Of a session that ours or the provider names, read and guarded.
    let of_sessions = ["select", "guard"].map(|place| {
        let place = format!("standing::{place}");
        statements
            .iter()
            .filter(|statement| statement.place == place)
            .count()
    });
    assert_eq!(of_sessions, [2, 2]);
}

/// Whether a step of a plan reads no more than a request brings or an index leads to.
/// `steps` are all of the plan.
fn is_narrow(database: &Connection, step: &str, steps: &[String]) -> bool {
    let words: Vec<&str> = step.split(' ').collect();
    match words[..] {
        // A list that the statement has made before, or its parameters.
        ["SCAN", source, ..] => {
            let is_made = |by: &str| steps.iter().any(|step| *step == format!("{by} {source}"));
            step.contains("VIRTUAL TABLE")
                || source == "CONSTANT"
                || is_made("CO-ROUTINE")
                || is_made("MATERIALIZE")
        }
        // All that an organization has is too much, but of what it has one.
        ["SEARCH", table, ..] => {
            !step.contains("AUTOMATIC")
                && (!step.ends_with("(org_id=?)") || columns_of_key(database, table) == 1)
        }
        _ => true,
    }
}

fn columns_of_key(database: &Connection, table: &str) -> u32 {
    database
        .query_row(
            "SELECT count(*) FROM pragma_table_info(?1) WHERE pk > 0",
            [table],
            |row| row.get(0),
        )
        .unwrap()
}

/// The steps of a statement's plan, and of those of the triggers that it fires.
fn plan(database: &Connection, Statement { place, sql }: &Statement) -> Vec<String> {
    let mut explained = database
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap_or_else(|error| panic!("{place}: {error}"));
    let mut rows = explained.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get("detail").unwrap());
    }
    steps
}

/// A database as the migrations make it.
fn migrated() -> Connection {
    let database = Connection::open_in_memory().unwrap();
    database
        .set_db_config(DbConfig::SQLITE_DBCONFIG_TRIGGER_EQP, true)
        .unwrap();
    let mut files: Vec<PathBuf> = fs::read_dir(checkout().join("worker/migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        database
            .execute_batch(&fs::read_to_string(&file).unwrap())
            .unwrap();
    }
    database
}

/// The folder of the workspace.
fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
