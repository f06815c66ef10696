//! Everything that can be known to be wrong with a create request before it is
//! sent, for forms and clients: the server's schema faults, else its limits and
//! ids that cannot name anything.
//!
//! The server answers a malformed id like an unknown one, "not found" (4.4);
//! here it is told apart, with a sentence that says how to mend it.

use crate::id::{self, AnyKind, IdError};
use crate::limits::{self, LimitFault};
use crate::schema::{self, Draft, Fault, Field, Json, Place};

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// The server would answer `422` with just these entries.
    Schema(Vec<Fault>),
    /// The server would answer `400`.
    Content(Vec<Issue>),
}

impl Invalid {
    /// The status that the server would answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Schema(_) => 422,
            Self::Content(_) => 400,
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
}

impl IssueKind {
    /// A stable name, on the JavaScript side `type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Limit(LimitFault::TooManyEntries { .. }) => "too_many_entries",
            Self::Limit(LimitFault::TooLong { .. }) => "too_long",
            Self::Id(error) => error.code(),
        }
    }
}

/// Checks a request as far as it can be checked without the server.
///
/// # Errors
/// Everything that is wrong, in model order.
pub fn validate<J: Json>(json: J) -> Result<Draft, Invalid> {
    let draft = schema::check(json).map_err(Invalid::Schema)?;
    let issues = issues(&draft);
    if issues.is_empty() {
        Ok(draft)
    } else {
        Err(Invalid::Content(issues))
    }
}

/// Everything the server would refuse in a well-typed request, in model order.
#[must_use]
pub fn issues(draft: &Draft) -> Vec<Issue> {
    let exceeded = limits::faults(draft);
    Field::ALL
        .iter()
        .flat_map(|&field| {
            let limit = exceeded
                .iter()
                .filter(move |fault| fault.field() == field)
                .map(move |&fault| Issue {
                    place: Place::Field(field),
                    kind: IssueKind::Limit(fault),
                });
            limit.chain(bad_ids(draft, field))
        })
        .collect()
}

fn bad_ids(draft: &Draft, field: Field) -> Vec<Issue> {
    let one = |text: &str, kind| issue(Place::Field(field), text, kind).into_iter().collect();
    let each = |list: &[String], kind| {
        list.iter()
            .enumerate()
            .filter_map(|(index, text)| issue(Place::Item(field, index), text, kind))
            .collect()
    };
    match field {
        Field::VendorId => one(&draft.vendor_id, AnyKind::Vendor),
        Field::ControlSetIds => each(&draft.control_set_ids, AnyKind::ControlSet),
        Field::ServiceIds => each(&draft.service_ids, AnyKind::Service),
        Field::AssigneeId => draft
            .assignee_id
            .as_deref()
            .map(|text| one(text, AnyKind::User))
            .unwrap_or_default(),
        Field::SupportingDocumentIds => {
            each(&draft.supporting_document_ids, AnyKind::VendorDocument)
        }
        Field::Name | Field::AssessmentNameFormat | Field::TriggerWorkflow => Vec::new(),
    }
}

fn issue(place: Place, text: &str, kind: AnyKind) -> Option<Issue> {
    let error = id::parse(text, Some(kind)).err()?;
    Some(Issue {
        place,
        kind: IssueKind::Id(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonText;

    fn outcome(body: &str) -> Result<Draft, Invalid> {
        validate(JsonText::read(body.as_bytes()).unwrap())
    }

    #[test]
    fn schema_faults_come_alone() {
        let invalid = outcome(r#"{"vendor_id":"nonsense"}"#).unwrap_err();
        assert_eq!(invalid.status(), 422);
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
                (Place::Field(Field::VendorId), "empty"),
                (Place::Field(Field::Name), "too_long"),
                (Place::Item(Field::ServiceIds, 0), "wrong_kind"),
            ]
        );
    }
}
