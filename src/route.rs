//! The routes of the surface (section 1), what of it roles are granted, and gate 0
//! of the order of checks: path first, then method.

use std::borrow::Cow;

use crate::id::Reference;
use crate::id::kind::{Assessment, Vendor, WorkflowRun};
use crate::problem::Problem;
use crate::query::Parameter;
use crate::shape::wire_enum;

wire_enum! {
    /// What a role may be granted (2.3), by the names that configuration has for it.
    /// All that only reads for a dashboard is granted together.
    pub enum Permission {
        /// `POST /v1/assessments`
        CreateAssessment = "create_assessment",
        /// `GET /v1/assessments/{assessment_id}`
        RetrieveAssessment = "retrieve_assessment",
        /// `DELETE /v1/assessments/{assessment_id}`
        ArchiveAssessment = "archive_assessment",
        /// `GET /v1/workflows/runs/{workflow_run_id}`
        RetrieveWorkflowRun = "retrieve_workflow_run",
        /// `POST /v1/workflows/runs/{workflow_run_id}/events`
        SendWorkflowEvent = "send_workflow_event",
        /// `POST /v1/sessions`; no session has it, whatever its role (14).
        CreateSession = "create_session",
        /// `GET /v1/dashboard/...`
        ReadDashboard = "read_dashboard",
    }
}

/// An endpoint: one method of one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST /v1/assessments`
    CreateAssessment,
    /// `GET /v1/assessments/{assessment_id}`
    RetrieveAssessment,
    /// `DELETE /v1/assessments/{assessment_id}`
    ArchiveAssessment,
    /// `GET /v1/workflows/runs/{workflow_run_id}`
    RetrieveWorkflowRun,
    /// `POST /v1/workflows/runs/{workflow_run_id}/events`
    SendWorkflowEvent,
    /// `POST /v1/sessions`
    CreateSession,
    /// `GET /v1/dashboard/me`
    RetrieveMe,
    /// `GET /v1/dashboard/vendors`
    ListVendors,
    /// `GET /v1/dashboard/vendors/{vendor_id}`
    RetrieveVendor,
    /// `GET /v1/dashboard/control-sets`
    ListControlSets,
    /// `GET /v1/dashboard/users`
    ListUsers,
    /// `GET /v1/dashboard/workflows`
    ListWorkflows,
    /// `GET /v1/dashboard/assessments`
    ListAssessments,
    /// `GET /v1/dashboard/assessments/{assessment_id}`
    DescribeAssessment,
    /// `GET /v1/utils/authtest`
    AuthTest,
    /// `GET /healthz`
    Health,
    /// `GET /openapi.json`
    OpenApi,
}

/// Endpoints that cost about the same, and are limited together (gate 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteGroup {
    /// One look at the database.
    Read,
    /// A look and a write, after which workflows may run.
    Write,
    /// The same, from machines that tell of what they do.
    Events,
}

impl Endpoint {
    /// Every endpoint; a path's methods stand together.
    pub const ALL: [Self; 17] = [
        Self::CreateAssessment,
        Self::RetrieveAssessment,
        Self::ArchiveAssessment,
        Self::RetrieveWorkflowRun,
        Self::SendWorkflowEvent,
        Self::CreateSession,
        Self::RetrieveMe,
        Self::ListVendors,
        Self::RetrieveVendor,
        Self::ListControlSets,
        Self::ListUsers,
        Self::ListWorkflows,
        Self::ListAssessments,
        Self::DescribeAssessment,
        Self::AuthTest,
        Self::Health,
        Self::OpenApi,
    ];

    /// Whether a caller must prove who calls (2.3).
    #[must_use]
    pub const fn requires_credential(self) -> bool {
        !matches!(self, Self::Health | Self::OpenApi)
    }

    /// What the caller's role must be granted (2.3); nothing where any role will do.
    #[must_use]
    pub const fn permission(self) -> Option<Permission> {
        Some(match self {
            Self::CreateAssessment => Permission::CreateAssessment,
            Self::RetrieveAssessment => Permission::RetrieveAssessment,
            Self::ArchiveAssessment => Permission::ArchiveAssessment,
            Self::RetrieveWorkflowRun => Permission::RetrieveWorkflowRun,
            Self::SendWorkflowEvent => Permission::SendWorkflowEvent,
            Self::CreateSession => Permission::CreateSession,
            Self::RetrieveMe
            | Self::ListVendors
            | Self::RetrieveVendor
            | Self::ListControlSets
            | Self::ListUsers
            | Self::ListWorkflows
            | Self::ListAssessments
            | Self::DescribeAssessment => Permission::ReadDashboard,
            Self::AuthTest | Self::Health | Self::OpenApi => return None,
        })
    }

