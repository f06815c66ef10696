//! Compiling a crate to WebAssembly, with its JavaScript glue.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{cargo, command, root, run, step};
use crate::setup;

const TARGET: &str = "wasm32-unknown-unknown";
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

/// How far to go.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Effort {
    /// As shipped, through wasm-opt.
    Shipped,
    /// Whatever is quickest, for development.
    Quick,
}

/// A crate that becomes a WebAssembly module.
pub(crate) struct Module {
    /// The package's name.
    pub(crate) package: &'static str,
    /// Its features, separated by commas.
    pub(crate) features: &'static str,
    /// The name of the compiled file and, with endings, of what is made of it.
    pub(crate) name: &'static str,
}

impl Module {
    /// Compiles; the path of the compiled file.
    pub(crate) fn compile(&self) -> Result<PathBuf> {
        setup::wasm_target()?;
        step(&format!("compiling {} for {TARGET}", self.package));
        // A folder for each: they compile the library with other features, and
        // would undo each other's work in one.
        let folder = root().join("target").join(self.name);
        run(
            cargo()
                .args(["rustc", "--quiet", "--release", "--lib", "--target", TARGET])
                .args(["--package", self.package, "--features", self.features])
                // What Rust uses is a library of Rust; a module is asked for here only.
                .args(["--crate-type", "cdylib"])
                .arg("--target-dir")
                .arg(&folder)
                .env("CARGO_ENCODED_RUSTFLAGS", without_paths()),
            "mend what the compiler reports above",
        )?;
        Ok(folder.join(format!("{TARGET}/release/{}.wasm", self.name)))
    }

    /// Makes `NAME.js`, its types and `NAME_bg.wasm` in `out`, with the
    /// wasm-bindgen that the crates link.
    pub(crate) fn bind(&self, compiled: &Path, out: &Path, effort: Effort) -> Result<()> {
        step(&format!("generating the JavaScript glue of {}", self.name));
        Bindgen::new()
            .input_path(compiled)
            .out_name(self.name)
            .web(true)
            .and_then(|bindgen| {
                bindgen
                    .typescript(true)
                    .omit_default_module_path(true)
                    .reset_state_function(true)
                    .remove_producers_section(true)
                    .remove_name_section(false)
                    .generate(out)
            })
            .with_context(|| format!("wasm-bindgen could not process {}", self.name))?;
        // The types of the module as an ES module, which nothing imports it as:
        // a bundler gives its bytes, workerd the compiled module.
        let unused = out.join(format!("{}_bg.wasm.d.ts", self.name));
        fs::remove_file(&unused).with_context(|| unused.display().to_string())?;
        if effort == Effort::Shipped {
            optimise(&out.join(format!("{}_bg.wasm", self.name)))?;
        }
        Ok(())
    }
}

/// Flags with which nothing that is compiled tells where that was: what panics
/// say of their place names crates and files, and no folder of this machine.
fn without_paths() -> String {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let of_user = std::env::home_dir().map(|home| home.join(".cargo"));
    let folders = [(cargo_home.or(of_user), "cargo"), (Some(root()), ".")];
    let flags = folders.into_iter().filter_map(|(folder, name)| {
        folder.map(|folder| format!("--remap-path-prefix={}={name}", folder.display()))
    });
    // The separator that Cargo asks for.
    flags.collect::<Vec<_>>().join("\u{1f}")
}

/// Makes a module smaller, in place.
fn optimise(module: &Path) -> Result<()> {
    setup::npm_tools()?;
    step("optimising the WebAssembly (wasm-opt)");
    run(
        command(root().join("node_modules/.bin/wasm-opt"))
            .args(WASM_OPT_ARGUMENTS)
            .arg(module)
            .arg("-o")
            .arg(module),
        "delete node_modules and try again",
    )
}

/// Tells whether an artefact is up to date: of its inputs' contents.
pub(crate) fn fingerprint(inputs: &[PathBuf], effort: Effort) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in inputs {
        fs::read(file)
            .with_context(|| file.display().to_string())?
            .hash(&mut hasher);
    }
    WASM_OPT_ARGUMENTS.hash(&mut hasher);
    effort.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}
