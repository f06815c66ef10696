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

/// A WebAssembly module of the package, one for each kind of use, so that nobody pays for
/// what others use.
#[derive(PartialEq, Eq)]
struct Rules {
    /// What it is called among modules.
    called: &'static str,
    /// The features that it is compiled with.
    features: &'static str,
    /// The script that has it as base64, without its ending.
    bytes: &'static str,
}

const PAGES: Rules = Rules {
    called: "assessments",
    features: "js",
    bytes: "",
};
const SERVERS: Rules = Rules {
    called: "assessments-server",
    features: "js-server",
    bytes: "bytes",
};
const WEBHOOK: Rules = Rules {
    called: "assessments-webhook",
    features: "js-webhook",
    bytes: "webhook-bytes",
};
const TESTING: Rules = Rules {
    called: "assessments-testing",
    features: "js-testing",
    bytes: "",
};
const RULES: [&Rules; 4] = [&PAGES, &SERVERS, &WEBHOOK, &TESTING];

/// A script of the package.
struct Script {
    name: &'static str,
    source: &'static str,
    form: Form,
    /// The WebAssembly that it runs, if any, and how it has it.
    module: Option<(Carrier, &'static Rules)>,
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

/// How a script has its module.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carrier {
    /// As text behind its code.
    Text,
    /// As base64 in a script beside it; or it is that script.
    Base64,
    /// As a file that the runtime compiles.
    Compiled,
    /// The same for runtimes that import it by `?module`.
    CompiledByQuery,
    /// As whoever uses it gives it.
    Given,
}

impl Carrier {
    /// The file of `pkg/src/modules`, and what it imports, by its name there.
    fn arguments(self, rules: &Rules, script: &str) -> Vec<String> {
        let Rules { called, bytes, .. } = rules;
        let end = Path::new(script).extension().unwrap_or_default().display();
        let (file, import) = match self {
            Self::Text => ("text.js", None),
            Self::Base64 => ("base64.js", Some(("#bytes", format!("./{bytes}.{end}")))),
            Self::Compiled => ("compiled.js", Some(("#wasm", format!("./{called}.wasm")))),
            Self::CompiledByQuery => (
                "compiled.js",
                Some(("#wasm", format!("./{called}.wasm?module"))),
            ),
            Self::Given => ("given.js", None),
        };
        let mut arguments = vec![format!("--alias:#module=./src/modules/{file}")];
        if let Some((name, file)) = import {
            arguments.push(format!("--alias:{name}={file}"));
            arguments.push(format!("--external:{file}"));
        }
        arguments
    }
}

const fn script(
    name: &'static str,
    source: &'static str,
    form: Form,
    carrier: Carrier,
    rules: &'static Rules,
) -> Script {
    Script {
        name,
        source,
        form,
        module: Some((carrier, rules)),
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

/// An entry for servers: which scripts there are of it, for Node.js, for `require`, for
/// workerd and for edge runtimes.
const fn for_servers(
    source: &'static str,
    names: [&'static str; 4],
    rules: &'static Rules,
) -> [Script; 4] {
    use Carrier::{Base64, Compiled, CompiledByQuery};
    let [node, required, workerd, edge_light] = names;
    [
        script(node, source, Form::Readable, Base64, rules),
        script(required, source, Form::Readable, Base64, rules),
        script(workerd, source, Form::Small, Compiled, rules),
        script(edge_light, source, Form::Small, CompiledByQuery, rules),
    ]
}

/// A module as base64, for `import` and for `require`.
const fn bytes(names: [&'static str; 2], rules: &'static Rules) -> [Script; 2] {
    let [imported, required] = names;
    [
        script(
            imported,
            "modules/bytes.js",
            Form::Data,
            Carrier::Base64,
            rules,
        ),
        script(
            required,
            "modules/bytes.cjs",
            Form::Data,
            Carrier::Base64,
            rules,
        ),
    ]
}

const SCRIPTS: [&[Script]; 6] = [
    &for_servers(
        "api.js",
        ["node.js", "index.cjs", "workerd.js", "edge-light.js"],
        &SERVERS,
    ),
    // A bundler that meets it for a page takes what is for Node.js, which runs there as well.
    &for_servers(
        "webhook.js",
        [
            "webhook.js",
            "webhook.cjs",
            "webhook-workerd.js",
            "webhook-edge-light.js",
        ],
        &WEBHOOK,
    ),
    &[
        script("index.js", "api.js", Form::Small, Carrier::Text, &PAGES),
        script("slim.js", "slim.js", Form::Small, Carrier::Given, &PAGES),
        script("slim.cjs", "slim.js", Form::Small, Carrier::Given, &PAGES),
        plain("errors.js", "errors.js", Form::Small),
        plain("errors.cjs", "errors.js", Form::Readable),
        plain("dashboard.js", "dashboard.js", Form::Small),
        plain("dashboard.cjs", "dashboard.js", Form::Readable),
    ],
    // Tests run anywhere; only workerd compiles nothing.
    &[
        script(
            "testing.js",
            "testing.js",
            Form::Readable,
            Carrier::Text,
            &TESTING,
        ),
        script(
            "testing.cjs",
            "testing.js",
            Form::Readable,
            Carrier::Text,
            &TESTING,
        ),
        script(
            "testing-workerd.js",
            "testing.js",
            Form::Readable,
            Carrier::Compiled,
            &TESTING,
        ),
        plain("testing-msw.js", "testing/msw.js", Form::Readable),
        plain("testing-msw.cjs", "testing/msw.js", Form::Readable),
    ],
    &bytes(["bytes.js", "bytes.cjs"], &SERVERS),
    &bytes(["webhook-bytes.js", "webhook-bytes.cjs"], &WEBHOOK),
];

/// The entries besides the default one, whose types are in `pkg/src/entries`.
const DECLARED: [&str; 6] = [
    "slim",
    "errors",
    "dashboard",
    "webhook",
    "testing",
    "testing-msw",
];

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
    let folder = root().join("pkg");
    let mut inputs = sources(&folder)?;
    let mut compiled = Vec::new();
    for &Rules {
        called, features, ..
    } in RULES
    {
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
        types::declarations() + &types::of_webhook() + &types::of_testing()
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
        for Script { name, module, .. } in SCRIPTS.into_iter().flatten() {
            if let Some((Carrier::Text, rules)) = module {
                let file = out.folder.join(rules.called).with_extension("wasm");
                put_inside(&file, &out.folder.join(name))?;
            }
        }
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
    for part in ["src", "src/entries", "src/modules", "src/testing"] {
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
        let arguments = match module {
            None => Vec::new(),
            Some((_, rules)) if *form == Form::Data => {
                let called = rules.called;
                let file = format!("./src/generated/{called}/assessments_bg.wasm");
                vec![format!("--alias:#wasm={file}")]
            }
            Some((carrier, rules)) => carrier.arguments(rules, name),
        };
        run_quietly(
            command(root().join("node_modules/.bin/esbuild"))
                .current_dir(folder)
                .arg(format!("src/{source}"))
                .args(["--bundle", "--target=es2022", "--platform=neutral"])
                .arg(format!("--format={format}"))
                .args(form.arguments())
                // Whoever uses it has it.
                .arg("--external:msw")
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
        let mut text = by_hand(&format!("entries/{name}"))?;
        match name {
            "webhook" => text.push_str(&types::of_webhook()),
            "testing" => text.push_str(&types::of_testing()),
            _ => {}
        }
        files.push((name, text));
    }
    for (name, text) in files {
        let required = text
            .replace("\"./index.js\"", "\"./index.cjs\"")
            .replace("\"./testing.js\"", "\"./testing.cjs\"");
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
