//! `cargo xtask test`: every test there is.

use anyhow::{Context, Result, bail};

use crate::build::{self, Effort};
use crate::setup;
use crate::shell::{cargo, root, run, step};

/// The black-box tests over workerd.
const HTTP_TESTS: &str = "tests/http";

pub(crate) fn run_command(only: Option<&str>) -> Result<()> {
    setup::wasm_target()?;
    setup::npm_tools()?;
    if only.is_none() {
        rust()?;
    }
    build::worker(Effort::Shipped)?;
    http(only)
}

fn rust() -> Result<()> {
    // One package at a time: a workspace build would unify their features.
    for (what, arguments) in [
        (
            "the library",
            &["--package=assessments", "--all-features"][..],
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

fn http(only: Option<&str>) -> Result<()> {
    let folder = root().join(HTTP_TESTS);
    let mut files = Vec::new();
    for entry in folder.read_dir().context(HTTP_TESTS)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.mjs") && only.is_none_or(|text| name.contains(text)) {
            files.push(format!("{HTTP_TESTS}/{name}"));
        }
    }
    if files.is_empty() {
        bail!("no test file in {HTTP_TESTS} is named like that");
    }
    files.sort();
    step("testing over workerd");
    run(
        setup::node()?
            .args(["--test", "--test-concurrency=2", "--test-timeout=300000"])
            .args(files)
            .env("XTASK", std::env::current_exe().context("own path")?),
        "see the failed tests above",
    )
}
