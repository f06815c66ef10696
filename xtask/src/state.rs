//! The folder with the local D1 and KV.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::root;

/// The folder that was chosen, or the project's own.
pub(crate) fn folder(chosen: Option<PathBuf>) -> PathBuf {
    chosen.unwrap_or_else(|| root().join(".dev-state"))
}

/// A state folder that only this process uses: two processes on one SQLite
/// file of workerd would corrupt each other's view of it.
pub(crate) struct State {
    folder: PathBuf,
    _lock: File,
}

/// The folder is locked by another process.
pub(crate) struct InUse(pub(crate) PathBuf);

impl State {
    /// Makes the folder if it is not there, and locks it.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        match Self::try_open(folder)? {
            Ok(state) => Ok(state),
            Err(InUse(folder)) => bail!(
                "{} is in use by another `cargo xtask`; stop that one, or choose another folder with --state",
                folder.display()
            ),
        }
    }

    /// The same, telling apart that another process has the folder.
    pub(crate) fn try_open(folder: &Path) -> Result<Result<Self, InUse>> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let folder = folder
            .canonicalize()
            .with_context(|| folder.display().to_string())?;
        let path = folder.join("lock");
        let lock = File::create(&path).with_context(|| path.display().to_string())?;
        match lock.try_lock() {
            Ok(()) => Ok(Ok(Self {
                folder,
                _lock: lock,
            })),
            Err(TryLockError::WouldBlock) => Ok(Err(InUse(folder))),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| path.display().to_string())
            }
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}
