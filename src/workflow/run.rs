//! A run and its steps as the API shows them. Fields stand in the order in
//! which they are emitted.

use serde::{Deserialize, Serialize};

use crate::id::WorkflowRunId;
use crate::shape::{wire, wire_enum};
use crate::stored::{Stored, StoredId};
use crate::time::Timestamp;

wire_enum! {
    /// Where a run stands.
    pub enum RunStatus {
        /// It goes on, or waits.
        Started = "started",
        /// Every step was gone through.
        Completed = "completed",
        /// Its assessment was archived meanwhile.
        Canceled = "canceled",
        /// A step failed, and with it the run.
        Failed = "failed",
    }

    /// How a step ended.
    pub enum StepStatus {
        /// It did what it should.
        Success = "success",
        /// It did not; `message` says why.
        Failed = "failed",
        /// It had no effect, for the run had ended.
        Skipped = "skipped",
    }

    /// What a step does.
    pub enum ActionType {
        /// Work begins.
        BeginAssessment = "begin_assessment",
        /// The assessment moves to a status.
        UpdateAssessment = "update_assessment",
        /// Time passes.
        Wait = "wait",
        /// Something is expected from outside.
        WaitForEvent = "wait_for_event",
        /// An analyser is asked.
        Call = "call",
        /// The assessment is closed.
        CompleteAssessment = "complete_assessment",
        /// The assessment is given up.
        FailAssessment = "fail_assessment",
    }
}

wire! {
/// The answer of `GET /v1/workflows/runs/{workflow_run_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkflowRun {
    /// The run.
    pub workflow_run_id: WorkflowRunId,
    /// The name of its definition.
    pub workflow_name: String,
    /// Its definition.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub workflow_definition_id: StoredId,
    /// Where it stands.
    pub status: RunStatus,
    /// Unix seconds.
    pub started_at: Timestamp,
    /// When it ended, Unix seconds.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub completed_at: Option<Timestamp>,
    /// The steps that were begun, in order.
    pub steps: Vec<RunStep>,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunStep {
    /// The step.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub step_id: StoredId,
    /// The component of the definition that it carries out.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub component_id: StoredId,
    /// That component's name.
    pub component_name: String,
    /// What it does.
    #[cfg_attr(feature = "openapi", schema(value_type = ActionType))]
    pub action_type: Stored<ActionType>,
    /// How it ended; `null` while it goes on.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub status: Option<StepStatus>,
    /// What there is to say of it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub message: Option<String>,
    /// What was made or used.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Artifact>))]
    pub artifacts: Vec<Stored<Artifact>>,
}

/// Something that a step made or used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Artifact {
    /// What it is.
    pub artifact_type: String,
    /// Its id, where it is kept.
    pub id: String,
    /// What it is to the step.
    pub role: String,
    /// Unix seconds.
    pub created_at: Timestamp,
    /// Unix seconds.
    pub updated_at: Timestamp,
}

/// The answer of `POST /v1/workflows/runs/{workflow_run_id}/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptedEvent {
    /// The run.
    pub workflow_run_id: WorkflowRunId,
    /// The event.
    pub name: String,
    /// When it was stored, Unix seconds.
    pub received_at: Timestamp,
}
}

impl RunStatus {
    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Started)
    }
}
