//! Asking an analyser: one signed request, one checked answer.

use std::time::Duration;

use assessments::digest::hex;
use assessments::header;
use assessments::id::{OrganizationId, WorkflowComponentId, WorkflowRunId};
use assessments::workflow::analysis::{Analysis, MAX_BYTES};
use assessments::workflow::question::Question;
use assessments::workflow::target::{Rules, Target, TargetError};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_net::http::{Method, RequestBuilder};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use web_sys::{RequestRedirect, Url};
use worker::{AbortController, Delay, Env, Fetch, Request, Response, ResponseBody};

use super::failure::CallFailure;
use crate::platform::clock;
use crate::platform::config::{self, Config};
use crate::platform::log;
use crate::storage::database::Databases;
use crate::storage::runs;

/// Longest wait for a whole answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A question, and whom it is put to.
#[derive(Debug, Clone)]
pub(crate) struct Inquiry {
    pub(crate) question: Question,
    pub(crate) url: String,
    pub(crate) org: OrganizationId,
}

/// Asks once.
///
/// # Errors
/// Why there is no analysis, which the log tells in full.
pub(crate) async fn ask(env: &Env, inquiry: &Inquiry) -> Result<Analysis, CallFailure> {
    let run = &inquiry.question.workflow_run_id;
    let log = Causes {
        run,
        component: &inquiry.question.component_id,
    };
    let secret = runs::signing_secret(&Databases::new(env), &inquiry.org, run, clock::now())
        .await
        .map_err(|error| log.failed(CallFailure::NotAsked, &error))?
        .ok_or_else(|| log.failed(CallFailure::Unsigned, &"no signing secret"))?;
    let request = request(inquiry, &secret, env, &log)?;
    let controller = AbortController::default();
    let signal = controller.signal();
    let exchange = Box::pin(exchange(request, &signal, &log));
    let timer = Delay::from(TIMEOUT);
    let text = match select(exchange, timer).await {
        Either::Left((text, _)) => text?,
        Either::Right(((), _)) => {
            controller.abort();
            return Err(log.failed(CallFailure::TooSlow(TIMEOUT.as_secs()), &"given up"));
        }
    };
    Analysis::of_answer(&text).map_err(|error| log.failed(CallFailure::from(&error), &error))
}

/// Under which ids causes are logged.
struct Causes<'a> {
    run: &'a WorkflowRunId,
    component: &'a WorkflowComponentId,
}

impl Causes<'_> {
    /// Logs the cause of a failure.
    fn failed(&self, failure: CallFailure, cause: &dyn std::fmt::Display) -> CallFailure {
        log::warn("call_failed")
            .field("run", self.run.as_str())
            .field("component", self.component.as_str())
            .field("failure", failure.to_string())
            .cause(cause)
            .write();
        failure
    }
}

fn request(
    inquiry: &Inquiry,
    secret: &str,
    env: &Env,
    log: &Causes<'_>,
) -> Result<Request, CallFailure> {
    let ports = config::call_ports(env);
    let rules = Rules {
        development: Config::of(env).is_development,
        ports: &ports,
    };
    let url = address(&inquiry.url, rules)
        .map_err(|error| log.failed(CallFailure::from(&error), &error))?;
    let not_asked = |error: &dyn std::fmt::Display| log.failed(CallFailure::NotAsked, error);
    let body = serde_json::to_string(&inquiry.question).map_err(|error| not_asked(&error))?;
    RequestBuilder::new(&url)
        .method(Method::POST)
        .header("content-type", "application/json")
        .header("accept", "application/json")
        // The same for every attempt, so that an analyser can tell.
        .header(header::IDEMPOTENCY_KEY, &inquiry.question.key())
        .header(header::SIGNATURE, &signature(secret, &body))
        // Wherever a redirect leads, nobody checked it.
        .redirect(RequestRedirect::Manual)
        .body(body)
        .map(|request| web_sys::Request::from(request).into())
        .map_err(|error| not_asked(&error))
}

/// The address to call, if it may be called. The platform takes it apart, by the
/// same rules as when it is asked to fetch it.
fn address(text: &str, rules: Rules<'_>) -> Result<String, TargetError> {
    let url = Url::new(text).map_err(|error| TargetError::NotAUrl(format!("{error:?}")))?;
    Target {
        scheme: url.protocol().trim_end_matches(':'),
        has_credentials: !url.username().is_empty() || !url.password().is_empty(),
        host: &url.hostname(),
        port: url.port().parse().ok(),
    }
    .check(rules)?;
    Ok(url.href())
}

/// `sha256=` and the hexadecimal HMAC of a body.
fn signature(secret: &str, body: &str) -> String {
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mac| mac.chain_update(body));
    let digest = mac.map(|mac| mac.finalize().into_bytes());
    let hex = digest.map_or_else(|_| String::new(), |digest| hex(&digest));
    format!("sha256={hex}")
}

async fn exchange(
    request: Request,
    signal: &worker::AbortSignal,
    log: &Causes<'_>,
) -> Result<String, CallFailure> {
    let mut response = Fetch::Request(request)
        .send_with_signal(signal)
        .await
        .map_err(|error| log.failed(CallFailure::Unreachable, &error))?;
    match response.status_code() {
        200..=299 => read(&mut response, log).await,
        status @ 300..=399 => Err(log.failed(CallFailure::Redirect(status), &"not followed")),
        status => Err(log.failed(CallFailure::Status(status), &"refused")),
    }
}

/// A body, read no further than an answer may be long.
async fn read(response: &mut Response, log: &Causes<'_>) -> Result<String, CallFailure> {
    if matches!(response.body(), ResponseBody::Empty) {
        return Ok(String::new());
    }
    let broken = |error: worker::Error| log.failed(CallFailure::BrokeOff, &error);
    let mut bytes = Vec::new();
    let mut stream = response.stream().map_err(broken)?;
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(broken)?);
        if bytes.len() > MAX_BYTES {
            return Err(log.failed(CallFailure::TooLarge(MAX_BYTES), &"read no further"));
        }
    }
    String::from_utf8(bytes).map_err(|error| log.failed(CallFailure::NotUtf8, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_4231() {
        assert_eq!(
            signature("Jefe", "what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
