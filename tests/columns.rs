//! What columns of the database may hold: the migrations' `CHECK`s, and the
//! values that SQL names, are those of the library's enums.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assessments::assessment::{CustomFieldType, Status};
use assessments::columns::{LossReason, Membership, PortalStatus, WorkflowKind};
use assessments::workflow::run::{RunStatus, StepStatus};

/// Lists of values that SQL compares a column of a table with.
type Lists = BTreeMap<(String, String), Vec<Vec<String>>>;

macro_rules! values {
    ($enum:ty) => {
        <$enum>::ALL
            .iter()
            .map(|value| value.as_str().to_owned())
            .collect::<Vec<_>>()
    };
}

#[test]
fn every_check_of_the_migrations_allows_just_the_values_of_an_enum() {
    let terminal: Vec<String> = Status::ALL
        .iter()
        .filter(|status| status.is_terminal())
        .map(|status| status.as_str().to_owned())
        .collect();
    let expected: Lists = [
        (("users", "membership"), vec![values!(Membership)]),
        (
            ("workflow_definitions", "kind"),
            vec![values!(WorkflowKind)],
        ),
        (
            ("custom_field_configs", "field_type"),
            vec![values!(CustomFieldType)],
        ),
        // Any status, and those that archiving leaves.
        (("assessments", "status"), vec![values!(Status), terminal]),
        (("portals", "status"), vec![values!(PortalStatus)]),
        (("workflow_runs", "status"), vec![values!(RunStatus)]),
        (("workflow_run_steps", "status"), vec![values!(StepStatus)]),
        (("audit_losses", "reason"), vec![values!(LossReason)]),
    ]
    .into_iter()
    .map(|((table, column), lists)| ((table.to_owned(), column.to_owned()), lists))
    .collect();
    assert_eq!(lists(&migrations()), expected);
}

#[test]
fn every_status_that_sql_names_is_one_of_an_enum() {
    let known: BTreeSet<String> = [
        values!(Status),
        values!(PortalStatus),
        values!(RunStatus),
        values!(StepStatus),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut named = BTreeSet::new();
    for folder in ["worker/migrations", "worker/src", "xtask/src"] {
        for file in files(&checkout().join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            let values = text.split("status = '").skip(1);
            named.extend(values.filter_map(|rest| Some(rest.split_once('\'')?.0.to_owned())));
        }
    }
    assert!(named.len() > 3, "{named:?}");
    assert_eq!(named.difference(&known).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn only_an_inactive_user_may_not_be_assigned() {
    let refused: Vec<&Membership> = Membership::ALL
        .iter()
        .filter(|membership| !membership.may_be_assigned())
        .collect();
    assert_eq!(refused, [&Membership::Inactive]);
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every file in a folder and those below it, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The migrations one after the other, without comments.
fn migrations() -> String {
    let mut sql = String::new();
    for file in files(&checkout().join("worker/migrations")) {
        for line in fs::read_to_string(file).unwrap().lines() {
            sql.push_str(line.split("--").next().unwrap_or_default());
            sql.push('\n');
        }
    }
    sql
}

/// Every `column IN ('a', 'b')` within a table's definition.
fn lists(sql: &str) -> Lists {
    let mut found = Lists::new();
    for definition in sql.split("CREATE TABLE ").skip(1) {
        let (table, definition) = definition.split_once('(').unwrap();
        let (definition, _) = definition.split_once(';').unwrap();
        let parts: Vec<&str> = definition.split(" IN").collect();
        for pair in parts.windows(2) {
            let [before, after] = pair else { continue };
            let Some(list) = after.trim_start().strip_prefix("('") else {
                continue;
            };
            let (list, _) = list.split_once("')").unwrap();
            let column = before.rsplit([' ', '(']).next().unwrap_or_default();
            let values = list.split(',').map(|value| {
                let value = value.trim().trim_matches('\'');
                value.to_owned()
            });
            found
                .entry((table.trim().to_owned(), column.to_owned()))
                .or_default()
                .push(values.collect());
        }
    }
    found
}
