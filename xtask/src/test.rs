//! `cargo xtask test`: every test there is.

use anyhow::{Context, Result, bail};

use crate::build::{self, Effort};
use crate::setup;
use crate::shell::{cargo, root, run, step};

/// Folders of tests that Node.js runs: the API over workerd, the npm package.
const FOLDERS: [&str; 2] = ["tests/http", PACKAGE];
/// The tests that need a browser.
const PACKAGE: &str = "tests/package";

/// `cargo xtask test`
pub(crate) fn run_command(only: Option<&str>) -> Result<()> {
    setup::wasm_target()?;
    setup::npm_tools()?;
    if only.is_none() {
        rust()?;
    }
    build::worker(Effort::Shipped)?;
    build::package()?;
    javascript(only)
}

fn rust() -> Result<()> {
    // One package at a time: a workspace build would unify their features.
    for (what, arguments) in [
        (
            "the library",
            &["--package=assessments", "--features=openapi"][..],
        ),
        ("the Worker, native", &["--package=assessments-worker"]),
        ("the commands", &["--package=xtask"]),
    ] {
        step(&format!("testing {what}"));
        run(
            cargo().args(["test", "--quiet"]).args(arguments),
            "see the failed tests above",
        )?;
    }
    Ok(())
}

fn javascript(only: Option<&str>) -> Result<()> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        for entry in root().join(folder).read_dir().context(folder)? {
            let file = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if file.ends_with(".test.mjs") && only.is_none_or(|text| file.contains(text)) {
                files.push(file);
            }
        }
    }
    if files.is_empty() {
        bail!("no test file in {} is named like that", FOLDERS.join(", "));
    }
    files.sort();
    step("testing over workerd, and the package in its runtimes");
    let mut node = setup::node()?;
    node.args(["--test", "--test-concurrency=2", "--test-timeout=600000"])
        .env("XTASK", std::env::current_exe().context("own path")?);
    if files.iter().any(|file| file.starts_with(PACKAGE)) {
        node.env("CHROMIUM", setup::browser()?);
    }
    run(node.args(files), "see the failed tests above")
}
