//! The surface as an OpenAPI 3.1 document, made at build time from the types,
//! the routes and the problems of this crate. Examples of errors are the very
//! bodies that the API answers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
    PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{
    AnyOf, AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat,
    SchemaType, Type,
};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, ContentBuilder, HeaderBuilder, InfoBuilder, OpenApi,
    OpenApiBuilder, Ref, RefOr, Required, ResponsesBuilder, SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};

use crate::assessment::{ArchivedAssessment, Assessment, CreatedAssessment, CustomFieldValue};
use crate::id::{Assessment as AssessmentKind, DIGITS, Id, Kind, WorkflowRun as RunKind};
use crate::idempotency::{self, IdempotencyKey};
use crate::limits::{CreateAssessment, MAX_BODY_BYTES};
use crate::problem::{BadReference, Body, Problem};
use crate::route::Endpoint;
use crate::schema::{self, Draft, Fault, Field};
use crate::time::Timestamp;
use crate::workflow::event::{self, EventDraft, EventNameError};
use crate::workflow::run::{AcceptedEvent, WorkflowRun};

/// The name of the bearer scheme among the components.
const BEARER: &str = "bearer";
/// Seconds shown in examples of `Retry-After`.
const RETRY_AFTER: u32 = 2;

/// The document, JSON.
///
/// # Errors
/// Never in practice: the document is made of strings and numbers.
pub fn document() -> Result<String, serde_json::Error> {
    describe().to_pretty_json()
}

fn describe() -> OpenApi {
    let paths = Endpoint::ALL
        .into_iter()
        .fold(PathsBuilder::new(), |paths, endpoint| {
            paths.path(
                endpoint.template(),
                PathItem::new(method(endpoint), operation(endpoint)),
            )
        });
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Assessments API")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Start a third-party-risk assessment of a known vendor, read its state, \
                     and cancel or archive it. Times are Unix seconds.",
                )),
        )
        .paths(paths)
        .components(Some(components()))
        .build()
}

fn method(endpoint: Endpoint) -> HttpMethod {
    match endpoint {
        Endpoint::CreateAssessment | Endpoint::SendWorkflowEvent => HttpMethod::Post,
        Endpoint::ArchiveAssessment => HttpMethod::Delete,
        Endpoint::RetrieveAssessment
        | Endpoint::RetrieveWorkflowRun
        | Endpoint::AuthTest
        | Endpoint::Health
        | Endpoint::OpenApi => HttpMethod::Get,
    }
}

fn operation(endpoint: Endpoint) -> Operation {
    let (id, summary) = match endpoint {
        Endpoint::CreateAssessment => (
            "createAssessment",
            "Create an assessment of an existing vendor, optionally start a named workflow",
        ),
        Endpoint::RetrieveAssessment => ("retrieveAssessment", "Read an assessment"),
        Endpoint::ArchiveAssessment => (
            "archiveAssessment",
            "Cancel an unfinished assessment, or archive a finished one; repeatable",
        ),
        Endpoint::RetrieveWorkflowRun => ("retrieveWorkflowRun", "Read a workflow run"),
        Endpoint::SendWorkflowEvent => (
            "sendWorkflowEvent",
            "Send an event to a workflow run; it is kept until a step waits for it",
        ),
        Endpoint::AuthTest => ("testAuthentication", "Probe a credential"),
        Endpoint::Health => ("checkHealth", "Whether the service and its database answer"),
        Endpoint::OpenApi => ("describe", "This document"),
    };
    let mut operation = OperationBuilder::new()
        .operation_id(Some(id))
        .summary(Some(summary));
    if endpoint.requires_credential() {
        operation = operation.security(SecurityRequirement::new(BEARER, Vec::<String>::new()));
    }
    for parameter in parameters(endpoint) {
        operation = operation.parameter(parameter);
    }
    let body = match endpoint {
        Endpoint::CreateAssessment => Some(reference::<Draft>()),
        Endpoint::SendWorkflowEvent => Some(event_body()),
        _ => None,
    };
    if let Some(body) = body {
        operation = operation.request_body(Some(
            RequestBodyBuilder::new()
                .description(Some(format!("At most {MAX_BODY_BYTES} bytes.")))
                .content("application/json", Content::new(Some(body)))
                .required(Some(Required::True))
                .build(),
        ));
    }
    operation.responses(responses(endpoint)).build()
}

