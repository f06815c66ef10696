//! The routes of the surface (section 1) and gate 0 of the order of checks:
//! path first, then method.

use serde::Deserialize;

use crate::id::{Assessment, AssessmentId};
use crate::limits::Reference;
use crate::problem::Problem;

/// What stands for the assessment's id in a path template.
const ASSESSMENT_ID: &str = "{assessment_id}";

/// An endpoint: one method of one path. Configuration names it in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `POST /v1/assessments`
    CreateAssessment,
    /// `GET /v1/assessments/{assessment_id}`
    RetrieveAssessment,
    /// `DELETE /v1/assessments/{assessment_id}`
    ArchiveAssessment,
    /// `GET /v1/utils/authtest`
    AuthTest,
    /// `GET /healthz`
    Health,
    /// `GET /openapi.json`
    OpenApi,
}

impl Endpoint {
    /// Every endpoint; a path's methods stand together.
    pub const ALL: [Self; 6] = [
        Self::CreateAssessment,
        Self::RetrieveAssessment,
        Self::ArchiveAssessment,
        Self::AuthTest,
        Self::Health,
        Self::OpenApi,
    ];

    /// Whether a caller must prove who calls (2.3).
    #[must_use]
    pub const fn requires_credential(self) -> bool {
        self.requires_role() || matches!(self, Self::AuthTest)
    }

    /// Whether the caller's role must allow it (2.3).
    #[must_use]
    pub const fn requires_role(self) -> bool {
        matches!(
            self,
            Self::CreateAssessment | Self::RetrieveAssessment | Self::ArchiveAssessment
        )
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::CreateAssessment => "POST",
            Self::RetrieveAssessment | Self::AuthTest | Self::Health | Self::OpenApi => "GET",
            Self::ArchiveAssessment => "DELETE",
        }
    }

    /// The path template.
    #[must_use]
    pub const fn template(self) -> &'static str {
        match self {
            Self::CreateAssessment => "/v1/assessments",
            Self::RetrieveAssessment | Self::ArchiveAssessment => "/v1/assessments/{assessment_id}",
            Self::AuthTest => "/v1/utils/authtest",
            Self::Health => "/healthz",
            Self::OpenApi => "/openapi.json",
        }
    }

    /// The path for one assessment, where the template has a place for it.
    #[must_use]
    pub fn path(self, id: &AssessmentId) -> String {
        let template = self.template();
        match template.strip_suffix(ASSESSMENT_ID) {
            Some(stem) => [stem, id.as_str()].concat(),
            None => template.to_owned(),
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
    /// `GET /v1/utils/authtest`
    AuthTest,
    /// `GET /healthz`
    Health,
    /// `GET /openapi.json`
    OpenApi,
}

/// Finds what `method` and `path` (without query) call. A trailing slash makes
/// another path; letter case counts.
///
/// # Errors
/// [`Problem::NotFound`] or [`Problem::MethodNotAllowed`].
pub fn find(method: &str, path: &str) -> Result<Call, Problem> {
    let mut methods = Vec::new();
    for endpoint in Endpoint::ALL {
        let Some(segment) = matched(endpoint.template(), path) else {
            continue;
        };
        if endpoint.method() == method {
            let assessment = || Reference::read(segment.to_owned());
            return Ok(match endpoint {
                Endpoint::CreateAssessment => Call::CreateAssessment,
                Endpoint::RetrieveAssessment => Call::RetrieveAssessment(assessment()),
                Endpoint::ArchiveAssessment => Call::ArchiveAssessment(assessment()),
                Endpoint::AuthTest => Call::AuthTest,
                Endpoint::Health => Call::Health,
                Endpoint::OpenApi => Call::OpenApi,
            });
        }
        methods.push(endpoint.method());
    }
    Err(if methods.is_empty() {
        Problem::NotFound
    } else {
        Problem::MethodNotAllowed {
            allow: methods.join(", "),
        }
    })
}

/// Whether `path` has the form of `template`; the text that stands for the id,
/// empty where the template has none.
fn matched<'a>(template: &str, path: &'a str) -> Option<&'a str> {
    match template.strip_suffix(ASSESSMENT_ID) {
        Some(stem) => path
            .strip_prefix(stem)
            .filter(|id| !id.is_empty() && !id.contains('/')),
        None => (template == path).then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(find("GET", path), Err(Problem::NotFound), "{path}");
        }
    }

    #[test]
    fn a_wrong_method_is_told_every_right_one() {
        for (method, path, allow) in [
            ("GET", "/v1/assessments", "POST"),
            ("PUT", "/v1/assessments/x", "GET, DELETE"),
            ("HEAD", "/healthz", "GET"),
            ("get", "/healthz", "GET"),
        ] {
            let allow = allow.to_owned();
            assert_eq!(find(method, path), Err(Problem::MethodNotAllowed { allow }));
        }
    }
}
