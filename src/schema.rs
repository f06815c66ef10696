//! The schema of a create request (4.1, 4.2): any JSON value becomes a
//! [`Draft`], or the complete list of its faults, the body of a `422`.

use std::ops::ControlFlow;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::json::{JsonError, JsonText};
use crate::shape::Spec;

/// Entries of a list of faults (4.2): the first so many are told, and nothing
/// is read beyond them. A body of the largest size can hold over a hundred
/// thousand, each of which would be answered with fifty times its bytes.
pub const MAX_FAULTS: usize = 1_000;

/// A JSON value, wherever it is held: a text on the server, an object in the
/// browser. Both are checked by the one [`check`].
pub trait Json: Sized {
    /// The members the request knows, or `None` if this is not an object.
    fn members(self) -> Option<Members<Self>>;
    /// What kind of value this is.
    fn kind(self) -> JsonKind<Self>;
    /// Reads the items of an array one by one, in order, until `visit` breaks
    /// off. Answers how many there are, or at least as many as were read.
    fn each_item(self, visit: &mut dyn FnMut(Self) -> ControlFlow<()>) -> usize;
}

/// A JSON value as far as the schema tells values apart.
#[derive(Debug)]
pub enum JsonKind<J> {
    /// `null`.
    Null,
    /// A string.
    String(String),
    /// A string that is no Unicode text, which only JavaScript can hold: one
    /// of its surrogates has no partner. No acceptable JSON spells it.
    IllFormed,
    /// An array, to be read with [`Json::each_item`].
    Array(J),
    /// A number, a boolean or an object: right nowhere in this request.
    Other,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident $slot:ident;)*) => {
        /// The fields of the request, in model order (4.1).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $field,)* }

        impl Field {
            /// Every field, in model order.
            pub const ALL: &'static [Self] = &[$(Self::$field,)*];

            /// The key in the JSON object.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$field => stringify!($slot),)* }
            }

            /// The field whose key is `name`.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $(stringify!($slot) => Some(Self::$field),)* _ => None }
            }
        }

        /// The values of the known fields, `None` where the key is absent.
        #[derive(Debug)]
        pub struct Members<J> { $($(#[$doc])* pub $slot: Option<J>,)* }

        impl<J> Members<J> {
            /// The place of one field's value.
            pub fn slot(&mut self, field: Field) -> &mut Option<J> {
                match field { $(Field::$field => &mut self.$slot,)* }
            }
        }

        impl<J> Default for Members<J> {
            fn default() -> Self {
                Self { $($slot: None,)* }
            }
        }
    };
}

fields! {
    /// The vendor to assess.
    VendorId vendor_id;
    /// The control sets to assess it against.
    ControlSetIds control_set_ids;
    /// The assessment's name.
    Name name;
    /// A template for a generated name.
    AssessmentNameFormat assessment_name_format;
    /// The services in scope.
    ServiceIds service_ids;
    /// The person responsible.
    AssigneeId assignee_id;
    /// The name of a workflow to start.
    TriggerWorkflow trigger_workflow;
    /// Documents to link as evidence.
    SupportingDocumentIds supporting_document_ids;
}

impl Field {
    /// The JSON type of the field, and whether it is required.
    #[must_use]
    pub const fn spec(self) -> (&'static Spec, bool) {
        match self {
            Self::VendorId => (&Spec::String, true),
            Self::ControlSetIds => (&Spec::List(&Spec::String), true),
            Self::Name | Self::AssessmentNameFormat | Self::AssigneeId | Self::TriggerWorkflow => {
                (&Spec::Nullable(&Spec::String), false)
            }
            Self::ServiceIds | Self::SupportingDocumentIds => {
                (&Spec::Nullable(&Spec::List(&Spec::String)), false)
            }
        }
    }
}

/// The body of `POST /v1/assessments`: an existing vendor and the control sets
/// to assess it against; all else is optional, and `null` is the same as absent.
///
/// Every value has the right JSON type; nothing else is known of it yet. Ids
/// may be malformed and texts too long: [`crate::limits`] goes on from here.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CreateAssessmentRequest))]
pub struct Draft {
    /// The vendor to assess, a `cbvndr_` id.
    pub vendor_id: String,
    /// Control sets to assess the vendor against, `cbctst_` ids. May be empty.
    pub control_set_ids: Vec<String>,
    /// The assessment's name, at most 255 characters after trimming. Generated if absent or blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Template for a generated name, at most 255 characters. Tokens:
    /// `{{vendor:name}}`, `{{service:name}}`, `{{cycle}}`, `{{year}}`, `{{date}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment_name_format: Option<String>,
    /// Services of this vendor in scope, `cbsvc_` ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(nullable, required = false))]
    pub service_ids: Vec<String>,
    /// The person responsible, a `cbuser_` id. If absent, the vendor's first risk analyst.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<String>,
    /// The name of a workflow to start alongside, exact and case-sensitive, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_workflow: Option<String>,
    /// Documents of this vendor to link as evidence, `cbvdoc_` ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(nullable, required = false))]
    pub supporting_document_ids: Vec<String>,
}

/// One schema fault: an entry of the `detail` array of a `422`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: FaultKind,
}

