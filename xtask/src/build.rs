//! Building the artefacts: the Worker into `dist/`, the package into `pkg/dist/`.

mod package;
mod types;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell::root;
pub(crate) use crate::wasm::Effort;
use crate::wasm::{Module, fingerprint};

pub(crate) use package::package;

/// The hand-written module that wrangler starts from.
const ENTRY: &str = "worker/entry.mjs";
const WORKER: Module = Module {
    package: "assessments-worker",
    features: "",
    name: "assessments_worker",
};

/// The environment variable with which `cargo xtask dev` asks for quick builds.
pub(crate) const BUILD_EFFORT: &str = "ASSESSMENTS_BUILD_EFFORT";
/// Its value.
pub(crate) const QUICK: &str = "quick";

/// Something to build.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// dist/worker (entry module, glue, WebAssembly) and dist/assets (static files)
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
    if target != Some(Target::Package) {
        worker(effort)?;
    }
    if target != Some(Target::Worker) {
        package()?;
    }
    Ok(())
}

/// Builds the Worker. What is up to date is left alone; an optimised module
/// also serves where a quick one would do.
pub(crate) fn worker(effort: Effort) -> Result<()> {
    let root = root();
    let inputs = [WORKER.compile()?, root.join(ENTRY)];
    let out = Output::new(root.join("dist/worker"));
    let mut accepted = vec![fingerprint(&inputs, Effort::Shipped)?];
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
    assets(&root.join("dist/assets"))
}

/// Writes the static files.
fn assets(out: &Path) -> Result<()> {
    fs::create_dir_all(out).context("dist/assets")?;
    let description = assessments::openapi::document().context("OpenAPI description")?;
    let file = out.join("openapi.json");
    if fs::read_to_string(&file).is_ok_and(|written| written == description) {
        return Ok(());
    }
    fs::write(file, description).context("dist/assets/openapi.json")
}

/// A folder that is made whole or made again: its stamp, beside it, is written
/// last.
struct Output {
    folder: PathBuf,
}

impl Output {
    fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn stamp(&self) -> PathBuf {
        self.folder.with_extension("stamp")
    }

    fn is_one_of(&self, fingerprints: &[String]) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|stamp| fingerprints.contains(&stamp))
    }

    fn clear(&self) -> Result<()> {
        if self.stamp().exists() {
            fs::remove_file(self.stamp()).with_context(|| self.stamp().display().to_string())?;
        }
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(|| self.folder.display().to_string())?;
        }
        fs::create_dir_all(&self.folder).with_context(|| self.folder.display().to_string())
    }

    fn finish(&self, fingerprint: &str) -> Result<()> {
        fs::write(self.stamp(), fingerprint).with_context(|| self.stamp().display().to_string())
    }
}
