//! `cargo xtask import`: loads organizations and their data into D1.
//!
//! The whole file is checked first and every fault reported with its place;
//! then everything is written in one transaction or nothing is. Importing a
//! file twice changes nothing.

mod check;
mod database;
mod file;
pub(crate) mod handoff;
mod reader;
mod sql;
mod unique_keys;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use assessments::workflow::target::{DEFAULT_PORTS, Rules};
use serde::Deserialize;

use crate::process::{root, step};
use crate::setup;
use crate::state::{InUse, State};
pub(crate) use database::migrate;
use database::{execute_locally, execute_remotely};
use unique_keys::UniqueKeys;

/// Where to load into.
pub(crate) enum Destination {
    /// The deployed database.
    Remote,
    /// The local one in this folder.
    Local(PathBuf),
    /// No database: the statements go to this file.
    Sql(PathBuf),
}

/// `cargo xtask import`
pub(crate) fn run(path: &Path, destination: &Destination) -> Result<()> {
    let file = check(
        &read(path)?,
        path,
        matches!(destination, Destination::Remote),
    )?;
    let statements = sql::statements(&file)?.join("\n");
    let summary = summary(&file);
    match destination {
        Destination::Sql(out) => {
            fs::write(out, statements).with_context(|| out.display().to_string())?;
        }
        Destination::Local(folder) => {
            setup::npm_tools()?;
            loop {
                match State::try_open(folder)? {
                    Ok(state) => {
                        migrate(&state)?;
                        execute_locally(&state, &statements)?;
                        break;
                    }
                    Err(InUse(folder)) => {
                        if handoff::request(&folder, &statements)? {
                            break;
                        }
                    }
                }
            }
        }
        Destination::Remote => {
            setup::npm_tools()?;
            step("loading into the deployed D1");
            execute_remotely(&statements)?;
        }
    }
    let place = match destination {
        Destination::Remote => "the deployed database".to_owned(),
        Destination::Local(folder) => format!("the local database in {}", folder.display()),
        Destination::Sql(out) => out.display().to_string(),
    };
    eprintln!("{place} has what {} says: {summary}", path.display());
    Ok(())
}

/// Loads the demo data into a local database.
pub(crate) fn demo(state: &State, text: &str) -> Result<()> {
    step("importing the demo data");
    let file = check(text, &demo_file(), false)?;
    execute_locally(state, &sql::statements(&file)?.join("\n"))
}

/// The demo data.
pub(crate) fn demo_file() -> PathBuf {
    root().join("worker/demo/demo-data.json")
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Checks a file's text; every fault goes to standard error. A deployment's
/// workflows may call public addresses only.
fn check(text: &str, path: &Path, is_deployed: bool) -> Result<file::ImportFile> {
    let ports = call_ports()?;
    let rules = Rules {
        development: !is_deployed,
        ports: &ports,
    };
    let UniqueKeys(json) =
        serde_json::from_str(text).with_context(|| format!("{} is not JSON", path.display()))?;
    let faults = match check::read(&json, rules) {
        Ok(file) => return Ok(file),
        Err(faults) => faults,
    };
    for fault in &faults {
        eprintln!("{}: {fault}", path.display());
    }
    let plural = if faults.len() == 1 { "" } else { "s" };
    bail!(
        "{} fault{plural} in the file; nothing was imported",
        faults.len()
    )
}

/// The ports that wrangler.toml lets analysers be called on.
fn call_ports() -> Result<Vec<u16>> {
    #[derive(Default, Deserialize)]
    struct Configuration {
        #[serde(default)]
        vars: Variables,
    }
    #[derive(Default, Deserialize)]
    struct Variables {
        #[serde(rename = "CALL_PORTS")]
        call_ports: Option<Vec<u16>>,
    }
    let path = root().join("wrangler.toml");
    let configuration: Configuration =
        toml::from_str(&read(&path)?).with_context(|| path.display().to_string())?;
    let stated = configuration.vars.call_ports;
    Ok(stated.unwrap_or_else(|| DEFAULT_PORTS.to_vec()))
}

fn summary(file: &file::ImportFile) -> String {
    let count = |of: fn(&file::Organization) -> usize| file.orgs.iter().map(of).sum::<usize>();
    format!(
        "{} organizations, {} keys, {} users, {} vendors, {} control sets, {} workflows, {} custom fields, {} assessments",
        file.orgs.len(),
        count(|org| org.api_keys.len()),
        count(|org| org.users.len()),
        count(|org| org.vendors.len()),
        count(|org| org.control_sets.len()),
        count(|org| org.workflows.len()),
        count(|org| org.custom_fields.len()),
        count(|org| org.assessments.len()),
    )
}

#[cfg(test)]
mod tests;
