//! Compiling a crate to WebAssembly, with its JavaScript glue.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{cargo, command, root, run, run_quietly, step};
use crate::setup;

const TARGET: &str = "wasm32-unknown-unknown";
/// WebAssembly features that the Rust target enables by default, and exception
/// handling, which the glue's module uses. wasm-opt knows none unless told.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-exception-handling",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
/// How a module is made smaller: until nothing more is gained, and without what it tells
/// of the compiler and of the features above.
const OPTIMISE: [&str; 4] = [
    "-Oz",
    "--converge",
    "--strip-producers",
    "--strip-target-features",
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
    /// What it is called among modules, of which one crate may become several.
    pub(crate) called: &'static str,
    /// The standard library that is linked.
    pub(crate) library: Library,
}

/// A standard library to link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Library {
    /// The one that comes with the compiler.
    Shipped,
    /// One compiled for size, in which a panic is a trap and nothing else: a tenth of a
    /// small module is what panics would say to nobody.
    Rebuilt,
}

impl Library {
    /// The rebuilt one, where it can be had and is not declined.
    pub(crate) fn smallest() -> Self {
        if std::env::var_os(BUILD_STD).is_some_and(|answer| answer == DECLINED) {
            return Self::Shipped;
        }
        match setup::rust_source() {
            Ok(()) => Self::Rebuilt,
            Err(why) => {
                eprintln!("{why:#}; linking the standard library as it comes");
                Self::Shipped
            }
        }
    }

    /// What Cargo is told. Its own flags and the compiler's are those of a nightly, which
    /// the environment variable has a stable one accept.
    fn apply(self, cargo: &mut Command) {
        let mut flags = without_paths();
        if self == Self::Rebuilt {
            flags.extend(REBUILT_FLAGS.map(str::to_owned));
            cargo.args(REBUILT_ARGUMENTS).env("RUSTC_BOOTSTRAP", "1");
        }
        // The separator that Cargo asks for.
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    }

    /// Where a module is compiled with it.
    fn folder(self, module: &str) -> String {
        match self {
            Self::Shipped => module.to_owned(),
            Self::Rebuilt => format!("{module}-rebuilt"),
        }
    }

    /// What to do where a module cannot be compiled.
    const fn hint(self) -> &'static str {
        match self {
            Self::Shipped => "mend what the compiler reports above",
            Self::Rebuilt => {
                "mend what the compiler reports above; if that is about the standard library, \
                 ASSESSMENTS_BUILD_STD=no links it as it comes"
            }
        }
    }
}

/// The environment variable that declines the rebuilt standard library.
pub(crate) const BUILD_STD: &str = "ASSESSMENTS_BUILD_STD";
/// Its value.
pub(crate) const DECLINED: &str = "no";
const REBUILT_ARGUMENTS: [&str; 2] = [
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
];
const REBUILT_FLAGS: [&str; 3] = [
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zlocation-detail=none",
];

impl Module {
    /// Compiles; the path of the compiled file.
    pub(crate) fn compile(&self) -> Result<PathBuf> {
        setup::wasm_target()?;
        step(&format!("compiling {} for {TARGET}", self.called));
        // A folder for each: they compile the library with other features or flags, and
        // would undo each other's work in one.
        let folder = root().join("target").join(self.library.folder(self.called));
        let mut cargo = cargo();
        cargo
            .args(["rustc", "--quiet", "--release", "--lib", "--target", TARGET])
            .args(["--package", self.package, "--features", self.features])
            // What Rust uses is a library of Rust; a module is asked for here only.
            .args(["--crate-type", "cdylib"])
            .arg("--target-dir")
            .arg(&folder);
        self.library.apply(&mut cargo);
        run(&mut cargo, self.library.hint())?;
        Ok(folder.join(format!("{TARGET}/release/{}.wasm", self.name)))
    }

    /// Makes `NAME.js`, its types and `NAME_bg.wasm` in `out`, with the
    /// wasm-bindgen that the crates link.
    pub(crate) fn bind(&self, compiled: &Path, out: &Path, effort: Effort) -> Result<()> {
        step(&format!(
            "generating the JavaScript glue of {}",
            self.called
        ));
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
            step("optimising the WebAssembly (wasm-opt)");
            wasm_opt(&out.join(format!("{}_bg.wasm", self.name)), &OPTIMISE)?;
        }
        Ok(())
    }
}

/// Flags with which nothing that is compiled tells where that was: what panics
/// say of their place names crates and files, and no folder of this machine.
fn without_paths() -> Vec<String> {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let of_user = std::env::home_dir().map(|home| home.join(".cargo"));
    let folders = [
        (cargo_home.or(of_user), "cargo"),
        // Whose sources a rebuilt standard library is compiled from.
        (setup::sysroot().ok(), "rust"),
        (Some(root()), "."),
    ];
    let flags = folders.into_iter().filter_map(|(folder, name)| {
        folder.map(|folder| format!("--remap-path-prefix={}={name}", folder.display()))
    });
    flags.collect()
}

/// Runs wasm-opt on a module, in place; what it prints is the answer.
pub(crate) fn wasm_opt(module: &Path, arguments: &[&str]) -> Result<String> {
    setup::npm_tools()?;
    run_quietly(
        command(root().join("node_modules/.bin/wasm-opt"))
            .args(arguments)
            .args(FEATURES)
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
    OPTIMISE.hash(&mut hasher);
    effort.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}
