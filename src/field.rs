//! The fields of request bodies, each written down once.
//!
//! `with_request_fields!` is the table of a create's fields (4.1): key, type,
//! whether it must be there, what it holds and how much of it, and what readers
//! are told. The schema check, the limits, the request's types, the OpenAPI
//! description, the TypeScript types and what the dashboard asks all come from it.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::id::AnyKind;
use crate::shape::Spec;

/// Entries of each id list, counted as sent.
pub const MAX_LIST_ENTRIES: usize = 100;
/// Code points of `name` (after trimming), `assessment_name_format` and
/// `trigger_workflow` (both as sent), and of a generated name.
pub const MAX_TEXT_LENGTH: usize = 255;

/// Calls the macro `$then` with one row for each field of a create, in model order:
/// variant, key, type as sent, type when accepted, whether it is required, what it
/// holds, and what it means.
macro_rules! with_request_fields {
    ($then:ident) => {
        $then! {
            VendorId vendor_id: Text => Reference<Vendor>,
                required Id(AnyKind::Vendor),
                "The id of the vendor to assess (`cbvndr_...`).";
            ControlSetIds control_set_ids: Vec<Text> => Vec<Reference<ControlSet>>,
                required Ids(AnyKind::ControlSet, MAX_LIST_ENTRIES),
                "The ids of the control sets to assess the vendor against (`cbctst_...`). The list may be empty.";
            Name name: Option<Text> => Option<String>,
                optional TrimmedText(MAX_TEXT_LENGTH),
                "The assessment's name. It is generated if it is absent or blank.";
            AssessmentNameFormat assessment_name_format: Option<Text> => Option<String>,
                optional Text(MAX_TEXT_LENGTH),
                "A template for the name, if none is given. Its tokens are `{{vendor:name}}`, `{{service:name}}`, `{{cycle}}`, `{{year}}` and `{{date}}`.";
            ServiceIds service_ids: Vec<Text> => Vec<Reference<Service>>,
                optional Ids(AnyKind::Service, MAX_LIST_ENTRIES),
                "The ids of the vendor's services in scope (`cbsvc_...`).";
            AssigneeId assignee_id: Option<Text> => Option<Reference<User>>,
                optional Id(AnyKind::User),
                "The id of the person responsible (`cbuser_...`). If it is absent, the vendor's first risk analyst is.";
            TriggerWorkflow trigger_workflow: Option<Text> => Option<WorkflowName>,
                optional Text(MAX_TEXT_LENGTH),
                "The name of a workflow to start alongside, exact in its letters and their case.";
            SupportingDocumentIds supporting_document_ids: Vec<Text> => Vec<Reference<VendorDocument>>,
                optional Ids(AnyKind::VendorDocument, MAX_LIST_ENTRIES),
                "The ids of the vendor's documents to link as evidence (`cbvdoc_...`).";
        }
    };
}
pub(crate) use with_request_fields;

/// What a field of a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// The key in the JSON object.
    pub name: &'static str,
    /// Whether it must be there. If not, `null` is the same as absence.
    pub is_required: bool,
    /// What it holds.
    pub content: Content,
}

/// What a field holds, and how much of it at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// An id of that kind.
    Id(AnyKind),
    /// A list of ids of that kind, and its most entries.
    Ids(AnyKind, usize),
    /// A text, and its most code points.
    Text(usize),
    /// A text, and the most code points that trimming may leave.
    TrimmedText(usize),
    /// A whole number, and its least and most.
    Integer(i64, i64),
    /// Any JSON.
    Json,
}

impl Content {
    /// A stable name, as the package tells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::Ids(..) => "ids",
            Self::Text(_) | Self::TrimmedText(_) => "text",
            Self::Integer(..) => "integer",
            Self::Json => "json",
        }
    }

    /// The kind of the ids, if it holds any.
    #[must_use]
    pub const fn kind(self) -> Option<AnyKind> {
        match self {
            Self::Id(kind) | Self::Ids(kind, _) => Some(kind),
            Self::Text(_) | Self::TrimmedText(_) | Self::Integer(..) | Self::Json => None,
        }
    }

    /// The most entries or code points, if there is a limit.
    #[must_use]
    pub const fn limit(self) -> Option<usize> {
        match self {
            Self::Ids(_, most) | Self::Text(most) | Self::TrimmedText(most) => Some(most),
            Self::Id(_) | Self::Integer(..) | Self::Json => None,
        }
    }
}

impl Descriptor {
    /// The JSON type; nothing where any is right.
    #[must_use]
    pub const fn spec(&self) -> Option<&'static Spec> {
        Some(match (self.content, self.is_required) {
            (Content::Ids(..), true) => &Spec::List(&Spec::String),
            (Content::Ids(..), false) => &Spec::Nullable(&Spec::List(&Spec::String)),
            (Content::Id(_) | Content::Text(_) | Content::TrimmedText(_), true) => &Spec::String,
            (Content::Id(_) | Content::Text(_) | Content::TrimmedText(_), false) => {
                &Spec::Nullable(&Spec::String)
            }
            (Content::Integer(..), true) => &Spec::Number,
            (Content::Integer(..), false) => &Spec::Nullable(&Spec::Number),
            (Content::Json, _) => return None,
        })
    }
}

/// A request body: its fields, and a place for the value of each.
pub trait Body: Default {
    /// What its texts are held as.
    type Text;
    /// The fields, in model order.
    const FIELDS: &'static [Descriptor];
    /// Their names.
    const NAMES: &'static [&'static str];

    /// What a field means, for people; without its limit. Apart from the
    /// descriptors, so that only who shows it carries it.
    fn description(name: &str) -> Option<&'static str>;

    /// Where the value of the field of this number goes.
    fn slot(&mut self, number: usize) -> Option<Slot<'_, Self::Text>>;
}

