//! The project's own commands: `cargo xtask --help`.
//!
//! Each does its own set-up on a machine that has only Rust, Node.js with npm,
//! and git, says what it is doing, and names the command that failed.

mod audit;
mod bench;
mod build;
mod check;
mod configuration;
mod database;
mod dev;
mod import;
mod interrupt;
mod keys;
mod process;
mod session_key;
mod setup;
mod state;
mod status;
mod terminal;

mod test;
mod time;
mod wasm;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::database::Place;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Builds, runs and tests the Assessments API"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the API on local workerd with an embedded D1 and KV, on the demo data
    Dev {
        /// Port on 127.0.0.1
        #[arg(long, default_value_t = 8787, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
        /// Folder of the local D1 and KV; data survives a restart [default: .dev-state of the project]
        #[arg(long)]
        state: Option<PathBuf>,
    },
    /// Run every test there is
    Test {
        /// Only JavaScript test files whose path contains this text
        #[arg(long)]
        only: Option<String>,
    },
    /// Take pictures of every screen of the dashboard, into dist/screenshots
    Screenshots,
    /// Build the optimised artefacts: the Worker and the npm package
    Build {
        /// What to build; everything if not given
        target: Option<build::Target>,
    },
    /// Measure side by side with what people would use instead
    Bench(bench::Arguments),
    /// Check formatting, lints and types, the description of the API, and the dependencies
    Check,
    /// Print a new key to sign sessions with, to pipe into
    /// `npx wrangler secret put SESSION_SIGNING_KEY`
    SessionKey,
    /// Make, list, rotate and revoke service-account keys, without their secrets
    #[command(subcommand)]
    Keys(keys::Command),
    /// Show the records of an organization's calls, newest first
    Audit(audit::Arguments),
    /// Look at a deployment; fails if something needs an operator
    Status(status::Arguments),
    /// Load organizations and their data from a JSON file into D1
    Import {
        /// The file, of the shape of worker/demo/demo-data.json
        file: PathBuf,
        #[command(flatten)]
        place: Place,
        /// Write the SQL to a file instead of loading it
        #[arg(long, value_name = "OUT", conflicts_with_all = ["remote", "state"])]
        sql: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match interrupt::install().and_then(|()| run(Cli::parse().command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // {:#} is the chain of causes on one line; no stack trace.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Dev { port, state } => dev::run(port, &state::folder(state)),
        Command::Test { only } => test::run_command(only.as_deref()),
        Command::Screenshots => test::screenshots(),
        Command::Build { target } => build::run_command(target),
        Command::Bench(arguments) => bench::run_command(&arguments),
        Command::Check => check::run_command(),
        Command::SessionKey => session_key::print(),
        Command::Keys(command) => keys::run(command),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Status(arguments) => status::run(arguments),
        Command::Import { file, place, sql } => {
            let destination = match sql {
                Some(out) => import::Destination::Sql(out),
                None => import::Destination::Database(place.database()),
            };
            import::run(&file, &destination)
        }
    }
}
