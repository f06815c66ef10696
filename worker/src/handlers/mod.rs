//! The endpoints. Each handler goes through the contract's gates in order
//! (2.7); the numbers in its documentation stand again in its body.
//!
//! | # | Gate | Failure |
//! |---|---|---|
//! | 0 | path, then method | `404`, `405` |
//! | 1 | authentication, then role | `401` |
//! | 2 | IP allowlist | `403` |
//! | 3 | rate limit | `429` |
//! | 4 | idempotency key: form, then replay | `400`, `201` |
//! | 5 | body size | `413` |
//! | 6 | JSON, then schema | `422` |
//! | 7 | limits | `400` |
//! | 8 | workflow by name | `404`, `409` |
//! | 9 | references | `400` |
//! | 10 | one atomic write | `503` |
//!
//! Gate 3 stands where the caller is identified, so that no handler can forget it:
//! it needs no lookup, and saves one.

mod archive;
mod attempts;
mod create;
mod dashboard;
mod describe;
mod event;
mod list;
mod me;
mod retrieve;
mod run;
mod session;
mod utility;

use assessments::problem::Problem;
use assessments::route::{self, Call};

use crate::answer::Reply;
use crate::failure::Failure;
use crate::platform::context::Context;
use crate::platform::request::Request;

/// Gate 0, then the endpoint's own gates. Where the API has no route there may
/// be something of the dashboard.
pub(crate) async fn dispatch(context: &Context, request: Request) -> Result<Reply, Failure> {
    let path = route::normalized(request.path());
    let call = match route::find(request.method(), &path) {
        Ok(call) => call,
        Err(Problem::NotFound) => return elsewhere(context, &request, &path).await,
        Err(problem) => return Err(problem.into()),
    };
    context.trace().note_endpoint(call.endpoint());
    let answer = match call {
        Call::CreateAssessment => create::create(context, request).await,
        Call::RetrieveAssessment(id) => retrieve::retrieve(context, &request, &id).await,
        Call::ArchiveAssessment(id) => archive::archive(context, &request, &id).await,
        Call::RetrieveWorkflowRun(id) => run::retrieve(context, &request, &id).await,
        Call::SendWorkflowEvent(id) => event::send(context, request, &id).await,
        Call::CreateSession => session::create(context, request).await,
        Call::RetrieveMe => me::retrieve(context, &request).await,
        Call::ListVendors
        | Call::ListControlSets
        | Call::ListUsers
        | Call::ListWorkflows
        | Call::ListAssessments => list::list(context, &request, call.endpoint()).await,
        Call::RetrieveVendor(id) => describe::vendor(context, &request, &id).await,
        Call::DescribeAssessment(id) => describe::assessment(context, &request, &id).await,
        Call::AuthTest => utility::auth_test(context, &request).await,
        Call::Health => utility::health(context).await,
        Call::OpenApi => utility::open_api(context).await,
    };
    answer.map(Reply::Answer)
}

async fn elsewhere(context: &Context, request: &Request, path: &str) -> Result<Reply, Failure> {
    if dashboard::is_page(request.method(), path) {
        dashboard::document(context, request)
            .await
            .map(Reply::Document)
    } else {
        Err(Problem::NotFound.into())
    }
}
