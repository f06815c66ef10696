//! The database, through wrangler: the local one of a state folder, or the
//! deployed one. Only one process may have a local one open, so while
//! `cargo xtask dev` has it, that is asked to run the statements ([`handoff`]).

pub(crate) mod handoff;
pub(crate) mod sql;
mod wrangler;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::process::step;
use crate::setup;
use crate::state::{self, InUse, State};
pub(crate) use wrangler::{Answer, Outcome, Refusal, execute_locally, migrate};

/// Where wrangler keeps the local databases in a state folder.
const LOCAL_DATABASES: &str = "v3/d1/miniflare-D1DatabaseObject";

/// Which database, as arguments of a command.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// The deployed database instead of the local one
    #[arg(long)]
    remote: bool,
    /// Folder of the local D1 [default: .dev-state of the project]
    #[arg(long, conflicts_with = "remote")]
    state: Option<PathBuf>,
}

impl Place {
    /// The database that the arguments name.
    pub(crate) fn database(self) -> Database {
        if self.remote {
            Database::Remote
        } else {
            Database::Local(state::folder(self.state))
        }
    }
}

/// A database.
pub(crate) enum Database {
    /// The local one in this folder.
    Local(PathBuf),
    /// The deployed one.
    Remote,
}

impl Database {
    /// Whether it is the deployed one.
    pub(crate) const fn is_remote(&self) -> bool {
        matches!(self, Self::Remote)
    }

    /// What to call it in a message.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Remote => "the deployed database".to_owned(),
            Self::Local(folder) => format!("the local database in {}", folder.display()),
        }
    }

    /// Runs statements as one transaction, and reads what they select; `what` says
    /// for what to a running `cargo xtask dev`.
    ///
    /// # Errors
    /// There is no such database, or wrangler cannot be started.
    pub(crate) fn run(&self, what: &str, statements: &[String]) -> Result<Outcome> {
        let script = statements.join(";\n");
        match self {
            Self::Remote => {
                setup::npm_tools()?;
                // Of a file, wrangler tells no rows; of a command it does.
                wrangler::execute_remotely(&script)
            }
            Self::Local(folder) => {
                if !folder.join(LOCAL_DATABASES).is_dir() {
                    bail!(
                        "there is no database in {}; `cargo xtask dev` and `cargo xtask import` make one",
                        folder.display()
                    );
                }
                setup::npm_tools()?;
                let mut outcome = locally(folder, what, &script, |_| Ok(()))?;
                if let Ok(answer) = &mut outcome {
                    answer.size = size(folder);
                }
                Ok(outcome)
            }
        }
    }

    /// Runs a large script as one transaction, and tells nothing of what it selects.
    /// A local database is made and migrated if need be.
    ///
    /// # Errors
    /// wrangler cannot be started.
    pub(crate) fn load(&self, what: &str, script: &str) -> Result<Outcome> {
        setup::npm_tools()?;
        match self {
            Self::Remote => {
                step("loading into the deployed D1");
                wrangler::load_remotely(script)
            }
            Self::Local(folder) => locally(folder, what, script, migrate),
        }
    }
}

/// Runs statements in the database of `folder`, whoever has it open.
fn locally(
    folder: &Path,
    what: &str,
    script: &str,
    prepare: impl Fn(&State) -> Result<()>,
) -> Result<Outcome> {
    loop {
        match State::try_open(folder)? {
            Ok(state) => {
                prepare(&state)?;
                return execute_locally(&state, script);
            }
            Err(InUse(folder)) => {
                if let Some(mut outcome) = handoff::request(&folder, what, script)? {
                    if let Ok(answer) = &mut outcome {
                        answer.is_served = true;
                    }
                    return Ok(outcome);
                }
            }
        }
    }
}

/// Bytes of the local database, what is not yet merged into its file included.
fn size(folder: &Path) -> Option<u64> {
    let entries = fs::read_dir(folder.join(LOCAL_DATABASES)).ok()?;
    let sizes = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_data = name.ends_with(".sqlite") || name.ends_with(".sqlite-wal");
        // The simulator's own notes stand beside the database.
        (is_data && !name.starts_with("metadata.")).then(|| entry.metadata().ok())?
    });
    Some(sizes.map(|metadata| metadata.len()).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_not_there_is_not_made_by_looking() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("mistyped");
        let error = Database::Local(missing.clone())
            .run("test", &["SELECT 1".to_owned()])
            .unwrap_err();
        assert!(error.to_string().contains("there is no database in"));
        assert!(!missing.exists());
    }
}
