//! The SQL for the keys that calls are signed with. A definition has the one that
//! the file stated last; the one before it stays valid for a while, as whoever
//! checks signatures cannot change over in the same moment.

use assessments::workflow::definition::Action;
use serde_json::json;

use super::table::for_rows;
use super::values::rows_of;
use crate::import::file::{ImportFile, Workflow};

/// Seconds that a secret stays valid once there is another: a day.
const OVERLAP_SECONDS: u32 = 24 * 60 * 60;

/// Statements for the secrets that the file states, and the demand that whatever
/// calls has one.
pub(super) fn statements(file: &ImportFile) -> Vec<String> {
    let stated = rows_of(file, |org| {
        let workflows = org.workflows.iter();
        workflows
            .filter_map(|workflow| {
                let secret = workflow.signing_secret.as_ref()?;
                Some(json!([org.id, workflow.id, secret]))
            })
            .collect()
    });
    let of_file = "s.org_id = f.value ->> 0 AND s.definition_id = f.value ->> 1";
    let mut statements = for_rows(&stated, |rows| {
        format!(
            "UPDATE workflow_signing_secrets AS s SET valid_until = unixepoch() + {OVERLAP_SECONDS} WHERE valid_until IS NULL AND EXISTS (SELECT 1 FROM json_each({rows}) f WHERE {of_file} AND f.value ->> 2 <> s.secret);"
        )
    });
    statements.extend(for_rows(&stated, |rows| {
        format!(
            "INSERT INTO workflow_signing_secrets (org_id, definition_id, version, secret, valid_from) SELECT f.value ->> 0, f.value ->> 1, 1 + coalesce((SELECT max(version) FROM workflow_signing_secrets s WHERE {of_file}), 0), f.value ->> 2, unixepoch() FROM json_each({rows}) f WHERE NOT EXISTS (SELECT 1 FROM workflow_signing_secrets s WHERE {of_file} AND s.valid_until IS NULL);"
        )
    }));
    statements.extend(for_rows(&stated, |rows| {
        format!(
            "DELETE FROM workflow_signing_secrets AS s WHERE valid_until <= unixepoch() AND EXISTS (SELECT 1 FROM json_each({rows}) f WHERE {of_file});"
        )
    }));
    let calling = rows_of(file, |org| {
        let workflows = org.workflows.iter().filter(|workflow| calls(workflow));
        workflows
            .map(|workflow| json!([org.id, workflow.id, workflow.place]))
            .collect()
    });
    statements.extend(for_rows(&calling, |rows| {
        format!(
            "INSERT INTO import_demand (place, missing) SELECT f.value ->> 2, '\"signing_secret\" is missing, and the workflow has none to sign its calls with' FROM json_each({rows}) f WHERE NOT EXISTS (SELECT 1 FROM workflow_signing_secrets s WHERE {of_file} AND s.valid_until IS NULL);"
        )
    }));
    statements
}

fn calls(workflow: &Workflow) -> bool {
    let mut components = workflow.components.iter().flatten();
    components.any(|component| matches!(component.action, Action::Call(_)))
}
