//! Importing while `cargo xtask dev` has the database: only one process may
//! open it, so the import is handed over, and `dev` runs it between stopping
//! and starting its server.
//!
//! A request is a file `import-<n>.sql` in the state folder, put there whole by
//! renaming; its outcome is `import-<n>.done`, empty or the error's text.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::execute_locally;
use crate::shell::step;
use crate::state::State;

/// Longest wait for the outcome.
const TIMEOUT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);

/// Asks the `dev` that has `folder` to run `statements`.
pub(super) fn request(folder: &Path, statements: &str) -> Result<()> {
    step("handing the import to the running `cargo xtask dev`");
    let name = |ending: &str| folder.join(format!("import-{}.{ending}", std::process::id()));
    let (draft, file, done) = (name("draft"), name("sql"), name("done"));
    fs::write(&draft, statements).with_context(|| draft.display().to_string())?;
    fs::rename(&draft, &file).with_context(|| file.display().to_string())?;
    let asked = Instant::now();
    while asked.elapsed() < TIMEOUT {
        if let Ok(outcome) = fs::read_to_string(&done) {
            fs::remove_file(&done).with_context(|| done.display().to_string())?;
            if outcome.is_empty() {
                return Ok(());
            }
            bail!("{outcome}");
        }
        std::thread::sleep(POLL);
    }
    // Taken back, if it was not begun.
    if fs::remove_file(&file).is_ok() {
        bail!(
            "{} is in use, but nobody there answers; nothing was imported",
            folder.display()
        );
    }
    bail!(
        "the running `cargo xtask dev` took the import and has not finished it in {TIMEOUT:?}; see its output"
    )
}

/// A request that waits, if there is one.
pub(crate) fn waiting(state: &State) -> Option<PathBuf> {
    let entries = fs::read_dir(state.folder()).ok()?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("import-") && name.ends_with(".sql")
        })
}

/// Runs a request; the database must not be open elsewhere.
pub(crate) fn serve(state: &State, request: &Path) -> Result<()> {
    step("importing on behalf of another command");
    let statements = fs::read_to_string(request).with_context(|| request.display().to_string())?;
    fs::remove_file(request).with_context(|| request.display().to_string())?;
    let outcome = match execute_locally(state, &statements) {
        Ok(()) => String::new(),
        Err(error) => format!("{error:#}"),
    };
    let draft = request.with_extension("draft");
    let done = request.with_extension("done");
    fs::write(&draft, outcome).with_context(|| draft.display().to_string())?;
    fs::rename(&draft, &done).with_context(|| done.display().to_string())
}
