//! `GET /v1/workflows/runs/{workflow_run_id}`

use assessments::id::Reference;
use assessments::id::kind::WorkflowRun;
use assessments::problem::Problem;
use assessments::route::Endpoint;
use worker::Request;

use crate::answer::{Answer, Failure};
use crate::auth::{self, Admission};
use crate::shell::Shell;
use crate::storage;

/// 1. authentication, role: `401`
/// 2. IP allowlist: `403`
/// 3. rate limit
/// 4. the run, by organization and id: `404`
///
/// One D1 round trip; one more when the key is not cached.
pub(super) async fn retrieve(
    shell: &Shell,
    request: &Request,
    id: &Reference<WorkflowRun>,
) -> Result<Answer, Failure> {
    let admission = Admission::new(shell, Endpoint::RetrieveWorkflowRun, request.headers());
    let caller = auth::identify(shell, request.headers()).await?;
    let (standing, run) = storage::runs::run(shell, &caller, id.id()).await?;
    // 1, 2, 3
    auth::admit(shell, &caller, &admission, standing, shell.now())?;
    // 4
    let run = run.ok_or(Problem::WorkflowRunNotFound)?;
    Answer::ok(&run)
}
