//! The routes: their parameters and request bodies.

use serde_json::{Value, json};

use super::examples::Examples;
use super::names::{id_name, reference};
use super::routes::{Words, words};
use super::{responses, schemas};
use crate::id::Kind;
use crate::id::kind::{Assessment, Vendor, WorkflowRun};
use crate::idempotency::{self, LIFETIME_SECONDS};
use crate::limits::MAX_BODY_BYTES;
use crate::query::{DEFAULT_LIMIT, MAX_LIMIT, MAX_SEARCH_LENGTH, Parameter, values_of};
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
    let mut parameters = beside_query(endpoint);
    parameters.extend(endpoint.query().iter().copied().map(in_query));
    parameters
}

fn beside_query(endpoint: Endpoint) -> Vec<Value> {
    match endpoint {
        Endpoint::CreateAssessment => vec![idempotency_key()],
        Endpoint::RetrieveAssessment
        | Endpoint::ArchiveAssessment
        | Endpoint::DescribeAssessment => vec![in_path::<Assessment>(
            "assessment_id",
            "The id of the assessment, as the create answered it.",
            "cbqsrw_a91bff9f4a4665460806300b6316a579",
        )],
        Endpoint::RetrieveVendor => vec![in_path::<Vendor>(
            "vendor_id",
            "The id of the vendor.",
            "cbvndr_acf371740e5fe26c982b64185e20506c",
        )],
        Endpoint::RetrieveWorkflowRun => vec![run()],
        Endpoint::SendWorkflowEvent => vec![run(), idempotency_key()],
        Endpoint::CreateSession
        | Endpoint::RetrieveMe
        | Endpoint::ListVendors
        | Endpoint::ListControlSets
        | Endpoint::ListUsers
        | Endpoint::ListWorkflows
        | Endpoint::ListAssessments
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

fn in_query(parameter: Parameter) -> Value {
    let (description, mut schema, example) = match parameter {
        Parameter::Search => (
            format!(
                "Words to search for, at most {MAX_SEARCH_LENGTH} characters. All of them must \
                 stand there, each at the beginning of a word, in any order; letter case and \
                 accents do not count."
            ),
            json!({ "type": "string", "maxLength": MAX_SEARCH_LENGTH }),
            json!("north"),
        ),
        Parameter::Status => (
            "Only assessments that stand there.".to_owned(),
            json!({ "type": "string" }),
            json!("review_evals"),
        ),
        Parameter::VendorId => (
            "Only assessments of that vendor.".to_owned(),
            json!({ "type": "string" }),
            json!("cbvndr_acf371740e5fe26c982b64185e20506c"),
        ),
        Parameter::AssigneeId => (
            "Only assessments that are assigned to that user.".to_owned(),
            json!({ "type": "string" }),
            json!("cbuser_64a396a668328a47a66960c64f6f29e1"),
        ),
        Parameter::Archived => (
            "The archived assessments, instead of the others.".to_owned(),
            json!({ "type": "boolean", "default": false }),
            json!(false),
        ),
        Parameter::Sort => (
            "The order: by when they were created or last changed, with `-` the latest first."
                .to_owned(),
            json!({ "type": "string", "default": "-created_at" }),
            json!("-created_at"),
        ),
        Parameter::Limit => (
            "How many items a page has at most.".to_owned(),
            json!({
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_LIMIT,
                "default": DEFAULT_LIMIT,
            }),
            json!(DEFAULT_LIMIT),
        ),
        Parameter::Cursor => (
            "The `next_cursor` of the page before, which must have been asked for alike but for \
             `limit`."
                .to_owned(),
            json!({ "type": "string" }),
            Value::Null,
        ),
    };
    if let (Some(values), Some(members)) = (values_of(parameter), schema.as_object_mut()) {
        members.insert("enum".to_owned(), json!(values));
    }
    let mut described = json!({
        "name": parameter.as_str(),
        "in": "query",
        "required": false,
        "description": description,
        "schema": schema,
    });
    // There is no cursor that every deployment would take.
    if let (false, Some(members)) = (example.is_null(), described.as_object_mut()) {
        members.insert("example".to_owned(), example);
    }
    described
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
