//! `cargo xtask status`: what an operator looks at, and whether there is anything to
//! do. Whatever is asked of the database is bounded: at most [`facts::MAX_COUNTED`]
//! rows are read of each table, and as many for each check.

mod checks;
mod facts;
mod tables;

use anyhow::{Result, bail};
use assessments::time::Timestamp;
use serde::Serialize;

use crate::configuration::Variables;
use crate::database::{Place, Refusal};
use crate::terminal::{print, table};
use checks::{Check, checks};
use facts::{Counted, Facts};

/// What to look at.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// As JSON, with times in Unix seconds
    #[arg(long)]
    json: bool,
    /// Count every row of every table, which reads them all
    #[arg(long)]
    exact: bool,
    #[command(flatten)]
    place: Place,
}

/// Looks, and fails if something needs an operator.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { json, exact, place } = arguments;
    let database = place.database();
    let tables = tables::of_migrations()?;
    let statements = facts::statements(&tables, &Variables::read()?, exact);
    let answer = database
        .run("reading of the state", &statements)?
        .map_err(Refusal::into_error)?;
    // Nothing sweeps a local database while `cargo xtask dev` does not run.
    let is_swept = database.is_remote() || answer.is_served;
    let facts = Facts::read(&answer, &tables, exact)?;
    let checks = checks(&facts, is_swept);
    if json {
        let status = Status {
            database: database.name(),
            now: facts.now,
            is_swept,
            size_bytes: facts.size,
            checks: &checks,
            tables: &facts.tables,
        };
        print(&serde_json::to_string_pretty(&status)?)?;
    } else {
        print(&format!(
            "{}\n\n{}\n\n{}",
            database.name(),
            shown(&checks),
            counted(&facts)
        ))?;
        if !is_swept {
            eprintln!("nothing sweeps this database now, so what only a sweep does is not judged");
        }
    }
    let needs = checks.iter().filter(|check| check.needs.is_some()).count();
    if needs > 0 {
        let plural = if needs == 1 { " needs" } else { "s need" };
        bail!("{needs} check{plural} an operator");
    }
    Ok(())
}

/// The status for programs.
#[derive(Serialize)]
struct Status<'a> {
    database: String,
    now: Timestamp,
    /// Whether something sweeps the database, so that its delays are judged.
    is_swept: bool,
    size_bytes: Option<u64>,
    checks: &'a [Check],
    tables: &'a [Counted],
}

fn shown(checks: &[Check]) -> String {
    table(
        ["CHECK", "FOUND", "OPERATOR"],
        checks.iter().map(|check| {
            [
                check.label.to_owned(),
                check.found.clone(),
                check.needs.map_or_else(String::new, str::to_owned),
            ]
        }),
    )
}

fn counted(facts: &Facts) -> String {
    table(
        ["TABLE", "ROWS"],
        facts
            .tables
            .iter()
            .map(|table| [table.name.clone(), table.rows.to_string()]),
    )
}
