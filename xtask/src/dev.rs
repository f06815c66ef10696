//! `cargo xtask dev`: the API on local workerd, until interrupted.

mod background;
mod demo;
mod http;

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::build::{self, BUILD_EFFORT, Effort, QUICK};
use crate::database::{handoff, migrate};
use crate::process::{root, step};
use crate::state::State;
use crate::{import, interrupt, session_key, setup};
use background::Background;
use demo::Demo;

/// Longest wait for the first answer.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// Between two runs of the Worker's schedule. Deployed it is a minute; here,
/// where a rebuild or a restart loses the runs in the engine's memory, someone
/// is waiting for them to go on.
const SCHEDULE: Duration = Duration::from_secs(5);

/// `cargo xtask dev`
pub(crate) fn run(port: u16, folder: &Path) -> Result<()> {
    http::ensure_free(port)?;
    let state = State::open(folder)?;
    setup::npm_tools()?;
    build::worker(Effort::Quick)?;
    handoff::discard_leftovers(&state)?;
    let analyser_port = http::free_port(port.saturating_add(1))?;
    let demo = Demo::read(analyser_port)?;
    load(&state, &demo, analyser_port)?;
    let _analyser = start_analyser(analyser_port, &demo)?;

    step("starting workerd");
    let Some(mut server) = Server::start(port, &state, &demo)? else {
        return Ok(());
    };
    demo.announce(port);
    let mut scheduled = Instant::now();
    while !server.wait(Duration::from_millis(250))? {
        if scheduled.elapsed() > SCHEDULE {
            http::run_schedule(port);
            scheduled = Instant::now();
        }
        if let Some(request) = handoff::waiting(&state) {
            drop(server);
            let outcome = handoff::serve(&state, &request)?;
            // Told once the API answers again, and also if it does not.
            let again = Server::start(port, &state, &demo);
            outcome.tell()?;
            let Some(again) = again? else {
                return Ok(());
            };
            step(&format!("serving again on http://127.0.0.1:{port}"));
            server = again;
        }
    }
    Ok(())
}

/// Migrates, and imports the demo data, unless the folder has had just these. What a
/// later day makes of the data adds nothing: what is there already stays.
fn load(state: &State, demo: &Demo, analyser_port: u16) -> Result<()> {
    let stamp = state.folder().join("loaded");
    let current = fingerprint(analyser_port)?;
    if fs::read_to_string(&stamp).is_ok_and(|loaded| loaded == current) {
        return Ok(());
    }
    migrate(state)?;
    import::demo(state, demo.text())?;
    fs::write(&stamp, current).with_context(|| stamp.display().to_string())
}

fn fingerprint(analyser_port: u16) -> Result<String> {
    let mut files = files_of(&root().join("worker/migrations"))?;
    files.extend(files_of(&root().join(demo::YEAR))?);
    files.push(import::demo_file());
    let mut hasher = DefaultHasher::new();
    analyser_port.hash(&mut hasher);
    for file in files {
        fs::read(&file)
            .with_context(|| file.display().to_string())?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The files of a folder, in the order of their names.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

/// Starts what the demo's workflows call.
fn start_analyser(port: u16, demo: &Demo) -> Result<Background> {
    Background::start(
        "the demo analyser",
        setup::node()?
            .arg(root().join("worker/demo/analyser.mjs"))
            .arg(port.to_string())
            .args(demo.signing_secrets())
            .stdin(Stdio::null()),
    )
}

/// wrangler with its workerd.
struct Server(Background);

impl Server {
    /// Starts and waits until it answers; `None` if interrupted meanwhile.
    fn start(port: u16, state: &State, demo: &Demo) -> Result<Option<Self>> {
        let mut server = Self::spawn(port, state, demo)?;
        let started = Instant::now();
        while !http::answers(port) {
            if started.elapsed() > START_TIMEOUT {
                bail!("no answer from workerd in {START_TIMEOUT:?}; see its output above");
            }
            if server.wait(POLL)? {
                return Ok(None);
            }
        }
        Ok(Some(server))
    }

    fn spawn(port: u16, state: &State, demo: &Demo) -> Result<Self> {
        // Standard output is for the lines that say where the API is.
        let log = std::io::stderr().as_fd().try_clone_to_owned()?;
        Background::start(
            "wrangler",
            setup::wrangler()?
                .args(["dev", "--ip", "127.0.0.1", "--port", &port.to_string()])
                .args([
                    "--inspector-port",
                    "0",
                    "--show-interactive-dev-session=false",
                ])
                .args(["--var", "ENVIRONMENT:development"])
                .args(["--var", &format!("DEMO:{}", demo.settings())])
                .arg("--persist-to")
                .arg(state.folder())
                // A secret has no place among the arguments, which anyone can list.
                .arg("--env-file")
                .arg(session_key::of_state(state.folder())?)
                // wrangler builds again when a source changes; quickly, please.
                .env(BUILD_EFFORT, QUICK)
                .stdout(Stdio::from(log)),
        )
        .map(Self)
    }

    /// Waits for `time`; true if interrupted, an error if the server ended by
    /// itself.
    fn wait(&mut self, time: Duration) -> Result<bool> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            if interrupt::requested() {
                return Ok(true);
            }
            if let Some(status) = self.0.ended()? {
                bail!("wrangler dev ended by itself ({status}); see its output above");
            }
            std::thread::sleep(POLL);
        }
        Ok(false)
    }
}