fn parameters(endpoint: Endpoint) -> Vec<Parameter> {
    match endpoint {
        Endpoint::CreateAssessment => vec![idempotency_key()],
        Endpoint::RetrieveAssessment | Endpoint::ArchiveAssessment => {
            vec![in_path::<AssessmentKind>("assessment_id")]
        }
        Endpoint::RetrieveWorkflowRun => vec![in_path::<RunKind>("workflow_run_id")],
        Endpoint::SendWorkflowEvent => {
            vec![in_path::<RunKind>("workflow_run_id"), idempotency_key()]
        }
        Endpoint::AuthTest | Endpoint::Health | Endpoint::OpenApi => Vec::new(),
    }
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name(idempotency::HEADER)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "The same key again within 24 hours answers the original success, byte for byte, \
             and does nothing.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(idempotency::MAX_LENGTH))
                .pattern(Some("^[!-~]+$")),
        ))
        .build()
}

fn in_path<K: Kind>(name: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(reference::<Id<K>>()))
        .build()
}

fn event_body() -> RefOr<Schema> {
    ObjectBuilder::new()
        .property(
            "name",
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(event::MAX_NAME_LENGTH))
                .pattern(Some("^[A-Za-z0-9._-]+$")),
        )
        .required("name")
        .property(
            "payload",
            ObjectBuilder::new()
                .schema_type(SchemaType::AnyValue)
                .description(Some("Any JSON; null if left out")),
        )
        .build()
        .into()
}

fn responses(endpoint: Endpoint) -> ResponsesBuilder {
    let (status, description, schema) = match endpoint {
        Endpoint::CreateAssessment => (
            201,
            "Created, or the original answer to the key",
            reference::<CreatedAssessment>(),
        ),
        Endpoint::RetrieveAssessment => (200, "The assessment", reference::<Assessment>()),
        Endpoint::ArchiveAssessment => (
            200,
            "Archived, now or before",
            reference::<ArchivedAssessment>(),
        ),
        Endpoint::RetrieveWorkflowRun => (200, "The run", reference::<WorkflowRun>()),
        Endpoint::SendWorkflowEvent => (
            202,
            "Stored, or the original answer to the key",
            reference::<AcceptedEvent>(),
        ),
        Endpoint::AuthTest => (
            200,
            "The credential is good",
            constant("msg", "Auth successful"),
        ),
        Endpoint::Health => (200, "Alive", constant("status", "ok")),
        Endpoint::OpenApi => (
            200,
            "This document",
            RefOr::T(ObjectBuilder::new().build().into()),
        ),
    };
    let mut success = response(description, Content::new(Some(schema)));
    if matches!(
        endpoint,
        Endpoint::CreateAssessment | Endpoint::SendWorkflowEvent
    ) {
        success = success.header(
            "Idempotent-Replayed",
            HeaderBuilder::new()
                .description(Some("`true` on the answer to a key that was used before"))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build(),
        );
    }
    let mut by_status: BTreeMap<u16, Vec<(&str, Problem)>> = BTreeMap::new();
    for (name, problem) in problems(endpoint) {
        by_status
            .entry(problem.status())
            .or_default()
            .push((name, problem));
    }
    by_status.into_iter().fold(
        ResponsesBuilder::new().response(status.to_string(), success),
        |responses, (status, problems)| responses.response(status.to_string(), failure(&problems)),
    )
}

