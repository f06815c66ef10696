//! Every error answer there is (2.6): status, headers and body.
//!
//! Bodies come in four shapes, each an object whose only key is `detail`.
//! Causes never travel in them: they are logged where they happen.

use serde::Serialize;

use crate::code::codes;
use crate::idempotency::IdempotencyKeyError;
use crate::limits::LimitFault;
use crate::query::QueryFault;
use crate::refusal::Refusal;
use crate::request::WorkflowName;
use crate::schema::Fault;
use crate::session::{SessionFault, SessionFaults};
use crate::workflow::event::{EventName, EventNameError};

pub use crate::refusal::BadReference;

/// Seconds after which a caller may try again when a bug of ours broke the call.
const RETRY_AFTER_INTERNAL: u32 = 1;
/// The text of [`Problem::BodyTooLarge`].
pub const BODY_TOO_LARGE: &str = "Request body too large.";
/// The text of [`Problem::RoleNotAllowed`], the one `401` of a good credential.
pub const ROLE_NOT_ALLOWED: &str = "Unauthorized role.";

codes! {
    /// The stable names of the errors that have one, on the wire `code`.
    pub enum ProblemCode {
        IpNotAllowed = "ip_not_allowed",
        WorkflowNotFound = "workflow_not_found",
        WorkflowDisabled = "workflow_disabled",
        AssessmentNotFound = "assessment_not_found",
        VendorNotFound = "vendor_not_found",
        WorkflowRunNotFound = "workflow_run_not_found",
        WorkflowRunEnded = "workflow_run_ended",
        EventNotExpected = "event_not_expected",
    }
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No bearer token.
    NotAuthenticated,
    /// A credential that is unknown, malformed, expired or revoked.
    InvalidCredential,
    /// A good credential whose role may not call the route.
    RoleNotAllowed,
    /// The client address is outside the organization's allowlist, or unknown.
    IpNotAllowed,
    /// Over the rate limit.
    TooManyRequests {
        /// Whole seconds to wait.
        retry_after: u32,
    },
    /// The `Idempotency-Key` header breaks its rules.
    BadIdempotencyKey(IdempotencyKeyError),
    /// The body has more bytes than [`crate::limits::MAX_BODY_BYTES`].
    BodyTooLarge,
    /// The body does not have the schema.
    Schema(Vec<Fault>),
    /// Parameters of the query have values that they may not have.
    Query(Vec<QueryFault>),
    /// The request exceeds documented limits.
    OverLimit(Vec<LimitFault>),
    /// No live workflow of that name.
    WorkflowNotFound {
        /// The name as sent.
        name: WorkflowName,
    },
    /// The workflow is switched off.
    WorkflowDisabled {
        /// The name as sent.
        name: WorkflowName,
    },
    /// References that cannot be honoured.
    BadReferences(Vec<BadReference>),
    /// No such assessment in the organization.
    AssessmentNotFound,
    /// No such vendor in the organization that is not archived.
    VendorNotFound,
    /// No such workflow run in the organization.
    WorkflowRunNotFound,
    /// The run has ended, so nothing in it waits for an event.
    WorkflowRunEnded,
    /// No step of the run waits for an event of that name, so nothing would
    /// ever take it.
    EventNotExpected {
        /// The event's name.
        name: EventName,
    },
    /// An event's name breaks its rule.
    BadEventName(EventNameError),
    /// A session that may not be made so (14).
    SessionRefused(Vec<SessionFault>),
    /// No such path.
    NotFound,
    /// The path exists, but not with that method.
    MethodNotAllowed {
        /// Value of the `Allow` header: every method of the path.
        allow: String,
    },
    /// A bug of ours.
    Internal,
    /// Overload or storage failure.
    Unavailable {
        /// Whole seconds to wait.
        retry_after: u32,
    },
}

