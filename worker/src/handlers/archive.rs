//! `DELETE /v1/assessments/{assessment_id}`

use assessments::id::kind::Assessment;
use assessments::id::{OrganizationId, Reference, WorkflowRunId};
use assessments::problem::Problem;
use assessments::route::Endpoint;
use worker::Request;

use crate::answer::{Answer, Failure};
use crate::auth::{self, Admission, Basis};
use crate::engine;
use crate::shell::Shell;
use crate::storage::{self, StorageError};

/// Attempts to write on a basis that keeps changing under us.
const MAX_ATTEMPTS: u32 = 4;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit
/// 4. the assessment, by organization and id: `404`; archived with all that
///    hangs on it, or found archived
///
/// One D1 round trip when the cached standing of the key still holds, which
/// the write itself makes sure of. Whatever it would refuse, and any change,
/// is looked up first.
pub(super) async fn archive(
    shell: &Shell,
    request: &Request,
    id: &Reference<Assessment>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(shell, Endpoint::ArchiveAssessment, request.headers());
    let caller = auth::identify(shell, request.headers()).await?;
    let mut cached: Option<Basis> = caller
        .cached
        .clone()
        .filter(|basis| id.id().is_some() && admission.judge(basis).is_ok());
    for _ in 0..MAX_ATTEMPTS {
        let now = shell.now();
        // 1, 2, 3
        let basis = match cached.take() {
            Some(basis) => basis,
            None => {
                let standing = storage::standing::current(shell, &caller).await?;
                auth::admit(shell, &caller, &admission, standing, now)?
            }
        };
        // 4
        let id = id.id().ok_or(Problem::AssessmentNotFound)?;
        match storage::archive::assessment(shell, &caller, &basis, id, now).await {
            Ok(archived) => {
                let (archived, runs) = archived.ok_or(Problem::AssessmentNotFound)?;
                stop(shell, &caller.org, runs);
                return Answer::ok(&archived);
            }
            Err(StorageError::Constraint { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StorageError::Contended {
        operation: "archive assessment",
    }
    .into())
}

/// Has the engine stop runs that are canceled, after the response and best
/// effort: in D1 they are canceled already, and can do nothing more.
fn stop(shell: &Shell, org: &OrganizationId, runs: Vec<WorkflowRunId>) {
    if runs.is_empty() {
        return;
    }
    let (after, org) = (shell.detached(), org.clone());
    shell.after_response(async move {
        for run in runs {
            engine::stop(&after, &org, &run).await;
        }
    });
}
