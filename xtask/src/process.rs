//! Running other programs.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::interrupt::{self, Running};

/// The project's root folder: the one that the command is run in, else the one that
/// Cargo runs it for, else the one that it stands in. Where it was compiled does not
/// count, for a checkout may be copied or moved with all that was built in it.
pub(crate) fn root() -> PathBuf {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let of_cargo = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let working = std::env::current_dir().ok();
        let own = std::env::current_exe().ok();
        [working, of_cargo, own]
            .into_iter()
            .flatten()
            .find_map(|start| project_around(&start))
            // What is looked for in it then tells that it is not there.
            .unwrap_or_default()
    })
    .clone()
}

/// The folder at or above `start` that holds this project.
fn project_around(start: &Path) -> Option<PathBuf> {
    let is_project = |folder: &&Path| {
        ["wrangler.toml", "xtask/Cargo.toml"]
            .iter()
            .all(|file| folder.join(file).is_file())
    };
    start.ancestors().find(is_project).map(Path::to_owned)
}

/// Says what is about to be done.
pub(crate) fn step(what: &str) {
    eprintln!("==> {what}");
}

/// A command in the project's root, with no standard input.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Cargo itself, the one that runs us.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end, output passed on; `hint` says what to do if it fails.
pub(crate) fn run(command: &mut Command, hint: &str) -> Result<()> {
    let output = finish(command)?;
    if output.status.success() {
        return Ok(());
    }
    bail!("`{}` failed ({}); {hint}", shown(command), output.status);
}

/// Runs to the end with its output shown only if it fails.
pub(crate) fn run_quietly(command: &mut Command, hint: &str) -> Result<String> {
    let output = finish(command.stderr(Stdio::piped()).stdout(Stdio::piped()))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    eprintln!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
    bail!("`{}` failed ({}); {hint}", shown(command), output.status);
}

/// Runs to the end; its standard output, or all that it printed if it failed.
pub(crate) fn run_captured(command: &mut Command) -> Result<std::result::Result<String, String>> {
    let output = finish(command.stderr(Stdio::piped()).stdout(Stdio::piped()))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(if output.status.success() {
        Ok(stdout)
    } else {
        Err(stdout + &String::from_utf8_lossy(&output.stderr))
    })
}

/// Runs to the end, or until we are interrupted.
fn finish(command: &mut Command) -> Result<Output> {
    if interrupt::requested() {
        bail!("interrupted");
    }
    let child = command
        .process_group(0)
        .spawn()
        .with_context(|| cannot_start(command))?;
    let running = Running::new(child.id());
    let output = child.wait_with_output();
    drop(running);
    if interrupt::requested() {
        bail!("interrupted");
    }
    output.with_context(|| shown(command))
}

fn cannot_start(command: &Command) -> String {
    format!(
        "cannot start `{}`; is it installed and on the PATH?",
        command.get_program().to_string_lossy()
    )
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let mut words = vec![name.to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    words.join(" ")
}
