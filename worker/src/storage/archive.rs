//! Archiving one assessment.

use assessments::assessment::{ArchivedAssessment, Status};
use assessments::id::{AssessmentId, WorkflowRunId};
use assessments::stored::StoredId;
use assessments::time::Timestamp;
use serde::Deserialize;

use super::{StorageError, id, standing, text, time};
use crate::auth::{Basis, Caller};
use crate::shell::Shell;

/// `?4` maps each status to the one that archiving leaves. The trigger on
/// `archived_at` archives evals and findings, closes the portal and cancels
/// runs; the count of findings is taken before that.
const ARCHIVE: &str = "\
UPDATE assessments SET
    status_before_archive = status,
    status = json_extract(?4, '$.' || status),
    findings_count_at_archive = (
        SELECT count(*) FROM findings f
        WHERE f.org_id = assessments.org_id AND f.assessment_id = assessments.id
          AND f.archived_at IS NULL),
    updated_at = ?3, archived_at = ?3
WHERE org_id = ?1 AND id = ?2 AND archived_at IS NULL";

const ARCHIVED: &str = "\
SELECT json_object(
    'status', status, 'archived_at', archived_at,
    'runs', (
        SELECT json_group_array(r.id) FROM workflow_runs r
        WHERE r.org_id = ?1 AND r.assessment_id = ?2 AND r.status = 'canceled'
          AND r.version IS NOT NULL AND r.terminated_at IS NULL)) AS json
FROM assessments WHERE org_id = ?1 AND id = ?2";

/// Archives an assessment unless it is archived already; either way the answer
/// is the state of its archive and the runs that were canceled by it now, `None` if there is no such assessment.
///
/// # Errors
/// [`StorageError::Constraint`] if the caller would no longer be admitted on
/// `basis`; nothing is written then.
pub(crate) async fn assessment(
    shell: &Shell,
    caller: &Caller,
    basis: &Basis,
    assessment: &AssessmentId,
    now: Timestamp,
) -> Result<Option<(ArchivedAssessment, Vec<WorkflowRunId>)>, StorageError> {
    #[derive(Deserialize)]
    struct Archived {
        status: Status,
        archived_at: Timestamp,
        runs: Vec<StoredId>,
    }
    let database = shell.databases().of(&caller.org)?;
    let key = [id(&caller.org), id(assessment)];
    let [org, row] = key.clone();
    let statements = vec![
        standing::guard(&database, caller, basis, now)?,
        database.statement(ARCHIVE, &[org, row, time(now), text(&when_archived())])?,
        database.statement(ARCHIVED, &key)?,
    ];
    let mut rows = database.batch("archive assessment", statements).await?;
    // The guard selects nothing.
    rows.skip(1)?;
    let is_first = rows.next_changes()? > 0;
    let archived: Option<Archived> = rows.next_value()?;
    Ok(archived.map(|archived| {
        let answer = ArchivedAssessment {
            id: assessment.clone(),
            status: archived.status,
            is_archived: true,
            archived_at: archived.archived_at,
        };
        // Only the archive itself signals; what failed then, the sweep repeats.
        // The engine has no run whose id is not of our form.
        let runs = archived.runs.into_iter().filter(|_| is_first);
        (
            answer,
            runs.filter_map(|run| run.as_str().parse().ok()).collect(),
        )
    }))
}

/// The library's rule as a JSON object from status to status.
fn when_archived() -> String {
    let map: serde_json::Map<String, serde_json::Value> = Status::ALL
        .iter()
        .map(|status| {
            (
                status.as_str().to_owned(),
                status.when_archived().as_str().into(),
            )
        })
        .collect();
    serde_json::Value::from(map).to_string()
}
