//! What a build leaves behind: files that are written only if they differ,
//! folders that are whole, and their sizes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::run_quietly;
use crate::setup;

/// Writes a file unless it is there already: a server that watches it would
/// start again.
pub(super) fn write_if_other(file: &Path, content: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|written| written == content) {
        return Ok(());
    }
    let write = || {
        fs::create_dir_all(file.parent().unwrap_or(file))?;
        fs::write(file, content)
    };
    write().with_context(|| file.display().to_string())
}

/// How many bytes a file is after gzip.
pub(super) fn gzip_size(file: &Path) -> Result<usize> {
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &bytes)?;
    Ok(encoder.finish()?.len())
}

/// How many bytes a file is after brotli, at its best. Node.js has it built in.
pub(super) fn brotli_size(file: &Path) -> Result<usize> {
    const SIZE: &str = "zlib.brotliCompressSync(fs.readFileSync(process.argv[1])).length";
    let size = run_quietly(
        setup::node()?.args(["--print", SIZE]).arg(file),
        "look at what Node.js says above",
    )?;
    size.trim().parse().context("size after brotli")
}

/// A folder that is made whole or made again: its stamp, beside it, is written
/// last.
pub(super) struct Output {
    pub(super) folder: PathBuf,
}

impl Output {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn stamp(&self) -> PathBuf {
        self.folder.with_extension("stamp")
    }

    pub(super) fn is_one_of(&self, fingerprints: &[String]) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|stamp| fingerprints.contains(&stamp))
    }

    pub(super) fn clear(&self) -> Result<()> {
        if self.stamp().exists() {
            fs::remove_file(self.stamp()).with_context(|| self.stamp().display().to_string())?;
        }
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(|| self.folder.display().to_string())?;
        }
        fs::create_dir_all(&self.folder).with_context(|| self.folder.display().to_string())
    }

    pub(super) fn finish(&self, fingerprint: &str) -> Result<()> {
        fs::write(self.stamp(), fingerprint).with_context(|| self.stamp().display().to_string())
    }
}
