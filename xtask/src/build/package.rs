//! The npm package, `pkg/dist`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::budget::budget;
use super::output::{Output, brotli_size, gzip_size};
use super::{tables, text, types};
use crate::process::{command, root, run_quietly, step};
use crate::setup;
use crate::wasm::{Effort, Library, Module, fingerprint};

/// A script of the package.
struct Script {
    name: &'static str,
    source: &'static str,
    form: Form,
    arguments: &'static [&'static str],
}

/// What a script is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// To be downloaded: minified, with a map.
    Small,
    /// To be read in a stack trace: as it was written, with a map.
    Readable,
    /// The module's bytes and nothing else.
    Data,
}

const SCRIPTS: [Script; 8] = [
    Script {
        name: "index.js",
        source: "index.js",
        form: Form::Small,
        arguments: &["--format=esm"],
    },
    Script {
        name: "node.js",
        source: "node.js",
        form: Form::Readable,
        arguments: &["--format=esm", "--external:./bytes.js"],
    },
    Script {
        name: "index.cjs",
        source: "require.js",
        form: Form::Readable,
        arguments: &["--format=cjs", "--external:./bytes.cjs"],
    },
    Script {
        name: "bytes.js",
        source: "bytes.js",
        form: Form::Data,
        arguments: &["--format=esm"],
    },
    Script {
        name: "bytes.cjs",
        source: "bytes.cjs",
        form: Form::Data,
        arguments: &["--format=cjs"],
    },
    Script {
        name: "workerd.js",
        source: "workerd.js",
        form: Form::Small,
        arguments: &["--format=esm", "--external:./assessments.wasm"],
    },
    Script {
        name: "edge-light.js",
        source: "edge-light.js",
        form: Form::Small,
        arguments: &["--format=esm", "--external:./assessments.wasm?module"],
    },
    Script {
        name: "slim.js",
        source: "slim.js",
        form: Form::Small,
        arguments: &["--format=esm"],
    },
];

impl Form {
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            // Lines end soon, so that a stack trace can print one of them.
            Self::Small => &["--minify", "--line-limit=250", "--sourcemap"],
            Self::Readable => &["--keep-names", "--sourcemap"],
            Self::Data => &["--minify", "--loader:.wasm=base64"],
        }
    }
}

/// What the line that names a script's map begins with.
const MAP: &str = "//# sourceMappingURL=";

/// Builds the npm package.
pub(crate) fn package(library: Library) -> Result<()> {
    let core = Module {
        package: "assessments",
        features: "js",
        name: "assessments",
        library,
    };
    let folder = root().join("pkg");
    let compiled = core.compile()?;
    let mut inputs = sources(&folder)?;
    inputs.push(compiled.clone());
    let out = Output::new(folder.join("dist"));
    let tables = tables::module()?;
    let current = format!(
        "{}\n{}{}",
        fingerprint(&inputs, Effort::Shipped)?,
        tables,
        types::declarations()
    );
    if !out.is_one_of(std::slice::from_ref(&current)) {
        out.clear()?;
        let generated = folder.join("src/generated");
        core.bind(&compiled, &generated, Effort::Shipped)?;
        fs::write(generated.join("tables.js"), &tables).context("tables.js")?;
        bundle(&folder, &out.folder)?;
        let module = out.folder.join("assessments.wasm");
        copy(&generated.join("assessments_bg.wasm"), &module)?;
        put_inside(&module, &out.folder.join("index.js"))?;
        declare(&folder, &out.folder)?;
        copy(&root().join("LICENSE"), &folder.join("LICENSE"))?;
        out.finish(&current)?;
    }
    report_sizes(&out.folder, library)
}

/// The hand-written files.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![folder.join("package.json")];
    for entry in fs::read_dir(folder.join("src")).context("pkg/src")? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn bundle(folder: &Path, out: &Path) -> Result<()> {
    setup::npm_tools()?;
    step("bundling the package (esbuild)");
    for Script {
        name,
        source,
        form,
        arguments,
    } in SCRIPTS
    {
        run_quietly(
            command(root().join("node_modules/.bin/esbuild"))
                .current_dir(folder)
                .arg(format!("src/{source}"))
                .args(["--bundle", "--target=es2022", "--platform=neutral"])
                .args(form.arguments())
                .args(arguments)
                .arg(format!("--outfile={}", out.join(name).display())),
            "mend what esbuild reports above",
        )?;
    }
    Ok(())
}

/// Writes a module, as text, into a script: behind all code, so that its map stays true
/// and no line of code has it.
fn put_inside(module: &Path, script: &Path) -> Result<()> {
    let bytes = fs::read(module).with_context(|| module.display().to_string())?;
    let code = fs::read_to_string(script).with_context(|| script.display().to_string())?;
    let (code, map) = code
        .split_once(MAP)
        .with_context(|| format!("{} names no map", script.display()))?;
    let text = text::encode(&bytes);
    fs::write(
        script,
        format!("{code}var MODULE_TEXT=\"{text}\";\n{MAP}{map}"),
    )
    .with_context(|| script.display().to_string())
}

/// Types: what is generated from Rust, then what is written by hand.
fn declare(folder: &Path, out: &Path) -> Result<()> {
    let by_hand =
        fs::read_to_string(folder.join("src/index.d.ts")).context("pkg/src/index.d.ts")?;
    let all = format!(
        "{}\n{}",
        types::declarations(),
        types::with_defaults(&by_hand)
    );
    for name in ["index.d.ts", "index.d.cts"] {
        fs::write(out.join(name), &all).context(name)?;
    }
    copy(&folder.join("src/slim.d.ts"), &out.join("slim.d.ts"))
}

/// Prints what a page pays, and refuses to build more than it should.
fn report_sizes(out: &Path, library: Library) -> Result<()> {
    let entry = out.join("index.js");
    let (gzip, brotli) = (gzip_size(&entry)?, brotli_size(&entry)?);
    let code = gzip_size(&out.join("slim.js"))?;
    let module = gzip_size(&out.join("assessments.wasm"))?;
    eprintln!(
        "package: {gzip} bytes after gzip, {brotli} after brotli; slim, gzip: module {module} + code {code}"
    );
    if library != Library::Rebuilt {
        eprintln!(
            "its standard library is not the rebuilt one that is published; no size is refused"
        );
        return Ok(());
    }
    let budget = budget()?;
    budget.package.allow("the package", gzip)?;
    budget.package.allow_brotli("the package", brotli)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .map(drop)
        .with_context(|| from.display().to_string())
}
