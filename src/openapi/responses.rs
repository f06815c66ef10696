//! What each route answers: its success, and its errors as the problems
//! themselves tell of them.

use serde_json::{Map, Value, json};

use super::errors::ErrorSchema;
use super::examples::Examples;
use super::names::reference;
use super::samples::{Sample, by_status};
use super::{routes, schemas};
use crate::assessment::{ArchivedAssessment, Assessment, CreatedAssessment};
use crate::dashboard::{
    AssessmentDetail, AssessmentPage, ControlSetPage, Me, UserPage, VendorDetail, VendorPage,
    WorkflowPage,
};
use crate::header;
use crate::route::Endpoint;
use crate::session::CreatedSession;
use crate::workflow::run::{AcceptedEvent, WorkflowRun};

/// Successes and errors, by status.
pub(super) fn responses(endpoint: Endpoint, examples: &Examples) -> Value {
    let mut responses = Map::new();
    let (status, success) = success(endpoint, examples);
    responses.insert(status.to_string(), success);
    for (status, samples) in by_status(endpoint) {
        responses.insert(status.to_string(), failure(endpoint, status, &samples));
    }
    responses.into()
}

fn success(endpoint: Endpoint, examples: &Examples) -> (u16, Value) {
    let (status, description, schema) = match endpoint {
        Endpoint::CreateAssessment => (
            201,
            "The assessment was created, now or by an earlier call with the same key.",
            schemas::name::<CreatedAssessment>(),
        ),
        Endpoint::RetrieveAssessment => (
            200,
            "This is the assessment.",
            schemas::name::<Assessment>(),
        ),
        Endpoint::ArchiveAssessment => (
            200,
            "The assessment is archived, now or since an earlier call.",
            schemas::name::<ArchivedAssessment>(),
        ),
        Endpoint::RetrieveWorkflowRun => (
            200,
            "This is the workflow run.",
            schemas::name::<WorkflowRun>(),
        ),
        Endpoint::SendWorkflowEvent => (
            202,
            "The event is kept, now or since an earlier call with the same key.",
            schemas::name::<AcceptedEvent>(),
        ),
        Endpoint::CreateSession => (
            201,
            "This is the session.",
            schemas::name::<CreatedSession>(),
        ),
        Endpoint::RetrieveMe => (200, "This is who calls.", schemas::name::<Me>()),
        Endpoint::ListVendors => (
            200,
            "This is a page of vendors.",
            schemas::name::<VendorPage>(),
        ),
        Endpoint::RetrieveVendor => (200, "This is the vendor.", schemas::name::<VendorDetail>()),
        Endpoint::ListControlSets => (
            200,
            "This is a page of control sets.",
            schemas::name::<ControlSetPage>(),
        ),
        Endpoint::ListUsers => (200, "This is a page of users.", schemas::name::<UserPage>()),
        Endpoint::ListWorkflows => (
            200,
            "This is a page of workflows.",
            schemas::name::<WorkflowPage>(),
        ),
        Endpoint::ListAssessments => (
            200,
            "This is a page of assessments.",
            schemas::name::<AssessmentPage>(),
        ),
        Endpoint::DescribeAssessment => (
            200,
            "This is the assessment.",
            schemas::name::<AssessmentDetail>(),
        ),
        Endpoint::AuthTest => (
            200,
            "The credential is good.",
            schemas::AUTH_TEST.to_owned(),
        ),
        Endpoint::Health => (
            200,
            "The service and its database answer.",
            schemas::HEALTH.to_owned(),
        ),
        Endpoint::OpenApi => (
            200,
            "This is the document.",
            schemas::DESCRIPTION.to_owned(),
        ),
    };
    let mut headers = headers();
    if matches!(
        endpoint,
        Endpoint::CreateAssessment | Endpoint::SendWorkflowEvent
    ) {
        headers.extend(replay_headers());
    }
    let links = links(endpoint);
    let mut response = json!({
        "description": description,
        "headers": headers,
        "content": { "application/json": {
            "schema": reference(&schema),
            "examples": examples.answers(routes::id(endpoint)),
        }},
    });
    if let Some(members) = response.as_object_mut()
        && !links.is_empty()
    {
        members.insert("links".to_owned(), links.into());
    }
    (status, response)
}

/// Where the ids of an answer lead to. Only the create, which makes them, has
/// links: more would make other operations look like beginnings.
fn links(endpoint: Endpoint) -> Map<String, Value> {
    let to = |target: Endpoint, parameter: &str, key: &str| {
        let link = json!({
            "operationId": routes::id(target),
            "parameters": { parameter: format!("$response.body#/{key}") },
            "description": format!("The answer's `{key}` is the `{parameter}` of that operation."),
        });
        (routes::id(target).to_owned(), link)
    };
    if endpoint != Endpoint::CreateAssessment {
        return Map::new();
    }
    [
        to(Endpoint::RetrieveAssessment, "assessment_id", "id"),
        to(Endpoint::ArchiveAssessment, "assessment_id", "id"),
        to(
            Endpoint::RetrieveWorkflowRun,
            "workflow_run_id",
            "workflow_run_id",
        ),
        to(
            Endpoint::SendWorkflowEvent,
            "workflow_run_id",
            "workflow_run_id",
        ),
    ]
    .into_iter()
    .collect()
}

fn failure(endpoint: Endpoint, status: u16, samples: &[Sample]) -> Value {
    let examples: Map<String, Value> = samples
        .iter()
        .map(|sample| {
            let example = json!({ "summary": sample.sentence, "value": sample.body() });
            (sample.name.to_owned(), example)
        })
        .collect();
    let sentences: Vec<&str> = samples.iter().map(|sample| sample.sentence).collect();
    let mut headers = headers();
    for sample in samples {
        if let Some((name, value)) = sample.problem.header() {
            headers.insert(name.to_owned(), error_header(&value));
        }
    }
    json!({
        "description": sentences.join(" "),
        "headers": headers,
        "content": { "application/json": {
            "schema": reference(&ErrorSchema::of(endpoint, status, samples).name),
            "examples": examples,
        }},
    })
}

/// What every response carries.
fn headers() -> Map<String, Value> {
    let request_id = json!({
        "description": "The id of this request: a fresh random UUID for every response.",
        "required": true,
        "schema": { "type": "string", "format": "uuid" },
        "example": "3f0c8a52-9d0b-4c57-8a34-0f6a1f3f9a11",
    });
    [(header::REQUEST_ID.to_owned(), request_id)]
        .into_iter()
        .collect()
}

fn replay_headers() -> [(String, Value); 2] {
    let flag = |name: &str, description: &str| {
        let header = json!({
            "description": description,
            "required": false,
            "schema": { "type": "string", "enum": ["true"] },
        });
        (name.to_owned(), header)
    };
    [
        flag(
            "Idempotent-Replayed",
            "It is there if the key was used before: this is the original answer, and nothing was done.",
        ),
        flag(
            "Idempotent-Request-Differs",
            "It is there if the key was used before with another body.",
        ),
    ]
}

/// The header that belongs to an error: `Retry-After`, or a constant.
fn error_header(value: &str) -> Value {
    let (description, schema, example) = match value.parse::<u32>() {
        Ok(seconds) => (
            "Whole seconds to wait before the next attempt.",
            json!({ "type": "integer", "minimum": 1 }),
            json!(seconds),
        ),
        Err(_) => (
            "How to authenticate.",
            json!({ "type": "string", "enum": [value] }),
            json!(value),
        ),
    };
    json!({ "description": description, "required": true, "schema": schema, "example": example })
}
