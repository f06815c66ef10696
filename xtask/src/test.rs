//! `cargo xtask test`: every test there is.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::build::{self, Effort, Library};
use crate::process::{cargo, root, run, step};
use crate::setup;

/// The API over workerd.
const HTTP: &str = "tests/http";
/// What the names of tests of the description of the API have in common.
const OPENAPI: &str = "/openapi-";
/// Folders of tests that Node.js runs: the dashboard in a browser, the API, the
/// npm package.
const FOLDERS: [&str; 3] = ["tests/browser", HTTP, "tests/package"];

/// What runs them.
const RUNNER: &str = "tests/run.mjs";

/// Those of the package that tell whether its module works, and need no Worker.
const PLAIN: [&str; 4] = ["bounds", "crossings", "module-text", "odd-values"];

/// `cargo xtask test`
pub(crate) fn run_command(only: Option<&str>) -> Result<()> {
    // Asked first: to test these commands Cargo may link them anew, and then this program
    // is where it was no more.
    let xtask = own_path()?;
    setup::wasm_target()?;
    setup::npm_tools()?;
    if only.is_none() {
        rust()?;
        plain_package(&xtask)?;
    }
    build::worker(Effort::Shipped)?;
    javascript(only, &xtask)
}

fn own_path() -> Result<PathBuf> {
    std::env::current_exe().context("own path")
}

fn rust() -> Result<()> {
    // One package at a time: a workspace build would unify their features.
    for (what, arguments) in [
        (
            "the library",
            &[
                "--package=assessments",
                "--features=definitions,digest,openapi",
            ][..],
        ),
        (
            "what must hold for any bytes",
            &["--package=assessments-fuzz"],
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

/// The package where the standard library cannot be rebuilt.
fn plain_package(xtask: &Path) -> Result<()> {
    build::package(Library::Shipped)?;
    step("testing the package with the standard library as it comes");
    run(
        node(xtask)?
            .args(["--test", "--test-reporter=dot"])
            .args(PLAIN.map(|name| format!("tests/package/{name}.test.mjs"))),
        "see the failed tests above",
    )
}

/// `cargo xtask screenshots`: every screen of the dashboard as a picture.
pub(crate) fn screenshots() -> Result<()> {
    setup::wasm_target()?;
    setup::npm_tools()?;
    build::worker(Effort::Quick)?;
    let folder = root().join("dist/screenshots");
    step("taking pictures of the dashboard");
    run(
        with_browser(node(&own_path()?)?)?
            .arg("tests/browser/screenshots.mjs")
            .arg(&folder),
        "see what failed above",
    )?;
    println!("{}", folder.display());
    Ok(())
}

/// Node.js as the tests expect it.
fn node(xtask: &Path) -> Result<Command> {
    let mut node = setup::node()?;
    node.env("XTASK", xtask)
        // What wrangler tells of queues and the like would stand among what a test prints.
        .env("WRANGLER_LOG", "warn");
    Ok(node)
}

/// With what makes clients from the description of the API and judges it.
fn with_openapi_tools(mut node: Command) -> Result<Command> {
    setup::openapi_npm_tools()?;
    node.env("PYTHON", setup::python_tools()?);
    Ok(node)
}

fn with_browser(mut node: Command) -> Result<Command> {
    node.env("CHROMIUM", setup::browser()?);
    Ok(node)
}

fn javascript(only: Option<&str>, xtask: &Path) -> Result<()> {
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
    step("testing over workerd: the API, the package in its runtimes, the dashboard in a browser");
    let mut node = node(xtask)?;
    // Those of the API need no browser.
    if !files.iter().all(|file| file.starts_with(HTTP)) {
        node = with_browser(node)?;
    }
    if files.iter().any(|file| file.contains(OPENAPI)) {
        node = with_openapi_tools(node)?;
    }
    run(node.arg(RUNNER).args(files), "see the failed tests above")
}
