//! The client's decisions for JavaScript, which has the loop, the clock and
//! `fetch`: what to send, what came back, whether to try again.
//!
//! All of it is synchronous. No future lives in this module, so nothing can
//! hang or leak in it when a promise never settles.

use gloo_net::http::Response;
use js_sys::{Array, JSON, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::ids::parse_id_of;
use super::object::{Builder, get};
use super::validation::{idempotency_key, issue, plain, plain_session, refusal, refused};
use super::value::JsJson;
use crate::assessment::{ArchivedAssessment, Assessment, CreatedAssessment};
use crate::client::{Decision, ErrorDetail, Operation, Outcome, Policy, RequestBody, RequestParts};
use crate::field::CreateAssessmentRequest;
use crate::id::{AnyKind, AssessmentId, WorkflowRunId};
use crate::idempotency::IdempotencyKey;
use crate::problem::ROLE_NOT_ALLOWED;
use crate::refusal::Refusal;
use crate::session::{CreateSessionRequest, CreatedSession};
use crate::shape::Shape;
use crate::validation::Invalid;
use crate::workflow::run::WorkflowRun;
use crate::{header, schema, validation};

/// An operation by its name, which the package's own modules pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OperationName {
    Create,
    Retrieve,
    Archive,
    RetrieveRun,
    CreateSession,
}

impl OperationName {
    /// # Errors
    /// A `TypeError` for any other text.
    fn read(text: &str) -> Result<Self, JsValue> {
        Ok(match text {
            "create" => Self::Create,
            "retrieve" => Self::Retrieve,
            "archive" => Self::Archive,
            "retrieveRun" => Self::RetrieveRun,
            "createSession" => Self::CreateSession,
            _ => return Err(misuse("no such operation")),
        })
    }
}

/// An error for a call that no module of the package makes.
fn misuse(text: &str) -> JsValue {
    js_sys::TypeError::new(text).into()
}

/// The settings of a client that is not told otherwise.
#[wasm_bindgen(js_name = clientDefaults)]
#[must_use]
pub fn client_defaults() -> JsValue {
    Builder::new()
        .set("maxRetries", Policy::DEFAULT_MAX_RETRIES)
        .set("timeoutMs", Policy::DEFAULT_TIMEOUT_MS)
        .set("totalTimeoutMs", Policy::DEFAULT_TOTAL_TIMEOUT_MS)
        .build()
}

/// Checks a call before anything is sent: `{ ok: true, argument, key }`, where
/// `key` is the idempotency key of a create, or `{ ok: false, kind, ... }` for
/// what is refused, with the kind "id", "validation" or "configuration".
/// Without `validate` a body is checked for its types only.
///
/// # Errors
/// A `TypeError` if `operation` names none.
#[wasm_bindgen(js_name = prepareCall)]
pub fn prepare_call(
    operation: &str,
    argument: JsValue,
    key: &JsValue,
    validate: bool,
) -> Result<JsValue, JsValue> {
    let kind = match OperationName::read(operation)? {
        OperationName::Create => return Ok(prepare_create(JsJson(argument), key, validate)),
        OperationName::CreateSession => return Ok(prepare_session(JsJson(argument), validate)),
        OperationName::RetrieveRun => AnyKind::WorkflowRun,
        OperationName::Retrieve | OperationName::Archive => AnyKind::Assessment,
    };
    let parsed = parse_id_of(&argument, Some(kind));
    Ok(if get(&parsed, "ok").is_falsy() {
        of_kind("id", parsed)
    } else {
        parsed
    })
}

/// Says of which kind a refusal is.
fn of_kind(kind: &str, refusal: JsValue) -> JsValue {
    // Setting a key of a plain object of ours cannot fail.
    let _ = Reflect::set(&refusal, &"kind".into(), &kind.into());
    refusal
}

fn prepare_create(json: JsJson, key: &JsValue, validate: bool) -> JsValue {
    let checked = if validate {
        validation::validate(json)
    } else {
        validation::check_types(json)
    };
    let request = match checked {
        Ok(request) => request,
        Err(invalid) => return of_kind("validation", refusal(&invalid)),
    };
    let key = if key.is_undefined() {
        match random_key() {
            Ok(key) => key,
            Err(_) => {
                let refusal = Builder::new()
                    .set("ok", false)
                    .set("message", NO_RANDOMNESS);
                return of_kind("configuration", refusal.build());
            }
        }
    } else {
        key.clone()
    };
    match idempotency_key(&key) {
        Ok(key) => Builder::new()
            .set("ok", true)
            .set("argument", plain(&request))
            .set("key", key.as_str())
            .build(),
        Err(issue) => of_kind("validation", refused(400, Array::of1(&issue))),
    }
}

