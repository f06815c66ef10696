//! `cargo xtask bench`: what the project is measured beside, side by side and
//! interleaved, as tables of Markdown. Times are told and never judged: what must not
//! get worse is in `bench/budget.json`.

use anyhow::{Context, Result};

use crate::build::{self, Effort};
use crate::process::{root, run, step};
use crate::setup;

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Comparison {
    /// The Worker, beside one that a TypeScript team would write and beside its own statements
    /// asked by nothing else
    Worker,
    /// The package's checks, beside what people validate with, in Node.js and in a browser
    Package,
    /// What a page and what the platform downloads, and how soon the Worker answers
    Size,
    /// What visits of the dashboard ask for and how long they take, also on a slow line; what a
    /// long list costs
    Dashboard,
    /// Whether a full database is slower than an empty one, and whether the sweep keeps up
    Growth,
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to compare; everything if not given
    comparison: Option<Comparison>,
    /// How often each figure is taken
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Only rows whose name contains this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// With two million assessments in one organization, which take minutes and gigabytes (growth)
    #[arg(long)]
    large: bool,
}

impl Comparison {
    /// The program that compares.
    const fn program(self) -> &'static str {
        match self {
            Self::Worker => "bench/worker/main.mjs",
            Self::Package => "bench/package/main.mjs",
            Self::Size => "bench/size/main.mjs",
            Self::Dashboard => "bench/dashboard/main.mjs",
            Self::Growth => "bench/growth/main.mjs",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Worker => "the Worker",
            Self::Package => "the package",
            Self::Size => "what is downloaded",
            Self::Dashboard => "the dashboard",
            Self::Growth => "growth",
        }
    }
}

/// `cargo xtask bench`
pub(crate) fn run_command(arguments: &Arguments) -> Result<()> {
    setup::wasm_target()?;
    setup::npm_tools()?;
    setup::bench_npm_tools()?;
    build::worker(Effort::Shipped)?;
    let all = <Comparison as clap::ValueEnum>::value_variants();
    for comparison in arguments
        .comparison
        .as_ref()
        .map_or(all, std::slice::from_ref)
    {
        measure(*comparison, arguments)?;
    }
    Ok(())
}

fn measure(comparison: Comparison, arguments: &Arguments) -> Result<()> {
    let mut node = setup::node()?;
    node.env("XTASK", std::env::current_exe().context("own path")?)
        .env("WRANGLER_LOG", "warn");
    match comparison {
        Comparison::Worker => node.env("WRK", setup::load_generator()?),
        Comparison::Package | Comparison::Dashboard => node.env("CHROMIUM", setup::browser()?),
        Comparison::Size | Comparison::Growth => &mut node,
    };
    step(&format!("measuring {}", comparison.what()));
    node.arg(root().join(comparison.program()))
        .arg(format!("--rounds={}", arguments.rounds));
    if let Some(text) = &arguments.only {
        node.arg(format!("--only={text}"));
    }
    if arguments.large && comparison == Comparison::Growth {
        node.arg("--large");
    }
    run(&mut node, "see what failed above")
}
