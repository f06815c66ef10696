//! Formatting and lints.

use anyhow::Result;

use crate::setup;
use crate::shell::{cargo, run, step};

/// `cargo xtask check`
pub(crate) fn run_command() -> Result<()> {
    setup::rust_components()?;
    setup::wasm_target()?;
    step("checking the formatting");
    run(
        cargo().args(["fmt", "--all", "--check"]),
        "run `cargo fmt --all`",
    )?;
    // One package at a time: a workspace build would unify their features.
    for (what, arguments) in [
        (
            "the library, native",
            &["--package=assessments", "--all-targets"][..],
        ),
        (
            "the library, with every feature",
            &["--package=assessments", "--all-targets", "--all-features"],
        ),
        (
            "the library, wasm32, for JavaScript",
            &[
                "--package=assessments",
                "--features=js",
                "--target=wasm32-unknown-unknown",
            ],
        ),
        (
            "the Worker, native",
            &["--package=assessments-worker", "--all-targets"],
        ),
        (
            "the Worker, wasm32",
            &[
                "--package=assessments-worker",
                "--target=wasm32-unknown-unknown",
            ],
        ),
        ("the commands", &["--package=xtask", "--all-targets"]),
    ] {
        step(&format!("linting {what}"));
        run(
            cargo()
                .args(["clippy", "--quiet"])
                .args(arguments)
                .args(["--", "-D", "warnings"]),
            "mend what clippy reports above",
        )?;
    }
    Ok(())
}
