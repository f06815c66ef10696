//! The schema of a request body (4.1, 4.2): any JSON value becomes what its
//! fields hold, or the complete list of its faults, the body of a `422`.

use std::ops::ControlFlow;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::field::{Body, CreateAssessmentRequest, Descriptor, MAX_LIST_ENTRIES, Slot};
use crate::json::{Json, JsonError, JsonKind, JsonText};

pub use crate::field::Field;

/// Entries of a list of faults (4.2): the first so many are told, and nothing
/// is read beyond them. A body of the largest size can hold over a hundred
/// thousand, each of which would be answered with fifty times its bytes.
pub const MAX_FAULTS: usize = 1_000;

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
    Field(&'static str),
    /// An item of a list: `["body", name, index]`.
    Item(&'static str, usize),
    /// A header: `["header", name]`.
    Header(&'static str),
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
    /// Something else where a whole number must be.
    NotAnInteger,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Missing,
        Self::NotAnObject,
        Self::InvalidJson,
        Self::NotAString,
        Self::NotAList,
        Self::NotAnInteger,
    ];

    /// The stable name, on the wire `type`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotAnObject => "model_attributes_type",
            Self::InvalidJson => "json_invalid",
            Self::NotAString => "string_type",
            Self::NotAList => "list_type",
            Self::NotAnInteger => "int_type",
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
            Self::NotAnInteger => "Input should be a valid integer",
        }
    }
}

/// Reads the body of a create as it came over HTTP.
///
/// ```
/// use assessments::schema::{self, FaultKind, Place};
///
/// let json = Some("application/json");
/// let request = schema::read(json, br#"{"vendor_id":"cbvndr_1","control_set_ids":[]}"#);
/// assert_eq!(request.unwrap().vendor_id, "cbvndr_1");
///
/// let faults = schema::read(json, br#"{"control_set_ids":[7]}"#).unwrap_err();
/// assert_eq!(faults[0].place, Place::Field("vendor_id"));
/// assert_eq!(faults[0].kind, FaultKind::Missing);
/// assert_eq!(faults[1].place, Place::Item("control_set_ids", 0));
/// ```
///
/// # Errors
/// Every fault, in model order, items by index; never an empty list.
pub fn read(
    content_type: Option<&str>,
    body: &[u8],
) -> Result<CreateAssessmentRequest, Vec<Fault>> {
    check(read_json(content_type, body)?)
}

/// Reads the body of a create, if nothing is wrong with it. [`read`] tells what is.
#[must_use]
pub fn accept(content_type: Option<&str>, body: &[u8]) -> Option<CreateAssessmentRequest> {
    let json = read_json(content_type, body).ok()?;
    // The first fault is enough to know, and so is an entry too many.
    let bounds = Bounds {
        faults: 1,
        ..Bounds::SERVER
    };
    let measured = check_up_to(bounds, None, json).ok()?;
    measured.cut.is_empty().then_some(measured.body)
}

