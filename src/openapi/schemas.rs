//! The types of the wire as schemas. Their shapes come from the types; what the
//! document says of them comes from [`super::words`].

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type,
};
use utoipa::{PartialSchema, ToSchema};

use super::names::{id_name, reference};
use super::words;
use crate::assessment::{ArchivedAssessment, Assessment, CreatedAssessment, CustomFieldValue};
use crate::dashboard::{
    AssessmentDetail, AssessmentPage, ControlSetPage, Me, UserPage, VendorDetail, VendorPage,
    WorkflowPage,
};
use crate::field::{Body, Content, CreateAssessmentRequest};
use crate::id::{DIGITS, Id, Kind};
use crate::schema::{Fault, MAX_FAULTS};
use crate::session::{CreateSessionRequest, CreatedSession};
use crate::time::Timestamp;
use crate::workflow::event::SendWorkflowEventRequest;
use crate::workflow::run::{AcceptedEvent, WorkflowRun};

/// The body of a create.
pub(super) const CREATE: &str = "CreateAssessmentRequest";
/// The body of an event.
pub(super) const EVENT: &str = "SendWorkflowEventRequest";
/// The body of a session.
pub(super) const SESSION: &str = "CreateSessionRequest";
/// The answer of the credential probe.
pub(super) const AUTH_TEST: &str = "AuthenticationTest";
/// The answer of the health check.
pub(super) const HEALTH: &str = "Health";
/// This document.
pub(super) const DESCRIPTION: &str = "Description";

/// Every schema that is not an error's, by its name.
pub(super) fn components() -> Result<Map<String, Value>, serde_json::Error> {
    let mut found = Vec::new();
    add::<CreatedAssessment>(&mut found);
    add::<Assessment>(&mut found);
    add::<ArchivedAssessment>(&mut found);
    add::<WorkflowRun>(&mut found);
    add::<AcceptedEvent>(&mut found);
    add::<CreatedSession>(&mut found);
    add::<Me>(&mut found);
    add::<VendorPage>(&mut found);
    add::<VendorDetail>(&mut found);
    add::<ControlSetPage>(&mut found);
    add::<UserPage>(&mut found);
    add::<WorkflowPage>(&mut found);
    add::<AssessmentPage>(&mut found);
    add::<AssessmentDetail>(&mut found);
    add::<Fault>(&mut found);
    let mut schemas = Map::new();
    for (name, schema) in found {
        schemas.insert(name, serde_json::to_value(schema)?);
    }
    schemas.insert(CREATE.to_owned(), body::<CreateAssessmentRequest>());
    schemas.insert(EVENT.to_owned(), body::<SendWorkflowEventRequest>());
    schemas.insert(SESSION.to_owned(), body::<CreateSessionRequest>());
    schemas.insert(AUTH_TEST.to_owned(), constant("msg", "Auth successful"));
    schemas.insert(HEALTH.to_owned(), constant("status", "ok"));
    schemas.insert(DESCRIPTION.to_owned(), json!({ "type": "object" }));
    for (name, schema) in &mut schemas {
        words::put(name, schema);
    }
    Ok(schemas)
}

/// Adds a type and everything it refers to.
fn add<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// The name of a type's schema.
pub(super) fn name<T: ToSchema>() -> String {
    T::name().into_owned()
}

/// A request body, from the table of its fields.
fn body<B: Body>() -> Value {
    let required = B::FIELDS.iter().filter(|field| field.is_required);
    let required: Vec<&str> = required.map(|field| field.name).collect();
    let mut properties = Map::new();
    for field in B::FIELDS {
        let kind = |name: &str| match field.is_required {
            true => json!(name),
            false => json!([name, "null"]),
        };
        let schema = match field.content {
            Content::Id(_) | Content::TrimmedText(_) => json!({ "type": kind("string") }),
            Content::Text(most) => json!({ "type": kind("string"), "maxLength": most }),
            Content::Ids(_, most) => json!({
                "type": kind("array"),
                "items": { "type": "string" },
                "maxItems": most,
            }),
            Content::Integer(least, most) => json!({
                "type": kind("integer"),
                "minimum": least,
                "maximum": most,
            }),
            Content::Json => json!({}),
        };
        properties.insert(field.name.to_owned(), schema);
    }
    json!({ "type": "object", "required": required, "properties": properties })
}

fn constant(key: &str, value: &str) -> Value {
    json!({
        "type": "object",
        "required": [key],
        "properties": { key: { "type": "string", "enum": [value] } },
    })
}

/// `detail` of a body that has not the form it should have.
pub(super) fn faults() -> Value {
    json!({
        "type": "array",
        "description": format!("The faults of the body or of the query, in the order of its fields; the first {MAX_FAULTS} if there are more."),
        "minItems": 1,
        "maxItems": MAX_FAULTS,
        "items": reference(&name::<Fault>()),
    })
}

/// `detail` of a refused request.
pub(super) fn refusal() -> Value {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": { "error": {
            "type": "string",
            "description": "The reason, for people; it names the fields and ids concerned.",
        }},
    })
}

/// `detail` with a stable code.
pub(super) fn coded(codes: &BTreeSet<&str>) -> Value {
    json!({
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": { "type": "string", "enum": codes, "description": "The stable name of the error." },
            "message": { "type": "string", "description": "A sentence for people." },
        },
    })
}

/// `detail` that is a text.
pub(super) fn text(texts: &BTreeSet<&str>) -> Value {
    json!({ "type": "string", "enum": texts, "description": "What is wrong." })
}

impl<K: Kind> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^{}_[0-9a-f]{{{DIGITS}}}$", K::KIND.prefix())))
            .build()
            .into()
    }
}

impl<K: Kind> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(id_name(K::KIND))
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .build()
            .into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for CustomFieldValue {
    fn schema() -> RefOr<Schema> {
        let simple = |kind| ObjectBuilder::new().schema_type(kind);
        let any = AnyOfBuilder::new()
            .item(simple(Type::Boolean))
            .item(simple(Type::Number))
            .item(simple(Type::String))
            .item(ArrayBuilder::new().items(RefOr::T(simple(Type::String).build().into())))
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
            .item(
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .minimum(Some(0)),
            )
            .build();
        ObjectBuilder::new()
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
