//! Running workflows on the platform's engine.
//!
//! D1 is the truth and the engine is what carries it out: a run is written
//! together with its assessment, every step records itself and its effect in
//! one transaction, and the engine is told of starts and cancels afterwards,
//! best effort. What it was not told, or has lost, the sweep finds by the time
//! at which a run should have gone on.
//!
//! - [`binding`]: the platform's API
//! - [`run`]: one execution of a run, step by step
//! - [`effect`]: what a step does, pure
//! - [`call`]: asking an analyser
//! - [`failure`]: why that failed, as it is told
//! - [`ahead`]: how long what a run still has to do may take

pub(crate) mod ahead;
pub(crate) mod binding;
mod call;
pub(crate) mod effect;
mod failure;
pub(crate) mod run;

use assessments::id::{OrganizationId, WorkflowRunId};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use worker::{console_error, console_warn};

use self::binding::{EngineError, Instance, InstanceState, Workflow};
use crate::shell::Shell;
use crate::storage::{self, StorageError, runs::OverdueRun};

/// The binding's name.
const BINDING: &str = "WORKFLOWS";
/// An event that no run waits for. Sending it makes an engine that has lost a
/// run take it up again; to one that goes on it does nothing.
const NUDGE: &str = "nudge";

/// Seconds a run may be behind before the sweep looks after it.
pub(crate) const GRACE_SECONDS: i64 = 15;
/// Seconds after which the sweep looks again, at first.
const AGAIN_SECONDS: u32 = 30;
/// Runs that a sweep looks after at once, and how often. Each takes a few calls
/// to the engine, and a minute later there is another sweep.
const BATCH_SIZE: u32 = 20;
const MAX_BATCHES: u32 = 50;
/// How often a run that the engine ended is begun anew, without getting any
/// further, before it is given up.
const MAX_RESTARTS: u32 = 5;

/// The event that wakes the step of that position, which waits for one. What
/// wakes it too late is no other step's.
fn wake_event(position: u32) -> String {
    format!("wake-{position}")
}

/// What an execution is told besides the id of its run.
#[derive(Debug, Serialize, Deserialize)]
struct Params {
    org_id: OrganizationId,
}

/// Why the engine was not told something.
#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error("engine: {0}")]
    Engine(EngineError),
    #[error("{0}")]
    Storage(StorageError),
    #[error("parameters: {0}")]
    Params(serde_json::Error),
}

impl From<EngineError> for Untold {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<StorageError> for Untold {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Has the engine begin a run. If that fails, the sweep does it.
pub(crate) async fn start(shell: &Shell, org: &OrganizationId, run: &WorkflowRunId) {
    if let Err(error) = try_start(shell, org, run).await {
        console_warn!("start of {}: {error}; the sweep will", run.as_str());
    }
}

async fn try_start(shell: &Shell, org: &OrganizationId, run: &WorkflowRunId) -> Result<(), Untold> {
    let params = serde_json::to_string(&Params {
        org_id: org.clone(),
    })
    .map_err(Untold::Params)?;
    let workflow = Workflow::of(shell.env(), BINDING)?;
    workflow.create(run.as_str(), &params).await?;
    Ok(storage::runs::note_dispatched(shell, org, run).await?)
}

/// Has the engine stop a run that was canceled. If that fails, the sweep does it.
pub(crate) async fn stop(shell: &Shell, org: &OrganizationId, run: &WorkflowRunId) {
    if let Err(error) = try_stop(shell, org, run).await {
        console_warn!("stop of {}: {error}; the sweep will", run.as_str());
    }
}

async fn try_stop(shell: &Shell, org: &OrganizationId, run: &WorkflowRunId) -> Result<(), Untold> {
    // One that is created only now finds its run canceled.
    if let Some(instance) = instance(shell, run).await? {
        instance.terminate().await?;
    }
    Ok(storage::runs::note_terminated(shell, org, run).await?)
}

/// Has the step that waits for an event look for it.
pub(crate) async fn wake(shell: &Shell, run: &WorkflowRunId, position: u32) {
    let woken = async {
        match instance(shell, run).await? {
            Some(instance) => instance.send_event(&wake_event(position)).await,
            None => Ok(()),
        }
    };
    if let Err(error) = woken.await {
        console_warn!("wake of {}: {error}; the sweep will", run.as_str());
    }
}

async fn instance(shell: &Shell, run: &WorkflowRunId) -> Result<Option<Instance>, EngineError> {
    let workflow = Workflow::of(shell.env(), BINDING)?;
    match workflow.get(run.as_str()).await {
        Ok(instance) => Ok(Some(instance)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Looks after runs that should have gone on by now, and after cancels that the
/// engine has not heard of.
pub(crate) async fn sweep(shell: &Shell) -> Result<(), StorageError> {
    for _ in 0..MAX_BATCHES {
        let runs = storage::runs::take_overdue(shell, AGAIN_SECONDS, BATCH_SIZE).await?;
        join_all(runs.iter().map(|run| look_after(shell, run))).await;
        if runs.len() < BATCH_SIZE as usize {
            break;
        }
    }
    for _ in 0..MAX_BATCHES {
        let runs = storage::runs::take_canceled(shell, AGAIN_SECONDS, BATCH_SIZE).await?;
        join_all(runs.iter().map(|run| stop(shell, &run.org_id, &run.id))).await;
        if runs.len() < BATCH_SIZE as usize {
            break;
        }
    }
    Ok(())
}

async fn look_after(shell: &Shell, run: &OverdueRun) {
    if let Err(error) = try_look_after(shell, run).await {
        console_error!("overdue run {}: {error}", run.id.as_str());
    }
}

async fn try_look_after(shell: &Shell, run: &OverdueRun) -> Result<(), Untold> {
    let OverdueRun {
        org_id: org,
        id,
        restarts,
        awaiting,
    } = run;
    let Some(instance) = instance(shell, id).await? else {
        return try_start(shell, org, id).await;
    };
    match instance.state().await? {
        InstanceState::Going => {
            let event = awaiting.map_or_else(|| NUDGE.to_owned(), wake_event);
            instance.send_event(&event).await?;
        }
        InstanceState::Ended if *restarts < MAX_RESTARTS => {
            instance.restart().await?;
            storage::runs::note_restarted(shell, org, id).await?;
        }
        InstanceState::Ended => {
            let message = "The workflow engine ended the run repeatedly";
            console_error!("run {}: {message}; it is given up", id.as_str());
            storage::runs::give_up(shell, org, id, message).await?;
        }
    }
    Ok(())
}