/// Where a fault is, on the wire `loc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The body as a whole: `["body"]`.
    Body,
    /// A position in the text: `["body", offset]`.
    Offset(usize),
    /// A field: `["body", name]`.
    Field(Field),
    /// An item of a list: `["body", name, index]`.
    Item(Field, usize),
    /// A member of another body than a create's: `["body", name]`.
    Member(&'static str),
}

/// What is wrong, on the wire `type` and `msg`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// A required field, or the whole body, is absent.
    Missing,
    /// Not an object, or not sent as JSON.
    NotAnObject,
    /// Not acceptable JSON.
    InvalidJson,
    /// Something else where a string must be.
    NotAString,
    /// Something else where an array must be.
    NotAList,
}

impl FaultKind {
    /// The stable name, on the wire `type`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotAnObject => "model_attributes_type",
            Self::InvalidJson => "json_invalid",
            Self::NotAString => "string_type",
            Self::NotAList => "list_type",
        }
    }

    /// The text, on the wire `msg`.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Missing => "Field required",
            Self::NotAnObject => {
                "Input should be a valid dictionary or object to extract fields from"
            }
            Self::InvalidJson => "JSON decode error",
            Self::NotAString => "Input should be a valid string",
            Self::NotAList => "Input should be a valid list",
        }
    }
}

/// Reads a request body as it came over HTTP.
///
/// # Errors
/// Every fault, in model order, items by index; never an empty list.
pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Draft, Vec<Fault>> {
    check(read_json(content_type, body)?)
}

/// Reads a request body, if nothing is wrong with it. [`read`] tells what is.
#[must_use]
pub fn accept(content_type: Option<&str>, body: &[u8]) -> Option<Draft> {
    let json = read_json(content_type, body).ok()?;
    // The first fault is enough to know.
    check_up_to(1, usize::MAX, json)
        .ok()
        .map(|measured| measured.draft)
}

/// Reads a request body as JSON, whatever it should hold.
///
/// # Errors
/// The one fault there is then.
pub fn read_json<'a>(
    content_type: Option<&str>,
    body: &'a [u8],
) -> Result<JsonText<'a>, Vec<Fault>> {
    let whole_body = |kind| vec![Fault::new(Place::Body, kind)];
    if body.is_empty() {
        return Err(whole_body(FaultKind::Missing));
    }
    if !content_type.is_some_and(is_json) {
        return Err(whole_body(FaultKind::NotAnObject));
    }
    JsonText::read(body).map_err(|error| vec![Fault::from(error)])
}

/// Checks a JSON value, however it is held.
///
/// # Errors
/// Every fault up to [`MAX_FAULTS`], in model order, items by index; never an
/// empty list.
pub fn check<J: Json>(json: J) -> Result<Draft, Vec<Fault>> {
    check_within(usize::MAX, json).map(|measured| measured.draft)
}

