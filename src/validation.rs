//! Everything that can be known to be wrong with a request before it is
//! sent, for forms and clients: the server's schema faults, else its limits and
//! ids that cannot name anything.
//!
//! The server answers a malformed id like an unknown one, "not found" (4.4);
//! here it is told apart, with a sentence that says how to mend it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::code::codes;
use crate::field::{Body, Content, CreateAssessmentRequest, Descriptor, Field, Sent, Text};
use crate::id::{self, AnyKind, IdError, IdErrorCode};
use crate::idempotency::{IdempotencyKeyError, IdempotencyKeyErrorCode};
use crate::json::{Json, JsonKind};
use crate::limits::{self, LimitFault, MAX_BODY_BYTES};
use crate::schema::{self, Fault, FaultKind, MAX_FAULTS, Measured, Place};

codes! {
    /// The stable names of issues, besides those of schema faults, of ids and of keys.
    pub enum IssueCode {
        TooManyEntries = "too_many_entries",
        TooLong = "too_long",
        NotFound = "not_found",
        TooLarge = "too_large",
        NoOrigin = "no_origin",
        OutOfRange = "out_of_range",
        RoleNotGiven = "role_not_given",
        NoEventName = "no_event_name",
    }
}

/// The name of the one issue of a request that is too large, on the JavaScript side `type`.
pub const TOO_LARGE: &str = IssueCode::TooLarge.as_str();

/// Every name that an issue can have.
#[must_use]
pub fn issue_types() -> BTreeSet<&'static str> {
    let of_schema = FaultKind::ALL.iter().map(|kind| kind.code());
    let own = IssueCode::ALL.iter().map(|code| code.as_str());
    let of_ids = IdErrorCode::ALL.iter().map(|code| code.as_str());
    let of_keys = IdempotencyKeyErrorCode::ALL
        .iter()
        .map(|code| code.as_str());
    of_schema.chain(own).chain(of_ids).chain(of_keys).collect()
}

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// The server would answer `422` with just these entries.
    Schema(Vec<Fault>),
    /// The server would answer `400`.
    Content(Vec<Issue>),
    /// No JSON text of the request is short enough. It is told as a limit (4.3), with
    /// the others; the server, which does not read what is so large, answers `413`.
    TooLarge,
}

impl Invalid {
    /// The status that the server would answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Schema(_) => 422,
            Self::Content(_) | Self::TooLarge => 400,
        }
    }
}

/// A value of the right type that the server would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: IssueKind,
}

/// Why the server would refuse a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueKind {
    /// A limit is exceeded.
    #[error("{}", .0.sentence())]
    Limit(LimitFault),
    /// An id that cannot name anything.
    #[error("{0}")]
    Id(IdError),
    /// An id that the server did not find, or may not use.
    #[error("not found")]
    NotFound,
    /// An idempotency key that breaks its rules.
    #[error("{0}")]
    Key(IdempotencyKeyError),
    /// A rule of one kind of request, with a sentence for where the field is named.
    #[error("{1}")]
    Rule(IssueCode, String),
}

impl IssueKind {
    /// A stable name, on the JavaScript side `type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Limit(LimitFault::TooManyEntries { .. }) => IssueCode::TooManyEntries.as_str(),
            Self::Limit(LimitFault::TooLong { .. }) => IssueCode::TooLong.as_str(),
            Self::Id(error) => error.code(),
            Self::NotFound => IssueCode::NotFound.as_str(),
            Self::Key(error) => error.code(),
            Self::Rule(code, _) => code.as_str(),
        }
    }
}

/// Checks a request as far as it can be checked without the server. What is
/// larger than any request can be is read only that far, and then is refused
/// for what was found in it, or for its size.
///
/// # Errors
/// What is wrong, in model order, at most [`MAX_FAULTS`] entries.
pub fn validate<J: Json<Text: Text>>(json: J) -> Result<CreateAssessmentRequest<J::Text>, Invalid> {
    let measured: Measured<CreateAssessmentRequest<J::Text>> =
        schema::check_within(MAX_BODY_BYTES, json).map_err(Invalid::Schema)?;
    judge(&measured, None)?;
    Ok(measured.body)
}