/// Every problem that an endpoint can answer, by a name for its example.
fn problems(endpoint: Endpoint) -> Vec<(&'static str, Problem)> {
    let retry_after = RETRY_AFTER;
    let mut problems = vec![
        ("internal", Problem::Internal),
        ("unavailable", Problem::Unavailable { retry_after }),
    ];
    if endpoint.requires_credential() {
        problems.extend([
            ("not_authenticated", Problem::NotAuthenticated),
            ("invalid_credential", Problem::InvalidCredential),
            ("ip_not_allowed", Problem::IpNotAllowed),
            (
                "too_many_requests",
                Problem::TooManyRequests { retry_after },
            ),
        ]);
    }
    if endpoint.requires_role() {
        problems.push(("role_not_allowed", Problem::RoleNotAllowed));
    }
    match endpoint {
        Endpoint::CreateAssessment => problems.extend(refusals_of_create()),
        Endpoint::RetrieveAssessment | Endpoint::ArchiveAssessment => {
            problems.push(("assessment_not_found", Problem::AssessmentNotFound));
        }
        Endpoint::RetrieveWorkflowRun => {
            problems.push(("workflow_run_not_found", Problem::WorkflowRunNotFound));
        }
        Endpoint::SendWorkflowEvent => problems.extend(refusals_of_event()),
        Endpoint::AuthTest | Endpoint::Health | Endpoint::OpenApi => {}
    }
    problems
}

fn refusals_of_event() -> Vec<(&'static str, Problem)> {
    let mut refusals = vec![
        ("body_too_large", Problem::BodyTooLarge),
        ("name", Problem::BadEventName(EventNameError)),
        ("workflow_run_not_found", Problem::WorkflowRunNotFound),
        ("workflow_run_ended", Problem::WorkflowRunEnded),
    ];
    if let Err(error) = IdempotencyKey::parse("") {
        refusals.push(("idempotency_key", Problem::BadIdempotencyKey(error)));
    }
    if let Err(faults) = EventDraft::read(Some("application/json"), b"{}") {
        refusals.push(("schema", Problem::Schema(faults)));
    }
    refusals
}

fn refusals_of_create() -> Vec<(&'static str, Problem)> {
    let mut refusals = vec![
        ("body_too_large", Problem::BodyTooLarge),
        (
            "references",
            Problem::BadReferences(vec![BadReference {
                field: Field::VendorId,
                ids: vec!["cbvndr_00".to_owned()],
            }]),
        ),
    ];
    if let Err(error) = IdempotencyKey::parse("") {
        refusals.push(("idempotency_key", Problem::BadIdempotencyKey(error)));
    }
    if let Err(faults) = schema::read(Some("application/json"), b"{}") {
        refusals.push(("schema", Problem::Schema(faults)));
    }
    let draft = |workflow: &str, name: String| Draft {
        vendor_id: String::new(),
        control_set_ids: Vec::new(),
        name: Some(name),
        assessment_name_format: None,
        service_ids: Vec::new(),
        assignee_id: None,
        trigger_workflow: Some(workflow.to_owned()),
        supporting_document_ids: Vec::new(),
    };
    if let Err(faults) = CreateAssessment::new(draft("", "x".repeat(256))) {
        refusals.push(("limits", Problem::OverLimit(faults)));
    }
    if let Some(name) = CreateAssessment::new(draft("annual-reassessment-flow", String::new()))
        .ok()
        .and_then(|request| request.workflow().cloned())
    {
        refusals.push((
            "workflow_not_found",
            Problem::WorkflowNotFound { name: name.clone() },
        ));
        refusals.push(("workflow_disabled", Problem::WorkflowDisabled { name }));
    }
    refusals
}

fn failure(problems: &[(&str, Problem)]) -> ResponseBuilder {
    let examples = problems.iter().map(|(name, problem)| {
        let body: Value = serde_json::from_str(&problem.body()).unwrap_or_default();
        (*name, ExampleBuilder::new().value(Some(body)).build())
    });
    let content = ContentBuilder::new()
        .schema(Some(reference::<Body<'_>>()))
        .examples_from_iter(examples)
        .build();
    let description: Vec<&str> = problems.iter().map(|(name, _)| *name).collect();
    let response = response(&description.join(", ").replace('_', " "), content);
    match problems.iter().find_map(|(_, problem)| problem.header()) {
        Some((name, value)) => response.header(
            name,
            HeaderBuilder::new()
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .example(Some(value.into()))
                .build(),
        ),
        None => response,
    }
}

/// A response with what every response carries.
fn response(description: &str, content: Content) -> ResponseBuilder {
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content)
        .header(
            "x-coverbase-request-id",
            HeaderBuilder::new()
                .description(Some("A fresh random UUID for every response"))
                .schema(Some(
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .format(Some(SchemaFormat::Custom("uuid".to_owned()))),
                ))
                .build(),
        )
}

fn constant(key: &str, value: &str) -> RefOr<Schema> {
    let property = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([value]));
    ObjectBuilder::new()
        .property(key, property)
        .required(key)
        .build()
        .into()
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

fn components() -> Components {
    let mut schemas = Vec::new();
    add::<Draft>(&mut schemas);
    add::<CreatedAssessment>(&mut schemas);
    add::<Assessment>(&mut schemas);
    add::<ArchivedAssessment>(&mut schemas);
    add::<WorkflowRun>(&mut schemas);
    add::<AcceptedEvent>(&mut schemas);
    add::<Body<'_>>(&mut schemas);
    ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(
            BEARER,
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("A service-account key (ak_...)"))
                    .build(),
            ),
        )
        .build()
}

