//! Events: what a run can wait for, sent from outside.

use serde::{Deserialize, Serialize};

use crate::field::{Body, Content, Descriptor, Slot};
use crate::json::Json;
use crate::schema::{self, Fault};

/// The longest name.
pub const MAX_NAME_LENGTH: usize = 100;

/// The name of an event: 1 to [`MAX_NAME_LENGTH`] ASCII letters, digits, `.`,
/// `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventName(String);

/// A text that is no name of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name: 1 to {MAX_NAME_LENGTH} letters, digits, '.', '-' and '_'")]
pub struct EventNameError;

impl EventName {
    /// Reads a name.
    ///
    /// # Errors
    /// It breaks the rule.
    pub fn parse(text: &str) -> Result<Self, EventNameError> {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if (1..=MAX_NAME_LENGTH).contains(&text.len()) && text.bytes().all(is_good) {
            Ok(Self(text.to_owned()))
        } else {
            Err(EventNameError)
        }
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
            name: "name",
            is_required: true,
            content: Content::Text(MAX_NAME_LENGTH),
        },
        Descriptor {
            name: "payload",
            is_required: false,
            content: Content::Json,
        },
    ];

    const NAMES: &'static [&'static str] = &["name", "payload"];

    fn description(name: &str) -> Option<&'static str> {
        match name {
            "name" => Some("The name that a step waits for."),
            "payload" => Some("Any JSON value; `null` if it is absent."),
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

impl SendWorkflowEventRequest {
    /// Reads a request body, by the rules that hold for creates (4.2).
    ///
    /// # Errors
    /// Every fault.
    pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, Vec<Fault>> {
        let json = schema::read_json(content_type, body)?;
        let request: Self = schema::check(json)?;
        let payload = json.member("payload").map_or("null", |value| value.json());
        Ok(Self {
            payload: payload.to_owned(),
            ..request
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{FaultKind, Place};

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
    fn names_are_short_and_plain() {
        assert!(EventName::parse("review.approved_2-a").is_ok());
        for text in ["", "a b", "é", "a/b", &"x".repeat(101)] {
            assert_eq!(EventName::parse(text), Err(EventNameError), "{text}");
        }
    }
}
