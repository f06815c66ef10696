//! Archiving one assessment.

use std::cell::RefCell;

use assessments::assessment::{ArchivedAssessment, Status};
use assessments::id::{AssessmentId, WorkflowRunId};
use assessments::stored::StoredId;
use assessments::time::Timestamp;
use serde::Deserialize;

use super::database::{Databases, StorageError, id, optional_id, text, time};
use super::standing::{
    self, Lookup, key_standing, of_session, session_standing, with_key, with_session,
};
use crate::caller::{Basis, Caller, Standing};
use crate::platform::recent::Recent;

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

macro_rules! state {
    () => {
        "(
SELECT json_object('status', status, 'archived_at', archived_at)
FROM assessments WHERE org_id = ?1 AND id = ?8) AS json"
    };
}

const STATE: Lookup = Lookup {
    of_key: with_key!(state!()),
    of_user: with_session!("id", state!()),
    of_external_user: with_session!("external_id", state!()),
};

/// How long it is remembered that an assessment is archived, in seconds.
const REMEMBERED_SECONDS: i64 = 10 * 60;
/// Assessments that are remembered at once, and their bytes.
const MAX_REMEMBERED: usize = 4_000;
const MAX_BYTES: usize = 1 << 20;

thread_local! {
    static ARCHIVED_LATELY: RefCell<Recent<()>> =
        RefCell::new(Recent::new(REMEMBERED_SECONDS, MAX_REMEMBERED, MAX_BYTES));
}

/// Whether the isolate has seen an assessment archived. It decides nothing but what is tried
/// first: to look, or to write.
pub(crate) fn is_archived(caller: &Caller, assessment: &AssessmentId, now: Timestamp) -> bool {
    ARCHIVED_LATELY.with_borrow_mut(|lately| lately.contains(&name(caller, assessment), now))
}

fn note_archived(caller: &Caller, assessment: &AssessmentId, now: Timestamp) {
    ARCHIVED_LATELY.with_borrow_mut(|lately| lately.insert(name(caller, assessment), (), 0, now));
}

fn name(caller: &Caller, assessment: &AssessmentId) -> String {
    format!("{}/{}", caller.org.as_str(), assessment.as_str())
}

/// An assessment, as far as it concerns an archive.
#[derive(Debug, Deserialize)]
pub(crate) struct State {
    status: Status,
    archived_at: Option<Timestamp>,
}

impl State {
    /// What is answered if it is archived.
    pub(crate) fn archived(self, assessment: &AssessmentId) -> Option<ArchivedAssessment> {
        let archived_at = self.archived_at?;
        Some(ArchivedAssessment {
            id: assessment.clone(),
            status: self.status,
            is_archived: true,
            archived_at,
        })
    }
}

/// The caller's standing, and the assessment, if there is one.
pub(crate) async fn state(
    databases: &Databases,
    caller: &Caller,
    assessment: Option<&AssessmentId>,
) -> Result<(Option<Standing>, Option<State>), StorageError> {
    let database = databases.of(&caller.org)?;
    let own = [optional_id(assessment)];
    let statement = standing::look_up(&database, caller, &STATE, &own);
    let mut rows = database
        .batch("look up for archive", vec![statement])
        .await?;
    rows.next_with_standing()
}

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
    if archived.is_some() {
        note_archived(caller, assessment, now);
    }
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
