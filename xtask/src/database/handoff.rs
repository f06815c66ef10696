//! Running statements while `cargo xtask dev` has the database: only one process may
//! open it, so they are handed over, and `dev` runs them between stopping and starting
//! its server.
//!
//! A request is a file `handoff-<random>.request` in the state folder, put there whole
//! by renaming; what it came to is `handoff-<random>.outcome`. Both are JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::wrangler::{Outcome, Refusal, execute_locally};
use crate::interrupt;
use crate::process::step;
use crate::state::State;

/// Longest wait for the outcome.
const TIMEOUT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);

#[derive(Serialize, Deserialize)]
struct Request {
    /// For what, in words for whoever looks at `dev`.
    what: String,
    script: String,
}

/// Asks the `dev` that has `folder` to run `script`; nothing if the folder became
/// free instead.
pub(super) fn request(folder: &Path, what: &str, script: &str) -> Result<Option<Outcome>> {
    step(&format!(
        "handing the {what} to the running `cargo xtask dev`"
    ));
    let draft = tempfile::Builder::new()
        .prefix("handoff-")
        .suffix(".draft")
        .tempfile_in(folder)
        .context("temporary file")?;
    let request = Request {
        what: what.to_owned(),
        script: script.to_owned(),
    };
    fs::write(draft.path(), serde_json::to_string(&request)?)
        .with_context(|| draft.path().display().to_string())?;
    let file = draft.path().with_extension("request");
    let done = draft.path().with_extension("outcome");
    fs::rename(draft.path(), &file).with_context(|| file.display().to_string())?;
    let taken_back = || fs::remove_file(&file).is_ok();
    let asked = Instant::now();
    while asked.elapsed() < TIMEOUT && !interrupt::requested() {
        if let Ok(outcome) = fs::read_to_string(&done) {
            fs::remove_file(&done).with_context(|| done.display().to_string())?;
            return serde_json::from_str(&outcome)
                .map(Some)
                .with_context(|| format!("what `cargo xtask dev` told of the {what}"));
        }
        if file.exists() && State::try_open(folder)?.is_ok() && taken_back() {
            return Ok(None);
        }
        std::thread::sleep(POLL);
    }
    if taken_back() {
        bail!(
            "{} is in use and nobody there took the {what}; nothing was done",
            folder.display()
        );
    }
    bail!(
        "the running `cargo xtask dev` took the {what} and has not told its outcome; see its output"
    )
}

/// Removes requests and outcomes that an earlier `dev` left behind: whoever
/// asked has gone.
pub(crate) fn discard_leftovers(state: &State) -> Result<()> {
    for path in files(state) {
        fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// A request that waits, if there is one.
pub(crate) fn waiting(state: &State) -> Option<PathBuf> {
    files(state)
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "request"))
}

fn files(state: &State) -> Vec<PathBuf> {
    let entries = fs::read_dir(state.folder()).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with("handoff-")
        })
        .collect()
}

/// An outcome that whoever asked is still to be told.
pub(crate) struct Untold {
    file: PathBuf,
    outcome: Outcome,
}

/// Runs a request; the database must not be open elsewhere.
pub(crate) fn serve(state: &State, file: &Path) -> Result<Untold> {
    let request = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    fs::remove_file(file).with_context(|| file.display().to_string())?;
    let outcome = serde_json::from_str(&request)
        .context("a request of another command")
        .and_then(|Request { what, script }| {
            step(&format!("running the {what} of another command"));
            execute_locally(state, &script)
        })
        .unwrap_or_else(|error| Err(Refusal(format!("{error:#}"))));
    Ok(Untold {
        file: file.with_extension("outcome"),
        outcome,
    })
}

impl Untold {
    /// Tells it.
    pub(crate) fn tell(&self) -> Result<()> {
        let draft = self.file.with_extension("told");
        fs::write(&draft, serde_json::to_string(&self.outcome)?)
            .with_context(|| draft.display().to_string())?;
        fs::rename(&draft, &self.file).with_context(|| self.file.display().to_string())
    }
}
