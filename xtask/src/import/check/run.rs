//! The check of runs. Their steps are told by position: the first one carries out
//! the first component of the workflow, and so on.

use std::collections::{HashMap, HashSet};

use assessments::id::{WorkflowDefinitionId, WorkflowRunId, WorkflowRunStepId};
use assessments::workflow::analysis::{MAX_ARTIFACTS, NewArtifact};
use assessments::workflow::definition::{Action, Component, MAX_COMPONENTS};
use assessments::workflow::run::{RunStatus, StepStatus};

use super::fields::{enum_value, required_enum_value, text, unique_id};
use crate::import::file::{Run, Step};
use crate::import::reader::{Faults, Node, Object, Unique};

/// The workflows of an organization, with their components where the file states them.
pub(super) type Workflows = HashMap<WorkflowDefinitionId, Option<Vec<Component>>>;

/// Ids of an organization's runs and their steps.
#[derive(Default)]
pub(super) struct RunIds {
    runs: Unique<WorkflowRunId>,
    steps: Unique<WorkflowRunStepId>,
}

/// Reads a run, of an assessment that may be archived.
pub(super) fn run(
    node: &Node<'_>,
    workflows: &Workflows,
    is_archived: bool,
    ids: &mut RunIds,
    faults: &mut Faults,
) -> Option<Run> {
    let object = node.object(
        faults,
        &[
            "id",
            "workflow_id",
            "status",
            "started_at",
            "completed_at",
            "steps",
        ],
    )?;
    let id = unique_id(&object, faults, &mut ids.runs);
    let known: HashSet<WorkflowDefinitionId> = workflows.keys().cloned().collect();
    let workflow_id = object
        .required(faults, "workflow_id")
        .and_then(|node| node.known_id(faults, &known, "the organization's workflows"));
    let status: Option<RunStatus> = required_enum_value(&object, faults, "status");
    if is_archived && status == Some(RunStatus::Started) {
        faults.add(node, "is started, but the archive ends every run");
    }
    let started_at = object
        .required(faults, "started_at")
        .and_then(|node| node.time(faults));
    let workflow = workflow_id
        .as_ref()
        .and_then(|workflow| workflows.get(workflow));
    let steps = steps(
        &object,
        node,
        workflow.map(|components| components.as_deref().unwrap_or_default()),
        (status, started_at),
        ids,
        faults,
    );
    let last = steps.last().map(|step| step.updated_at).or(started_at);
    let completed_at = completed_at(&object, node, status, last, faults);
    Some(Run {
        id: id?,
        workflow_id: workflow_id?,
        status: status?,
        started_at: started_at?,
        completed_at,
        steps,
    })
}

/// The steps of a run that carries out `components`, as far as it is known which.
fn steps(
    object: &Object<'_>,
    run: &Node<'_>,
    components: Option<&[Component]>,
    (status, started_at): (Option<RunStatus>, Option<i64>),
    ids: &mut RunIds,
    faults: &mut Faults,
) -> Vec<Step> {
    let nodes = object.few_items(faults, "steps", MAX_COMPONENTS);
    let nodes = nodes.unwrap_or_default();
    let Some(components) = components else {
        return Vec::new();
    };
    if status == Some(RunStatus::Completed) && nodes.len() < components.len() {
        let (begun, all) = (nodes.len(), components.len());
        faults.add(
            run,
            format!("is completed, but has {begun} of the workflow's {all} steps"),
        );
    }
    let mut steps = Vec::new();
    let mut earliest = started_at;
    for (index, node) in nodes.iter().enumerate() {
        let Some(component) = components.get(index) else {
            faults.add(node, "the workflow has no such step in the file");
            continue;
        };
        let may_go_on = status == Some(RunStatus::Started) && index + 1 == nodes.len();
        if let Some(step) = step(node, component, may_go_on, earliest, ids, faults) {
            earliest = Some(step.updated_at);
            steps.push(step);
        }
    }
    steps
}

/// When a run ended, which only those tell that have. Its last step was before that.
fn completed_at(
    object: &Object<'_>,
    run: &Node<'_>,
    status: Option<RunStatus>,
    last: Option<i64>,
    faults: &mut Faults,
) -> Option<i64> {
    let Some(node) = object.optional("completed_at") else {
        if status.is_some_and(RunStatus::is_terminal) {
            faults.add(run, "\"completed_at\" is missing, and the run has ended");
        }
        return None;
    };
    if status == Some(RunStatus::Started) {
        faults.add(&node, "stands at a run that goes on");
    }
    let completed = node.time(faults)?;
    if last.is_some_and(|last| last > completed) {
        faults.add(&node, "is before what came before it");
    }
    Some(completed)
}

/// A step, which carries out `component` and may be the one in which the run is.
fn step(
    node: &Node<'_>,
    component: &Component,
    may_go_on: bool,
    earliest: Option<i64>,
    ids: &mut RunIds,
    faults: &mut Faults,
) -> Option<Step> {
    let object = node.object(
        faults,
        &[
            "id",
            "status",
            "message",
            "artifacts",
            "created_at",
            "updated_at",
        ],
    )?;
    let id = unique_id(&object, faults, &mut ids.steps);
    let status: Option<StepStatus> = match object.optional("status") {
        Some(node) => Some(enum_value(&node, faults)?),
        None => None,
    };
    if status.is_none() && !(may_go_on && takes_time(component)) {
        faults.add(
            node,
            "\"status\" is missing; only the last step of a started run goes on, if it waits or calls",
        );
    }
    let message = object
        .optional("message")
        .and_then(|node| node.text(faults));
    let nodes = object.few_items(faults, "artifacts", MAX_ARTIFACTS);
    let artifacts = nodes
        .iter()
        .flatten()
        .filter_map(|node| artifact(node, faults))
        .collect();
    let created_at = object.required(faults, "created_at").and_then(|node| {
        let created = node.time(faults)?;
        if earliest.is_some_and(|earliest| earliest > created) {
            faults.add(&node, "is before what came before it");
        }
        Some(created)
    });
    let updated_at = object.required(faults, "updated_at").and_then(|node| {
        let updated = node.time(faults)?;
        if created_at.is_some_and(|created| created > updated) {
            faults.add(&node, "is before created_at");
        }
        Some(updated)
    });
    Some(Step {
        id: id?,
        component: component.clone(),
        status,
        message,
        artifacts,
        created_at: created_at?,
        updated_at: updated_at?,
    })
}

/// Whether a run can be found in such a step; others begin and end at once.
const fn takes_time(component: &Component) -> bool {
    matches!(
        component.action,
        Action::Wait(_) | Action::WaitForEvent(_) | Action::Call(_)
    )
}

fn artifact(node: &Node<'_>, faults: &mut Faults) -> Option<NewArtifact> {
    let object = node.object(faults, &["artifact_type", "id", "role"])?;
    let artifact_type = text(&object, faults, "artifact_type");
    let id = text(&object, faults, "id");
    let role = text(&object, faults, "role");
    Some(NewArtifact {
        artifact_type: artifact_type?,
        id: id?,
        role: role?,
    })
}
