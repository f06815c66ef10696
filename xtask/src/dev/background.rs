//! Programs that run beside us, each a process group of its own.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::Signal;

use crate::interrupt;

/// Longest wait for a program to end by itself when told to.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// A running program; it ends, with whatever it has started, when this is dropped.
pub(super) struct Background {
    child: Child,
    name: &'static str,
}

impl Background {
    pub(super) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { child, name })
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().context(self.name)
    }

    fn signal(&self, signal: Signal) {
        interrupt::end(i32::try_from(self.child.id()).unwrap_or_default(), signal);
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.signal(Signal::SIGTERM);
        let asked = Instant::now();
        while asked.elapsed() < STOP_TIMEOUT {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(POLL);
        }
        // workerd outlives a wrangler that was killed.
        self.signal(Signal::SIGKILL);
        let _ = self.child.wait();
    }
}
