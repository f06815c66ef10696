//! What becomes an HTTP response.

use assessments::problem::Problem;
use assessments::{Origin, header};
use serde::Serialize;
use worker::worker_sys::web_sys;

use crate::cross_origin::{self, CrossOrigin};
use crate::failure::Failure;
use crate::platform::random::RequestId;
use crate::platform::response::{self, ResponseError, ResponseHeaders};

/// What every body is.
const CONTENT_TYPE: (&str, &str) = ("content-type", "application/json");
/// What every answer of the API carries (2.1): it is for the caller alone and
/// nothing else than it says.
const HEADERS: [(&str, &str); 2] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
];
/// What it carries besides outside of development (2.1).
const STRICT_TRANSPORT: (&str, &str) = ("strict-transport-security", "max-age=31536000");

/// The headers of every answer of a deployment.
fn common_headers(is_development: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let strict_transport = (!is_development).then_some(STRICT_TRANSPORT);
    HEADERS.into_iter().chain(strict_transport)
}

/// The headers of the `500` that the entry module answers, without a request id.
pub(crate) fn internal_error_headers(is_development: bool) -> Vec<(&'static str, String)> {
    common_headers(is_development)
        .chain([CONTENT_TYPE, cross_origin::VARY])
        .map(|(name, value)| (name, value.to_owned()))
        .chain(Problem::Internal.header())
        .collect()
}

/// A response before it has a request id.
pub(crate) struct Answer {
    status: u16,
    /// JSON.
    body: Option<String>,
    /// Those that not every answer has.
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// A success whose body is at hand.
    pub(crate) fn new(status: u16, body: String) -> Self {
        Self {
            status,
            body: Some(body),
            headers: Vec::new(),
        }
    }

    /// What a page of a listed origin may send (2.1).
    pub(crate) fn preflight() -> Self {
        Self {
            status: 204,
            body: None,
            headers: cross_origin::preflight_headers(),
        }
    }

    /// A `200` with `value` as its body.
    pub(crate) fn ok(value: &impl Serialize) -> Result<Self, Failure> {
        serde_json::to_string(value)
            .map(|body| Self::new(200, body))
            .map_err(Failure::Serialize)
    }

    /// The stored first answer to an idempotency key. `request_differs` if the
    /// key came with another body than it came with first (4.8).
    pub(crate) fn replay(status: u16, body: String, request_differs: bool) -> Self {
        let differs = request_differs.then_some(header::REQUEST_DIFFERS);
        Self {
            headers: [Some(header::REPLAYED), differs]
                .into_iter()
                .flatten()
                .map(|name| (name, "true".to_owned()))
                .collect(),
            ..Self::new(status, body)
        }
    }

    /// An error answer.
    pub(crate) fn problem(problem: &Problem) -> Self {
        Self {
            headers: problem.header().into_iter().collect(),
            ..Self::new(problem.status(), problem.body())
        }
    }

    fn into_response(
        self,
        id: &RequestId,
        cross_origin: &CrossOrigin,
        is_development: bool,
    ) -> Result<web_sys::Response, ResponseError> {
        let mut headers = ResponseHeaders::default();
        for (name, value) in common_headers(is_development) {
            headers.set(name, value);
        }
        for (name, value) in self.headers.iter().map(|(name, value)| (*name, value)) {
            headers.set(name, value);
        }
        for (name, value) in cross_origin.headers() {
            headers.set(name, &value);
        }
        if self.body.is_some() {
            let (name, value) = CONTENT_TYPE;
            headers.set(name, value);
        }
        response::respond(self.status, &headers, id, self.body.as_deref())
    }
}

/// The document of the dashboard, and the one origin besides its own that a page may call.
pub(crate) struct Document {
    /// Nothing for who has it already.
    text: Option<String>,
    tag: String,
    callee: Option<Origin>,
}

impl Document {
    /// As `www/_headers` has them for the files, which the platform serves.
    const HEADERS: [(&'static str, &'static str); 7] = [
        // It names files by their content: whoever has an old one asks for those.
        ("cache-control", "no-cache"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
        ("referrer-policy", "no-referrer"),
        STRICT_TRANSPORT,
        ("x-content-type-options", "nosniff"),
    ];

    pub(crate) fn new(text: Option<String>, tag: String, callee: Option<Origin>) -> Self {
        Self { text, tag, callee }
    }

    /// What a page may do: run what this origin serves, fetch that and what the
    /// callee answers, and nothing else. The one address that it makes a script of is that
    /// of its service worker.
    fn policy(callee: Option<&Origin>) -> String {
        let (space, callee) = callee.map_or(("", ""), |callee| (" ", callee.as_str()));
        format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self'; worker-src 'self'; connect-src 'self'{space}{callee}; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'; trusted-types service-worker"
        )
    }

    fn into_response(self, id: &RequestId) -> Result<web_sys::Response, ResponseError> {
        let mut headers = ResponseHeaders::default();
        for (name, value) in Self::HEADERS {
            headers.set(name, value);
        }
        headers.set(
            "content-security-policy",
            &Self::policy(self.callee.as_ref()),
        );
        headers.set("etag", &self.tag);
        let status = if self.text.is_some() {
            headers.set("content-type", "text/html; charset=utf-8");
            200
        } else {
            304
        };
        response::respond(status, &headers, id, self.text.as_deref())
    }
}

/// What a request gets.
pub(crate) enum Reply {
    /// An answer of the API.
    Answer(Answer),
    /// A page of the dashboard.
    Document(Document),
}

impl Reply {
    /// The response. Every one has a request id of its own (2.2). Pages are for
    /// this origin alone.
    pub(crate) fn into_response(
        self,
        id: &RequestId,
        cross_origin: &CrossOrigin,
        is_development: bool,
    ) -> Result<web_sys::Response, ResponseError> {
        match self {
            Self::Answer(answer) => answer.into_response(id, cross_origin, is_development),
            Self::Document(document) => document.into_response(id),
        }
    }
}
