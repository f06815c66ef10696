//! Ctrl-C, SIGTERM and SIGHUP end whatever we have started.
//!
//! Every program that we start is a process group of its own, so that all of
//! it can be ended, and so that the terminal's Ctrl-C reaches us alone.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

static REQUESTED: AtomicBool = AtomicBool::new(false);
/// The process group of the program that runs now; 0 if none does.
static RUNNING: AtomicI32 = AtomicI32::new(0);

/// From now on, a signal ends the running program and is remembered.
pub(crate) fn install() -> Result<()> {
    ctrlc::set_handler(|| {
        REQUESTED.store(true, Ordering::SeqCst);
        end(RUNNING.load(Ordering::SeqCst), Signal::SIGTERM);
    })
    .context("signal handler")
}

/// Whether we were told to end.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// Sends a signal to a process group.
pub(crate) fn end(group: i32, signal: Signal) {
    if group > 0 {
        // An error means that the group is gone, which is what is wanted.
        let _ = killpg(Pid::from_raw(group), signal);
    }
}

/// While this lives, a signal ends the program with process id `id`.
pub(crate) struct Running;

impl Running {
    pub(crate) fn new(id: u32) -> Self {
        let group = i32::try_from(id).unwrap_or_default();
        RUNNING.store(group, Ordering::SeqCst);
        if requested() {
            end(group, Signal::SIGTERM);
        }
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.store(0, Ordering::SeqCst);
    }
}