/// [`read`], which keeps of each list only what a limit may let pass; so a body
/// of a hundred thousand entries costs no more memory than its bytes.
pub(crate) fn read_within_limits(
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Measured<CreateAssessmentRequest>, Vec<Fault>> {
    check_up_to(Bounds::SERVER, None, read_json(content_type, body)?)
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
pub fn check<J: Json, B: Body<Text: From<J::Text>>>(json: J) -> Result<B, Vec<Fault>> {
    check_within(usize::MAX, json).map(|measured| measured.body)
}

/// A request body, and whether it is larger than what was to be read of it.
pub(crate) struct Measured<B> {
    /// As far as it was read.
    pub(crate) body: B,
    /// Whether its JSON is larger than allowed, however it is spelt.
    pub(crate) is_too_large: bool,
    /// The lists that were not kept whole, and how many entries they have.
    pub(crate) cut: Vec<(&'static str, usize)>,
}

/// [`check`] for values of any size: lists are read until the JSON of what was
/// read must have more than `room` bytes.
pub(crate) fn check_within<J: Json, B: Body<Text: From<J::Text>>>(
    room: usize,
    json: J,
) -> Result<Measured<B>, Vec<Fault>> {
    let bounds = Bounds {
        room,
        ..Bounds::NONE
    };
    check_up_to(bounds, None, json)
}

/// The same of a body of which the field of this number alone is looked at.
pub(crate) fn check_field_within<J: Json, B: Body<Text: From<J::Text>>>(
    room: usize,
    number: usize,
    json: J,
) -> Result<Measured<B>, Vec<Fault>> {
    let bounds = Bounds {
        room,
        ..Bounds::NONE
    };
    check_up_to(bounds, Some(number), json)
}

/// How far a body is read, and what is kept of it.
#[derive(Clone, Copy)]
struct Bounds {
    /// Nothing is read once there are so many faults.
    faults: usize,
    /// Bytes of JSON after which nothing more is read.
    room: usize,
    /// Entries of a list that are kept; the others are checked and counted.
    entries: usize,
}

impl Bounds {
    const NONE: Self = Self {
        faults: MAX_FAULTS,
        room: usize::MAX,
        entries: usize::MAX,
    };
    /// A body over HTTP is bounded already.
    const SERVER: Self = Self {
        entries: MAX_LIST_ENTRIES,
        ..Self::NONE
    };
}

fn check_up_to<J: Json, B: Body<Text: From<J::Text>>>(
    bounds: Bounds,
    only: Option<usize>,
    json: J,
) -> Result<Measured<B>, Vec<Fault>> {
    let mut body = B::default();
    let mut checker = Checker {
        bounds,
        faults: Vec::new(),
        ill_formed: false,
        room: Some(bounds.room),
        cut: Vec::new(),
    };
    let first = only.unwrap_or_default();
    let names = B::NAMES.get(first..only.map_or(B::NAMES.len(), |only| only + 1));
    let is_object = json.each_member(names.unwrap_or_default(), &mut |index, value| {
        let number = first + index;
        if let (Some(field), Some(slot)) = (B::FIELDS.get(number), body.slot(number)) {
            checker.member(field, slot, value);
        }
    });
    if !is_object {
        checker.fault(Place::Body, FaultKind::NotAnObject);
    }
    if checker.ill_formed {
        return Err(vec![Fault::new(Place::Offset(0), FaultKind::InvalidJson)]);
    }
    if checker.faults.is_empty() {
        Ok(Measured {
            body,
            is_too_large: checker.room.is_none(),
            cut: checker.cut,
        })
    } else {
        Err(checker.faults)
    }
}

/// Collects faults; a faulty value yields a placeholder that is never used.
struct Checker {
    bounds: Bounds,
    faults: Vec<Fault>,
    /// Some string cannot be sent as JSON at all.
    ill_formed: bool,
    /// Bytes that what is still to be read may have; `None` if it had more.
    room: Option<usize>,
    /// The lists that were not kept whole.
    cut: Vec<(&'static str, usize)>,
}

impl Checker {
    fn fault(&mut self, place: Place, kind: FaultKind) {
        if !self.is_full() {
            self.faults.push(Fault::new(place, kind));
        }
    }

    fn is_full(&self) -> bool {
        self.faults.len() >= self.bounds.faults
    }

    /// Counts a value that has at least so many bytes in any JSON text.
    fn count(&mut self, bytes: usize) {
        self.room = self.room.and_then(|room| room.checked_sub(bytes));
    }

    /// Reads the value of a field into its slot.
    fn member<J: Json, T: From<J::Text>>(
        &mut self,
        field: &Descriptor,
        slot: Slot<'_, T>,
        value: Option<J>,
    ) {
        let Some(value) = &value else {
            if field.is_required {
                self.fault(Place::Field(field.name), FaultKind::Missing);
            }
            return;
        };
        if self.is_full()
            || self.ill_formed
            || (!field.is_required && value.kind() == JsonKind::Null)
        {
            return;
        }
        let place = Place::Field(field.name);
        match slot {
            Slot::Text(text) => *text = T::from(self.text(place, value)),
            Slot::OptionalText(text) => *text = Some(T::from(self.text(place, value))),
            Slot::List(list) => *list = self.texts(field.name, value),
            Slot::OptionalInteger(number) => *number = self.integer(place, value),
            Slot::Unread => {}
        }
    }

    fn texts<J: Json, T: From<J::Text>>(&mut self, name: &'static str, list: &J) -> Vec<T> {
        if list.kind() != JsonKind::Array {
            self.fault(Place::Field(name), FaultKind::NotAList);
            return Vec::new();
        }
        let mut texts = Vec::new();
        let mut read = 0;
        let entries = list.each_item(&mut |item| {
            // The shortest item is one character and the comma or bracket behind it.
            self.count(2);
            let text = self.text(Place::Item(name, read), &item);
            read += 1;
            if texts.len() < self.bounds.entries {
                texts.push(T::from(text));
            }
            if self.is_full() || self.room.is_none() || self.ill_formed {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if entries > texts.len() {
            self.cut.push((name, entries));
        }
        texts
    }

    /// A whole number, however it is spelt; one that fits no `i64` is the nearest
    /// that does.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the number is whole, and the cast saturates"
    )]
    fn integer(&mut self, place: Place, value: &impl Json) -> Option<i64> {
        let number = value.number().filter(|number| number.fract() == 0.0);
        if number.is_none() {
            self.fault(place, FaultKind::NotAnInteger);
        }
        number.map(|number| number as i64)
    }

    fn text<J: Json>(&mut self, place: Place, value: &J) -> J::Text {
        if value.kind() != JsonKind::String {
            self.fault(place, FaultKind::NotAString);
            return J::Text::default();
        }
        let text = value.text();
        // Only a string that is no Unicode text has none.
        self.ill_formed |= text.is_none();
        let text = text.unwrap_or_default();
        // One more for the other quotation mark.
        self.count(text.as_ref().len() + 1);
        text
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
            Self::Field(name) => (BODY, name).serialize(serializer),
            Self::Item(name, index) => (BODY, name, index).serialize(serializer),
            Self::Header(name) => ("header", name).serialize(serializer),
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
                Fault::new(Place::Field("vendor_id"), FaultKind::NotAString),
                Fault::new(Place::Field("control_set_ids"), FaultKind::NotAList),
            ]
        );
    }
}
