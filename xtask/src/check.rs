//! Formatting, lints and types, of the code and of the description of the API,
//! and what the code depends on.

mod dependencies;

use anyhow::Result;

use crate::build::{self, Effort};
use crate::process::{cargo, root, run, run_quietly, step};
use crate::setup::{self, OPENAPI};

/// `cargo xtask check`
pub(crate) fn run_command() -> Result<()> {
    setup::rust_components()?;
    setup::wasm_target()?;
    step("checking the formatting");
    run(
        cargo().args(["fmt", "--all", "--check"]),
        "run `cargo fmt --all`",
    )?;
    setup::npm_tools()?;
    biome()?;
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
            "what must hold for any bytes",
            &["--package=assessments-fuzz", "--all-targets"],
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
    step("reading the documentation of the library");
    run(
        cargo()
            .args(["doc", "--quiet", "--no-deps", "--package=assessments"])
            .arg("--features=definitions,digest,openapi")
            .env("RUSTDOCFLAGS", "-D warnings"),
        "mend what rustdoc reports above",
    )?;
    dependencies::check()?;
    types()?;
    description()
}

/// Formatting and lints of the JavaScript and the style sheets.
fn biome() -> Result<()> {
    step("checking the formatting of the JavaScript, and linting it");
    run(
        setup::node()?
            .arg("node_modules/@biomejs/biome/bin/biome")
            .args(["ci", "--error-on-warnings"]),
        "run `npx biome check --write`, and mend what that leaves",
    )
}

/// Types of the JavaScript, which stand in its comments; those of what is built
/// from Rust are among them.
fn types() -> Result<()> {
    setup::bench_npm_tools()?;
    build::worker(Effort::Quick)?;
    for (what, project) in [
        ("the package", "tsconfig/pkg.json"),
        ("the dashboard", "tsconfig/www.json"),
        ("its service worker", "tsconfig/service-worker.json"),
        ("the Worker's entry", "tsconfig/worker.json"),
        ("the tests", "tsconfig/tests.json"),
        ("the benchmarks", "tsconfig/bench.json"),
        ("what the Worker is measured beside", "tsconfig/peer.json"),
    ] {
        step(&format!("checking the types of {what}"));
        run(
            setup::node()?
                .arg("node_modules/typescript/bin/tsc")
                .args(["--project", project]),
            "mend what TypeScript reports above",
        )?;
    }
    Ok(())
}

/// The description of the API, by two judges that know different rules.
fn description() -> Result<()> {
    setup::openapi_npm_tools()?;
    let file = build::description()?;
    step("linting the description of the API");
    for arguments in [
        &[
            "@redocly/cli/bin/cli.js",
            "lint",
            "--config=tests/openapi/redocly.yaml",
        ][..],
        &[
            "@stoplight/spectral-cli/dist/index.js",
            "lint",
            "--ruleset=tests/openapi/spectral.yaml",
            "--fail-severity=hint",
            "--quiet",
        ],
    ] {
        let [program, arguments @ ..] = arguments else {
            continue;
        };
        let program = root().join(OPENAPI).join("node_modules").join(program);
        run_quietly(
            setup::node()?
                .arg(program)
                .args(arguments)
                .arg(&file)
                .envs([
                    ("REDOCLY_TELEMETRY", "off"),
                    ("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true"),
                ]),
            "mend what is reported above, in src/openapi",
        )?;
    }
    Ok(())
}
