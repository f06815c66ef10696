//! Sessions of a dashboard (14): what `POST /v1/sessions` takes and answers, for
//! the backend that a page belongs to. The browser then holds a token that is
//! good for a while and for one person, and never a key.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::field::{Body, Content, Descriptor, MAX_TEXT_LENGTH, Slot};
use crate::id::kind::User;
use crate::id::{self, AnyKind, Reference};
use crate::json::Json;
use crate::origin::{Origin, OriginError};
use crate::refusal::{write_all, write_not_found};
use crate::schema::{self, Fault, Place};
use crate::shape::wire;
use crate::time::Timestamp;
use crate::validation::{Invalid, Issue, IssueCode, IssueKind};

/// The shortest life of a session, in seconds.
pub const MIN_LIFETIME_SECONDS: i64 = 60;
/// The longest: what a token can do that got into wrong hands ends by itself.
pub const MAX_LIFETIME_SECONDS: i64 = 3_600;
/// How long a session lives if nothing is said, in seconds.
pub const DEFAULT_LIFETIME_SECONDS: i64 = 900;

/// The body of `POST /v1/sessions`: the types are right, the values may break
/// their rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreateSessionRequest {
    /// Who it is for, as sent.
    pub user_id: String,
    /// The role it acts in.
    pub role: Option<String>,
    /// The origin of the pages that it is good for.
    pub origin: Option<String>,
    /// Its life in seconds; the nearest `i64` of what was sent.
    pub expires_in: Option<i64>,
}

impl Body for CreateSessionRequest {
    type Text = String;

    const FIELDS: &'static [Descriptor] = &[
        Descriptor {
            name: USER_ID,
            is_required: true,
            content: Content::Id(AnyKind::User),
        },
        Descriptor {
            name: ROLE,
            is_required: false,
            content: Content::Text(MAX_TEXT_LENGTH),
        },
        Descriptor {
            name: ORIGIN,
            is_required: false,
            content: Content::Text(MAX_TEXT_LENGTH),
        },
        Descriptor {
            name: EXPIRES_IN,
            is_required: false,
            content: Content::Integer(MIN_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS),
        },
    ];

    const NAMES: &'static [&'static str] = &[USER_ID, ROLE, ORIGIN, EXPIRES_IN];

    fn description(name: &str) -> Option<&'static str> {
        match name {
            USER_ID => {
                Some("The id of the user whom the session is for (`cbuser_...`), an active member.")
            }
            ROLE => Some(
                "The role of the session, one that the key may give. If it is absent, the first of those.",
            ),
            ORIGIN => Some(
                "The origin of the pages that the session is good for, as in `https://dashboard.example`. If it is absent, the session is good anywhere.",
            ),
            EXPIRES_IN => Some(
                "How long the session lives, in seconds; 900 if it is absent. It never outlives the key.",
            ),
            _ => None,
        }
    }

    fn slot(&mut self, number: usize) -> Option<Slot<'_>> {
        Some(match *Self::NAMES.get(number)? {
            USER_ID => Slot::Text(&mut self.user_id),
            ROLE => Slot::OptionalText(&mut self.role),
            ORIGIN => Slot::OptionalText(&mut self.origin),
            EXPIRES_IN => Slot::OptionalInteger(&mut self.expires_in),
            _ => return None,
        })
    }
}

const USER_ID: &str = "user_id";
const ROLE: &str = "role";
const ORIGIN: &str = "origin";
const EXPIRES_IN: &str = "expires_in";

impl CreateSessionRequest {
    /// Reads a request body, by the rules that hold for creates (4.2).
    ///
    /// # Errors
    /// Every fault.
    pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, Vec<Fault>> {
        schema::check(schema::read_json(content_type, body)?)
    }

    /// Checks a request as far as it can be checked without the server, for clients:
    /// all but who that is, and which role the key may give.
    ///
    /// # Errors
    /// What is wrong, in model order.
    pub fn validate<J: Json>(json: J) -> Result<Self, Invalid>
    where
        String: From<J::Text>,
    {
        let request: Self = schema::check(json).map_err(Invalid::Schema)?;
        let user = id::parse(&request.user_id, Some(AnyKind::User));
        let origin = request.origin_by(Origin::check_spelling);
        let faults = [origin.err(), request.lifetime().err()];
        let mut issues: Vec<Issue> = faults.iter().flatten().map(SessionFault::issue).collect();
        if let Err(error) = user {
            let place = Place::Field(USER_ID);
            let kind = IssueKind::Id(error);
            issues.insert(0, Issue { place, kind });
        }
        if issues.is_empty() {
            Ok(request)
        } else {
            Err(Invalid::Content(issues))
        }
    }

