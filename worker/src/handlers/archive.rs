//! `DELETE /v1/assessments/{assessment_id}`

use assessments::id::kind::Assessment;
use assessments::id::{OrganizationId, Reference, WorkflowRunId};
use assessments::problem::Problem;
use assessments::route::Endpoint;

use super::attempts::{self, Attempt};
use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::identity;
use crate::engine::signal;
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::Request;
use crate::storage::archive as storage;
use crate::storage::database::{Databases, StorageError};

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 4. the assessment, by organization and id: `404`; archived with all that
///    hangs on it, or found archived
///
/// One D1 round trip when the cached standing of the key still holds, which
/// the write itself makes sure of. Whatever it would refuse, any change, and what is
/// archived already as far as the isolate remembers, is looked up first.
pub(super) async fn archive(
    context: &Context,
    request: &Request,
    id: &Reference<Assessment>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::ArchiveAssessment, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::ArchiveAssessment, request).await?;
    let mut assumed = admission.assumed(&caller, clock::now()).filter(|_| {
        let id = id.id();
        id.is_some_and(|id| !storage::is_archived(&caller, id, clock::now()))
    });
    let (archived, runs) = attempts::until_settled("archive assessment", async |_| {
        let now = clock::now();
        // 1, 2
        let (basis, assumed) = match assumed.take() {
            Some(standing) => (standing.admitted.basis.clone(), Some(standing)),
            None => {
                let (standing, state) = storage::state(&databases, &caller, id.id()).await?;
                let basis = admission::admit(context, &caller, &admission, standing, now)?;
                // 4
                let (Some(id), Some(state)) = (id.id(), state) else {
                    return Ok(Attempt::Settled(None));
                };
                if let Some(archived) = state.archived(id) {
                    return Ok(Attempt::Settled(Some((archived, Vec::new()))));
                }
                (basis, None)
            }
        };
        // 4
        let id = id.id().ok_or(Problem::AssessmentNotFound)?;
        let archived = storage::assessment(&databases, &caller, &basis, id, now).await;
        match (&archived, assumed) {
            // Only a guard that failed tells that the credential may no longer be good.
            (_, None) | (Err(StorageError::Constraint { .. }), _) => {}
            (Ok(_), Some(standing)) => admission.confirm(&caller, standing, now),
            (Err(_), Some(standing)) => admission.presume(&standing),
        }
        // A repeat is answered the same, so nothing is in doubt.
        Attempt::of(archived, false)
    })
    .await?
    .ok_or(Problem::AssessmentNotFound)?;
    stop(context, &caller.org, runs);
    Answer::ok(&archived)
}

/// Has the engine stop runs that are canceled, after the response and best
/// effort: in D1 they are canceled already, and can do nothing more.
fn stop(context: &Context, org: &OrganizationId, runs: Vec<WorkflowRunId>) {
    if runs.is_empty() {
        return;
    }
    let (env, org) = (context.env().clone(), org.clone());
    context.after_response(async move {
        for run in runs {
            signal::stop(&env, &org, &run).await;
        }
    });
}
