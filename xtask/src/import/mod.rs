//! `cargo xtask import`: loads organizations and their data into D1.
//!
//! The whole file is checked first and every fault reported with its place;
//! then everything is written in one transaction or nothing is. Importing a
//! file twice changes nothing.

mod check;
mod file;
mod reader;
mod refusal;
mod sql;
mod unique_keys;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use assessments::workflow::target::Rules;

use crate::configuration::Variables;
use crate::database::{Database, execute_locally};
use crate::process::{root, step};
use crate::state::State;
use unique_keys::UniqueKeys;

/// Where to load into.
pub(crate) enum Destination {
    /// A database.
    Database(Database),
    /// No database: the statements go to this file.
    Sql(PathBuf),
}

/// `cargo xtask import`
pub(crate) fn run(path: &Path, destination: &Destination) -> Result<()> {
    let is_deployed =
        matches!(destination, Destination::Database(database) if database.is_remote());
    let file = check(&read(path)?, path, is_deployed)?;
    let statements = sql::statements(&file)?.join("\n");
    let place = match destination {
        Destination::Sql(out) => {
            fs::write(out, statements).with_context(|| out.display().to_string())?;
            out.display().to_string()
        }
        Destination::Database(database) => {
            database
                .load("import", &statements)?
                .map_err(|refusal| refusal::explained(&refusal))?;
            database.name()
        }
    };
    let summary = summary(&file);
    eprintln!("{place} has what {} says: {summary}", path.display());
    Ok(())
}

/// Loads the demo data into a local database.
pub(crate) fn demo(state: &State, text: &str) -> Result<()> {
    step("importing the demo data");
    let file = check(text, &demo_file(), false)?;
    execute_locally(state, &sql::statements(&file)?.join("\n"))?
        .map_err(|refusal| refusal::explained(&refusal))?;
    Ok(())
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
    let variables = Variables::read()?;
    let rules = Rules {
        development: !is_deployed,
        ports: variables.call_ports(),
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