/// Adds a type and everything it refers to.
fn add<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

impl<K: Kind> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(format!("The id of {}", K::KIND.noun())))
            .pattern(Some(format!(
                "^{}_[0-9A-Fa-f]{{{DIGITS}}}$",
                K::KIND.prefix()
            )))
            .build()
            .into()
    }
}

impl<K: Kind> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        // "a vendor document" becomes "VendorDocumentId".
        let words = K::KIND.noun().split(' ').skip(1);
        let camel = words.map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(letters).collect()
            })
        });
        Cow::Owned(camel.chain(["Id".to_owned()]).collect())
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .description(Some("Unix time in seconds"))
            .build()
            .into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for CustomFieldValue {
    fn schema() -> RefOr<Schema> {
        let simple = |kind| ObjectBuilder::new().schema_type(kind);
        let any: AnyOf = AnyOfBuilder::new()
            .item(simple(Type::Boolean))
            .item(simple(Type::Number))
            .item(simple(Type::String))
            .item(ArrayBuilder::new().items(RefOr::T(simple(Type::String).build().into())))
            .description(Some("By field_type: string, date (YYYY-MM-DD) and select are strings; multiselect and user are arrays of strings"))
            .build();
        RefOr::T(Schema::AnyOf(any))
    }
}

impl ToSchema for CustomFieldValue {}

impl PartialSchema for Fault {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let step = AnyOfBuilder::new()
            .item(text())
            .item(ObjectBuilder::new().schema_type(Type::Integer))
            .build();
        ObjectBuilder::new()
            .description(Some("One fault of the request body"))
            .property(
                "loc",
                ArrayBuilder::new().items(RefOr::T(Schema::AnyOf(step))),
            )
            .property("msg", text())
            .property("type", text())
            .required("loc")
            .required("msg")
            .required("type")
            .build()
            .into()
    }
}

impl ToSchema for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_describes_exactly_the_routes() {
        let document: Value = serde_json::from_str(&document().unwrap()).unwrap();
        let mut described = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                described.push(format!("{} {path}", method.to_uppercase()));
            }
        }
        let mut routes: Vec<String> = Endpoint::ALL
            .iter()
            .map(|endpoint| format!("{} {}", endpoint.method(), endpoint.template()))
            .collect();
        described.sort();
        routes.sort();
        assert_eq!(described, routes);
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn every_reference_resolves() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(members) => {
                    for (key, value) in members {
                        match value.as_str() {
                            Some(target) if key == "$ref" => found.push(target.to_owned()),
                            _ => references(value, found),
                        }
                    }
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let document: Value = serde_json::from_str(&document().unwrap()).unwrap();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20);
        for target in found {
            let pointer = target.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{target}");
        }
    }

    #[test]
    fn every_response_key_is_required() {
        let document: Value = serde_json::from_str(&document().unwrap()).unwrap();
        for (schema, keys) in [
            ("CreatedAssessment", 13),
            ("Assessment", 13),
            ("ArchivedAssessment", 4),
        ] {
            let required = &document["components"]["schemas"][schema]["required"];
            assert_eq!(required.as_array().unwrap().len(), keys, "{schema}");
        }
    }
}