/// Checks one field of a request, whatever the others are.
///
/// # Errors
/// What [`validate`] finds in a request that is good but for this field.
pub fn validate_field<J: Json<Text: Text>>(field: Field, json: J) -> Result<(), Invalid> {
    let measured: Measured<CreateAssessmentRequest<J::Text>> =
        schema::check_field_within(MAX_BODY_BYTES, field as usize, json)
            .map_err(Invalid::Schema)?;
    judge(&measured, Some(field))
}

/// Whether the server would accept a well-typed request, or one field of it.
fn judge<T: Text>(
    measured: &Measured<CreateAssessmentRequest<T>>,
    only: Option<Field>,
) -> Result<(), Invalid> {
    let issues = issues(measured, only);
    if !issues.is_empty() {
        Err(Invalid::Content(issues))
    } else if measured.is_too_large {
        Err(Invalid::TooLarge)
    } else {
        Ok(())
    }
}

/// Whether [`validate`] finds nothing, found out without keeping anything of the
/// request: a form asks at every key that is pressed, and nearly always it is good.
#[must_use]
pub fn is_good<J: Json>(json: &J) -> bool {
    let mut room = Some(MAX_BODY_BYTES);
    let mut all = true;
    let is_object = json.each_member(
        CreateAssessmentRequest::<&str>::NAMES,
        &mut |number, value| {
            all = all
                && Field::ALL
                    .get(number)
                    .is_some_and(|&field| is_good_member(field, value.as_ref(), &mut room));
        },
    );
    is_object && all && room.is_some()
}

fn is_good_member<J: Json>(field: Field, value: Option<&J>, room: &mut Option<usize>) -> bool {
    let Descriptor {
        is_required,
        content,
        ..
    } = *field.descriptor();
    let Some(value) = value.filter(|value| is_required || value.kind() != JsonKind::Null) else {
        return !is_required;
    };
    let mut is_good = |value: &J, overhead: usize| {
        value.text().is_some_and(|text| {
            let text = text.as_ref();
            // Counted as in the schema check.
            *room = room.and_then(|room| room.checked_sub(text.len() + overhead));
            content
                .kind()
                .is_none_or(|kind| id::parse(text, Some(kind)).is_ok())
                && limits::fault(field, Sent::<&str>::Text(text), &[]).is_none()
        })
    };
    let Content::Ids(_, most) = content else {
        return is_good(value, 1);
    };
    let mut read = 0;
    let entries = value.each_item(&mut |item| {
        if !is_good(&item, 3) {
            return ControlFlow::Break(());
        }
        read += 1;
        ControlFlow::Continue(())
    });
    value.kind() == JsonKind::Array && read == entries && entries <= most
}

/// Checks the types of a request, for the server to say what else is wrong. A
/// text that is too long for any request is held as far as it takes to be
/// refused for its size; a list that was not read to its end is no list to send.
///
/// # Errors
/// What is wrong, in model order, at most [`MAX_FAULTS`] entries.
pub fn check_types<J: Json<Text: Text>>(
    json: J,
) -> Result<CreateAssessmentRequest<J::Text>, Invalid> {
    let measured: Measured<CreateAssessmentRequest<J::Text>> =
        schema::check_within(MAX_BODY_BYTES, json).map_err(Invalid::Schema)?;
    if measured.cut.is_empty() {
        Ok(measured.body)
    } else {
        Err(Invalid::TooLarge)
    }
}

/// What the server would refuse in a well-typed request, or in one field of it, in model
/// order.
fn issues<T: Text>(
    Measured { body, cut, .. }: &Measured<CreateAssessmentRequest<T>>,
    only: Option<Field>,
) -> Vec<Issue> {
    let mut issues = Issues(Vec::new());
    for (&field, value) in Field::ALL.iter().zip(body.values()) {
        let Some(value) = value.filter(|_| only.is_none_or(|only| only == field)) else {
            continue;
        };
        if let Some(fault) = limits::fault(field, value, cut) {
            issues.add(Place::Field(field.name()), IssueKind::Limit(fault));
        }
        if let Some(kind) = field.descriptor().content.kind() {
            issues.add_bad_ids(field.name(), kind, value);
        }
    }
    issues.0
}

/// At most [`MAX_FAULTS`] issues.
struct Issues(Vec<Issue>);

