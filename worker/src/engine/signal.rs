//! What the engine is told: of starts, cancels and events, best effort. What it
//! does not hear, the sweep repeats.

use std::fmt::Display;

use assessments::id::{OrganizationId, WorkflowRunId};
use serde::{Deserialize, Serialize};
use worker::Env;

use crate::platform::clock;
use crate::platform::engine_binding::{EngineError, Instance, Workflow};
use crate::platform::log;
use crate::storage::database::{Databases, StorageError};
use crate::storage::overdue;

/// The binding's name.
const BINDING: &str = "WORKFLOWS";

/// The event that wakes the step of that position, which waits for one. What
/// wakes it too late is no other step's.
pub(super) fn wake_event(position: u32) -> String {
    format!("wake-{position}")
}

/// What an execution is told besides the id of its run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Params {
    pub(super) org_id: OrganizationId,
}

/// Why the engine was not told something.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignalError {
    #[error("engine: {0}")]
    Engine(EngineError),
    #[error("{0}")]
    Storage(StorageError),
    #[error("parameters: {0}")]
    Params(serde_json::Error),
}

impl From<EngineError> for SignalError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<StorageError> for SignalError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Has the engine begin a run. If that fails, the sweep does it.
pub(crate) async fn start(env: &Env, org: &OrganizationId, run: &WorkflowRunId) {
    if let Err(error) = try_start(env, org, run).await {
        missed("run_not_started", run, &error);
    }
}

pub(super) async fn try_start(
    env: &Env,
    org: &OrganizationId,
    run: &WorkflowRunId,
) -> Result<(), SignalError> {
    let params = serde_json::to_string(&Params {
        org_id: org.clone(),
    })
    .map_err(SignalError::Params)?;
    let workflow = Workflow::of(env, BINDING)?;
    Ok(workflow.create(run.as_str(), &params).await?)
}

/// Has the engine stop a run that was canceled. If that fails, the sweep does it.
pub(crate) async fn stop(env: &Env, org: &OrganizationId, run: &WorkflowRunId) {
    if let Err(error) = try_stop(env, org, run).await {
        missed("run_not_stopped", run, &error);
    }
}

/// Says what the engine did not hear, and the sweep will repeat.
fn missed(event: &'static str, run: &WorkflowRunId, cause: &impl Display) {
    log::warn(event)
        .field("run", run.as_str())
        .cause(cause)
        .write();
}

async fn try_stop(env: &Env, org: &OrganizationId, run: &WorkflowRunId) -> Result<(), SignalError> {
    // One that is created only now finds its run canceled.
    if let Some(instance) = instance(env, run).await? {
        instance.terminate().await?;
    }
    let databases = Databases::new(env);
    Ok(overdue::note_terminated(&databases, org, run, clock::now()).await?)
}

/// Has the step that waits for an event look for it.
pub(crate) async fn wake(env: &Env, run: &WorkflowRunId, position: u32) {
    let woken = async {
        match instance(env, run).await? {
            Some(instance) => instance.send_event(&wake_event(position)).await,
            None => Ok(()),
        }
    };
    if let Err(error) = woken.await {
        missed("run_not_woken", run, &error);
    }
}

pub(super) async fn instance(
    env: &Env,
    run: &WorkflowRunId,
) -> Result<Option<Instance>, EngineError> {
    let workflow = Workflow::of(env, BINDING)?;
    match workflow.get(run.as_str()).await {
        Ok(instance) => Ok(Some(instance)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
