//! Looking after runs that the engine was not told of, or has lost.

use futures_util::future::join_all;
use serde::Serialize;
use worker::Env;

use super::signal::{self, SignalError};
use crate::platform::clock;
use crate::platform::engine_binding::InstanceState;
use crate::platform::log;
use crate::storage::database::{Databases, StorageError};
use crate::storage::overdue::{self, OverdueRun};

/// An event that no run waits for. Sending it makes an engine that has lost a
/// run take it up again; to one that goes on it does nothing.
const NUDGE: &str = "nudge";

/// Seconds after which the sweep looks again, at first.
const AGAIN_SECONDS: u32 = 30;
/// Runs that a sweep looks after at once, and how often. Each takes a few calls
/// to the engine, and a minute later there is another sweep.
const BATCH_SIZE: u32 = 20;
const MAX_BATCHES: u32 = 50;
/// How often an instance that goes on is told that its event has come. One that still does not
/// take it was paused behind our back, or waits long between attempts; as it calls nobody
/// meanwhile, it can be begun anew, once until it gets further.
const MAX_NUDGES: u32 = 2;
/// How often a run that the engine ended is begun anew, without getting any
/// further, before it is given up.
const MAX_RESTARTS: u32 = 5;

/// What a sweep did for runs.
#[derive(Debug, Default, Serialize)]
pub(crate) struct LookedAfter {
    /// Runs that should have gone on, and what became of them.
    taken: usize,
    /// An instance was created.
    started: usize,
    /// The instance was told to go on.
    nudged: usize,
    /// The instance was begun anew.
    restarted: usize,
    /// Run and assessment failed.
    given_up: usize,
    /// The engine did not do it, or D1 did not.
    failed: usize,
    /// Cancels that the engine was to be told of once more.
    terminated: usize,
}

/// What was done for one run.
enum Care {
    Started,
    Nudged,
    Restarted,
    GivenUp,
}

/// Looks after runs that should have gone on by now, and after cancels that the
/// engine has not heard of; adds to `done` what it did.
pub(crate) async fn run(env: &Env, done: &mut LookedAfter) -> Result<(), StorageError> {
    let databases = Databases::new(env);
    for _ in 0..MAX_BATCHES {
        let runs =
            overdue::take_overdue(&databases, AGAIN_SECONDS, BATCH_SIZE, clock::now()).await?;
        done.taken += runs.len();
        for care in join_all(runs.iter().map(|run| look_after(env, run))).await {
            let count = match care {
                Some(Care::Started) => &mut done.started,
                Some(Care::Nudged) => &mut done.nudged,
                Some(Care::Restarted) => &mut done.restarted,
                Some(Care::GivenUp) => &mut done.given_up,
                None => &mut done.failed,
            };
            *count += 1;
        }
        if runs.len() < BATCH_SIZE as usize {
            break;
        }
    }
    for _ in 0..MAX_BATCHES {
        let runs =
            overdue::take_canceled(&databases, AGAIN_SECONDS, BATCH_SIZE, clock::now()).await?;
        let stops = runs
            .iter()
            .map(|run| signal::stop(env, &run.org_id, &run.id));
        join_all(stops).await;
        done.terminated += runs.len();
        if runs.len() < BATCH_SIZE as usize {
            break;
        }
    }
    Ok(())
}

async fn look_after(env: &Env, run: &OverdueRun) -> Option<Care> {
    try_look_after(env, run)
        .await
        .inspect_err(|error| {
            log::error("overdue_run")
                .field("run", run.id.as_str())
                .cause(error)
                .write();
        })
        .ok()
}

async fn try_look_after(env: &Env, run: &OverdueRun) -> Result<Care, SignalError> {
    let OverdueRun {
        org_id: org,
        id,
        restarts,
        sweeps,
        awaiting,
    } = run;
    let Some(instance) = signal::instance(env, id).await? else {
        signal::try_start(env, org, id).await?;
        return Ok(Care::Started);
    };
    if instance.state().await? == InstanceState::Going {
        let is_deaf = awaiting.is_some() && *sweeps > MAX_NUDGES;
        if is_deaf && overdue::claim_restart(&Databases::new(env), org, id, *sweeps).await? {
            instance.restart().await?;
            return Ok(Care::Restarted);
        }
        let event = awaiting.map_or_else(|| NUDGE.to_owned(), signal::wake_event);
        instance.send_event(&event).await?;
        return Ok(Care::Nudged);
    }
    if *restarts < MAX_RESTARTS {
        instance.restart().await?;
        overdue::note_restarted(&Databases::new(env), org, id).await?;
        return Ok(Care::Restarted);
    }
    let message = "The workflow engine ended the run repeatedly";
    log::error("run_given_up")
        .field("run", id.as_str())
        .cause(message)
        .write();
    overdue::give_up(&Databases::new(env), org, id, message, clock::now()).await?;
    Ok(Care::GivenUp)
}
