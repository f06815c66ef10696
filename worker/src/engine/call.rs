//! Asking an analyser: one signed request, one checked answer.

use std::time::Duration;

use assessments::id::{OrganizationId, WorkflowDefinitionId, WorkflowRunId};
use assessments::time::Timestamp;
use assessments::workflow::analysis::{Analysis, MAX_BYTES};
use assessments::workflow::definition::Component;
use assessments::workflow::target;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::Sha256;
use worker::wasm_bindgen::JsValue;
use worker::{
    AbortController, Delay, Fetch, Headers, Method, Request, RequestInit, RequestRedirect,
    Response, ResponseBody,
};

use super::binding::StepError;
use crate::shell::Shell;
use crate::storage;

/// Longest wait for a whole answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The signature: `sha256=` and the HMAC-SHA256 of the raw body in hexadecimal.
const SIGNATURE_HEADER: &str = "coverbase-signature";

/// What an analyser is asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) run: WorkflowRunId,
    pub(crate) definition: WorkflowDefinitionId,
    pub(crate) component: Component,
    pub(crate) url: String,
    /// What the run was told, JSON.
    pub(crate) input: Box<RawValue>,
    pub(crate) org: OrganizationId,
    /// When the step began: the same for every attempt, like the whole body.
    pub(crate) sent_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Body<'a> {
    workflow_run_id: &'a WorkflowRunId,
    workflow_definition_id: &'a WorkflowDefinitionId,
    component_id: &'a assessments::id::WorkflowComponentId,
    component_name: &'a str,
    input: &'a RawValue,
    sent_at: Option<Timestamp>,
}

/// Asks once.
///
/// # Errors
/// Whether it is worth another attempt.
pub(crate) async fn ask(shell: &Shell, question: &Question) -> Result<Analysis, StepError> {
    let secret = storage::runs::signing_secret(shell, &question.org, &question.definition)
        .await
        .map_err(|error| StepError::Retry(error.to_string()))?
        .ok_or_else(|| StepError::Fatal("the workflow has no signing secret".to_owned()))?;
    let request = request(question, &secret, shell.config().is_development)?;
    let controller = AbortController::default();
    let signal = controller.signal();
    let exchange = Box::pin(exchange(request, &signal));
    let timer = Delay::from(TIMEOUT);
    let text = match select(exchange, timer).await {
        Either::Left((text, _)) => text?,
        Either::Right(((), _)) => {
            controller.abort();
            return Err(StepError::Retry(format!(
                "no whole answer in {} s",
                TIMEOUT.as_secs()
            )));
        }
    };
    // An analyser may have nothing to say yet, and report later.
    let text = if text.is_empty() { "{}" } else { &text };
    Analysis::read(text).map_err(|error| StepError::Fatal(error.to_string()))
}

fn request(question: &Question, secret: &str, development: bool) -> Result<Request, StepError> {
    let fatal = |error: &dyn std::fmt::Display| StepError::Fatal(error.to_string());
    let url = target::parse(&question.url, development).map_err(|error| fatal(&error))?;
    let body = serde_json::to_string(&Body {
        workflow_run_id: &question.run,
        workflow_definition_id: &question.definition,
        component_id: &question.component.id,
        component_name: &question.component.name,
        input: &question.input,
        sent_at: question.sent_at,
    })
    .map_err(|error| fatal(&error))?;
    let headers = Headers::new();
    let key = format!(
        "{}-{}",
        question.run.as_str(),
        question.component.id.as_str()
    );
    for (name, value) in [
        ("content-type", "application/json"),
        ("accept", "application/json"),
        // The same for every attempt, so that an analyser can tell.
        ("idempotency-key", key.as_str()),
        (SIGNATURE_HEADER, signature(secret, &body).as_str()),
    ] {
        headers.set(name, value).map_err(|error| fatal(&error))?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_body(Some(JsValue::from_str(&body)))
        // Wherever a redirect leads, nobody checked it.
        .with_redirect(RequestRedirect::Manual);
    Request::new_with_init(url.as_str(), &init).map_err(|error| fatal(&error))
}

/// `sha256=` and the hexadecimal HMAC of a body.
fn signature(secret: &str, body: &str) -> String {
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mac| mac.chain_update(body));
    let digest = mac.map(|mac| mac.finalize().into_bytes());
    let hex = digest
        .iter()
        .flatten()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    format!("sha256={hex}")
}

async fn exchange(request: Request, signal: &worker::AbortSignal) -> Result<String, StepError> {
    let retry = |error: &dyn std::fmt::Display| StepError::Retry(error.to_string());
    let mut response = Fetch::Request(request)
        .send_with_signal(signal)
        .await
        .map_err(|error| retry(&format!("no answer: {error}")))?;
    match response.status_code() {
        200..=299 => read(&mut response).await,
        status @ 300..=399 => Err(StepError::Fatal(format!(
            "answered {status}; redirects are not followed"
        ))),
        status @ (408 | 425 | 429 | 500..=599) => Err(retry(&format!("answered {status}"))),
        status => Err(StepError::Fatal(format!("answered {status}"))),
    }
}

/// A body, read no further than an answer may be long.
async fn read(response: &mut Response) -> Result<String, StepError> {
    if matches!(response.body(), ResponseBody::Empty) {
        return Ok(String::new());
    }
    let broken = |error: worker::Error| StepError::Retry(format!("the answer broke off: {error}"));
    let mut bytes = Vec::new();
    let mut stream = response.stream().map_err(broken)?;
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(broken)?);
        if bytes.len() > MAX_BYTES {
            return Err(StepError::Fatal(format!(
                "answered more than {MAX_BYTES} bytes"
            )));
        }
    }
    String::from_utf8(bytes).map_err(|_| StepError::Fatal("answered no UTF-8".to_owned()))
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
