//! Events: what a run can wait for, sent from outside.

use serde::{Deserialize, Serialize};

use crate::field::{Body, Content, Descriptor, Slot};
use crate::json::{Json, JsonKind};
use crate::schema::{self, Fault, FaultKind, Place};
use crate::validation::{Invalid, Issue, IssueCode, IssueKind};

/// The longest name.
pub const MAX_NAME_LENGTH: usize = 100;

/// The name of an event: 1 to [`MAX_NAME_LENGTH`] ASCII letters, digits, `.`,
/// `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventName(String);

/// A text that is no name of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name: {}", Self::rule())]
pub struct EventNameError;

impl EventNameError {
    /// Without the field, for where it is named already.
    fn rule() -> String {
        format!("1 to {MAX_NAME_LENGTH} letters, digits, '.', '-' and '_'")
    }
}

impl EventName {
    /// Reads a name.
    ///
    /// # Errors
    /// It breaks the rule.
    pub fn parse(text: &str) -> Result<Self, EventNameError> {
        if Self::allows(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(EventNameError)
        }
    }

    fn allows(text: &str) -> bool {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        (1..=MAX_NAME_LENGTH).contains(&text.len()) && text.bytes().all(is_good)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EventName {
    type Error = EventNameError;

    fn try_from(text: String) -> Result<Self, EventNameError> {
        Self::parse(&text)
    }
}

impl From<EventName> for String {
    fn from(name: EventName) -> Self {
        name.0
    }
}

/// The body of `POST /v1/workflows/runs/{workflow_run_id}/events`: the types are
/// right, the name may break its rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendWorkflowEventRequest {
    /// The name as sent.
    pub name: String,
    /// The payload, JSON, as sent; `null` if there is none.
    pub payload: String,
}

impl Body for SendWorkflowEventRequest {
    type Text = String;

    const FIELDS: &'static [Descriptor] = &[
        Descriptor {
            name: NAME,
            is_required: true,
            content: Content::Text(MAX_NAME_LENGTH),
        },
        Descriptor {
            name: PAYLOAD,
            is_required: false,
            content: Content::Json,
        },
    ];

    const NAMES: &'static [&'static str] = &[NAME, PAYLOAD];

    fn description(name: &str) -> Option<&'static str> {
        match name {
            NAME => Some("The name that a step waits for."),
            PAYLOAD => Some("Any JSON value; `null` if it is absent."),
            _ => None,
        }
    }

    fn slot(&mut self, number: usize) -> Option<Slot<'_>> {
        match number {
            0 => Some(Slot::Text(&mut self.name)),
            1 => Some(Slot::Unread),
            _ => None,
        }
    }
}

const NAME: &str = "name";
const PAYLOAD: &str = "payload";

impl SendWorkflowEventRequest {
    /// Reads a request body, by the rules that hold for creates (4.2).
    ///
    /// # Errors
    /// Every fault.
    pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, Vec<Fault>> {
        let json = schema::read_json(content_type, body)?;
        let request: Self = schema::check(json)?;
        let payload = json.member(PAYLOAD).map_or("null", |value| value.json());
        Ok(Self {
            payload: payload.to_owned(),
            ..request
        })
    }
}

impl SendWorkflowEventRequest {
    /// Checks a request as far as it can be checked without the server, for clients:
    /// all but whether a step of the run waits for it. Without `checks_content` it is
    /// checked for its types only. It finds what [`schema::check`] finds, in less
    /// code, for a page pays for that.
    ///
    /// # Errors
    /// The one thing that is wrong.
    pub fn validate(json: &impl Json, checks_content: bool) -> Result<(), Invalid> {
        let mut fault = Some((Place::Body, FaultKind::NotAnObject));
        let mut is_allowed = true;
        json.each_member(&[NAME], &mut |_, name| {
            let place = Place::Field(NAME);
            fault = match name.as_ref().map(|name| (name.kind(), name.text())) {
                None => Some((place, FaultKind::Missing)),
                Some((JsonKind::String, Some(text))) => {
                    is_allowed = EventName::allows(text.as_ref());
                    None
                }
                // Only a string that is no Unicode text has none.
                Some((JsonKind::String, None)) => Some((Place::Offset(0), FaultKind::InvalidJson)),
                Some(_) => Some((place, FaultKind::NotAString)),
            };
        });
        if let Some((place, kind)) = fault {
            Err(Invalid::Schema(vec![Fault { place, kind }]))
        } else if checks_content && !is_allowed {
            let kind = IssueKind::Rule(IssueCode::NoEventName, EventNameError::rule());
            let place = Place::Field(NAME);
            Err(Invalid::Content(vec![Issue { place, kind }]))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonText;

    fn read(body: &str) -> Result<SendWorkflowEventRequest, Vec<Fault>> {
        SendWorkflowEventRequest::read(Some("application/json"), body.as_bytes())
    }

    #[test]
    fn payloads_are_kept_as_sent() {
        let draft = read(r#"{"payload":{"n": 1e400},"name":"x","name":"approved"}"#).unwrap();
        assert_eq!(draft.name, "approved");
        assert_eq!(draft.payload, r#"{"n": 1e400}"#);
        assert_eq!(read(r#"{"name":"x"}"#).unwrap().payload, "null");
    }

    #[test]
    fn faults_are_those_of_any_other_body() {
        for (body, place, kind) in [
            ("", Place::Body, FaultKind::Missing),
            ("[]", Place::Body, FaultKind::NotAnObject),
            ("{}", Place::Field("name"), FaultKind::Missing),
            (
                r#"{"name":null}"#,
                Place::Field("name"),
                FaultKind::NotAString,
            ),
            ("{", Place::Offset(0), FaultKind::InvalidJson),
        ] {
            assert_eq!(read(body), Err(vec![Fault { place, kind }]), "{body}");
        }
    }

    #[test]
    fn a_client_finds_what_the_schema_finds() {
        for body in [
            r#"{"name":"approved","payload":[]}"#,
            r#"{"name":"","payload":null}"#,
            r#"{"payload":7}"#,
            r#"{"name":null}"#,
            r#"{"name":7}"#,
            r#"{"name":["x"],"name":{}}"#,
            "{}",
            "[]",
            "null",
            r#""name""#,
        ] {
            let json = JsonText::read(body.as_bytes()).unwrap();
            let of_schema = schema::check::<_, SendWorkflowEventRequest>(json);
            let found = SendWorkflowEventRequest::validate(&json, false);
            assert_eq!(found.err(), of_schema.err().map(Invalid::Schema), "{body}");
        }
    }

    #[test]
    fn a_client_is_told_of_the_rule_as_the_server_words_it() {
        let json = JsonText::read(br#"{"name":"a b"}"#).unwrap();
        assert_eq!(SendWorkflowEventRequest::validate(&json, false), Ok(()));
        let Err(Invalid::Content(issues)) = SendWorkflowEventRequest::validate(&json, true) else {
            panic!("not a 400");
        };
        let told = issues.first().unwrap();
        assert_eq!(told.place, Place::Field(NAME));
        assert_eq!(format!("{NAME}: {}", told.kind), EventNameError.to_string());
        assert_eq!(told.kind.code(), "no_event_name");
    }

    #[test]
    fn names_are_short_and_plain() {
        assert!(EventName::parse("review.approved_2-a").is_ok());
        for text in ["", "a b", "é", "a/b", &"x".repeat(101)] {
            assert_eq!(EventName::parse(text), Err(EventNameError), "{text}");
        }
    }
}
