//! `GET /v1/workflows/runs/{workflow_run_id}`

use assessments::id::Reference;
use assessments::id::kind::WorkflowRun;
use assessments::problem::Problem;
use assessments::route::Endpoint;

use crate::answer::Answer;
use crate::caller::admission::{self, Admission};
use crate::caller::identity;
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::Request;
use crate::storage;
use crate::storage::database::Databases;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit: `429`
/// 4. the run, by organization and id: `404`
///
/// One D1 round trip; one more when the key is not cached.
pub(super) async fn retrieve(
    context: &Context,
    request: &Request,
    id: &Reference<WorkflowRun>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(context, Endpoint::RetrieveWorkflowRun, request);
    let databases = Databases::of_request(context);
    // 3, as soon as it is known who calls
    let caller = identity::identify(context, Endpoint::RetrieveWorkflowRun, request).await?;
    let (standing, run) = storage::retrieve_run::run(&databases, &caller, id.id()).await?;
    // 1, 2
    admission::admit(context, &caller, &admission, standing, clock::now())?;
    // 4
    let run = run.ok_or(Problem::WorkflowRunNotFound)?;
    Answer::ok(&run)
}
