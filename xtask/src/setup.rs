//! Installing what a step needs and the machine lacks.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, command, root, run, run_quietly, step};

/// Oldest Node.js that wrangler runs on.
const MIN_NODE_MAJOR: u32 = 22;

/// The standard library for WebAssembly.
pub(crate) fn wasm_target() -> Result<()> {
    let sysroot = run_quietly(
        command("rustc").args(["--print", "sysroot"]),
        "install Rust with rustup",
    )?;
    let library = PathBuf::from(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown");
    if library.exists() {
        return Ok(());
    }
    step("installing the Rust target wasm32-unknown-unknown");
    run(
        command("rustup").args(["target", "add", "wasm32-unknown-unknown"]),
        "install rustup, or the target by your system's means",
    )
}

/// rustfmt and clippy.
pub(crate) fn rust_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let found = cargo()
            .args([subcommand, "--version"])
            .output()
            .is_ok_and(|output| output.status.success());
        if !found {
            step(&format!("installing the Rust component {component}"));
            run(
                command("rustup").args(["component", "add", component]),
                "install rustup, or the component by your system's means",
            )?;
        }
    }
    Ok(())
}

/// The npm tools, exactly as locked. Nothing of theirs is run at installation.
pub(crate) fn npm_tools() -> Result<()> {
    npm_ci(&root(), "the npm tools")
}

/// The npm tools that judge the description of the API and make clients from
/// it. They need another TypeScript than ours, hence their own folder.
pub(crate) fn openapi_npm_tools() -> Result<()> {
    npm_ci(&root().join(OPENAPI), "the npm tools for the description")
}

/// What the project is measured beside. Nobody who uses or tests it needs that.
pub(crate) fn bench_npm_tools() -> Result<()> {
    npm_ci(&root().join("bench"), "what is measured beside")
}

/// Where the tools for the description of the API are.
pub(crate) const OPENAPI: &str = "tests/openapi";

fn npm_ci(folder: &Path, what: &str) -> Result<()> {
    let locked = std::fs::read(folder.join("package-lock.json")).context("package-lock.json")?;
    // A copy of the lock file, made after a whole installation, tells that
    // node_modules is complete and of this lock.
    let stamp = folder.join("node_modules/.assessments-lock.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    step(&format!("installing {what} (npm ci)"));
    run_quietly(
        command("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(folder),
        "check that npm reaches its registry, then run it again",
    )?;
    std::fs::write(&stamp, locked).context("node_modules/.assessments-lock.json")
}

/// Python with the tools of tests/openapi/requirements.txt, in a virtual
/// environment of the project; the interpreter is the answer, for scripts of an
/// environment hold the path at which it was made.
pub(crate) fn python_tools() -> Result<PathBuf> {
    let folder = root().join(OPENAPI).join(".venv");
    let python = folder.join("bin/python");
    let requirements = root().join(OPENAPI).join("requirements.txt");
    let wanted = std::fs::read(&requirements).context("requirements.txt")?;
    let stamp = folder.join("requirements.txt");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) && works(&python) {
        return Ok(python);
    }
    if !has_venv() {
        install_by_apt(
            &["python3", "python3-venv"],
            "Python 3.11 or newer with venv",
        )?;
    }
    step("installing the Python tools (pip, in a virtual environment)");
    let hint =
        "check that python3 is 3.11 or newer and that pip reaches its registry, then run it again";
    run_quietly(
        command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
        hint,
    )?;
    run_quietly(
        command(&python)
            .args(["-m", "pip", "install", "--quiet", "--no-input"])
            .args(["--disable-pip-version-check", "--requirement"])
            .arg(&requirements),
        hint,
    )?;
    std::fs::write(&stamp, wanted).context("stamp of the virtual environment")?;
    Ok(python)
}

/// A plugin of Cargo among the Python tools: PyPI has it compiled, and pinned
/// together with its platform.
pub(crate) fn cargo_plugin(name: &str) -> Result<Command> {
    Ok(command(python_tools()?.with_file_name(name)))
}

/// Debian keeps what makes virtual environments in a package of its own.
fn has_venv() -> bool {
    command("python3")
        .args(["-c", "import ensurepip, venv"])
        .output()
        .is_ok_and(|output| output.status.success())
}

fn works(program: &Path) -> bool {
    command(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Node.js of a version that wrangler runs on: the one among the npm tools, or
/// the machine's own.
pub(crate) fn node() -> Result<Command> {
    let bundled = root().join("node_modules/.bin/node");
    let program = if bundled.exists() {
        bundled
    } else {
        PathBuf::from("node")
    };
    let version = run_quietly(
        command(&program).arg("--version"),
        "install Node.js 22 or newer",
    )?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok())
        .unwrap_or_default();
    if major < MIN_NODE_MAJOR {
        bail!(
            "Node.js {} is too old for wrangler; install Node.js {MIN_NODE_MAJOR} or newer",
            version.trim()
        );
    }
    let mut node = command(program);
    quiet_wrangler(&mut node);
    Ok(node)
}

/// Names under which Chromium or a browser of its family is installed.
const BROWSERS: [&str; 5] = [
    // Without windows, whose own pages would take more time than those of the tests.
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

/// The program of a Chromium, installed if there is none.
pub(crate) fn browser() -> Result<PathBuf> {
    if let Some(found) = find_program(&BROWSERS) {
        return Ok(found);
    }
    // Not every release has it by itself.
    install_by_apt(&["chromium-headless-shell"], "Chromium")
        .or_else(|_| install_by_apt(&["chromium"], "Chromium"))?;
    find_program(&BROWSERS).context("apt-get installed Chromium, but it is not on the PATH")
}

/// The program of wrk, which sends requests as fast as they are answered; installed
/// if there is none.
pub(crate) fn load_generator() -> Result<PathBuf> {
    if let Some(found) = find_program(&["wrk"]) {
        return Ok(found);
    }
    install_by_apt(&["wrk"], "wrk")?;
    find_program(&["wrk"]).context("apt-get installed wrk, but it is not on the PATH")
}

/// Installs packages of Debian or Ubuntu.
fn install_by_apt(packages: &[&str], what: &str) -> Result<()> {
    step(&format!("installing {what} (apt-get)"));
    let hint = format!("install {what} by your system's means");
    run_quietly(command("apt-get").args(["update", "-qq"]), &hint)?;
    run_quietly(
        command("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
        &hint,
    )?;
    Ok(())
}

/// The first program on the PATH that is called by one of the names.
fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|program| program.is_file())
}

/// wrangler, with that Node.js.
pub(crate) fn wrangler() -> Result<Command> {
    let mut wrangler = node()?;
    wrangler.arg("node_modules/wrangler/bin/wrangler.js");
    Ok(wrangler)
}

/// No prompts, no metrics, no look at the network for request properties.
fn quiet_wrangler(command: &mut Command) {
    command.envs([
        ("CI", "true"),
        ("WRANGLER_SEND_METRICS", "false"),
        ("WRANGLER_HIDE_BANNER", "true"),
        ("CLOUDFLARE_CF_FETCH_ENABLED", "false"),
        ("NO_UPDATE_NOTIFIER", "1"),
        ("FORCE_COLOR", "0"),
    ]);
}
