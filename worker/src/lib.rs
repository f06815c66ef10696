//! The Assessments API as a Cloudflare Worker: the library's types and rules
//! over HTTP, with D1 as the source of truth and KV as a cache of credentials.
//!
//! In reading order:
//!
//! - [`handlers`]: the endpoints, each as the contract's numbered gates (2.7)
//! - [`auth`]: who calls, and whether they may (gates 1 and 2)
//! - [`decide`]: what a create stores and answers (gates 8 to 10), pure
//! - [`storage`]: all SQL, one function per atomic step
//! - [`engine`]: running workflows
//! - [`credential_cache`]: all KV
//! - [`isolate`]: what is remembered from one request to the next
//! - [`answer`]: what becomes an HTTP response, failures included
//! - [`shell`]: bindings, the clock and the source of randomness of one request

#![deny(unsafe_code)]

mod allowlist;
mod answer;
mod auth;
mod config;
mod credential_cache;
mod decide;
mod digest;
mod engine;
mod handlers;
mod isolate;
mod shell;
mod storage;

use assessments::problem::Problem;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::worker_sys::Context as JsContext;
use worker::worker_sys::web_sys;
use worker::{Context, Env, Request, ScheduleContext, ScheduledEvent, console_error, event};

use crate::answer::{Answer, Reply};
use crate::shell::{RequestId, Shell};

/// Answers one HTTP request.
///
/// Not by the `event` macro, which answers a failure itself and in plain text:
/// here it rejects with `null`, and the entry module answers the JSON `500`.
/// Anything else that it rejects with means that the instance is broken.
///
/// # Errors
/// The platform gives no random bytes, or does not take the response.
#[wasm_bindgen(
    wasm_bindgen_futures = ::worker::wasm_bindgen_futures,
    js_sys = ::worker::js_sys
)]
pub async fn fetch(
    request: web_sys::Request,
    env: Env,
    context: JsContext,
) -> Result<web_sys::Response, JsValue> {
    let id = RequestId::fresh().map_err(|error| without_answer(&error))?;
    let shell = Shell::new(env, Some(Context::new(context)));
    let reply = match handlers::dispatch(&shell, Request::from(request)).await {
        Ok(reply) => reply,
        Err(failure) => Reply::Answer(Answer::problem(&failure.into_problem(&id))),
    };
    reply
        .into_response(&id, shell.config().is_development)
        .map(Into::into)
        .map_err(|error| without_answer(&error))
}

/// Logs why there is no answer, and tells the entry module to make one.
fn without_answer(cause: &impl std::fmt::Display) -> JsValue {
    console_error!("no answer: {cause}");
    JsValue::NULL
}

/// Executes a workflow run, for the engine. Answers whether that went well and
/// what to answer or reject with: a rejection would mean that the instance of
/// this module is broken.
#[wasm_bindgen(
    js_name = runWorkflow,
    wasm_bindgen_futures = ::worker::wasm_bindgen_futures,
    js_sys = ::worker::js_sys
)]
pub async fn run_workflow(event: JsValue, step: JsValue, env: Env) -> JsValue {
    let executed = async {
        let event = engine::binding::Event::of(&event)?;
        let step = engine::binding::Step::of(step);
        engine::run::execute(env, &event, &step).await
    };
    let (is_well, value) = match executed.await {
        Ok(()) => (true, JsValue::UNDEFINED),
        Err(error) => (false, error.into_js()),
    };
    let outcome = worker::js_sys::Array::new();
    outcome.push(&JsValue::from_bool(is_well));
    outcome.push(&value);
    outcome.into()
}

/// Looks after workflow runs and sweeps what has expired; wrangler.toml says how often.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let shell = Shell::new(env, None);
    if let Err(error) = engine::sweep(&shell).await {
        console_error!("sweep of workflow runs: {error}");
    }
    if let Err(error) = storage::sweep::expired_idempotency_records(&shell).await {
        console_error!("sweep of expired idempotency records: {error}");
    }
    let kept_seconds = i64::from(config::run_retention_days(shell.env())) * 24 * 60 * 60;
    let horizon = shell.now().plus(-kept_seconds);
    if let Err(error) = storage::sweep::details_of_ended_runs(&shell, horizon).await {
        console_error!("purge of ended runs: {error}");
    }
}

/// The body of the `500` that the entry module answers when this module has
/// panicked, asked for while it is still well.
#[wasm_bindgen(js_name = internalErrorBody)]
#[must_use]
pub fn internal_error_body() -> String {
    Problem::Internal.body()
}

/// The headers of that `500`, as pairs of name and value.
#[wasm_bindgen(js_name = internalErrorHeaders)]
#[must_use]
pub fn internal_error_headers(is_development: bool) -> JsValue {
    let pairs = worker::js_sys::Array::new();
    for (name, value) in answer::internal_error_headers(is_development) {
        pairs.push(&worker::js_sys::Array::of2(&name.into(), &value.into()));
    }
    pairs.into()
}
