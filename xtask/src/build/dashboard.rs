//! The dashboard among the Worker's static files: `www/` as it is, its modules without
//! their comments, and beside it the package as published.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::budget::budget;
use super::output::{gzip_size, write_if_other};
use crate::process::{command, root, run_quietly, step};
use crate::setup;

/// How the names of modules end.
const MODULE: &str = "js";
/// The one file that is not under the folder of the others.
const DOCUMENT: &str = "index.html";
/// Where the Worker serves the others.
const FOLDER: &str = "dashboard";
/// What the dashboard imports of the package, and where it finds it.
const PACKAGE: &str = "assessments-edge";
const PACKAGE_FILES: [&str; 3] = ["slim.js", "slim.js.map", "assessments.wasm"];

/// Makes the static files of the dashboard what they should be.
pub(super) fn lay_out(assets: &Path) -> Result<()> {
    let www = root().join("www");
    let folder = assets.join(FOLDER);
    let mut kept = BTreeSet::new();
    let mut bytes = 0;
    let sources = files(&www)?;
    let bare = strip(&www, &sources)?;
    for source in sources {
        let path = source.strip_prefix(&www).context("www")?;
        let is_module = path.extension().is_some_and(|name| name == MODULE);
        let source = if is_module {
            bare.join(path)
        } else {
            source.clone()
        };
        bytes += gzip_size(&source)?;
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
    budget()?.dashboard.allow("the dashboard", bytes)
}

/// The modules without their comments, which are half of what a page would load, and
/// otherwise as they were written: the folder with them.
fn strip(www: &Path, sources: &[PathBuf]) -> Result<PathBuf> {
    setup::npm_tools()?;
    step("taking the comments out of the dashboard (esbuild)");
    let folder = root().join("target/dashboard");
    run_quietly(
        command(root().join("node_modules/.bin/esbuild"))
            .args(
                sources
                    .iter()
                    .filter(|file| file.extension().is_some_and(|name| name == MODULE)),
            )
            .args(["--target=esnext", "--charset=utf8", "--legal-comments=none"])
            .arg(format!("--outbase={}", www.display()))
            .arg(format!("--outdir={}", folder.display())),
        "mend what esbuild reports above",
    )?;
    Ok(folder)
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
