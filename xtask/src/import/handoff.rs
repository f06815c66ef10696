//! Importing while `cargo xtask dev` has the database: only one process may
//! open it, so the import is handed over, and `dev` runs it between stopping
//! and starting its server.
//!
//! A request is a file `import-<random>.sql` in the state folder, put there whole by
//! renaming; its outcome is `import-<random>.done`, empty or the error's text.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::database::execute_locally;
use crate::interrupt;
use crate::process::step;
use crate::state::State;

/// Longest wait for the outcome.
const TIMEOUT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);

/// Asks the `dev` that has `folder` to run `statements`; false if the folder
/// became free instead.
pub(super) fn request(folder: &Path, statements: &str) -> Result<bool> {
    step("handing the import to the running `cargo xtask dev`");
    let draft = tempfile::Builder::new()
        .prefix("import-")
        .suffix(".draft")
        .tempfile_in(folder)
        .context("temporary file")?;
    fs::write(draft.path(), statements).with_context(|| draft.path().display().to_string())?;
    let file = draft.path().with_extension("sql");
    let done = draft.path().with_extension("done");
    fs::rename(draft.path(), &file).with_context(|| file.display().to_string())?;
    let taken_back = || fs::remove_file(&file).is_ok();
    let asked = Instant::now();
    while asked.elapsed() < TIMEOUT && !interrupt::requested() {
        if let Ok(outcome) = fs::read_to_string(&done) {
            fs::remove_file(&done).with_context(|| done.display().to_string())?;
            if outcome.is_empty() {
                return Ok(true);
            }
            bail!("{outcome}");
        }
        if file.exists() && State::try_open(folder)?.is_ok() && taken_back() {
            return Ok(false);
        }
        std::thread::sleep(POLL);
    }
    if taken_back() {
        bail!(
            "{} is in use and nobody there took the import; nothing was imported",
            folder.display()
        );
    }
    bail!(
        "the running `cargo xtask dev` took the import and has not told its outcome; see its output"
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
        .find(|path| path.extension().is_some_and(|ending| ending == "sql"))
}

fn files(state: &State) -> Vec<PathBuf> {
    let entries = fs::read_dir(state.folder()).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with("import-")
        })
        .collect()
}

/// An outcome that whoever asked is still to be told.
pub(crate) struct Outcome {
    file: PathBuf,
    text: String,
}

/// Runs a request; the database must not be open elsewhere.
pub(crate) fn serve(state: &State, request: &Path) -> Result<Outcome> {
    step("importing on behalf of another command");
    let statements = fs::read_to_string(request).with_context(|| request.display().to_string())?;
    fs::remove_file(request).with_context(|| request.display().to_string())?;
    let text = match execute_locally(state, &statements) {
        Ok(()) => String::new(),
        Err(error) => format!("{error:#}"),
    };
    Ok(Outcome {
        file: request.with_extension("done"),
        text,
    })
}

impl Outcome {
    /// Tells it, once the API answers again.
    pub(crate) fn tell(&self) -> Result<()> {
        let draft = self.file.with_extension("outcome");
        fs::write(&draft, &self.text).with_context(|| draft.display().to_string())?;
        fs::rename(&draft, &self.file).with_context(|| self.file.display().to_string())
    }
}
