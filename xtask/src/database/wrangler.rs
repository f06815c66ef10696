//! `wrangler d1`: the statements that it runs, and what it prints of them.

use std::fs;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::process::{run_captured, run_quietly, step};
use crate::setup;
use crate::state::State;

/// The database's name in wrangler.toml.
const DATABASE: &str = "assessments";

/// What each statement selected, in their order.
type Selected = Vec<Vec<Map<String, Value>>>;

/// What statements came to.
pub(crate) type Outcome = std::result::Result<Answer, Refusal>;

/// Statements were run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// What each selected.
    selected: Selected,
    /// Bytes of the database afterwards, if it was told.
    pub(crate) size: Option<u64>,
    /// Whether a running `cargo xtask dev` serves this database.
    #[serde(default)]
    pub(crate) is_served: bool,
}

impl Answer {
    /// The rows of the statement at `index`, of which the first is 0.
    pub(crate) fn rows<T: DeserializeOwned>(&self, index: usize) -> Result<Vec<T>> {
        let rows = self.selected.get(index).into_iter().flatten();
        rows.map(|row| serde_json::from_value(Value::Object(row.clone())))
            .collect::<serde_json::Result<_>>()
            .context("a row of the database is not of the form that was asked for")
    }
}

/// Statements were not run, or it is not known whether they were.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Refusal(pub(super) String);

impl Refusal {
    /// What wrangler printed, or what went wrong before it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Whether SQLite itself refused, so that nothing was written. Else wrangler may
    /// have lost sight of statements that were run.
    pub(crate) fn is_by_database(&self) -> bool {
        self.0.contains("SQLITE_")
    }

    /// What to tell of a refusal that has no meaning of its own.
    pub(crate) fn into_error(self) -> anyhow::Error {
        if ["no such table", "no such column", "has no column named"]
            .iter()
            .any(|lacks| self.0.contains(lacks))
        {
            return anyhow::anyhow!(
                "the database lacks migrations: a local one gets them from `cargo xtask dev` or `cargo xtask import`, the deployed one from `npx wrangler d1 migrations apply {DATABASE} --remote`"
            );
        }
        anyhow::anyhow!("wrangler d1 execute failed. It says:\n{}", self.0.trim())
    }
}

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

/// Runs statements in a local database that nobody else has open, as one transaction.
pub(crate) fn execute_locally(state: &State, script: &str) -> Result<Outcome> {
    let folder = state.folder().display().to_string();
    execute_script(&["--local", "--persist-to", &folder], script)
}

/// Runs statements in the deployed database, as one transaction. Of a command,
/// wrangler tells what it selects.
pub(super) fn execute_remotely(script: &str) -> Result<Outcome> {
    execute(&["--remote", "--command", script])
}

/// Loads a large script into the deployed database, as one transaction. Of a file,
/// wrangler does not tell what it selects.
pub(super) fn load_remotely(script: &str) -> Result<Outcome> {
    execute_script(&["--remote"], script)
}

fn execute_script(arguments: &[&str], script: &str) -> Result<Outcome> {
    let file = tempfile::Builder::new()
        .prefix("assessments-")
        .suffix(".sql")
        .tempfile()
        .context("temporary file")?;
    fs::write(file.path(), script).context("temporary file")?;
    let path = file.path().display().to_string();
    execute(&[arguments, &["--file", &path]].concat())
}

fn execute(arguments: &[&str]) -> Result<Outcome> {
    #[derive(Deserialize)]
    struct OfStatement {
        #[serde(default)]
        results: Vec<Map<String, Value>>,
        #[serde(default)]
        meta: Meta,
    }
    #[derive(Default, Deserialize)]
    struct Meta {
        size_after: Option<u64>,
    }
    let printed = run_captured(
        setup::wrangler()?
            .args(["d1", "execute", DATABASE, "--yes", "--json"])
            .args(arguments)
            // Its level decides over the answer too: "warn" leaves it out, and "debug" puts
            // lines before it. Whoever calls may have set either.
            .env("WRANGLER_LOG", "log"),
    )?;
    let json = match printed {
        Ok(json) => json,
        Err(printed) => return Ok(Err(Refusal(told(&printed)))),
    };
    let Ok(answered) = serde_json::from_str::<Vec<OfStatement>>(&json) else {
        return Ok(Err(Refusal(json)));
    };
    let size = answered.last().and_then(|last| last.meta.size_after);
    let selected = answered.into_iter().map(|of| of.results);
    Ok(Ok(Answer {
        selected: selected.collect(),
        size,
        is_served: false,
    }))
}

/// The texts of an error that wrangler printed as JSON, else all that it printed.
fn told(printed: &str) -> String {
    #[derive(Deserialize)]
    struct Printed {
        error: Told,
    }
    #[derive(Deserialize)]
    struct Told {
        text: String,
        #[serde(default)]
        notes: Vec<Told>,
    }
    // More may follow on standard error.
    let mut values = serde_json::Deserializer::from_str(printed).into_iter::<Printed>();
    let Some(Ok(Printed { error })) = values.next() else {
        return printed.to_owned();
    };
    let notes = error.notes.into_iter().map(|note| note.text);
    let texts: Vec<String> = [error.text].into_iter().chain(notes).collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_sqlite_refused_is_known_not_to_be_written() {
        let refusal = |text: &str| Refusal(text.to_owned());
        assert!(refusal("guard failed: SQLITE_CONSTRAINT").is_by_database());
        assert!(!refusal("fetch failed").is_by_database());
    }

    #[test]
    fn an_error_is_read_from_json_and_kept_as_it_is_otherwise() {
        let json = r#"
            { "error": { "text": "it \"failed\"", "notes": [{ "text": "SQLITE_FULL" }] } }
            a warning"#;
        assert_eq!(told(json), "it \"failed\"\nSQLITE_FULL");
        assert_eq!(told("killed"), "killed");
    }

    #[test]
    fn missing_migrations_are_told_as_such() {
        let refusal = Refusal("no such table: sweeps: SQLITE_ERROR".to_owned());
        assert!(refusal.into_error().to_string().contains("migrations"));
    }
}
