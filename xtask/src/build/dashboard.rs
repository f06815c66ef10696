//! The dashboard among the Worker's static files: `www/` as it is, and beside it
//! the package as published.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::output::{gzip_size, write_if_other};
use crate::process::root;

/// The one file that is not under the folder of the others.
const DOCUMENT: &str = "index.html";
/// Where the Worker serves the others.
const FOLDER: &str = "dashboard";
/// What the dashboard imports of the package, and where it finds it.
const PACKAGE: &str = "assessments-edge";
const PACKAGE_FILES: [&str; 3] = ["slim.js", "slim.js.map", "assessments.wasm"];
/// Bytes that the dashboard may have after gzip, without the package.
const MAX_GZIP_BYTES: usize = 60_000;

/// Makes the static files of the dashboard what they should be.
pub(super) fn lay_out(assets: &Path) -> Result<()> {
    let www = root().join("www");
    let folder = assets.join(FOLDER);
    let mut kept = BTreeSet::new();
    let mut bytes = 0;
    for source in files(&www)? {
        bytes += gzip_size(&source)?;
        let path = source.strip_prefix(&www).context("www")?;
        let target = if path == Path::new(DOCUMENT) {
            assets.join(path)
        } else {
            folder.join(path)
        };
        copy(&source, &target)?;
        kept.insert(target);
    }
    for name in PACKAGE_FILES {
        let target = folder.join(PACKAGE).join(name);
        copy(&root().join("pkg/dist").join(name), &target)?;
        kept.insert(target);
    }
    for stale in files(&folder)? {
        if !kept.contains(&stale) {
            fs::remove_file(&stale).with_context(|| stale.display().to_string())?;
        }
    }
    eprintln!("dashboard, gzip: {bytes} bytes besides the package");
    if bytes > MAX_GZIP_BYTES {
        bail!("the dashboard must not exceed {MAX_GZIP_BYTES} bytes after gzip");
    }
    Ok(())
}

fn copy(source: &Path, target: &Path) -> Result<()> {
    let content = fs::read(source).with_context(|| source.display().to_string())?;
    write_if_other(target, &content)
}

/// Every file in a folder and those below it, but for hidden ones (an editor's).
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
