//! The SQL for the runs of new assessments and their steps. A run goes through the
//! version of its workflow that is the latest once the file is imported. One that is
//! started is due at once: the sweep has the engine begin it, which finds the steps that
//! are settled and goes on behind them.

use assessments::time::Timestamp;
use assessments::workflow::definition::Action;
use assessments::workflow::question::RunInput;
use assessments::workflow::run::Artifact;
use serde_json::{Value, json};

use super::table::for_rows;
use super::values::rows_of;
use crate::import::file::{Assessment, ImportFile, Organization, Run, Step};

/// Holds for what belongs to an assessment that is not there yet.
const IS_NEW: &str =
    "NOT EXISTS (SELECT 1 FROM assessments WHERE org_id = f.value ->> 0 AND id = f.value ->> 1)";

pub(super) fn statements(file: &ImportFile) -> Vec<String> {
    let runs = rows_of(file, |org| {
        let runs = runs_of(org);
        runs.map(|(assessment, run)| row_of_run(org, assessment, run))
            .collect()
    });
    let steps = rows_of(file, |org| {
        let steps = runs_of(org).flat_map(|(assessment, run)| {
            let steps = run.steps.iter().enumerate();
            steps.map(move |(position, step)| row_of_step(org, assessment, run, position, step))
        });
        steps.collect()
    });
    let mut statements = for_rows(&runs, |rows| {
        format!(
            "INSERT INTO workflow_runs (org_id, assessment_id, id, definition_id, status, input, started_at, completed_at, version, due_at, terminated_at) SELECT f.value ->> 0, f.value ->> 1, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6, f.value ->> 7, (SELECT iif(components = '[]', NULL, version) FROM workflow_versions v WHERE v.org_id = f.value ->> 0 AND v.definition_id = f.value ->> 3 ORDER BY version DESC LIMIT 1), iif(f.value ->> 4 = 'started', unixepoch(), NULL), iif(f.value ->> 4 = 'canceled', f.value ->> 7, NULL) FROM json_each({rows}) f WHERE {IS_NEW};"
        )
    });
    statements.extend(for_rows(&steps, |rows| {
        format!(
            "INSERT INTO workflow_run_steps (org_id, run_id, position, id, component_id, component_name, action_type, status, message, artifacts, deadline, awaits, created_at, updated_at) SELECT f.value ->> 0, f.value ->> 2, f.value ->> 3, f.value ->> 4, f.value ->> 5, f.value ->> 6, f.value ->> 7, f.value ->> 8, f.value ->> 9, f.value ->> 10, f.value ->> 11, f.value ->> 12, f.value ->> 13, f.value ->> 14 FROM json_each({rows}) f WHERE {IS_NEW};"
        )
    }));
    statements
}

fn runs_of(org: &Organization) -> impl Iterator<Item = (&Assessment, &Run)> {
    let assessments = org.assessments.iter();
    assessments.flat_map(|assessment| assessment.runs.iter().map(move |run| (assessment, run)))
}

fn row_of_run(org: &Organization, assessment: &Assessment, run: &Run) -> Value {
    let input = RunInput::new(
        &assessment.id,
        &assessment.vendor_id,
        &assessment.service_ids,
    );
    json!([
        org.id,
        assessment.id,
        run.id,
        run.workflow_id,
        run.status,
        json!(input).to_string(),
        run.started_at,
        run.completed_at,
    ])
}

fn row_of_step(
    org: &Organization,
    assessment: &Assessment,
    run: &Run,
    position: usize,
    step: &Step,
) -> Value {
    let (seconds, awaits) = match &step.component.action {
        Action::Wait(wait) => (Some(wait.seconds), None),
        Action::WaitForEvent(wait) => (Some(wait.timeout_seconds), Some(wait.event.as_str())),
        // An attempt that an import interrupts is made again at once.
        _ => (None, None),
    };
    let updated_at = Timestamp::from_seconds(step.updated_at);
    let artifacts = step.artifacts.iter().map(|artifact| Artifact {
        artifact_type: artifact.artifact_type.clone(),
        id: artifact.id.clone(),
        role: artifact.role.clone(),
        created_at: updated_at,
        updated_at,
    });
    json!([
        org.id,
        assessment.id,
        run.id,
        position,
        step.id,
        step.component.id,
        step.component.name,
        step.component.action.kind(),
        step.status,
        step.message,
        json!(artifacts.collect::<Vec<_>>()).to_string(),
        seconds.map(|seconds| step.created_at + i64::from(seconds)),
        awaits,
        step.created_at,
        step.updated_at,
    ])
}