    /// What it is limited with. What anyone may ask for has no limit: it is answered
    /// from memory or from a static file (section 7).
    #[must_use]
    pub const fn group(self) -> Option<RouteGroup> {
        match self {
            Self::RetrieveAssessment
            | Self::RetrieveWorkflowRun
            | Self::RetrieveMe
            | Self::ListVendors
            | Self::RetrieveVendor
            | Self::ListControlSets
            | Self::ListUsers
            | Self::ListWorkflows
            | Self::ListAssessments
            | Self::DescribeAssessment
            | Self::AuthTest => Some(RouteGroup::Read),
            Self::CreateAssessment | Self::ArchiveAssessment | Self::CreateSession => {
                Some(RouteGroup::Write)
            }
            Self::SendWorkflowEvent => Some(RouteGroup::Events),
            Self::Health | Self::OpenApi => None,
        }
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::CreateAssessment | Self::SendWorkflowEvent | Self::CreateSession => "POST",
            Self::RetrieveAssessment
            | Self::RetrieveWorkflowRun
            | Self::RetrieveMe
            | Self::ListVendors
            | Self::RetrieveVendor
            | Self::ListControlSets
            | Self::ListUsers
            | Self::ListWorkflows
            | Self::ListAssessments
            | Self::DescribeAssessment
            | Self::AuthTest
            | Self::Health
            | Self::OpenApi => "GET",
            Self::ArchiveAssessment => "DELETE",
        }
    }

    /// Whether `HEAD` is answered as well, like `GET` without a body: what anyone
    /// may read can be asked for by it (section 1).
    const fn answers_head(self) -> bool {
        !self.requires_credential()
    }

    /// The path template.
    #[must_use]
    pub const fn template(self) -> &'static str {
        match self {
            Self::CreateAssessment => "/v1/assessments",
            Self::RetrieveAssessment | Self::ArchiveAssessment => "/v1/assessments/{assessment_id}",
            Self::RetrieveWorkflowRun => "/v1/workflows/runs/{workflow_run_id}",
            Self::SendWorkflowEvent => "/v1/workflows/runs/{workflow_run_id}/events",
            Self::CreateSession => "/v1/sessions",
            Self::RetrieveMe => "/v1/dashboard/me",
            Self::ListVendors => "/v1/dashboard/vendors",
            Self::RetrieveVendor => "/v1/dashboard/vendors/{vendor_id}",
            Self::ListControlSets => "/v1/dashboard/control-sets",
            Self::ListUsers => "/v1/dashboard/users",
            Self::ListWorkflows => "/v1/dashboard/workflows",
            Self::ListAssessments => "/v1/dashboard/assessments",
            Self::DescribeAssessment => "/v1/dashboard/assessments/{assessment_id}",
            Self::AuthTest => "/v1/utils/authtest",
            Self::Health => "/healthz",
            Self::OpenApi => "/openapi.json",
        }
    }

    /// The parameters of its query, in the order in which their faults are told.
    #[must_use]
    pub const fn query(self) -> &'static [Parameter] {
        use Parameter::{Archived, AssigneeId, Cursor, Limit, Search, Sort, Status, VendorId};
        match self {
            Self::ListVendors | Self::ListControlSets | Self::ListUsers | Self::ListWorkflows => {
                &[Search, Limit, Cursor]
            }
            Self::ListAssessments => &[
                Search, Status, VendorId, AssigneeId, Archived, Sort, Limit, Cursor,
            ],
            _ => &[],
        }
    }

    /// The template before and after the place of an id, if it has one.
    #[must_use]
    pub const fn around(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::RetrieveAssessment | Self::ArchiveAssessment => ("/v1/assessments/", Some("")),
            Self::RetrieveWorkflowRun => ("/v1/workflows/runs/", Some("")),
            Self::SendWorkflowEvent => ("/v1/workflows/runs/", Some("/events")),
            Self::RetrieveVendor => ("/v1/dashboard/vendors/", Some("")),
            Self::DescribeAssessment => ("/v1/dashboard/assessments/", Some("")),
            Self::CreateAssessment
            | Self::CreateSession
            | Self::RetrieveMe
            | Self::ListVendors
            | Self::ListControlSets
            | Self::ListUsers
            | Self::ListWorkflows
            | Self::ListAssessments
            | Self::AuthTest
            | Self::Health
            | Self::OpenApi => (self.template(), None),
        }
    }
}

