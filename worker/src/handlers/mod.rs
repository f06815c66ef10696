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
//! Gate 3 has its place in every handler, but this version sets no rate limit.

mod archive;
mod create;
mod dashboard;
mod event;
mod retrieve;
mod run;
mod utility;

use assessments::idempotency::IdempotencyKey;
use assessments::limits::MAX_BODY_BYTES;
use assessments::problem::Problem;
use assessments::route::{self, Call};
use futures_util::StreamExt;
use worker::{Headers, Request, console_warn};

use crate::answer::{Failure, Reply};
use crate::shell::Shell;
use crate::storage::deadline;
use dashboard::Resource;

/// The static assets know no host.
const ASSETS_ORIGIN: &str = "https://assets.invalid";

/// Gate 0, then the endpoint's own gates. Where the API has no route there may
/// be something of the dashboard.
pub(crate) async fn dispatch(shell: &Shell, request: Request) -> Result<Reply, Failure> {
    // The crate's own Method reads what it does not know as GET.
    let method = request.inner().method();
    let path = request.path();
    let call = match route::find(&method, &path) {
        Ok(call) => call,
        Err(Problem::NotFound) => return elsewhere(shell, &request, &method, &path).await,
        Err(problem) => return Err(problem.into()),
    };
    let answer = match call {
        Call::CreateAssessment => create::create(shell, request).await,
        Call::RetrieveAssessment(id) => retrieve::retrieve(shell, &request, &id).await,
        Call::ArchiveAssessment(id) => archive::archive(shell, &request, &id).await,
        Call::RetrieveWorkflowRun(id) => run::retrieve(shell, &request, &id).await,
        Call::SendWorkflowEvent(id) => event::send(shell, request, &id).await,
        Call::AuthTest => utility::auth_test(shell, &request).await,
        Call::Health => utility::health(shell).await,
        Call::OpenApi => utility::open_api(shell).await,
    };
    answer.map(Reply::Answer)
}

async fn elsewhere(
    shell: &Shell,
    request: &Request,
    method: &str,
    path: &str,
) -> Result<Reply, Failure> {
    match dashboard::find(method, path) {
        Some(Resource::Settings) => dashboard::settings(shell).map(Reply::Answer),
        Some(Resource::File(path)) => dashboard::file(shell, request, path)
            .await?
            .map(Reply::File)
            .ok_or(Failure::Problem(Problem::NotFound)),
        None => Err(Problem::NotFound.into()),
    }
}

/// The `Idempotency-Key`, `None` if the header is absent.
fn idempotency_key(headers: &Headers) -> Result<Option<IdempotencyKey>, Problem> {
    headers
        .get("idempotency-key")
        .ok()
        .flatten()
        .map(|value| IdempotencyKey::parse(&value))
        .transpose()
        .map_err(Problem::BadIdempotencyKey)
}

/// A request body, read no further than the limit.
enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// It has more than [`MAX_BODY_BYTES`].
    TooLarge,
}

/// Longest wait for a whole body, in milliseconds.
const BODY_TIMEOUT_MILLISECONDS: u64 = 20_000;

/// Reads the body, within its time. One that breaks off or does not end is
/// never taken for a whole one.
async fn read_body(request: &mut Request) -> Body {
    match deadline(BODY_TIMEOUT_MILLISECONDS, read_to_end(request)).await {
        Some(body) => body,
        None => broken(&"it did not end in time"),
    }
}

async fn read_to_end(request: &mut Request) -> Body {
    let declared = request
        .headers()
        .get("content-length")
        .ok()
        .flatten()
        .and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > MAX_BODY_BYTES) {
        return Body::TooLarge;
    }
    if request.inner().body().is_none() {
        return Body::Whole(Vec::new());
    }
    if declared.is_some() {
        return match request.bytes().await {
            Ok(bytes) => Body::Whole(bytes),
            Err(error) => broken(&error),
        };
    }
    let mut stream = match request.stream() {
        Ok(stream) => stream,
        Err(error) => return broken(&error),
    };
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => body.extend_from_slice(&chunk),
            Err(error) => return broken(&error),
        }
        if body.len() > MAX_BODY_BYTES {
            return Body::TooLarge;
        }
    }
    Body::Whole(body)
}

/// A body of white space only is not empty and not JSON: the caller, if still
/// there, is told that the JSON could not be read.
fn broken(cause: &impl std::fmt::Display) -> Body {
    console_warn!("request body broke off: {cause}");
    Body::Whole(vec![b' '])
}
