//! Building the artefacts into `dist/`.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::setup;
use crate::shell::{cargo, command, root, run, step};

/// The name of the Worker's WebAssembly module and of its glue.
const MODULE: &str = "assessments_worker";
/// The hand-written module that wrangler starts from.
const ENTRY: &str = "worker/entry.mjs";
const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// WebAssembly features that the Rust target enables by default, and exception
/// handling, which the glue's module uses. wasm-opt knows none unless told.
const WASM_OPT_ARGUMENTS: [&str; 10] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-exception-handling",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--strip-producers",
];

/// Something to build.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// dist/worker (entry module, glue, WebAssembly) and dist/assets (static files)
    Worker,
}

/// How far to go.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Effort {
    /// As shipped, through wasm-opt.
    Shipped,
    /// Whatever is quickest, for development.
    Quick,
}

/// The environment variable with which `cargo xtask dev` asks for quick builds.
pub(crate) const BUILD_EFFORT: &str = "ASSESSMENTS_BUILD_EFFORT";
/// Its value.
pub(crate) const QUICK: &str = "quick";

/// `cargo xtask build`
pub(crate) fn run_command(target: Option<Target>) -> Result<()> {
    let effort = if std::env::var_os(BUILD_EFFORT).is_some_and(|effort| effort == QUICK) {
        Effort::Quick
    } else {
        Effort::Shipped
    };
    match target {
        Some(Target::Worker) | None => worker(effort),
    }
}

/// Builds the Worker. What is up to date is left alone; an optimised module
/// also serves where a quick one would do.
pub(crate) fn worker(effort: Effort) -> Result<()> {
    setup::wasm_target()?;
    step("building the Worker (cargo build, wasm32, release)");
    run(
        cargo().args([
            "build",
            "--quiet",
            "--release",
            "--package=assessments-worker",
            "--target",
            WASM_TARGET,
        ]),
        "mend what the compiler reports above",
    )?;
    let root = root();
    let compiled = root.join(format!("target/{WASM_TARGET}/release/{MODULE}.wasm"));
    let out = root.join("dist/worker");
    let stamp = root.join("dist/worker.stamp");
    let current = |effort| fingerprint(&compiled, &root.join(ENTRY), effort);
    let built = fs::read_to_string(&stamp).unwrap_or_default();
    let accepted = match effort {
        Effort::Shipped => vec![current(Effort::Shipped)?],
        Effort::Quick => vec![current(Effort::Shipped)?, current(Effort::Quick)?],
    };
    if !accepted.contains(&built) {
        // Without a stamp a half-made folder is made again.
        remove(&stamp)?;
        remove(&out)?;
        bind(&compiled, &out)?;
        if effort == Effort::Shipped {
            setup::npm_tools()?;
            optimise(&out.join(format!("{MODULE}_bg.wasm")))?;
        }
        fs::copy(root.join(ENTRY), out.join("entry.mjs")).context(ENTRY)?;
        fs::write(&stamp, current(effort)?).context("dist/worker.stamp")?;
    }
    assets(&root.join("dist/assets"))
}

/// Makes the JavaScript glue, with the wasm-bindgen that the crates link.
fn bind(compiled: &Path, out: &Path) -> Result<()> {
    step("generating the JavaScript glue (wasm-bindgen)");
    Bindgen::new()
        .input_path(compiled)
        .out_name(MODULE)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                .omit_default_module_path(true)
                .reset_state_function(true)
                .remove_producers_section(true)
                .remove_name_section(true)
                .generate(out)
        })
        .context("wasm-bindgen could not process the Worker")
}

/// Makes a module smaller, in place.
fn optimise(module: &Path) -> Result<()> {
    step("optimising the Worker (wasm-opt)");
    run(
        command(root().join("node_modules/.bin/wasm-opt"))
            .args(WASM_OPT_ARGUMENTS)
            .arg(module)
            .arg("-o")
            .arg(module),
        "delete node_modules and try again",
    )
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

fn fingerprint(compiled: &Path, entry: &Path, effort: Effort) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in [compiled, entry] {
        fs::read(file)
            .with_context(|| file.display().to_string())?
            .hash(&mut hasher);
    }
    WASM_OPT_ARGUMENTS.hash(&mut hasher);
    effort.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    };
    removed.with_context(|| path.display().to_string())
}