/// A request, and whether it is larger than what was to be read of it.
pub(crate) struct Measured {
    /// As far as it was read.
    pub(crate) draft: Draft,
    /// Whether its JSON is larger than allowed, however it is spelt.
    pub(crate) is_too_large: bool,
    /// The lists that were not read to their end, and how many entries they have.
    pub(crate) cut: Vec<(Field, usize)>,
}

/// [`check`] for values of any size: lists are read until the JSON of what was
/// read must have more than `room` bytes.
pub(crate) fn check_within<J: Json>(room: usize, json: J) -> Result<Measured, Vec<Fault>> {
    check_up_to(MAX_FAULTS, room, json)
}

/// [`check_within`] that stops at so many faults.
fn check_up_to<J: Json>(most: usize, room: usize, json: J) -> Result<Measured, Vec<Fault>> {
    let members = json
        .members()
        .ok_or_else(|| vec![Fault::new(Place::Body, FaultKind::NotAnObject)])?;
    let mut checker = Checker {
        most,
        room: Some(room),
        ..Checker::default()
    };
    // Struct fields are evaluated as written, so faults come in model order.
    let draft = Draft {
        vendor_id: checker.required(Field::VendorId, members.vendor_id, Checker::string),
        control_set_ids: checker.required(
            Field::ControlSetIds,
            members.control_set_ids,
            Checker::strings,
        ),
        name: checker.optional(Field::Name, members.name, Checker::string),
        assessment_name_format: checker.optional(
            Field::AssessmentNameFormat,
            members.assessment_name_format,
            Checker::string,
        ),
        service_ids: checker
            .optional(Field::ServiceIds, members.service_ids, Checker::strings)
            .unwrap_or_default(),
        assignee_id: checker.optional(Field::AssigneeId, members.assignee_id, Checker::string),
        trigger_workflow: checker.optional(
            Field::TriggerWorkflow,
            members.trigger_workflow,
            Checker::string,
        ),
        supporting_document_ids: checker
            .optional(
                Field::SupportingDocumentIds,
                members.supporting_document_ids,
                Checker::strings,
            )
            .unwrap_or_default(),
    };
    if checker.ill_formed {
        return Err(vec![Fault::new(Place::Offset(0), FaultKind::InvalidJson)]);
    }
    if checker.faults.is_empty() {
        Ok(Measured {
            draft,
            is_too_large: checker.room.is_none(),
            cut: checker.cut,
        })
    } else {
        Err(checker.faults)
    }
}

/// Collects faults; a faulty value yields a placeholder that is never used.
#[derive(Default)]
struct Checker {
    faults: Vec<Fault>,
    /// Nothing is read once there are so many.
    most: usize,
    /// Some string cannot be sent as JSON at all.
    ill_formed: bool,
    /// Bytes that what is still to be read may have; `None` if it had more.
    room: Option<usize>,
    /// The lists that were not read to their end.
    cut: Vec<(Field, usize)>,
}

impl Checker {
    fn fault(&mut self, place: Place, kind: FaultKind) {
        if !self.is_full() {
            self.faults.push(Fault::new(place, kind));
        }
    }

    fn is_full(&self) -> bool {
        self.faults.len() >= self.most
    }

    /// Counts a value that has at least so many bytes in any JSON text.
    fn count(&mut self, bytes: usize) {
        self.room = self.room.and_then(|room| room.checked_sub(bytes));
    }

    fn required<J: Json, T: Default>(
        &mut self,
        field: Field,
        value: Option<J>,
        read: fn(&mut Self, Field, JsonKind<J>) -> T,
    ) -> T {
        match value {
            Some(value) if !self.is_full() => read(self, field, value.kind()),
            Some(_) => T::default(),
            None => {
                self.fault(Place::Field(field), FaultKind::Missing);
                T::default()
            }
        }
    }

    fn optional<J: Json, T>(
        &mut self,
        field: Field,
        value: Option<J>,
        read: fn(&mut Self, Field, JsonKind<J>) -> T,
    ) -> Option<T> {
        let value = value.filter(|_| !self.is_full())?;
        match value.kind() {
            JsonKind::Null => None,
            shape => Some(read(self, field, shape)),
        }
    }

