//! What may not get worse: `bench/budget.json`, whose figures of routes
//! `tests/http/cost.test.mjs` holds, and whose bytes the build does.

use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::root;

const FILE: &str = "bench/budget.json";

/// The most that each artefact may have.
#[derive(Deserialize)]
pub(super) struct Budget {
    pub(super) package: Bytes,
    /// What every visit loads, without the package.
    pub(super) dashboard: Bytes,
    /// The pages of the dashboard that create, which come when they are needed.
    pub(super) forms: Bytes,
    /// The module and the JavaScript around it.
    pub(super) worker: Bytes,
}

#[derive(Deserialize)]
pub(super) struct Bytes {
    gzip_bytes: usize,
    /// Of what pages download.
    brotli_bytes: Option<usize>,
}

impl Bytes {
    /// Refuses an artefact of that many bytes after gzip if they are too many.
    pub(super) fn allow(&self, what: &str, gzip_bytes: usize) -> Result<()> {
        let most = self.gzip_bytes;
        if gzip_bytes > most {
            bail!("{what} must not exceed {most} bytes after gzip ({FILE})");
        }
        Ok(())
    }

    /// The same after brotli.
    pub(super) fn allow_brotli(&self, what: &str, brotli_bytes: usize) -> Result<()> {
        if let Some(most) = self.brotli_bytes.filter(|&most| brotli_bytes > most) {
            bail!("{what} must not exceed {most} bytes after brotli ({FILE})");
        }
        Ok(())
    }
}

/// The budget of the project.
pub(super) fn budget() -> Result<Budget> {
    let text = fs::read(root().join(FILE)).context(FILE)?;
    serde_json::from_slice(&text).context(FILE)
}
