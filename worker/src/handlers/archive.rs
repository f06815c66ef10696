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
use crate::storage::database::{Databases, StorageError};
use crate::storage::{archive as storage, standing};

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 4. the assessment, by organization and id: `404`; archived with all that
///    hangs on it, or found archived
///
/// One D1 round trip when the cached standing of the key still holds, which
/// the write itself makes sure of. Whatever it would refuse, and any change,
/// is looked up first.
pub(super) async fn archive(
    context: &Context,
    request: &Request,
    id: &Reference<Assessment>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::ArchiveAssessment, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::ArchiveAssessment, request).await?;
    let mut assumed = admission.assumed(&caller).filter(|_| id.id().is_some());
    let (archived, runs) = attempts::until_settled("archive assessment", async |_| {
        let now = clock::now();
        // 1, 2
        let (basis, assumed) = match assumed.take() {
            Some(standing) => (standing.admitted.basis.clone(), Some(standing)),
            None => {
                let standing = standing::current(&databases, &caller).await?;
                let basis = admission::admit(context, &caller, &admission, standing, now)?;
                (basis, None)
            }
        };
        // 4
        let id = id.id().ok_or(Problem::AssessmentNotFound)?;
        let archived = storage::assessment(&databases, &caller, &basis, id, now).await;
        // Only a guard that failed tells that the credential may no longer be good.
        let is_outdated = matches!(archived, Err(StorageError::Constraint { .. }));
        if let Some(standing) = assumed.filter(|_| !is_outdated) {
            admission.confirm(&caller, standing, now);
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