impl Problem {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadIdempotencyKey(_)
            | Self::OverLimit(_)
            | Self::BadReferences(_)
            | Self::BadEventName(_)
            | Self::SessionRefused(_) => 400,
            Self::NotAuthenticated | Self::InvalidCredential | Self::RoleNotAllowed => 401,
            Self::IpNotAllowed => 403,
            Self::WorkflowNotFound { .. }
            | Self::AssessmentNotFound
            | Self::VendorNotFound
            | Self::WorkflowRunNotFound
            | Self::NotFound => 404,
            Self::MethodNotAllowed { .. } => 405,
            Self::WorkflowDisabled { .. }
            | Self::WorkflowRunEnded
            | Self::EventNotExpected { .. } => 409,
            Self::BodyTooLarge => 413,
            Self::Schema(_) | Self::Query(_) => 422,
            Self::TooManyRequests { .. } => 429,
            Self::Internal => 500,
            Self::Unavailable { .. } => 503,
        }
    }

    /// The header that belongs to this answer, besides those of every answer.
    #[must_use]
    pub fn header(&self) -> Option<(&'static str, String)> {
        match self {
            Self::NotAuthenticated | Self::InvalidCredential | Self::RoleNotAllowed => {
                Some(("www-authenticate", "Bearer".to_owned()))
            }
            Self::MethodNotAllowed { allow } => Some(("allow", allow.clone())),
            Self::TooManyRequests { retry_after } | Self::Unavailable { retry_after } => {
                Some(("retry-after", retry_after.to_string()))
            }
            // What it was about may have been done all the same, and with its
            // idempotency key a repetition finds out.
            Self::Internal => Some(("retry-after", RETRY_AFTER_INTERNAL.to_string())),
            Self::IpNotAllowed
            | Self::BadIdempotencyKey(_)
            | Self::BodyTooLarge
            | Self::Schema(_)
            | Self::Query(_)
            | Self::OverLimit(_)
            | Self::WorkflowNotFound { .. }
            | Self::WorkflowDisabled { .. }
            | Self::BadReferences(_)
            | Self::AssessmentNotFound
            | Self::VendorNotFound
            | Self::WorkflowRunNotFound
            | Self::WorkflowRunEnded
            | Self::EventNotExpected { .. }
            | Self::BadEventName(_)
            | Self::SessionRefused(_)
            | Self::NotFound => None,
        }
    }

    /// The body, JSON.
    #[must_use]
    pub fn body(&self) -> String {
        let detail = self.detail();
        // Strings and integers under string keys always serialise.
        serde_json::to_string(&Body { detail }).unwrap_or_default()
    }

    fn detail(&self) -> Detail<'_> {
        match self {
            Self::NotAuthenticated => Detail::Plain("Not authenticated"),
            Self::InvalidCredential => Detail::Plain("Invalid or expired API key."),
            Self::RoleNotAllowed => Detail::Plain(ROLE_NOT_ALLOWED),
            Self::IpNotAllowed => Detail::coded(
                ProblemCode::IpNotAllowed,
                "This request originates from an IP address that is not in your organization's API allowlist.",
            ),
            Self::TooManyRequests { .. } => Detail::Plain("Too many requests."),
            Self::BadIdempotencyKey(error) => {
                Detail::refused(Refusal::BadIdempotencyKey(error.clone()))
            }
            Self::BodyTooLarge => Detail::Plain(BODY_TOO_LARGE),
            Self::Schema(faults) => Detail::Schema(faults),
            Self::Query(faults) => Detail::Query(faults),
            Self::OverLimit(faults) => Detail::refused(Refusal::OverLimit(faults.clone())),
            Self::WorkflowNotFound { name } => Detail::coded(
                ProblemCode::WorkflowNotFound,
                format!("Workflow '{}' not found.", name.as_str()),
            ),
            Self::WorkflowDisabled { name } => Detail::coded(
                ProblemCode::WorkflowDisabled,
                format!("Workflow '{}' is disabled.", name.as_str()),
            ),
            Self::BadReferences(references) => {
                Detail::refused(Refusal::BadReferences(references.clone()))
            }
            Self::AssessmentNotFound => {
                Detail::coded(ProblemCode::AssessmentNotFound, "Assessment not found.")
            }
            Self::VendorNotFound => Detail::coded(ProblemCode::VendorNotFound, "Vendor not found."),
            Self::WorkflowRunNotFound => {
                Detail::coded(ProblemCode::WorkflowRunNotFound, "Workflow run not found.")
            }
            Self::WorkflowRunEnded => {
                Detail::coded(ProblemCode::WorkflowRunEnded, "Workflow run has ended.")
            }
            Self::EventNotExpected { name } => Detail::coded(
                ProblemCode::EventNotExpected,
                format!("No step of this run waits for '{}'.", name.as_str()),
            ),
            Self::BadEventName(error) => Detail::refused(error),
            Self::SessionRefused(faults) => Detail::refused(SessionFaults(faults)),
            Self::NotFound => Detail::Plain("Not Found"),
            Self::MethodNotAllowed { .. } => Detail::Plain("Method Not Allowed"),
            Self::Internal => Detail::Plain("Internal Server Error"),
            Self::Unavailable { .. } => Detail::Plain("Service temporarily unavailable."),
        }
    }
}

/// An error: an object whose only key is `detail`.
#[derive(Serialize)]
struct Body<'a> {
    detail: Detail<'a>,
}

/// The four shapes of `detail`.
#[derive(Serialize)]
#[serde(untagged)]
enum Detail<'a> {
    /// A stable code and a text.
    Coded {
        /// Stable name of the problem.
        code: &'static str,
        /// A sentence for people.
        message: String,
    },
    /// Creation refused.
    Refused {
        /// The reason, free text.
        error: String,
    },
    /// Authentication, framework and overload.
    Plain(&'static str),
    /// Every fault of the request body.
    Schema(&'a [Fault]),
    /// The same of the query.
    Query(&'a [QueryFault]),
}

impl Detail<'_> {
    fn coded(code: ProblemCode, message: impl Into<String>) -> Self {
        Self::Coded {
            code: code.as_str(),
            message: message.into(),
        }
    }

    fn refused(error: impl ToString) -> Self {
        Self::Refused {
            error: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    #[test]
    fn the_four_shapes() {
        assert_eq!(Problem::NotFound.body(), r#"{"detail":"Not Found"}"#);
        assert_eq!(
            Problem::AssessmentNotFound.body(),
            r#"{"detail":{"code":"assessment_not_found","message":"Assessment not found."}}"#
        );
        let refused = Problem::BadReferences(vec![
            BadReference {
                field: Field::VendorId,
                ids: vec!["cbvndr_00".into()],
            },
            BadReference {
                field: Field::ControlSetIds,
                ids: vec!["a".into(), "b".into()],
            },
        ]);
        assert_eq!(
            refused.body(),
            r#"{"detail":{"error":"vendor_id: cbvndr_00 not found; control_set_ids: a, b not found"}}"#
        );
        let schema = Problem::Schema(crate::schema::read(None, b"").unwrap_err());
        assert_eq!(
            schema.body(),
            r#"{"detail":[{"loc":["body"],"msg":"Field required","type":"missing"}]}"#
        );
    }
}
