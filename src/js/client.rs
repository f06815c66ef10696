//! The client's decisions for JavaScript, which has the loop, the clock and
//! `fetch`: what came back, and whether to try again. What to send is a table.
//!
//! All of it is synchronous. No future lives in this module, so nothing can
//! hang or leak in it when a promise never settles.

use wasm_bindgen::prelude::wasm_bindgen;

use super::desk::{look, with_handed};
use crate::client::{Decision, ErrorDetail, Operation, Outcome, Policy};
use crate::field::{Body, CreateAssessmentRequest};
use crate::json::Json;
use crate::problem::ROLE_NOT_ALLOWED;
use crate::schema;

/// Whether the text that was handed over can be a token in a header.
#[wasm_bindgen(js_name = isToken)]
#[must_use]
pub fn is_token() -> bool {
    look(|token| {
        let token = token.text().unwrap_or_default();
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

/// Where the answer of an operation, by its number, has not the shape that is
/// promised; nothing, if it has. Keys that nobody knows are fine.
#[wasm_bindgen(js_name = checkAnswer)]
#[must_use]
pub fn check_answer(operation: usize) -> *const i32 {
    with_handed(|answer, told| {
        let operation = Operation::ALL.get(operation);
        if let Some(Err(error)) = operation.map(|operation| operation.answer().check(answer)) {
            told.shown(&error);
        }
    })
}

/// What the body of an error says, behind the create request that was sent, if it
/// was one: its message, its code, 1 if it lists schema faults, 1 if it is the role
/// that is refused, then the issues, if it tells them otherwise. Nothing for a body
/// that is none of the API's.
#[wasm_bindgen(js_name = readError)]
#[must_use]
pub fn read_error() -> *const i32 {
    with_handed(|request, told| {
        let Some(detail) = ErrorDetail::read(request.next()) else {
            return;
        };
        told.text(&detail.message);
        match &detail.code {
            Some(code) => told.text(code),
            None => told.nothing(),
        }
        told.number(detail.is_schema.into());
        told.number((detail.message == ROLE_NOT_ALLOWED).into());
        let request = schema::check::<_, CreateAssessmentRequest<&str>>(request);
        if let (Some(refusal), Ok(request)) = (detail.refusal, request) {
            let names = CreateAssessmentRequest::<&str>::NAMES;
            told.issues(&refusal.issues(&request), names);
        }
    })
}

/// Decides after a failed attempt (the first is 0): how many milliseconds to
/// wait before the next, or NaN to give up. `status` is 0 for a lost connection and
/// -1 for a time-out; `retry_after` is in seconds, and more of them than
/// `max_retry_after_ms` are not waited for. Either is NaN if there is none.
#[wasm_bindgen(js_name = retryDelay)]
#[must_use]
#[expect(
    clippy::too_many_arguments,
    reason = "numbers cross to WebAssembly one by one"
)]
pub fn retry_delay(
    attempt: u32,
    status: i32,
    retry_after: f64,
    elapsed_ms: f64,
    random: f64,
    max_retries: u32,
    total_timeout_ms: f64,
    max_retry_after_ms: f64,
) -> f64 {
    let known = |number: f64| (!number.is_nan()).then_some(number);
    let policy = Policy {
        max_retries,
        total_timeout_ms,
        max_retry_after_ms: known(max_retry_after_ms).unwrap_or(Policy::DEFAULT_MAX_RETRY_AFTER_MS),
    };
    let outcome = match status {
        0 => Outcome::Connection,
        -1 => Outcome::Timeout,
        status => Outcome::Status {
            status: u16::try_from(status).unwrap_or_default(),
            retry_after_ms: known(retry_after).map(|seconds| seconds * 1000.0),
        },
    };
    match policy.decide(attempt, outcome, elapsed_ms, random) {
        Decision::GiveUp => f64::NAN,
        Decision::RetryAfter(wait) => wait,
    }
}
