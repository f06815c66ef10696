//! The schemas of errors. The bodies that a route answers with a status tell
//! which schema it has, and which codes and texts stand in it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::names::camel;
use super::samples::{Sample, by_status};
use super::{routes, schemas};
use crate::route::Endpoint;

/// The schemas of a route's errors, by their names.
pub(super) fn error_schemas(endpoint: Endpoint) -> Vec<(String, Value)> {
    by_status(endpoint)
        .into_iter()
        .map(|(status, samples)| {
            let ErrorSchema { name, schema } = ErrorSchema::of(endpoint, status, &samples);
            (name, schema)
        })
        .collect()
}

/// The schema of one status of one route.
pub(super) struct ErrorSchema {
    pub(super) name: String,
    schema: Value,
}

impl ErrorSchema {
    pub(super) fn of(endpoint: Endpoint, status: u16, samples: &[Sample]) -> Self {
        let details = details(samples);
        let detail = detail_schema(&details);
        let codes = codes(&details);
        let name = if !codes.is_empty() {
            let names: Vec<String> = codes.iter().map(|code| camel(code, '_')).collect();
            format!("{}Error", names.join("Or"))
        } else if detail == detail_schema(&details_everywhere(status)) {
            reason(status).to_owned()
        } else {
            // Less than the status means elsewhere.
            let id = routes::id(endpoint);
            let (first, rest) = id.split_at_checked(1).unwrap_or_default();
            format!("{}{rest}{}", first.to_uppercase(), reason(status))
        };
        let schema = json!({
            "type": "object",
            "description": "An error; `detail` is its only key.",
            "required": ["detail"],
            "properties": { "detail": detail },
        });
        Self { name, schema }
    }
}

fn details(samples: &[Sample]) -> Vec<Value> {
    samples
        .iter()
        .filter_map(|sample| sample.body().get("detail").cloned())
        .collect()
}

/// What the routes together answer with a status.
fn details_everywhere(status: u16) -> Vec<Value> {
    Endpoint::ALL
        .into_iter()
        .filter_map(|endpoint| by_status(endpoint).remove(&status))
        .flat_map(|samples| details(&samples))
        .collect()
}

fn codes(details: &[Value]) -> BTreeSet<&str> {
    details
        .iter()
        .filter_map(|detail| detail.get("code")?.as_str())
        .collect()
}

/// The schema of `detail`, from what stands there.
fn detail_schema(details: &[Value]) -> Value {
    let codes = codes(details);
    let texts: BTreeSet<&str> = details.iter().filter_map(Value::as_str).collect();
    let mut kinds = Vec::new();
    if details.iter().any(Value::is_array) {
        kinds.push(schemas::faults());
    }
    if details.iter().any(|detail| detail.get("error").is_some()) {
        kinds.push(schemas::refusal());
    }
    if !codes.is_empty() {
        kinds.push(schemas::coded(&codes));
    }
    if !texts.is_empty() {
        kinds.push(schemas::text(&texts));
    }
    match <[Value; 1]>::try_from(kinds) {
        Ok([only]) => only,
        Err(kinds) => json!({ "anyOf": kinds }),
    }
}

const fn reason(status: u16) -> &'static str {
    match status {
        400 => "BadRequestError",
        401 => "UnauthorizedError",
        403 => "ForbiddenError",
        404 => "NotFoundError",
        409 => "ConflictError",
        413 => "ContentTooLargeError",
        422 => "UnprocessableContentError",
        429 => "TooManyRequestsError",
        500 => "InternalServerError",
        503 => "ServiceUnavailableError",
        _ => "Error",
    }
}