fn prepare_session(json: JsJson, validate: bool) -> JsValue {
    let checked = if validate {
        CreateSessionRequest::validate(json)
    } else {
        schema::check(json).map_err(Invalid::Schema)
    };
    match checked {
        Ok(request) => Builder::new()
            .set("ok", true)
            .set("argument", plain_session(&request))
            .build(),
        Err(invalid) => of_kind("validation", refusal(&invalid)),
    }
}

/// What to send for a call that [`prepare_call`] found good, for one attempt:
/// `{ url, method, headers, body }`, all of it plain, so that whatever takes
/// the place of `fetch` understands it.
///
/// # Errors
/// A `TypeError` for a token that no header can hold.
#[wasm_bindgen(js_name = buildRequest)]
pub fn build_request(
    operation: &str,
    argument: &JsValue,
    key: &str,
    base_url: &str,
    token: &str,
) -> Result<JsValue, JsValue> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(misuse("token must be visible ASCII characters"));
    }
    let operation = operation_of(OperationName::read(operation)?, argument, key)
        .ok_or_else(|| misuse("unprepared call"))?;
    let RequestParts {
        method,
        path,
        idempotency_key,
        body,
    } = operation.request();
    let headers = Builder::new()
        .set("accept", "application/json")
        .set("authorization", format!("Bearer {token}"))
        .set_some("content-type", body.map(|_| "application/json"))
        .set_some(header::IDEMPOTENCY_KEY, idempotency_key);
    let text = body
        .map(|body| {
            JSON::stringify(&match body {
                RequestBody::Assessment(request) => plain(request),
                RequestBody::Session(request) => plain_session(request),
            })
        })
        .transpose()?;
    Ok(Builder::new()
        .set("url", format!("{base_url}{path}"))
        .set("method", method)
        .set("headers", headers.build())
        .set_some("body", text)
        .build())
}

/// Reads an answer to a call with that `argument` whose body is `text`:
/// `{ ok: true, data, replayed, requestDiffers, ... }`, `{ ok: false, shape: true, message, ... }`
/// for a success of a wrong shape, or `{ ok: false, message, code, issues, ... }`
/// for an error, without a message if something in between answered (a proxy, a
/// gateway), with `isCredential` if another token may be taken; all with `status` and
/// `requestId`.
///
/// # Errors
/// A `TypeError` if `operation` names none.
#[wasm_bindgen(js_name = readResponse)]
pub fn read_response(
    operation: &str,
    argument: JsValue,
    response: web_sys::Response,
    text: &str,
) -> Result<JsValue, JsValue> {
    let operation = OperationName::read(operation)?;
    let response = Response::from(response);
    let told = |name: &str| response.headers().get(name);
    let parsed = JSON::parse(text).ok();
    let builder = Builder::new()
        .set("ok", response.ok())
        .set("status", response.status())
        .set_some("requestId", told(header::REQUEST_ID));
    if response.ok() {
        let checked = match (&parsed, operation) {
            (None, _) => Err("the answer is not JSON".to_owned()),
            (Some(data), OperationName::Create) => check::<CreatedAssessment>(data),
            (Some(data), OperationName::Retrieve) => check::<Assessment>(data),
            (Some(data), OperationName::RetrieveRun) => check::<WorkflowRun>(data),
            (Some(data), OperationName::Archive) => check::<ArchivedAssessment>(data),
            (Some(data), OperationName::CreateSession) => check::<CreatedSession>(data),
        };
        return Ok(match checked {
            Ok(()) => builder
                .set("replayed", told(header::REPLAYED).is_some())
                .set("requestDiffers", told(header::REQUEST_DIFFERS).is_some())
                .set_some("data", parsed)
                .build(),
            Err(message) => builder
                .set("ok", false)
                .set("shape", true)
                .set("message", message)
                .build(),
        });
    }
    let parsed = parsed.unwrap_or(JsValue::UNDEFINED);
    let Some(detail) = ErrorDetail::read(JsJson(parsed.clone())) else {
        return Ok(builder.build());
    };
    let issues = if detail.is_schema {
        Some(get(&parsed, "detail"))
    } else {
        detail
            .refusal
            .and_then(|refusal| issues(&refusal, argument))
    };
    let is_credential = response.status() == 401 && detail.message != ROLE_NOT_ALLOWED;
    Ok(builder
        .set_some("isCredential", is_credential.then_some(true))
        .set("message", detail.message)
        .set_some("code", detail.code)
        .set_some("issues", issues)
        .build())
}

