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
