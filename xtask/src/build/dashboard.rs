//! The dashboard among the Worker's static files: `www/` bundled, the pages that create as a
//! part of their own, with the package as published beside it, under names that tell their
//! content.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::budget::budget;
use super::output::{gzip_size, write_if_other};
use crate::process::{command, root, run_quietly, step};
use crate::setup;

/// The sources.
const SOURCES: &str = "www";
/// The one file that is not under the folder of the others.
const DOCUMENT: &str = "index.html";
/// What the platform reads and does not serve.
const HEADERS: &str = "_headers";
/// The one script whose name must not change.
const SERVICE_WORKER: &str = "service-worker.js";
/// Where the platform serves the others, and of these the ones that never change.
const FOLDER: &str = "dashboard";
const HASHED: &str = "hashed";
/// What the document begins with.
const SCRIPT: &str = "main.js";
const ENTRIES: [&str; 2] = [SCRIPT, "styles/main.css"];
/// What these import and it names as well.
const ICON: &str = "icon.svg";
/// What the script has in common with a part that comes later, as the document calls it:
/// it is made of many sources.
const SHARED: &str = "shared.js";
/// The part that comes when it is needed.
const LATER: &str = "views/forms.js";
/// The module with the package, and its WebAssembly, as the document calls them: they are
/// no part of what the dashboard weighs.
const PACKAGE: [&str; 2] = ["package.js", "assessments.wasm"];

/// What esbuild tells of a bundle: its files, and what they were made of, by their paths
/// from the root of the project.
#[derive(Deserialize)]
struct Bundle {
    outputs: BTreeMap<String, Output>,
}

#[derive(Deserialize)]
struct Output {
    #[serde(rename = "entryPoint")]
    entry_point: Option<String>,
    inputs: BTreeMap<String, serde_json::Value>,
    imports: Vec<Import>,
}

#[derive(Deserialize)]
struct Import {
    path: String,
    kind: String,
}

impl Bundle {
    /// The one file that the script imports at once: the document names no second.
    fn shared(&self) -> Result<&str> {
        let script = format!("{SOURCES}/{SCRIPT}");
        let outputs = self.outputs.values();
        let mut imported = outputs
            .filter(|output| output.entry_point.as_ref() == Some(&script))
            .flat_map(|output| &output.imports)
            .filter(|import| import.kind == "import-statement")
            .filter_map(|import| file_name(&import.path));
        match (imported.next(), imported.next()) {
            (Some(shared), None) => Ok(shared),
            found => bail!("the script should import one file, not {found:?}"),
        }
    }
}

fn file_name(path: &str) -> Option<&str> {
    Path::new(path).file_name().and_then(|name| name.to_str())
}

impl Output {
    /// The source that a file stands for: where it begins, or all that it is made of.
    fn source(&self) -> Option<&str> {
        match (&self.entry_point, self.inputs.len()) {
            (Some(entry), _) => Some(entry),
            (None, 1) => self.inputs.keys().next().map(String::as_str),
            (None, _) => None,
        }
    }
}

/// Makes the static files of the dashboard what they should be.
pub(super) fn lay_out(assets: &Path) -> Result<()> {
    setup::npm_tools()?;
    step("bundling the dashboard (esbuild)");
    let built = root().join("target/dashboard");
    if built.exists() {
        fs::remove_dir_all(&built).with_context(|| built.display().to_string())?;
    }
    let names = bundle(&built.join(HASHED))?;
    service_worker(&built.join(SERVICE_WORKER))?;
    let document = document(&names)?;
    fs::write(built.join(DOCUMENT), &document).context(DOCUMENT)?;

    let mut weighed = vec![built.join(DOCUMENT), built.join(SERVICE_WORKER)];
    for source in ENTRIES.iter().chain([&ICON, &SHARED]) {
        weighed.push(built.join(HASHED).join(name_of(&names, source)?));
    }
    let mut bytes = 0;
    for file in weighed {
        bytes += gzip_size(&file)?;
    }
    let later = gzip_size(&built.join(HASHED).join(name_of(&names, LATER)?))?;
    eprintln!(
        "dashboard, gzip: {bytes} bytes besides the package, {later} more where something is created"
    );
    let budget = budget()?;
    budget
        .dashboard
        .allow("what every visit loads of the dashboard", bytes)?;
    budget.forms.allow("the pages that create", later)?;

    let folder = assets.join(FOLDER);
    let mut kept = BTreeSet::new();
    // The document comes last, when all that it names is there.
    for source in files(&built)? {
        let path = source.strip_prefix(&built).context("the bundle")?;
        if path == Path::new(DOCUMENT) {
            continue;
        }
        let target = folder.join(path);
        let content = fs::read(&source).with_context(|| source.display().to_string())?;
        write_if_other(&target, &content)?;
        kept.insert(target);
    }
    let headers = fs::read(root().join(SOURCES).join(HEADERS)).context(HEADERS)?;
    write_if_other(&assets.join(HEADERS), &headers)?;
    write_if_other(&assets.join(DOCUMENT), document.as_bytes())?;
    for stale in files(&folder)? {
        if !kept.contains(&stale) {
            fs::remove_file(&stale).with_context(|| stale.display().to_string())?;
        }
    }
    Ok(())
}