/// A request that found its endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// `POST /v1/assessments`
    CreateAssessment,
    /// `GET /v1/assessments/{assessment_id}`
    RetrieveAssessment(Reference<Assessment>),
    /// `DELETE /v1/assessments/{assessment_id}`
    ArchiveAssessment(Reference<Assessment>),
    /// `GET /v1/workflows/runs/{workflow_run_id}`
    RetrieveWorkflowRun(Reference<WorkflowRun>),
    /// `POST /v1/workflows/runs/{workflow_run_id}/events`
    SendWorkflowEvent(Reference<WorkflowRun>),
    /// `POST /v1/sessions`
    CreateSession,
    /// `GET /v1/dashboard/me`
    RetrieveMe,
    /// `GET /v1/dashboard/vendors`
    ListVendors,
    /// `GET /v1/dashboard/vendors/{vendor_id}`
    RetrieveVendor(Reference<Vendor>),
    /// `GET /v1/dashboard/control-sets`
    ListControlSets,
    /// `GET /v1/dashboard/users`
    ListUsers,
    /// `GET /v1/dashboard/workflows`
    ListWorkflows,
    /// `GET /v1/dashboard/assessments`
    ListAssessments,
    /// `GET /v1/dashboard/assessments/{assessment_id}`
    DescribeAssessment(Reference<Assessment>),
    /// `GET /v1/utils/authtest`
    AuthTest,
    /// `GET /healthz`
    Health,
    /// `GET /openapi.json`
    OpenApi,
}

impl Call {
    /// The endpoint that is called.
    #[must_use]
    pub const fn endpoint(&self) -> Endpoint {
        match self {
            Self::CreateAssessment => Endpoint::CreateAssessment,
            Self::RetrieveAssessment(_) => Endpoint::RetrieveAssessment,
            Self::ArchiveAssessment(_) => Endpoint::ArchiveAssessment,
            Self::RetrieveWorkflowRun(_) => Endpoint::RetrieveWorkflowRun,
            Self::SendWorkflowEvent(_) => Endpoint::SendWorkflowEvent,
            Self::CreateSession => Endpoint::CreateSession,
            Self::RetrieveMe => Endpoint::RetrieveMe,
            Self::ListVendors => Endpoint::ListVendors,
            Self::RetrieveVendor(_) => Endpoint::RetrieveVendor,
            Self::ListControlSets => Endpoint::ListControlSets,
            Self::ListUsers => Endpoint::ListUsers,
            Self::ListWorkflows => Endpoint::ListWorkflows,
            Self::ListAssessments => Endpoint::ListAssessments,
            Self::DescribeAssessment(_) => Endpoint::DescribeAssessment,
            Self::AuthTest => Endpoint::AuthTest,
            Self::Health => Endpoint::Health,
            Self::OpenApi => Endpoint::OpenApi,
        }
    }
}

/// The path with what is percent-encoded without need decoded: unreserved
/// characters (RFC 9110, 4.2.3). All else stays as it is, so that `%2F` is a
/// character of its segment.
#[must_use]
pub fn normalized(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut parts = path.split('%');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_at_checked(2).and_then(|(digits, rest)| {
            let byte = u8::from_str_radix(digits, 16).ok()?;
            // Parsing takes a sign for a digit.
            let is_encoded = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            (is_encoded && is_unreserved(byte)).then_some((byte, rest))
        }) {
            Some((byte, rest)) => {
                decoded.push(char::from(byte));
                decoded.push_str(rest);
            }
            None => {
                decoded.push('%');
                decoded.push_str(part);
            }
        }
    }
    Cow::Owned(decoded)
}

/// RFC 3986, 2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Finds what `method` and `path` (without query, [`normalized`]) call. A
/// trailing slash makes another path; letter case counts.
///
/// # Errors
/// [`Problem::NotFound`] or [`Problem::MethodNotAllowed`].
pub fn find(method: &str, path: &str) -> Result<Call, Problem> {
    let mut methods: Vec<&str> = Vec::new();
    for endpoint in Endpoint::ALL {
        let Some(segment) = matched(endpoint, path) else {
            continue;
        };
        if endpoint.method() == method || (method == "HEAD" && endpoint.answers_head()) {
            let assessment = || Reference::read(segment.to_owned());
            let run = || Reference::read(segment.to_owned());
            let vendor = || Reference::read(segment.to_owned());
            return Ok(match endpoint {
                Endpoint::CreateAssessment => Call::CreateAssessment,
                Endpoint::RetrieveAssessment => Call::RetrieveAssessment(assessment()),
                Endpoint::ArchiveAssessment => Call::ArchiveAssessment(assessment()),
                Endpoint::RetrieveWorkflowRun => Call::RetrieveWorkflowRun(run()),
                Endpoint::SendWorkflowEvent => Call::SendWorkflowEvent(run()),
                Endpoint::CreateSession => Call::CreateSession,
                Endpoint::RetrieveMe => Call::RetrieveMe,
                Endpoint::ListVendors => Call::ListVendors,
                Endpoint::RetrieveVendor => Call::RetrieveVendor(vendor()),
                Endpoint::ListControlSets => Call::ListControlSets,
                Endpoint::ListUsers => Call::ListUsers,
                Endpoint::ListWorkflows => Call::ListWorkflows,
                Endpoint::ListAssessments => Call::ListAssessments,
                Endpoint::DescribeAssessment => Call::DescribeAssessment(assessment()),
                Endpoint::AuthTest => Call::AuthTest,
                Endpoint::Health => Call::Health,
                Endpoint::OpenApi => Call::OpenApi,
            });
        }
        methods.push(endpoint.method());
        if endpoint.answers_head() {
            methods.push("HEAD");
        }
    }
    Err(if methods.is_empty() {
        Problem::NotFound
    } else {
        Problem::MethodNotAllowed {
            allow: methods.join(", "),
        }
    })
}

