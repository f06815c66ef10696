//! Building the artefacts: the Worker and its static files into `dist/`, the
//! package into `pkg/dist/`.

mod budget;
mod dashboard;
mod output;
mod package;
mod shapes;
mod tables;
mod text;
mod types;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::root;
pub(crate) use crate::wasm::Effort;
pub(crate) use crate::wasm::Library;
use crate::wasm::{Module, fingerprint};

use budget::budget;
use output::{Output, gzip_size, write_if_other};
pub(crate) use package::package;

/// The hand-written module that wrangler starts from.
const ENTRY: &str = "worker/entry.mjs";
/// Where the static files of the Worker go.
const ASSETS: &str = "dist/assets";
const WORKER: Module = Module {
    package: "assessments-worker",
    features: "",
    name: "assessments_worker",
    called: "assessments_worker",
    // What a panic says is in its log.
    library: Library::Shipped,
};

/// The environment variable with which `cargo xtask dev` asks for quick builds.
pub(crate) const BUILD_EFFORT: &str = "ASSESSMENTS_BUILD_EFFORT";
/// Its value.
pub(crate) const QUICK: &str = "quick";

/// Something to build.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// dist/worker (entry module, glue, WebAssembly) and dist/assets (dashboard with the package,
    /// OpenAPI description)
    Worker,
    /// pkg/dist: the npm package, ready to publish from pkg
    Package,
}

/// `cargo xtask build`
pub(crate) fn run_command(target: Option<Target>) -> Result<()> {
    let effort = if std::env::var_os(BUILD_EFFORT).is_some_and(|effort| effort == QUICK) {
        Effort::Quick
    } else {
        Effort::Shipped
    };
    match target {
        Some(Target::Package) => package(Library::smallest()),
        // Its static files contain the package.
        Some(Target::Worker) | None => worker(effort),
    }
}

/// Builds the Worker. What is up to date is left alone; an optimised module
/// also serves where a quick one would do.
pub(crate) fn worker(effort: Effort) -> Result<()> {
    let root = root();
    let inputs = [WORKER.compile()?, root.join(ENTRY)];
    let out = Output::new(root.join("dist/worker"));
    let shipped = fingerprint(&inputs, Effort::Shipped)?;
    let mut accepted = vec![shipped.clone()];
    if effort == Effort::Quick {
        accepted.push(fingerprint(&inputs, Effort::Quick)?);
    }
    if !out.is_one_of(&accepted) {
        out.clear()?;
        let [compiled, entry] = &inputs;
        WORKER.bind(compiled, &out.folder, effort)?;
        fs::copy(entry, out.folder.join("entry.mjs")).context(ENTRY)?;
        out.finish(&fingerprint(&inputs, effort)?)?;
    }
    if out.is_one_of(&[shipped]) {
        report_size(&out.folder)?;
    }
    package(Library::smallest())?;
    description()?;
    dashboard::lay_out(&root.join(ASSETS))
}

/// Prints what is uploaded, and refuses to build more than it should be.
fn report_size(folder: &Path) -> Result<()> {
    let module = folder.join(format!("{}_bg.wasm", WORKER.name));
    let raw = fs::metadata(&module).context("the module")?.len();
    let packed = gzip_size(&module)?;
    let code = scripts(folder)?
        .iter()
        .map(|script| gzip_size(script))
        .sum::<Result<usize>>()?;
    eprintln!(
        "Worker, gzip: {} bytes (module {packed}, {raw} before, + code {code})",
        packed + code
    );
    budget()?.worker.allow("the Worker", packed + code)
}

/// The scripts in a folder, however deep.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut scripts(&path)?);
        } else if path
            .extension()
            .is_some_and(|end| end == "js" || end == "mjs")
        {
            found.push(path);
        }
    }
    Ok(found)
}

/// Writes the description of the API; the file is the answer.
pub(crate) fn description() -> Result<PathBuf> {
    let file = root().join(ASSETS).join("openapi.json");
    let description = assessments::openapi::document().context("OpenAPI description")?;
    write_if_other(&file, description.as_bytes())?;
    Ok(file)
}