    fn origin_by<T>(
        &self,
        read: impl FnOnce(&str) -> Result<T, OriginError>,
    ) -> Result<Option<T>, SessionFault> {
        let Some(text) = &self.origin else {
            return Ok(None);
        };
        if text.chars().count() > MAX_TEXT_LENGTH {
            return Err(SessionFault::OriginTooLong);
        }
        read(text).map(Some).map_err(SessionFault::Origin)
    }

    fn lifetime(&self) -> Result<i64, SessionFault> {
        let lifetime = self.expires_in.unwrap_or(DEFAULT_LIFETIME_SECONDS);
        (MIN_LIFETIME_SECONDS..=MAX_LIFETIME_SECONDS)
            .contains(&lifetime)
            .then_some(lifetime)
            .ok_or(SessionFault::Lifetime)
    }
}

/// A session that may be made, if there is such a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Who it is for.
    pub user: Reference<User>,
    /// The role it acts in, one that the caller may give.
    pub role: String,
    /// The origin of the pages that it is good for; any, if there is none.
    pub origin: Option<Origin>,
    /// Its life in seconds.
    pub lifetime_seconds: i64,
}

impl NewSession {
    /// Takes a request of a caller that may give these roles, of which the first
    /// is given if none is asked for.
    ///
    /// # Errors
    /// Every rule that it breaks, in model order.
    pub fn new(
        request: &CreateSessionRequest,
        roles: &[String],
    ) -> Result<Self, Vec<SessionFault>> {
        let role = match &request.role {
            None => roles.first().ok_or(SessionFault::NoRole),
            Some(asked) => {
                let known = roles.iter().find(|role| *role == asked);
                known.ok_or(SessionFault::RoleNotGiven)
            }
        };
        let origin = request.origin_by(Origin::parse);
        match (role, origin, request.lifetime()) {
            (Ok(role), Ok(origin), Ok(lifetime_seconds)) => Ok(Self {
                user: Reference::read(request.user_id.clone()),
                role: role.clone(),
                origin,
                lifetime_seconds,
            }),
            (role, origin, lifetime) => Err([role.err(), origin.err(), lifetime.err()]
                .into_iter()
                .flatten()
                .collect()),
        }
    }
}

/// Why a session is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionFault {
    /// No active user of the organization has that id, as sent.
    UnknownUser(String),
    /// The caller may give no role at all.
    NoRole,
    /// The caller may not give the role that was asked for.
    RoleNotGiven,
    /// The origin is none.
    Origin(OriginError),
    /// The origin has too many characters.
    OriginTooLong,
    /// The lifetime is out of its bounds.
    Lifetime,
}

impl SessionFault {
    const fn field(&self) -> &'static str {
        match self {
            Self::UnknownUser(_) => USER_ID,
            Self::NoRole | Self::RoleNotGiven => ROLE,
            Self::Origin(_) | Self::OriginTooLong => ORIGIN,
            Self::Lifetime => EXPIRES_IN,
        }
    }

    /// With its place, as clients are told of it.
    fn issue(&self) -> Issue {
        let code = match self {
            Self::UnknownUser(_) => IssueCode::NotFound,
            Self::NoRole | Self::RoleNotGiven => IssueCode::RoleNotGiven,
            Self::Origin(_) => IssueCode::NoOrigin,
            Self::OriginTooLong => IssueCode::TooLong,
            Self::Lifetime => IssueCode::OutOfRange,
        };
        Issue {
            place: Place::Field(self.field()),
            kind: IssueKind::Rule(code, Reason(self).to_string()),
        }
    }
}

/// Without the field, for where it is named already.
struct Reason<'a>(&'a SessionFault);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SessionFault::UnknownUser(_) => f.write_str("not found"),
            SessionFault::NoRole => f.write_str("this key may give none"),
            SessionFault::RoleNotGiven => f.write_str("none that this key may give"),
            SessionFault::Origin(error) => error.fmt(f),
            SessionFault::OriginTooLong => write!(f, "at most {MAX_TEXT_LENGTH} characters"),
            SessionFault::Lifetime => {
                write!(
                    f,
                    "{MIN_LIFETIME_SECONDS} to {MAX_LIFETIME_SECONDS} seconds"
                )
            }
        }
    }
}

impl fmt::Display for SessionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownUser(id) => write_not_found(f, USER_ID, std::slice::from_ref(id)),
            other => write!(f, "{}: {}", other.field(), Reason(other)),
        }
    }
}

/// The sentence that names them all.
#[derive(Debug)]
pub(crate) struct SessionFaults<'a>(pub(crate) &'a [SessionFault]);

impl fmt::Display for SessionFaults<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_all(f, self.0)
    }
}

