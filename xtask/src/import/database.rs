//! The database that an import goes into, through wrangler: the local one of a
//! state folder, or the deployed one.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::process::{run_captured, run_quietly, step};
use crate::setup;
use crate::state::State;

/// The database's name in wrangler.toml.
const DATABASE: &str = "assessments";

/// Applies the migrations that the local database lacks.
pub(crate) fn migrate(state: &State) -> Result<()> {
    step("applying D1 migrations");
    run_quietly(
        setup::wrangler()?
            .args([
                "d1",
                "migrations",
                "apply",
                DATABASE,
                "--local",
                "--persist-to",
            ])
            .arg(state.folder()),
        "if the state folder is of another version, choose a new one with --state",
    )?;
    Ok(())
}

/// Runs statements in a local database, as one transaction.
pub(super) fn execute_locally(state: &State, statements: &str) -> Result<()> {
    let folder = state.folder().display().to_string();
    execute(&["--local", "--persist-to", &folder], statements)
}

/// Runs statements in the deployed database, as one transaction.
pub(super) fn execute_remotely(statements: &str) -> Result<()> {
    execute(&["--remote"], statements)
}

/// Runs statements as one transaction.
fn execute(arguments: &[&str], statements: &str) -> Result<()> {
    let script = tempfile::Builder::new()
        .prefix("assessments-import-")
        .suffix(".sql")
        .tempfile()
        .context("temporary file")?;
    fs::write(script.path(), statements).context("temporary file")?;
    let outcome = run_captured(
        setup::wrangler()?
            .args(["d1", "execute", DATABASE, "--yes"])
            .args(arguments)
            .arg("--file")
            .arg(script.path()),
    )?;
    let Err(printed) = outcome else {
        return Ok(());
    };
    if let Some((_, told)) = printed.split_once("import refused: ") {
        let told = told.lines().next().unwrap_or_default();
        let told = told.split(": SQLITE_CONSTRAINT").next().unwrap_or(told);
        bail!("the database refuses the file: {told}; nothing was imported");
    }
    if printed.contains("guard failed") {
        bail!(
            "the database refuses the file: one of its keys belongs to another organization already, or one of its custom fields has another type there; nothing was imported"
        );
    }
    if printed.contains("UNIQUE constraint failed: workflow_definitions") {
        bail!(
            "the database refuses the file: a live workflow of the same name, which the file does not mention, is there already; nothing was imported"
        );
    }
    bail!("wrangler d1 execute failed; nothing was imported. It says:\n{printed}")
}
