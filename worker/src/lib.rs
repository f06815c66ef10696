//! The Assessments API as a Cloudflare Worker: the library's types and rules
//! over HTTP, with D1 as the source of truth and KV as a cache of credentials.
//!
//! In layers, each of which uses only those below it:
//!
//! - [`handlers`]: the endpoints, each as the contract's numbered gates (2.7)
//! - [`summary`]: what is told of a request once it has its answer
//! - [`sweep`]: what the schedule runs
//! - [`audit`]: audit records on their way through the queue
//! - [`engine`]: running workflows
//! - [`caller`]: who calls, and whether they may (gates 1 and 2)
//! - [`input`], [`answer`], [`failure`], [`assets`], [`cross_origin`]: what comes with
//!   a request, and what becomes an HTTP response
//! - [`storage`]: all SQL, one function per atomic step
//! - [`decide`]: what is written and answered, pure
//! - [`token`]: what tokens of sessions say, and whose they are, pure
//! - [`health`]: whether the database answers, as the isolate remembers it
//! - [`platform`]: bindings, settings, the clock, the source of randomness
//!
//! What the storage needs of a caller is data, and stands in [`caller`] itself.

#![deny(unsafe_code)]

mod answer;
mod assets;
mod audit;
mod caller;
mod cross_origin;
mod decide;
mod engine;
mod failure;
mod handlers;
mod health;
mod input;
mod platform;
mod storage;
mod summary;
mod sweep;
mod token;

use assessments::header;
use assessments::problem::Problem;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen_futures::future_to_promise;
use worker::worker_sys::Context as JsContext;
use worker::worker_sys::web_sys;
use worker::{Env, ScheduleContext, ScheduledEvent, event};

use crate::answer::{Answer, Reply};
use crate::audit::{inbox, outbox};
use crate::cross_origin::CrossOrigin;
use crate::platform::begin::{Begun, begin};
use crate::platform::context::Context;
use crate::platform::engine_binding::{Step, WorkflowEvent};
use crate::platform::log;
use crate::platform::queue_binding::Batch;
use crate::platform::random::RequestId;
use crate::platform::request::Request;
use crate::summary::Arrival;

/// Answers one HTTP request: with the response, if nothing had to be waited for, or with a
/// promise of it.
///
/// Not by the `event` macro, which answers a failure itself and in plain text, and waits for
/// all: here it fails with `null`, and the entry module answers the JSON `500`.
/// Anything else that it fails with means that the instance is broken.
///
/// # Errors
/// The platform gives no random bytes, or does not take the response.
#[wasm_bindgen]
pub fn fetch(request: web_sys::Request, env: Env, context: JsContext) -> Result<JsValue, JsValue> {
    match begin(answer(request, env, context)) {
        Begun::Done(answered) => answered,
        Begun::Waiting(waiting) => Ok(future_to_promise(waiting).into()),
    }
}

async fn answer(
    request: web_sys::Request,
    env: Env,
    context: JsContext,
) -> Result<JsValue, JsValue> {
    log::set_level(&env);
    let id = RequestId::fresh().map_err(|error| without_answer(&error))?;
    let request = Request::of(request).map_err(|error| without_answer(&error))?;
    let context = Context::new(env, worker::Context::new(context), id);
    let arrival = Arrival::of(&request);
    let cross_origin = CrossOrigin::of(context.env(), &request);
    let reply = if cross_origin.is_preflight(&request) {
        Reply::Answer(Answer::preflight())
    } else {
        match handlers::dispatch(&context, request).await {
            Ok(reply) => reply,
            Err(failure) => Reply::Answer(Answer::problem(&failure.into_problem(context.id()))),
        }
    };
    let is_development = context.config().is_development;
    let response = reply
        .into_response(context.id(), &cross_origin, is_development)
        .map_err(|error| {
            arrival.tell(&context, Problem::Internal.status());
            without_answer(&error)
        })?;
    if is_development {
        // Without it the answer is as good.
        let _ = response
            .headers()
            .set("server-timing", &arrival.server_timing(&context));
    }
    arrival.tell(&context, response.status());
    Ok(response.into())
}

/// Logs why there is no answer, and tells the entry module to make one.
fn without_answer(cause: &impl std::fmt::Display) -> JsValue {
    log::error("no_answer").cause(cause).write();
    JsValue::NULL
}

/// Executes a workflow run, for the engine. Answers whether that went well and
/// what to answer or reject with: a rejection would mean that the instance of
/// this module is broken.
#[wasm_bindgen(
    js_name = runWorkflow,
    wasm_bindgen_futures = ::worker::wasm_bindgen_futures
)]
pub async fn run_workflow(event: JsValue, step: JsValue, env: Env) -> JsValue {
    log::set_level(&env);
    let executed = async {
        let event = WorkflowEvent::of(&event)?;
        let step = Step::of(step);
        engine::run::execute(env, &event, &step).await
    };
    let (is_well, value) = match executed.await {
        Ok(()) => (true, JsValue::UNDEFINED),
        Err(error) => (false, error.into_js()),
    };
    let outcome = js_sys::Array::new();
    outcome.push(&JsValue::from_bool(is_well));
    outcome.push(&value);
    outcome.into()
}

/// Looks after workflow runs and sweeps what has expired; wrangler.toml says how often.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    log::set_level(&env);
    sweep::run(&env).await;
}

/// Takes what a queue delivers. Not by the `event` macro either, whose batch panics
/// where the platform refuses something.
#[wasm_bindgen(
    js_name = queue,
    wasm_bindgen_futures = ::worker::wasm_bindgen_futures
)]
pub async fn queue(batch: JsValue, env: Env) {
    log::set_level(&env);
    inbox::receive(&env, &Batch::of(batch)).await;
}

/// Counts calls whose answers the instance before this one took with it, and with
/// them what would have been recorded.
#[wasm_bindgen(js_name = countBroken)]
pub fn count_broken(calls: u32) {
    outbox::count_broken(calls);
}

/// The body of the `500` that the entry module answers when this module has
/// panicked, asked for while it is still well.
#[wasm_bindgen(js_name = internalErrorBody)]
#[must_use]
pub fn internal_error_body() -> String {
    Problem::Internal.body()
}

/// The name of the header that every response's id is in.
#[wasm_bindgen(js_name = requestIdHeader)]
#[must_use]
pub fn request_id_header() -> String {
    header::REQUEST_ID.to_owned()
}

/// The headers of that `500`, as pairs of name and value.
#[wasm_bindgen(js_name = internalErrorHeaders)]
#[must_use]
pub fn internal_error_headers(is_development: bool) -> JsValue {
    pairs(answer::internal_error_headers(is_development))
}

/// Those that it has besides for a page of a listed origin, but for the origin.
#[wasm_bindgen(js_name = exposingHeaders)]
#[must_use]
pub fn exposing_headers() -> JsValue {
    pairs(cross_origin::exposing())
}

/// The name of the header that an answer names that origin in.
#[wasm_bindgen(js_name = allowOriginHeader)]
#[must_use]
pub fn allow_origin_header() -> String {
    cross_origin::ALLOW_ORIGIN.to_owned()
}

/// The origins that are listed.
#[wasm_bindgen(js_name = listedOrigins)]
#[must_use]
pub fn listed_origins(env: &Env) -> Vec<String> {
    cross_origin::listed(env)
}

fn pairs(headers: impl IntoIterator<Item = (&'static str, String)>) -> JsValue {
    let pairs = js_sys::Array::new();
    for (name, value) in headers {
        pairs.push(&js_sys::Array::of2(&name.into(), &value.into()));
    }
    pairs.into()
}
