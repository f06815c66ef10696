//! Reading one workflow run.

use assessments::id::WorkflowRunId;
use assessments::workflow::run::WorkflowRun;

use super::database::{Databases, StorageError, id};
use super::standing;
use crate::caller::{Caller, Standing};

const RUN: &str = "\
SELECT json_object(
    'workflow_run_id', r.id, 'workflow_name', d.name, 'workflow_definition_id', d.id,
    'status', r.status, 'started_at', r.started_at, 'completed_at', r.completed_at,
    'steps', (
        SELECT json_group_array(json_object(
            'step_id', s.id, 'component_id', s.component_id, 'component_name', s.component_name,
            'action_type', s.action_type, 'status', s.status, 'message', s.message,
            'artifacts', json(s.artifacts)) ORDER BY s.position)
        FROM workflow_run_steps s WHERE s.org_id = r.org_id AND s.run_id = r.id)) AS json
FROM workflow_runs r
JOIN workflow_definitions d ON d.org_id = r.org_id AND d.id = r.definition_id
WHERE r.org_id = ?1 AND r.id = ?2";

/// What a retrieve looks up: the key's standing and the run, if any.
pub(crate) async fn run(
    databases: &Databases,
    caller: &Caller,
    run: Option<&WorkflowRunId>,
) -> Result<(Option<Standing>, Option<WorkflowRun>), StorageError> {
    let database = databases.of(&caller.org)?;
    let mut statements = vec![standing::select(&database, caller)];
    if let Some(run) = run {
        statements.push(database.statement(RUN, &[id(&caller.org), id(run)]));
    }
    let mut rows = database.batch("retrieve workflow run", statements).await?;
    Ok((standing::next(&mut rows)?, rows.next_value()?))
}