    fn string<J: Json>(&mut self, field: Field, shape: JsonKind<J>) -> String {
        self.text(Place::Field(field), shape)
    }

    fn strings<J: Json>(&mut self, field: Field, shape: JsonKind<J>) -> Vec<String> {
        let JsonKind::Array(list) = shape else {
            self.fault(Place::Field(field), FaultKind::NotAList);
            return Vec::new();
        };
        let mut texts = Vec::new();
        let entries = list.each_item(&mut |item| {
            // The shortest item is one character and the comma or bracket behind it.
            self.count(2);
            texts.push(self.text(Place::Item(field, texts.len()), item.kind()));
            if self.is_full() || self.room.is_none() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if entries > texts.len() {
            self.cut.push((field, entries));
        }
        texts
    }

    fn text<J>(&mut self, place: Place, shape: JsonKind<J>) -> String {
        match shape {
            JsonKind::String(text) => {
                // One more for the other quotation mark.
                self.count(text.len() + 1);
                text
            }
            JsonKind::IllFormed => {
                self.ill_formed = true;
                String::new()
            }
            JsonKind::Null | JsonKind::Array(_) | JsonKind::Other => {
                self.fault(place, FaultKind::NotAString);
                String::new()
            }
        }
    }
}

impl Fault {
    const fn new(place: Place, kind: FaultKind) -> Self {
        Self { place, kind }
    }
}

impl From<JsonError> for Fault {
    fn from(error: JsonError) -> Self {
        Self::new(Place::Offset(error.offset), FaultKind::InvalidJson)
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entry = serializer.serialize_struct("Fault", 3)?;
        entry.serialize_field("loc", &self.place)?;
        entry.serialize_field("msg", self.kind.message())?;
        entry.serialize_field("type", self.kind.code())?;
        entry.end()
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const BODY: &str = "body";
        match *self {
            Self::Body => [BODY].serialize(serializer),
            Self::Offset(offset) => (BODY, offset).serialize(serializer),
            Self::Field(field) => (BODY, field.name()).serialize(serializer),
            Self::Item(field, index) => (BODY, field.name(), index).serialize(serializer),
            Self::Member(name) => (BODY, name).serialize(serializer),
        }
    }
}

/// `application/json` or `application/*+json`; parameters and case do not count.
fn is_json(content_type: &str) -> bool {
    let media_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    media_type
        .strip_prefix("application/")
        .is_some_and(|subtype| {
            subtype == "json" || (subtype.ends_with("+json") && !subtype.contains('/'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_media_types_are_recognised_as_fastapi_does() {
        for yes in [
            "application/json",
            "Application/JSON ; charset=utf-8",
            "application/vnd.x+json; charset=utf-8",
        ] {
            assert!(is_json(yes), "{yes}");
        }
        for no in [
            "",
            "text/json",
            "text/plain",
            "application/jsonx",
            "application/json, text/plain",
            "json",
        ] {
            assert!(!is_json(no), "{no}");
        }
    }

    #[test]
    fn an_empty_body_is_missing_whatever_its_type() {
        for content_type in [None, Some("text/plain"), Some("application/json")] {
            let faults = read(content_type, b"").unwrap_err();
            assert_eq!(faults, [Fault::new(Place::Body, FaultKind::Missing)]);
        }
    }

    #[test]
    fn null_is_absence_in_optional_fields_only() {
        let body = br#"{"vendor_id":"v","control_set_ids":[],"name":null,"service_ids":null}"#;
        let draft = read(Some("application/json"), body).unwrap();
        assert_eq!((draft.name, draft.service_ids.len()), (None, 0));
        let body = br#"{"vendor_id":null,"control_set_ids":null}"#;
        assert_eq!(
            read(Some("application/json"), body).unwrap_err(),
            [
                Fault::new(Place::Field(Field::VendorId), FaultKind::NotAString),
                Fault::new(Place::Field(Field::ControlSetIds), FaultKind::NotAList),
            ]
        );
    }
}