/// What a refusal says of the request that was sent, place by place.
fn issues(refusal: &Refusal, request: JsValue) -> Option<JsValue> {
    let request: CreateAssessmentRequest = schema::check(JsJson(request)).ok()?;
    let issues: Array = refusal.issues(&request).iter().map(issue).collect();
    Some(issues.into())
}

/// Decides after a failed attempt (the first is 0): how many milliseconds to
/// wait before the next, or `undefined` to give up. `status` is 0 for a lost
/// connection and -1 for a time-out; `retry_after` is in seconds, and more of
/// them than `max_retry_after_ms` are not waited for.
#[wasm_bindgen(js_name = retryDelay)]
#[must_use]
#[expect(
    clippy::too_many_arguments,
    reason = "numbers cross to WebAssembly one by one, an object would be taken apart by getters"
)]
pub fn retry_delay(
    attempt: u32,
    status: i32,
    retry_after: Option<f64>,
    elapsed_ms: f64,
    random: f64,
    max_retries: u32,
    total_timeout_ms: f64,
    max_retry_after_ms: Option<f64>,
) -> Option<f64> {
    let policy = Policy {
        max_retries,
        total_timeout_ms,
        max_retry_after_ms: max_retry_after_ms.unwrap_or(Policy::DEFAULT_MAX_RETRY_AFTER_MS),
    };
    let outcome = match status {
        0 => Outcome::Connection,
        -1 => Outcome::Timeout,
        status => Outcome::Status {
            status: u16::try_from(status).unwrap_or_default(),
            retry_after_ms: retry_after.map(|seconds| seconds * 1000.0),
        },
    };
    match policy.decide(attempt, outcome, elapsed_ms, random) {
        Decision::GiveUp => None,
        Decision::RetryAfter(wait) => Some(wait),
    }
}

fn operation_of(name: OperationName, argument: &JsValue, key: &str) -> Option<Operation> {
    let id = || AssessmentId::parse(&argument.as_string()?).ok();
    match name {
        OperationName::Create => Some(Operation::Create {
            request: schema::check(JsJson(argument.clone())).ok()?,
            key: IdempotencyKey::parse(key).ok()?,
        }),
        OperationName::Retrieve => id().map(Operation::Retrieve),
        OperationName::Archive => id().map(Operation::Archive),
        OperationName::RetrieveRun => WorkflowRunId::parse(&argument.as_string()?)
            .ok()
            .map(Operation::RetrieveRun),
        OperationName::CreateSession => schema::check(JsJson(argument.clone()))
            .ok()
            .map(Operation::CreateSession),
    }
}

/// What to do where no key can be made.
const NO_RANDOMNESS: &str = "crypto.getRandomValues, which makes the idempotency key of a create, \
    does not work here: give an idempotencyKey of your own";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["globalThis", "crypto"], js_name = getRandomValues, catch)]
    fn get_random_values(into: &Uint8Array) -> Result<(), JsValue>;
}

/// A key for a caller who brings none: 128 random bits.
fn random_key() -> Result<JsValue, JsValue> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let random = Uint8Array::new_with_length(16);
    get_random_values(&random)?;
    let mut key = String::with_capacity(32);
    for byte in random.to_vec() {
        for digit in [byte >> 4, byte & 15] {
            key.extend(DIGITS.get(usize::from(digit)).copied().map(char::from));
        }
    }
    Ok(key.into())
}

/// Whether `data` has the shape of `T`; keys that `T` does not know are fine.
fn check<T: Shape>(data: &JsValue) -> Result<(), String> {
    T::SPEC
        .check(JsJson(data.clone()))
        .map_err(|error| error.to_string())
}