/// Where the value of a field goes.
#[derive(Debug)]
pub enum Slot<'a, Text = String> {
    /// A string.
    Text(&'a mut Text),
    /// A string that may be absent.
    OptionalText(&'a mut Option<Text>),
    /// A list of strings.
    List(&'a mut Vec<Text>),
    /// A whole number that may be absent.
    OptionalInteger(&'a mut Option<i64>),
    /// Nowhere: any JSON is right, and nobody looks at it.
    Unread,
}

/// The value of a field as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent<'a, Text = String> {
    /// A string.
    Text(&'a str),
    /// A list of strings.
    List(&'a [Text]),
}

// Derived, these would ask the same of the texts.
impl<Text> Clone for Sent<'_, Text> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Text> Copy for Sent<'_, Text> {}

/// What a text of a request is held as: its own, or where it lies.
pub trait Text: AsRef<str> + Default {}

impl Text for String {}

impl Text for &str {}

/// A type of a field as sent.
trait FieldType<Text> {
    fn slot(&mut self) -> Slot<'_, Text>;
    fn sent(&self) -> Option<Sent<'_, Text>>;
}

impl<T: Text> FieldType<T> for T {
    fn slot(&mut self) -> Slot<'_, T> {
        Slot::Text(self)
    }

    fn sent(&self) -> Option<Sent<'_, T>> {
        Some(Sent::Text(self.as_ref()))
    }
}

impl<T: Text> FieldType<T> for Option<T> {
    fn slot(&mut self) -> Slot<'_, T> {
        Slot::OptionalText(self)
    }

    fn sent(&self) -> Option<Sent<'_, T>> {
        self.as_ref().map(|text| Sent::Text(text.as_ref()))
    }
}

impl<T: Text> FieldType<T> for Vec<T> {
    fn slot(&mut self) -> Slot<'_, T> {
        Slot::List(self)
    }

    fn sent(&self) -> Option<Sent<'_, T>> {
        Some(Sent::List(self))
    }
}

macro_rules! is_required {
    (required) => {
        true
    };
    (optional) => {
        false
    };
}

macro_rules! request {
    ($(
        $field:ident $name:ident: $sent:ty => $accepted:ty,
            $required:ident $content:ident($($held:expr),*), $doc:literal;
    )*) => {
        /// The fields of a create, in model order (4.1).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $(#[doc = $doc] $field,)* }

        impl Field {
            /// Every field, in model order.
            pub const ALL: &'static [Self] = &[$(Self::$field,)*];

            /// What the field is.
            #[must_use]
            pub const fn descriptor(self) -> &'static Descriptor {
                match self {
                    $(Self::$field => const { &Descriptor {
                        name: stringify!($name),
                        is_required: is_required!($required),
                        content: Content::$content($($held),*),
                    } },)*
                }
            }
        }

        /// The body of `POST /v1/assessments`: an existing vendor and the control sets
        /// to assess it against; all else is optional, and `null` is the same as absent.
        ///
        /// Every value has the right JSON type; nothing else is known of it yet. Ids
        /// may be malformed and texts too long: [`crate::request::CreateAssessment`]
        /// goes on from here.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct CreateAssessmentRequest<Text = String> { $(#[doc = $doc] pub $name: $sent,)* }

        impl<Text: self::Text> CreateAssessmentRequest<Text> {
            /// The values as sent, in model order; `None` for what is absent.
            #[must_use]
            pub fn values(&self) -> [Option<Sent<'_, Text>>; Field::ALL.len()] {
                [$(self.$name.sent(),)*]
            }
        }

        impl<Text: self::Text> Body for CreateAssessmentRequest<Text> {
            type Text = Text;

            const FIELDS: &'static [Descriptor] = &[$(*Field::$field.descriptor(),)*];
            const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            fn description(name: &str) -> Option<&'static str> {
                match name { $(stringify!($name) => Some($doc),)* _ => None }
            }

            fn slot(&mut self, number: usize) -> Option<Slot<'_, Text>> {
                Some(match Field::ALL.get(number)? {
                    $(Field::$field => self.$name.slot(),)*
                })
            }
        }
    };
}

with_request_fields!(request);

impl Field {
    /// The key in the JSON object.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.descriptor().name
    }

    /// The field whose key is `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut fields = Self::ALL.iter().copied();
        fields.find(|field| field.name() == name)
    }
}

impl<T: Text> CreateAssessmentRequest<T> {
    /// The value of a field as sent, if it is there.
    #[must_use]
    pub fn value(&self, field: Field) -> Option<Sent<'_, T>> {
        self.values().get(field as usize).copied().flatten()
    }

    /// What its JSON holds: each field that is there, and no empty list that
    /// could be left out.
    pub fn members(&self) -> impl Iterator<Item = (Field, Sent<'_, T>)> {
        Field::ALL
            .iter()
            .zip(self.values())
            .filter_map(|(&field, value)| match value? {
                Sent::List([]) if !field.descriptor().is_required => None,
                value => Some((field, value)),
            })
    }
}

impl Serialize for CreateAssessmentRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (field, value) in self.members() {
            match value {
                Sent::Text(text) => object.serialize_entry(field.name(), text)?,
                Sent::List(list) => object.serialize_entry(field.name(), list)?,
            }
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_in_model_order_and_found_by_their_names() {
        assert!(Field::ALL.is_sorted());
        for &field in Field::ALL {
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
    }

    #[test]
    fn a_request_is_written_without_what_is_absent() {
        let request = CreateAssessmentRequest {
            vendor_id: "v".into(),
            name: Some(String::new()),
            ..CreateAssessmentRequest::default()
        };
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(json, r#"{"vendor_id":"v","control_set_ids":[],"name":""}"#);
    }
}
