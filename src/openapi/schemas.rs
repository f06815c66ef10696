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

use super::{reference, words};
use crate::assessment::{ArchivedAssessment, Assessment, CreatedAssessment, CustomFieldValue};
use crate::id::{AnyKind, DIGITS, Id, Kind};
use crate::schema::{Draft, Fault, MAX_FAULTS};
use crate::time::Timestamp;
use crate::workflow::run::{AcceptedEvent, WorkflowRun};

/// The body of an event.
pub(super) const EVENT: &str = "SendWorkflowEventRequest";
/// The answer of the credential probe.
pub(super) const AUTH_TEST: &str = "AuthenticationTest";
/// The answer of the health check.
pub(super) const HEALTH: &str = "Health";
/// This document.
pub(super) const DESCRIPTION: &str = "Description";

/// Every schema that is not an error's, by its name.
pub(super) fn components() -> Result<Map<String, Value>, serde_json::Error> {
    let mut found = Vec::new();
    add::<Draft>(&mut found);
    add::<CreatedAssessment>(&mut found);
    add::<Assessment>(&mut found);
    add::<ArchivedAssessment>(&mut found);
    add::<WorkflowRun>(&mut found);
    add::<AcceptedEvent>(&mut found);
    add::<Fault>(&mut found);
    let mut schemas = Map::new();
    for (name, schema) in found {
        schemas.insert(name, serde_json::to_value(schema)?);
    }
    schemas.insert(EVENT.to_owned(), event());
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

fn event() -> Value {
    json!({
        "type": "object",
        "required": ["name"],
        "properties": { "name": { "type": "string" }, "payload": {} },
    })
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
        "description": format!("The faults of the body, in the order of its fields; the first {MAX_FAULTS} if there are more."),
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

/// The name of the schema of an id: "a vendor document" becomes "VendorDocumentId".
pub(super) fn id_name(kind: AnyKind) -> String {
    let noun = kind.noun();
    let (_, words) = noun.split_once(' ').unwrap_or(("", noun));
    format!("{}Id", camel(words, ' '))
}

/// Words in one, each with a capital.
pub(super) fn camel(words: &str, separator: char) -> String {
    words
        .split(separator)
        .filter_map(|word| word.split_at_checked(1))
        .map(|(first, rest)| first.to_uppercase() + rest)
        .collect()
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