impl Issues {
    fn add(&mut self, place: Place, kind: IssueKind) {
        if !self.is_full() {
            self.0.push(Issue { place, kind });
        }
    }

    fn is_full(&self) -> bool {
        self.0.len() >= MAX_FAULTS
    }

    fn add_bad_ids<T: Text>(&mut self, name: &'static str, kind: AnyKind, value: Sent<'_, T>) {
        match value {
            Sent::Text(text) => self.check(Place::Field(name), text, kind),
            Sent::List(list) => {
                for (index, text) in list.iter().enumerate() {
                    if self.is_full() {
                        return;
                    }
                    self.check(Place::Item(name, index), text.as_ref(), kind);
                }
            }
        }
    }

    fn check(&mut self, place: Place, text: &str, kind: AnyKind) {
        if let Err(error) = id::parse(text, Some(kind)) {
            self.add(place, IssueKind::Id(error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonText;

    fn outcome(body: &str) -> Result<CreateAssessmentRequest, Invalid> {
        let json = JsonText::read(body.as_bytes()).unwrap();
        let outcome = validate(json);
        assert_eq!(is_good(&json), outcome.is_ok(), "{body}");
        outcome
    }

    #[test]
    fn schema_faults_come_alone() {
        let invalid = outcome(r#"{"vendor_id":"nonsense"}"#).unwrap_err();
        assert_eq!(invalid.status(), 422);
    }

    #[test]
    fn no_more_than_a_thousand_issues_are_told() {
        let ids = vec!["\"x\""; 20_000].join(",");
        let body = format!(r#"{{"vendor_id":"","control_set_ids":[{ids}],"assignee_id":"y"}}"#);
        let Err(Invalid::Content(issues)) = outcome(&body) else {
            panic!("not a 400");
        };
        assert_eq!(issues.len(), MAX_FAULTS);
        let last = issues.last().unwrap();
        assert_eq!(last.place, Place::Item("control_set_ids", 997));
    }

    #[test]
    fn a_list_that_no_request_can_hold_is_counted_but_not_read_to_its_end() {
        let measured = schema::check_within::<_, CreateAssessmentRequest>(
            1_000,
            JsonText::read(
                br#"{"vendor_id":"","control_set_ids":["x"],"service_ids":["a","b","c"]}"#,
            )
            .unwrap(),
        );
        assert!(!measured.unwrap().is_too_large);
        let text = format!(
            r#"{{"vendor_id":"","control_set_ids":[{}1]}}"#,
            "\"x\",".repeat(70_000)
        );
        let Err(Invalid::Content(issues)) = outcome(&text) else {
            panic!("the number at the end was read");
        };
        assert_eq!(issues.get(1).unwrap().kind.code(), "too_many_entries");
    }

    #[test]
    fn a_request_that_is_too_large_and_has_no_other_fault_is_refused_for_that() {
        let blank = " ".repeat(MAX_BODY_BYTES);
        let body = format!(
            r#"{{"vendor_id":"cbvndr_bdbb39ff21c65aa009a055bb64bf3703","control_set_ids":[],"name":"{blank}"}}"#
        );
        assert_eq!(outcome(&body).unwrap_err(), Invalid::TooLarge);
        // Without the check of its content that is for the server to say.
        let types = check_types(JsonText::read(body.as_bytes()).unwrap());
        assert_eq!(types.unwrap().name, Some(blank));
    }

    #[test]
    fn limits_and_ids_are_listed_in_model_order() {
        let long = "x".repeat(256);
        let body = format!(
            r#"{{"service_ids":["cbvndr_61e37ff4d9e534d6009b8810cbda280a"],"name":"{long}","vendor_id":"","control_set_ids":[]}}"#
        );
        let Err(Invalid::Content(issues)) = outcome(&body) else {
            panic!("not a 400");
        };
        let found: Vec<_> = issues
            .iter()
            .map(|issue| (issue.place, issue.kind.code()))
            .collect();
        assert_eq!(
            found,
            [
                (Place::Field("vendor_id"), "empty"),
                (Place::Field("name"), "too_long"),
                (Place::Item("service_ids", 0), "wrong_kind"),
            ]
        );
    }
}