fn esbuild() -> Command {
    let mut esbuild = command(root().join("node_modules/.bin/esbuild"));
    esbuild.args([
        "--bundle",
        "--minify",
        "--sourcemap",
        "--format=esm",
        "--target=esnext",
        "--charset=utf8",
        "--legal-comments=none",
    ]);
    esbuild
}

/// The name of each file, by its source as the document calls it.
fn bundle(folder: &Path) -> Result<BTreeMap<String, String>> {
    let metafile = folder.with_extension("json");
    run_quietly(
        esbuild()
            .args(ENTRIES.map(|entry| format!("{SOURCES}/{entry}")))
            .args([
                "--splitting",
                "--loader:.svg=file",
                "--loader:.wasm=file",
                "--entry-names=[name]-[hash]",
                "--chunk-names=[name]-[hash]",
                "--asset-names=[name]-[hash]",
                "--alias:assessments-edge/slim=./pkg/dist/slim.js",
                "--alias:assessments-edge/dashboard=./pkg/dist/dashboard.js",
                "--alias:assessments-edge/assessments.wasm=./pkg/dist/assessments.wasm",
            ])
            .arg(format!("--public-path=/{FOLDER}/{HASHED}"))
            .arg(format!("--metafile={}", metafile.display()))
            .arg(format!("--outdir={}", folder.display())),
        "mend what esbuild reports above",
    )?;
    let told = fs::read(&metafile).context("what esbuild tells of the bundle")?;
    fs::remove_file(&metafile).context("what esbuild tells of the bundle")?;
    let bundle: Bundle = serde_json::from_slice(&told).context("what esbuild tells")?;
    let mut names = BTreeMap::new();
    for (path, output) in &bundle.outputs {
        if let (Some(name), Some(source)) = (file_name(path), output.source()) {
            let called = source
                .strip_prefix("www/")
                .or_else(|| source.strip_prefix("pkg/dist/"))
                .unwrap_or(source);
            names.insert(called.to_owned(), name.to_owned());
        }
    }
    names.insert(SHARED.to_owned(), bundle.shared()?.to_owned());
    Ok(names)
}

fn name_of<'a>(names: &'a BTreeMap<String, String>, source: &str) -> Result<&'a str> {
    names
        .get(source)
        .map(String::as_str)
        .with_context(|| format!("esbuild made nothing of {source}"))
}

/// The document, which names files by their content.
fn document(names: &BTreeMap<String, String>) -> Result<String> {
    let source = fs::read_to_string(root().join(SOURCES).join(DOCUMENT)).context(DOCUMENT)?;
    let mut document = shipped(&source);
    let named = ENTRIES.iter().chain([&ICON, &SHARED, &LATER]);
    for source in named.chain(&PACKAGE) {
        let quoted = format!("=\"{source}\"");
        if !document.contains(&quoted) {
            bail!("{SOURCES}/{DOCUMENT} does not name {source}");
        }
        let name = name_of(names, source)?;
        document = document.replace(&quoted, &format!("=\"/{FOLDER}/{HASHED}/{name}\""));
    }
    Ok(document)
}

/// A document without what is there for who writes it: comments, each a line of its own, and
/// what lines begin with.
fn shipped(document: &str) -> String {
    let lines = document.lines().map(str::trim_start);
    lines
        .filter(|line| !line.starts_with("<!--"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

fn service_worker(target: &Path) -> Result<()> {
    run_quietly(
        esbuild()
            .arg(format!("{SOURCES}/{SERVICE_WORKER}"))
            .arg(format!("--outfile={}", target.display())),
        "mend what esbuild reports above",
    )?;
    Ok(())
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
