//! The surface as an OpenAPI 3.1 document, made at build time from the types,
//! the routes and the problems of this crate.
//!
//! - `operations`: the routes, their parameters and request bodies
//! - `routes`: what is said of each route
//! - `responses`: what each route answers
//! - `samples`, `errors`: the problems that it answers with, and their schemas
//! - `schemas`: the types as schemas
//! - `words`: what the document says of them to its readers
//! - `names`: names within the document
//! - `examples`: requests and answers that a test really sends and gets

mod errors;
mod examples;
mod names;
mod operations;
mod responses;
mod routes;
mod samples;
mod schemas;
#[cfg(test)]
mod tests;
mod words;

use serde_json::{Map, Value, json};

use crate::problem::Problem;
use crate::route::Endpoint;
use examples::Examples;
use names::BEARER;

/// What readers are told of the schema of that name, or of one of its properties:
/// shared by every description that is made of the types.
#[must_use]
pub fn words(schema: &str, property: Option<&str>) -> Option<String> {
    words::of(schema, property)
}

/// The document, JSON.
///
/// # Errors
/// Never in practice: the document is made of strings and numbers.
pub fn document() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&describe()?)
}

/// An error as the document shows it.
#[derive(Debug, Clone)]
pub struct ErrorExample {
    /// Its name among the examples.
    pub name: &'static str,
    /// When it is answered, a sentence.
    pub sentence: &'static str,
    /// The id of the operation that answers it; none answers what is no route.
    pub operation: Option<&'static str>,
    /// The answer.
    pub problem: Problem,
}

/// An example of every error of every operation, then of what is answered where there is none.
#[must_use]
pub fn error_examples() -> Vec<ErrorExample> {
    let mut examples = Vec::new();
    for endpoint in Endpoint::ALL {
        let of_operation = samples::by_status(endpoint).into_values().flatten();
        examples.extend(of_operation.map(|sample| ErrorExample {
            name: sample.name,
            sentence: sample.sentence,
            operation: Some(routes::id(endpoint)),
            problem: sample.problem,
        }));
    }
    let allow = "GET, DELETE".to_owned();
    examples.extend(
        [
            ("not_found", "There is no such path.", Problem::NotFound),
            (
                "method_not_allowed",
                "The path has no such method.",
                Problem::MethodNotAllowed { allow },
            ),
        ]
        .map(|(name, sentence, problem)| ErrorExample {
            name,
            sentence,
            operation: None,
            problem,
        }),
    );
    examples
}

/// The id of the operation of an endpoint.
#[must_use]
pub const fn operation_id(endpoint: Endpoint) -> &'static str {
    routes::id(endpoint)
}

fn describe() -> Result<Value, serde_json::Error> {
    let examples = Examples::read()?;
    let mut paths = Map::new();
    let mut schemas = schemas::components()?;
    for endpoint in Endpoint::ALL {
        schemas.extend(errors::error_schemas(endpoint));
        let methods = paths.entry(endpoint.template()).or_insert(json!({}));
        if let Some(methods) = methods.as_object_mut() {
            let method = endpoint.method().to_lowercase();
            methods.insert(method, operations::operation(endpoint, &examples));
        }
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Assessments API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Third-party-risk assessments of known vendors.",
            "description": "Start a third-party-risk assessment of a known vendor, read its \
                state, and cancel or archive it. Bodies are JSON, times are Unix seconds, and \
                every error is an object whose only key is `detail`. Every response carries a \
                request id; quote it when you ask about a call.",
            "contact": { "name": "The operator of this deployment" },
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/", "description": "The deployment that serves this document." }],
        "tags": operations::tags(),
        "security": [{ BEARER: [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                BEARER: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A service-account key (`ak_...`), for backends only: it is \
                        refused when a browser sends it. Or the token of a session, for \
                        browsers: a JWT of this service (`POST /v1/sessions`) or of the \
                        deployment's identity provider.",
                },
            },
        },
    }))
}
