//! Why the database does not take a file.

use anyhow::{Error, anyhow};

use crate::database::Refusal;

/// What a refusal means to whoever wrote the file.
pub(super) fn explained(refusal: &Refusal) -> Error {
    let printed = refusal.text();
    if let Some((_, told)) = printed.split_once("import refused: ") {
        let told = told.lines().next().unwrap_or_default();
        let told = told.split(": SQLITE_CONSTRAINT").next().unwrap_or(told);
        return anyhow!("the database refuses the file: {told}; nothing was imported");
    }
    for (cause, told) in CAUSES {
        if printed.contains(cause) {
            return anyhow!("the database refuses the file: {told}; nothing was imported");
        }
    }
    if refusal.is_by_database() {
        return anyhow!("wrangler d1 execute failed; nothing was imported. It says:\n{printed}");
    }
    anyhow!(
        "wrangler d1 execute failed. The file is imported whole or not at all, and importing it again does no harm. It says:\n{printed}"
    )
}

/// What SQLite says, and what that means.
const CAUSES: [(&str, &str); 8] = [
    (
        "guard failed",
        "one of its keys belongs to another organization already, or one of its custom fields has another type there",
    ),
    (
        "UNIQUE constraint failed: workflow_definitions",
        "a live workflow of the same name, which the file does not mention, is there already",
    ),
    (
        "UNIQUE constraint failed: organizations.external_id",
        "another organization, which the file does not mention, has one of its external ids already",
    ),
    (
        "UNIQUE constraint failed: users.org_id, users.external_id",
        "another user, whom the file does not mention, has one of its external ids already",
    ),
    (
        "UNIQUE constraint failed: api_keys.org_id, api_keys.id",
        "another key has one of its ids already",
    ),
    (
        "UNIQUE constraint failed: findings",
        "another assessment has one of its findings already",
    ),
    (
        "UNIQUE constraint failed: workflow_runs",
        "another assessment has one of its runs already",
    ),
    (
        "UNIQUE constraint failed: workflow_run_steps",
        "another run has one of its steps already",
    ),
];
