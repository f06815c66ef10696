//! The npm package, `pkg/dist`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::budget::budget;
use super::output::{Output, brotli_size, gzip_size, write_if_other};
use super::{shapes, tables, text, types};
use crate::process::{command, root, run_quietly, step};
use crate::setup;
use crate::wasm::{Effort, Library, Module, fingerprint};

/// A script of the package.
struct Script {
    name: &'static str,
    source: &'static str,
    form: Form,
    /// The file of `pkg/src/modules` that has the WebAssembly, if any is used.
    module: Option<&'static str>,
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

/// The same for every entry but the smallest: which scripts there are of it.
const fn entry(source: &'static str, names: [&'static str; 5]) -> [Script; 5] {
    let [pages, node, required, workerd, edge_light] = names;
    [
        script(pages, source, Form::Small, "text.js"),
        script(node, source, Form::Readable, "base64.js"),
        script(required, source, Form::Readable, "required.js"),
        script(workerd, source, Form::Small, "workerd.js"),
        script(edge_light, source, Form::Small, "edge-light.js"),
    ]
}

const fn script(
    name: &'static str,
    source: &'static str,
    form: Form,
    module: &'static str,
) -> Script {
    Script {
        name,
        source,
        form,
        module: Some(module),
    }
}

/// One that runs no WebAssembly.
const fn plain(name: &'static str, source: &'static str, form: Form) -> Script {
    Script {
        name,
        source,
        form,
        module: None,
    }
}

const SCRIPTS: [&[Script]; 2] = [
    &entry(
        "api.js",
        [
            "index.js",
            "node.js",
            "index.cjs",
            "workerd.js",
            "edge-light.js",
        ],
    ),
    &[
        script("slim.js", "slim.js", Form::Small, "given.js"),
        script("slim.cjs", "slim.js", Form::Small, "given.js"),
        plain("errors.js", "errors.js", Form::Small),
        plain("errors.cjs", "errors.js", Form::Readable),
        plain("dashboard.js", "dashboard.js", Form::Small),
        plain("dashboard.cjs", "dashboard.js", Form::Readable),
        plain("bytes.js", "modules/bytes.js", Form::Data),
        plain("bytes.cjs", "modules/bytes.cjs", Form::Data),
    ],
];

/// What stays outside of every script: files beside it.
const EXTERNAL: [&str; 4] = [
    "./bytes.js",
    "./bytes.cjs",
    "./assessments-server.wasm",
    "./assessments-server.wasm?module",
];

/// The entries besides the default one, whose types are in `pkg/src/entries`.
const DECLARED: [&str; 3] = ["slim", "errors", "dashboard"];

impl Form {
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            // Lines end soon, so that a stack trace can print one of them.
            Self::Small => &["--minify", "--line-limit=250", "--sourcemap"],
            Self::Readable => &["--sourcemap"],
            Self::Data => &["--minify", "--loader:.wasm=base64"],
        }
    }
}

/// What the line that names a script's map begins with.
const MAP: &str = "//# sourceMappingURL=";

/// Builds the npm package.
pub(crate) fn package(library: Library) -> Result<()> {
    let modules = [("js", "assessments"), ("js-server", "assessments-server")];
    let folder = root().join("pkg");
    let mut inputs = sources(&folder)?;
    let mut compiled = Vec::new();
    for (features, called) in modules {
        let module = Module {
            package: "assessments",
            features,
            name: "assessments",
            called,
            library,
        };
        let file = module.compile()?;
        inputs.push(file.clone());
        compiled.push((module, file));
    }
    let out = Output::new(folder.join("dist"));
    let tables = tables::module()?;
    let current = format!(
        "{}\n{}{}{}",
        fingerprint(&inputs, Effort::Shipped)?,
        tables,
        shapes::module(),
        types::declarations()
    );
    if !out.is_one_of(std::slice::from_ref(&current)) {
        out.clear()?;
        let generated = folder.join("src/generated");
        for (module, file) in &compiled {
            let folder = generated.join(module.called);
            module.bind(file, &folder, Effort::Shipped)?;
            copy(
                &folder.join(format!("{}_bg.wasm", module.name)),
                &out.folder.join(module.called).with_extension("wasm"),
            )?;
        }
        fs::write(generated.join("tables.js"), &tables).context("tables.js")?;
        fs::write(generated.join("shapes.js"), shapes::module()).context("shapes.js")?;
        bundle(&folder, &out.folder)?;
        put_inside(
            &out.folder.join("assessments.wasm"),
            &out.folder.join("index.js"),
        )?;
        declare(&folder, &out.folder)?;
        out.finish(&current)?;
    }
    for name in ["LICENSE", "CHANGELOG.md"] {
        let text = fs::read(root().join(name)).context(name)?;
        write_if_other(&folder.join(name), &text)?;
    }
    report_sizes(&out.folder, library)
}

/// The hand-written files.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![folder.join("package.json")];
    for part in ["src", "src/entries", "src/modules"] {
        for entry in fs::read_dir(folder.join(part)).with_context(|| part.to_owned())? {
            let path = entry?.path();
            if path.is_file() {
                files.push(path);
            }
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
        module,
    } in SCRIPTS.into_iter().flatten()
    {
        let format = if Path::new(name).extension().is_some_and(|end| end == "cjs") {
            "cjs"
        } else {
            "esm"
        };
        let module = module.map(|module| format!("--alias:#module=./src/modules/{module}"));
        run_quietly(
            command(root().join("node_modules/.bin/esbuild"))
                .current_dir(folder)
                .arg(format!("src/{source}"))
                .args(["--bundle", "--target=es2022", "--platform=neutral"])
                .arg(format!("--format={format}"))
                .args(form.arguments())
                .args(EXTERNAL.map(|file| format!("--external:{file}")))
                .args(module)
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

/// Types: what is generated from Rust, then what is written by hand; for modules, and
/// once more for `require`.
fn declare(folder: &Path, out: &Path) -> Result<()> {
    let by_hand = |name: &str| {
        let file = format!("src/{name}.d.ts");
        fs::read_to_string(folder.join(&file)).context(file)
    };
    let all = types::with_defaults(&by_hand("index")?);
    let mut files = vec![("index", format!("{}\n{all}", types::declarations()))];
    for name in DECLARED {
        files.push((name, by_hand(&format!("entries/{name}"))?));
    }
    for (name, text) in files {
        let required = text.replace("\"./index.js\"", "\"./index.cjs\"");
        for (end, text) in [("d.ts", text), ("d.cts", required)] {
            let name = format!("{name}.{end}");
            fs::write(out.join(&name), text).context(name)?;
        }
    }
    Ok(())
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
