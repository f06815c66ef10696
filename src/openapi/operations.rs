//! The routes: what each is for, its parameters and its request body.

use serde_json::{Value, json};

use super::examples::Examples;
use super::names::{id_name, reference};
use super::{responses, schemas};
use crate::id::Kind;
use crate::id::kind::{Assessment, WorkflowRun};
use crate::idempotency::{self, LIFETIME_SECONDS};
use crate::limits::MAX_BODY_BYTES;
use crate::route::Endpoint;

const SECONDS_PER_HOUR: i64 = 3_600;

/// What is said of a route.
struct Words {
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    description: &'static str,
}

const fn words(endpoint: Endpoint) -> Words {
    match endpoint {
        Endpoint::CreateAssessment => Words {
            id: "createAssessment",
            tag: "assessments",
            summary: "Create an assessment",
            description: "Creates an assessment of an existing vendor and, if one is named, \
                starts a workflow alongside. All of it is written or nothing.",
        },
        Endpoint::RetrieveAssessment => Words {
            id: "retrieveAssessment",
            tag: "assessments",
            summary: "Read an assessment",
            description: "Reads one assessment. An archived one stays readable, in the same shape.",
        },
        Endpoint::ArchiveAssessment => Words {
            id: "archiveAssessment",
            tag: "assessments",
            summary: "Cancel or archive an assessment",
            description: "Cancels an unfinished assessment, or archives a finished one. It may be \
                repeated: the answer stays the same.",
        },
        Endpoint::RetrieveWorkflowRun => Words {
            id: "retrieveWorkflowRun",
            tag: "workflows",
            summary: "Read a workflow run",
            description: "Reads a workflow run with the steps that were begun.",
        },
        Endpoint::SendWorkflowEvent => Words {
            id: "sendWorkflowEvent",
            tag: "workflows",
            summary: "Send an event to a workflow run",
            description: "Sends an event to a workflow run. It is kept until a step takes it.",
        },
        Endpoint::AuthTest => Words {
            id: "testAuthentication",
            tag: "utilities",
            summary: "Probe a credential",
            description: "Tells whether a credential is good. It may have any role.",
        },
        Endpoint::Health => Words {
            id: "checkHealth",
            tag: "utilities",
            summary: "Check that the service is alive",
            description: "Tells whether the service and its database answer. The answer may be a \
                few seconds old. `HEAD` answers the same without a body.",
        },
        Endpoint::OpenApi => Words {
            id: "describe",
            tag: "utilities",
            summary: "Read this document",
            description: "Answers this document. `HEAD` answers the same without a body.",
        },
    }
}

pub(super) const fn id(endpoint: Endpoint) -> &'static str {
    words(endpoint).id
}

pub(super) fn tags() -> Value {
    json!([
        { "name": "assessments", "description": "Create, read, cancel and archive assessments." },
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
        Endpoint::AuthTest | Endpoint::Health | Endpoint::OpenApi => Vec::new(),
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
