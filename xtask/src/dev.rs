//! `cargo xtask dev`: the API on local workerd, until interrupted.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::build::{self, BUILD_EFFORT, Effort, QUICK};
use crate::shell::{root, step};
use crate::state::State;
use crate::{import, interrupt, setup};

/// Longest wait for the first answer.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest wait for the server to end by itself when told to.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// `cargo xtask dev`
pub(crate) fn run(port: u16, folder: &Path) -> Result<()> {
    ensure_free(port)?;
    let state = State::open(folder)?;
    setup::npm_tools()?;
    build::worker(Effort::Quick)?;
    import::handoff::discard_leftovers(&state)?;
    load(&state)?;

    step("starting workerd");
    let demo = Demo::read()?;
    let Some(mut server) = Server::start(port, &state, &demo)? else {
        return Ok(());
    };
    demo.announce(port);
    while !server.wait(Duration::from_millis(250))? {
        if let Some(request) = import::handoff::waiting(&state) {
            drop(server);
            let outcome = import::handoff::serve(&state, &request)?;
            let Some(again) = Server::start(port, &state, &demo)? else {
                return Ok(());
            };
            outcome.tell()?;
            step(&format!("serving again on http://127.0.0.1:{port}"));
            server = again;
        }
    }
    Ok(())
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn ensure_free(port: u16) -> Result<()> {
    TcpListener::bind(address(port)).map(drop).with_context(|| {
        format!("cannot listen on 127.0.0.1:{port}; choose another port with --port")
    })
}

/// Migrates, and imports the demo data, unless the folder has just these.
fn load(state: &State) -> Result<()> {
    let stamp = state.folder().join("loaded");
    let current = fingerprint()?;
    if fs::read_to_string(&stamp).is_ok_and(|loaded| loaded == current) {
        return Ok(());
    }
    import::migrate(state)?;
    import::demo(state)?;
    fs::write(&stamp, current).with_context(|| stamp.display().to_string())
}

fn fingerprint() -> Result<String> {
    let mut files = vec![import::demo_file()];
    let migrations = root().join("worker/migrations");
    for entry in fs::read_dir(&migrations).with_context(|| migrations.display().to_string())? {
        files.push(entry?.path());
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(&file)
            .with_context(|| file.display().to_string())?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// wrangler with its workerd, a process group of their own.
struct Server(Child);

impl Server {
    /// Starts and waits until it answers; `None` if interrupted meanwhile.
    fn start(port: u16, state: &State, demo: &Demo) -> Result<Option<Self>> {
        let mut server = Self::spawn(port, state, demo)?;
        let started = Instant::now();
        while !answers(port) {
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
            // wrangler builds again when a source changes; quickly, please.
            .env(BUILD_EFFORT, QUICK)
            .stdout(Stdio::from(log))
            .process_group(0)
            .spawn()
            .map(Self)
            .context("cannot start wrangler")
    }

    /// Waits for `time`; true if interrupted, an error if the server ended by
    /// itself.
    fn wait(&mut self, time: Duration) -> Result<bool> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            if interrupt::requested() {
                return Ok(true);
            }
            if let Some(status) = self.0.try_wait().context("wrangler")? {
                bail!("wrangler dev ended by itself ({status}); see its output above");
            }
            std::thread::sleep(POLL);
        }
        Ok(false)
    }

    fn signal(&self, signal: Signal) {
        interrupt::end(i32::try_from(self.0.id()).unwrap_or_default(), signal);
    }
}

impl Drop for Server {
    /// Ends every process that was started, however we end.
    fn drop(&mut self) {
        self.signal(Signal::SIGTERM);
        let asked = Instant::now();
        while asked.elapsed() < STOP_TIMEOUT {
            if !matches!(self.0.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(POLL);
        }
        // workerd outlives a wrangler that was killed.
        self.signal(Signal::SIGKILL);
        let _ = self.0.wait();
    }
}

/// Whether the API answers its health check.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address(port), POLL)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b" 200"))
    };
    ask().unwrap_or_default()
}

/// What of the demo data is offered to try.
struct Demo(Value);

impl Demo {
    fn read() -> Result<Self> {
        let text = fs::read_to_string(import::demo_file()).context("demo data")?;
        serde_json::from_str(&text).map(Self).context("demo data")
    }

    fn value(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn token(&self) -> &Value {
        self.value("/orgs/0/api_keys/0/secret")
    }

    /// A create request, small enough to type.
    fn request(&self) -> Value {
        json!({
            "vendor_id": self.value("/orgs/0/vendors/0/id"),
            "control_set_ids": [self.value("/orgs/0/control_sets/0/id")],
        })
    }

    /// What the dashboard offers, the Worker's variable `DEMO`.
    fn settings(&self) -> Value {
        let mut request = self.request();
        if let Some(fields) = request.as_object_mut() {
            for (name, value) in [
                (
                    "service_ids",
                    json!([self.value("/orgs/0/vendors/0/services/0/id")]),
                ),
                (
                    "trigger_workflow",
                    self.value("/orgs/0/workflows/0/name").clone(),
                ),
                (
                    "supporting_document_ids",
                    json!([self.value("/orgs/0/vendors/0/documents/0/id")]),
                ),
            ] {
                fields.insert(name.to_owned(), value);
            }
        }
        let assessments = self.value("/orgs/0/assessments").as_array();
        let ids: Vec<&Value> = assessments
            .into_iter()
            .flatten()
            .filter_map(|assessment| assessment.get("id"))
            .collect();
        json!({ "token": self.token(), "request": request, "assessment_ids": ids })
    }

    /// Says where the API is and how to try it.
    fn announce(&self, port: u16) {
        let base = format!("http://127.0.0.1:{port}");
        println!("ready {base}");
        println!("the dashboard is at {base}/, or create an assessment by hand:");
        println!("  curl -sS {base}/v1/assessments \\");
        println!(
            "    -H 'Authorization: Bearer {}' \\",
            self.token().as_str().unwrap_or_default()
        );
        println!("    -H 'Content-Type: application/json' \\");
        println!("    -H 'Idempotency-Key: demo-1' \\");
        println!("    -d '{}'", self.request());
    }
}