wire! {
/// The answer of `POST /v1/sessions` (14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedSession {
    /// The bearer token, opaque.
    pub token: String,
    /// When it ends, Unix seconds.
    pub expires_at: Timestamp,
}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonText;
    use crate::schema::FaultKind;

    fn read(body: &str) -> Result<CreateSessionRequest, Vec<Fault>> {
        CreateSessionRequest::read(Some("application/json"), body.as_bytes())
    }

    fn roles() -> Vec<String> {
        ["Editor", "Viewer"].map(str::to_owned).to_vec()
    }

    /// The sentence in which a body is refused.
    fn refused(body: &str) -> String {
        let faults = NewSession::new(&read(body).unwrap(), &roles()).unwrap_err();
        SessionFaults(&faults).to_string()
    }

    fn validated(body: &str) -> Result<CreateSessionRequest, Invalid> {
        CreateSessionRequest::validate(JsonText::read(body.as_bytes()).unwrap())
    }

    #[test]
    fn a_request_for_a_session_is_checked_as_far_as_it_can_be() {
        let user = format!("cbuser_{}", "0".repeat(id::DIGITS));
        let good = format!(r#"{{"user_id":"{user}","role":"Any","expires_in":60}}"#);
        assert_eq!(validated(&good).unwrap().user_id, user);
        let Err(Invalid::Schema(faults)) = validated(r#"{"expires_in":"60"}"#) else {
            panic!("no schema fault");
        };
        assert_eq!(faults.len(), 2);
        let Err(Invalid::Content(issues)) =
            validated(r#"{"user_id":"me","origin":"https://a.example/","expires_in":59}"#)
        else {
            panic!("no issue");
        };
        let told: Vec<_> = issues
            .iter()
            .map(|issue| (issue.place, issue.kind.code(), issue.kind.to_string()))
            .collect();
        let more = OriginError::MoreThanHost.to_string();
        assert_eq!(
            told[1..],
            [
                (Place::Field("origin"), "no_origin", more),
                (
                    Place::Field("expires_in"),
                    "out_of_range",
                    "60 to 3600 seconds".to_owned()
                ),
            ]
        );
        assert_eq!(
            (told[0].0, told[0].1),
            (Place::Field("user_id"), "missing_separator")
        );
    }

    #[test]
    fn all_but_the_user_has_a_default() {
        let request = read(r#"{"user_id":"u","role":null}"#).unwrap();
        let session = NewSession::new(&request, &roles()).unwrap();
        assert_eq!(
            session,
            NewSession {
                user: Reference::Malformed("u".into()),
                role: "Editor".into(),
                origin: None,
                lifetime_seconds: 900,
            }
        );
    }

    #[test]
    fn every_field_has_its_type() {
        let fault = |name, kind| Fault {
            place: Place::Field(name),
            kind,
        };
        assert_eq!(
            read(r#"{"role":7,"origin":[],"expires_in":"900"}"#),
            Err(vec![
                fault("user_id", FaultKind::Missing),
                fault("role", FaultKind::NotAString),
                fault("origin", FaultKind::NotAString),
                fault("expires_in", FaultKind::NotAnInteger),
            ])
        );
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_spelt() {
        for (spelt, number) in [
            ("60", Some(60)),
            ("6e1", Some(60)),
            ("60.0", Some(60)),
            ("1e300", Some(i64::MAX)),
            ("60.5", None),
            ("1e400", None),
            ("true", None),
            ("\"60\"", None),
            ("[60]", None),
        ] {
            let body = format!(r#"{{"user_id":"u","expires_in":{spelt}}}"#);
            let expires_in = read(&body).map(|request| request.expires_in);
            assert_eq!(expires_in.ok(), number.map(Some), "{spelt}");
        }
    }

    #[test]
    fn every_rule_that_is_broken_is_named() {
        assert_eq!(
            refused(r#"{"user_id":"u","role":"Owner","origin":"*","expires_in":59}"#),
            "role: none that this key may give; origin: must begin with https:// or http://; \
             expires_in: 60 to 3600 seconds"
        );
        for expires_in in ["59", "3601", "-900", "0", "1e300"] {
            let body = format!(r#"{{"user_id":"u","expires_in":{expires_in}}}"#);
            assert_eq!(refused(&body), "expires_in: 60 to 3600 seconds");
        }
        let long = format!(
            r#"{{"user_id":"u","origin":"https://{}"}}"#,
            "x".repeat(250)
        );
        assert_eq!(refused(&long), "origin: at most 255 characters");
    }

    #[test]
    fn a_caller_that_may_give_no_role_makes_no_session() {
        let request = read(r#"{"user_id":"u"}"#).unwrap();
        assert_eq!(
            NewSession::new(&request, &[]),
            Err(vec![SessionFault::NoRole])
        );
    }

    #[test]
    fn an_unknown_user_is_named_like_any_bad_reference() {
        let fault = SessionFault::UnknownUser("cbuser_00".into());
        assert_eq!(fault.to_string(), "user_id: cbuser_00 not found");
    }
}
