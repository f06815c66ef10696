//! What the crates depend on: licences, duplicates and sources as `deny.toml`
//! allows them, advisories as far as they are on the machine, and nothing that is
//! declared and not used.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::process::{run_quietly, step};
use crate::setup;

/// Checks all of it.
pub(super) fn check() -> Result<()> {
    step("checking for unused dependencies");
    run_quietly(
        setup::cargo_plugin("cargo-shear")?.args(["--locked", "--deny-warnings"]),
        "remove what is reported above from the Cargo.toml",
    )?;
    step("checking licences, duplicates and sources of the dependencies");
    deny(
        &["--locked"],
        &["licenses", "bans", "sources"],
        "choose another crate or version, or add an exception with its reason to deny.toml",
    )?;
    if has_advisories() {
        step("checking the dependencies against the advisories on this machine");
        deny(
            &["--locked", "--offline"],
            &["advisories"],
            "update what is reported above",
        )
    } else {
        eprintln!("no advisories are on this machine, so none were looked at; see CONTRIBUTING.md");
        Ok(())
    }
}

fn deny(options: &[&str], checks: &[&str], hint: &str) -> Result<()> {
    run_quietly(
        setup::cargo_plugin("cargo-deny")?
            .args(options)
            .args(["--workspace", "check", "--deny", "warnings"])
            .args(checks),
        hint,
    )?;
    Ok(())
}

/// Whether cargo-deny has a copy of the RustSec database. It lives on a host that
/// is no package registry, so the check does not reach for it.
fn has_advisories() -> bool {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let of_user = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo"));
    let databases = cargo_home
        .or_else(of_user)
        .map(|home| home.join("advisory-dbs"))
        .and_then(|folder| fs::read_dir(folder).ok());
    databases
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.path().is_dir())
}