/// Whether `path` has the form of an endpoint's template; the text that stands
/// for the id, empty where the template has none.
fn matched(endpoint: Endpoint, path: &str) -> Option<&str> {
    let (before, after) = endpoint.around();
    match after {
        Some(after) => path
            .strip_prefix(before)?
            .strip_suffix(after)
            .filter(|id| !id.is_empty() && !id.contains('/')),
        None => (before == path).then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_what_is_around_the_place_of_their_id() {
        for endpoint in Endpoint::ALL {
            let (before, after) = endpoint.around();
            let place = match after {
                None => "",
                Some(_) if before.contains("runs") => "{workflow_run_id}",
                Some(_) if before.contains("vendors") => "{vendor_id}",
                Some(_) => "{assessment_id}",
            };
            let whole = [before, place, after.unwrap_or_default()].concat();
            assert_eq!(whole, endpoint.template());
        }
    }

    #[test]
    fn every_endpoint_is_found_by_its_method_and_template() {
        for endpoint in Endpoint::ALL {
            assert!(
                find(endpoint.method(), endpoint.template()).is_ok(),
                "{endpoint:?}"
            );
        }
    }

    #[test]
    fn head_is_answered_where_anyone_may_read() {
        assert_eq!(find("HEAD", "/healthz"), Ok(Call::Health));
        assert_eq!(find("HEAD", "/openapi.json"), Ok(Call::OpenApi));
    }

    #[test]
    fn only_unreserved_characters_are_decoded_and_only_once() {
        for (path, decoded) in [
            ("/v1/%61ssessments", "/v1/assessments"),
            ("/%2D%2e%5F%7e%41%7A%30", "/-._~Az0"),
            ("/a%2Fb%2fc", "/a%2Fb%2fc"),
            ("/%2561", "/%2561"),
            ("/%%36%31", "/%61"),
            ("/%zz%", "/%zz%"),
            ("/%6", "/%6"),
            ("/%+1%-1", "/%+1%-1"),
            ("/%C3%A9", "/%C3%A9"),
            ("/é%é1", "/é%é1"),
            ("/%61%61/%61", "/aa/a"),
            ("/plain", "/plain"),
        ] {
            assert_eq!(normalized(path), decoded, "{path}");
        }
    }

    #[test]
    fn paths_are_exact() {
        for path in [
            "/",
            "",
            "/v1",
            "/v1/assessments/",
            "/v1/assessments/a/b",
            "/V1/assessments",
            "/v1/utils",
            "/healthz/",
            "/v1/assessments//",
            "/v1/workflows/runs",
            "/v1/workflows/runs/",
            "/v1/workflows/runs//events",
            "/v1/workflows/runs/x/events/",
            "/v1/workflows/runs/x/y/events",
        ] {
            assert_eq!(find("GET", path), Err(Problem::NotFound), "{path}");
        }
    }

    #[test]
    fn a_wrong_method_is_told_every_right_one() {
        for (method, path, allow) in [
            ("GET", "/v1/assessments", "POST"),
            ("PUT", "/v1/assessments/x", "GET, DELETE"),
            ("GET", "/v1/workflows/runs/x/events", "POST"),
            ("POST", "/v1/workflows/runs/events", "GET"),
            ("HEAD", "/v1/assessments/x", "GET, DELETE"),
            ("HEAD", "/v1/utils/authtest", "GET"),
            ("POST", "/healthz", "GET, HEAD"),
            ("get", "/healthz", "GET, HEAD"),
        ] {
            let allow = allow.to_owned();
            assert_eq!(find(method, path), Err(Problem::MethodNotAllowed { allow }));
        }
    }
}
