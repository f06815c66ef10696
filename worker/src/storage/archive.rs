//! Archiving one assessment.

use assessments::assessment::{ArchivedAssessment, Status};
use assessments::id::{AssessmentId, WorkflowRunId};
use assessments::stored::StoredId;
use assessments::time::Timestamp;
use serde::Deserialize;

use super::database::{Databases, StorageError, id, text, time};
use super::standing;
use crate::caller::{Basis, Caller};

/// What an archive does to its row, at `?3`, here and in an import; `?4` is
/// [`Status::archive_map`]. The trigger on `archived_at` archives evals and
/// findings, closes the portal and cancels runs; the count of findings is taken
/// before that.
const ARCHIVE: &str = concat!(include_str!("archive.sql"), "  AND org_id = ?1 AND id = ?2");

const ARCHIVED: &str = "\
SELECT json_object(
    'status', status, 'archived_at', archived_at,
    'runs', (
        SELECT json_group_array(r.id) FROM workflow_runs r
        WHERE r.org_id = ?1 AND r.id IN (
            SELECT id FROM workflow_runs WHERE org_id = ?1 AND assessment_id = ?2)
          AND r.status = 'canceled' AND r.version IS NOT NULL AND r.terminated_at IS NULL)) AS json
FROM assessments WHERE org_id = ?1 AND id = ?2";

/// Archives an assessment unless it is archived already; either way the answer
/// is the state of its archive and the runs that were canceled by it now, `None` if
/// there is no such assessment.
///
/// # Errors
/// [`StorageError::Constraint`] if the caller would no longer be admitted on
/// `basis`; nothing is written then.
pub(crate) async fn assessment(
    databases: &Databases,
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
    let database = databases.of(&caller.org)?;
    let key = [id(&caller.org), id(assessment)];
    let [org, row] = key.clone();
    let statements = vec![
        standing::guard(&database, caller, basis, now),
        database.statement(
            ARCHIVE,
            &[org, row, time(now), text(&Status::archive_map())],
        ),
        database.statement(ARCHIVED, &key),
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
