//! Looking after runs that the engine was not told of, or has lost.

use futures_util::future::join_all;
use worker::{Env, console_error};

use super::signal::{self, SignalError};
use crate::platform::clock;
use crate::platform::engine_binding::InstanceState;
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
/// How often a run that the engine ended is begun anew, without getting any
/// further, before it is given up.
const MAX_RESTARTS: u32 = 5;

/// Looks after runs that should have gone on by now, and after cancels that the
/// engine has not heard of.
pub(crate) async fn run(env: &Env) -> Result<(), StorageError> {
    let databases = Databases::new(env);
    for _ in 0..MAX_BATCHES {
        let runs =
            overdue::take_overdue(&databases, AGAIN_SECONDS, BATCH_SIZE, clock::now()).await?;
        join_all(runs.iter().map(|run| look_after(env, run))).await;
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
        if runs.len() < BATCH_SIZE as usize {
            break;
        }
    }
    Ok(())
}

async fn look_after(env: &Env, run: &OverdueRun) {
    if let Err(error) = try_look_after(env, run).await {
        console_error!("overdue run {}: {error}", run.id.as_str());
    }
}

async fn try_look_after(env: &Env, run: &OverdueRun) -> Result<(), SignalError> {
    let OverdueRun {
        org_id: org,
        id,
        restarts,
        awaiting,
    } = run;
    let Some(instance) = signal::instance(env, id).await? else {
        return signal::try_start(env, org, id).await;
    };
    match instance.state().await? {
        InstanceState::Going => {
            let event = awaiting.map_or_else(|| NUDGE.to_owned(), signal::wake_event);
            instance.send_event(&event).await?;
        }
        InstanceState::Ended if *restarts < MAX_RESTARTS => {
            instance.restart().await?;
            overdue::note_restarted(&Databases::new(env), org, id).await?;
        }
        InstanceState::Ended => {
            let message = "The workflow engine ended the run repeatedly";
            console_error!("run {}: {message}; it is given up", id.as_str());
            overdue::give_up(&Databases::new(env), org, id, message, clock::now()).await?;
        }
    }
    Ok(())
}
