//! The routes: their parameters and request bodies.

use serde_json::{Value, json};

use super::examples::Examples;
use super::names::{id_name, reference};
use super::routes::{Words, words};
use super::{responses, schemas};
use crate::id::Kind;
use crate::id::kind::{Assessment, WorkflowRun};
use crate::idempotency::{self, LIFETIME_SECONDS};
use crate::limits::MAX_BODY_BYTES;
use crate::route::Endpoint;

const SECONDS_PER_HOUR: i64 = 3_600;

pub(super) fn tags() -> Value {
    json!([
        { "name": "assessments", "description": "Create, read, cancel and archive assessments." },
        { "name": "dashboard", "description": "What a dashboard in a browser needs." },
        { "name": "sessions", "description": "Let browsers in, without a key." },
        { "name": "utilities", "description": "Probes, and this document." },
        { "name": "workflows", "description": "Watch workflow runs, and send them events." },
    ])
}

pub(super) fn operation(endpoint: Endpoint, examples: &Examples) -> Value {
    let Words {
        id,
        tag,
        summary,
        description,
    } = words(endpoint);
    let mut operation = json!({
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "responses": responses::responses(endpoint, examples),
    });
    let mut add = |key: &str, value: Value| {
        if let Some(members) = operation.as_object_mut() {
            members.insert(key.to_owned(), value);
        }
    };
    if !endpoint.requires_credential() {
        add("security", json!([]));
    }
    let parameters = parameters(endpoint);
    if !parameters.is_empty() {
        add("parameters", parameters.into());
    }
    let body = match endpoint {
        Endpoint::CreateAssessment => Some(schemas::CREATE.to_owned()),
        Endpoint::SendWorkflowEvent => Some(schemas::EVENT.to_owned()),
        Endpoint::CreateSession => Some(schemas::SESSION.to_owned()),
        _ => None,
    };
    if let Some(body) = body {
        let content = json!({
            "schema": reference(&body),
            "examples": examples.requests(id),
        });
        add(
            "requestBody",
            json!({
                "description": format!("A JSON object of at most {MAX_BODY_BYTES} bytes. Unknown keys are ignored."),
                "required": true,
                "content": { "application/json": content },
            }),
        );
    }
    operation
}

fn parameters(endpoint: Endpoint) -> Vec<Value> {
    match endpoint {
        Endpoint::CreateAssessment => vec![idempotency_key()],
        Endpoint::RetrieveAssessment | Endpoint::ArchiveAssessment => vec![in_path::<Assessment>(
            "assessment_id",
            "The id of the assessment, as the create answered it.",
            "cbqsrw_a91bff9f4a4665460806300b6316a579",
        )],
        Endpoint::RetrieveWorkflowRun => vec![run()],
        Endpoint::SendWorkflowEvent => vec![run(), idempotency_key()],
        Endpoint::CreateSession
        | Endpoint::RetrieveMe
        | Endpoint::AuthTest
        | Endpoint::Health
        | Endpoint::OpenApi => Vec::new(),
    }
}

fn run() -> Value {
    in_path::<WorkflowRun>(
        "workflow_run_id",
        "The id of the run, as the create answered it.",
        "cbwr_dd837f9879651aef1e645dd03116665e",
    )
}

fn in_path<K: Kind>(name: &str, description: &str, example: &str) -> Value {
    json!({
        "name": name,
        "in": "path",
        "required": true,
        "description": description,
        "schema": reference(&id_name(K::KIND)),
        "example": example,
    })
}

fn idempotency_key() -> Value {
    let hours = LIFETIME_SECONDS / SECONDS_PER_HOUR;
    json!({
        "name": idempotency::HEADER,
        "in": "header",
        "required": false,
        "description": format!(
            "A text of your choice. The same key again within {hours} hours answers the original \
             success, byte for byte, and does nothing."
        ),
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": idempotency::MAX_LENGTH,
            "pattern": "^[!-~]+$",
        },
        "example": "ticket-4711",
    })
}
