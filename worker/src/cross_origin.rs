//! Pages of other origins (2.1): which of them may read what the API answers, and
//! what they may send. By default none may do either.
//!
//! A browser never sends credentials of its own with such a request: who calls is
//! in the `Authorization` header alone, so that no page acts for someone who did
//! not give it that.

use assessments::header;
use worker::Env;

use crate::platform::config;
use crate::platform::request::{Request, RequestHeader};

/// What answers depend on, whether they come from a listed origin or not: no cache
/// may give the answer for one origin to another.
pub(crate) const VARY: (&str, &str) = ("vary", "Origin");
/// In answers, the origin that may read them.
pub(crate) const ALLOW_ORIGIN: &str = "access-control-allow-origin";
/// What a page may read of an answer besides its body. Order and case mean nothing.
const EXPOSED: [&str; 6] = [
    header::REQUEST_ID,
    header::REPLAYED,
    header::REQUEST_DIFFERS,
    "retry-after",
    "www-authenticate",
    "allow",
];
/// Those of requests that a page may set.
const ALLOWED_HEADERS: [&str; 3] = ["authorization", "content-type", header::IDEMPOTENCY_KEY];
const ALLOWED_METHODS: [&str; 3] = ["GET", "POST", "DELETE"];
/// Seconds that a browser may remember a preflight: no browser remembers it longer
/// than a day, and Chromium not longer than this.
const MAX_AGE_SECONDS: u32 = 7_200;

/// The origins that are listed.
pub(crate) fn listed(env: &Env) -> Vec<String> {
    let listed = config::allowed_origins(env);
    let texts = listed.iter().map(|origin| origin.as_str().to_owned());
    texts.collect()
}

/// The listed origin that a request comes from, if it comes from one.
#[derive(Debug, Default)]
pub(crate) struct CrossOrigin(Option<String>);

impl CrossOrigin {
    pub(crate) fn of(env: &Env, request: &Request) -> Self {
        let origin = request.header(RequestHeader::Origin);
        let listed = origin.filter(|origin| {
            let listed = config::allowed_origins(env);
            listed.iter().any(|listed| listed.as_str() == *origin)
        });
        Self(listed.map(str::to_owned))
    }

    /// Whether a browser asks in advance what a page of a listed origin may send.
    /// The path is of no interest: whatever is there, the answer is the same.
    pub(crate) fn is_preflight(&self, request: &Request) -> bool {
        self.0.is_some()
            && request.method() == "OPTIONS"
            && request
                .header(RequestHeader::AccessControlRequestMethod)
                .is_some()
    }

    /// What lets the page read the answer.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let shared = self.0.iter().flat_map(|origin| {
            let allowed = (ALLOW_ORIGIN, origin.clone());
            std::iter::once(allowed).chain(exposing())
        });
        std::iter::once((VARY.0, VARY.1.to_owned())).chain(shared)
    }
}

/// What a page of a listed origin may read of an answer.
pub(crate) fn exposing() -> impl Iterator<Item = (&'static str, String)> {
    std::iter::once(("access-control-expose-headers", EXPOSED.join(", ")))
}

/// The answer to a preflight.
pub(crate) fn preflight_headers() -> Vec<(&'static str, String)> {
    vec![
        ("access-control-allow-methods", ALLOWED_METHODS.join(", ")),
        ("access-control-allow-headers", ALLOWED_HEADERS.join(", ")),
        ("access-control-max-age", MAX_AGE_SECONDS.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use assessments::route::Endpoint;

    use super::*;

    #[test]
    fn a_page_may_use_every_method_of_the_api() {
        for endpoint in Endpoint::ALL {
            assert!(ALLOWED_METHODS.contains(&endpoint.method()), "{endpoint:?}");
        }
    }

    #[test]
    fn a_page_may_read_every_header_of_answers() {
        for name in header::OF_ANSWERS {
            assert!(EXPOSED.contains(&name), "{name}");
        }
    }

    #[test]
    fn only_a_listed_origin_is_let_in_and_every_answer_depends_on_it() {
        let names = |from: CrossOrigin| from.headers().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(CrossOrigin(None)), ["vary"]);
        assert_eq!(
            names(CrossOrigin(Some("https://dashboard.example".to_owned()))),
            [
                "vary",
                "access-control-allow-origin",
                "access-control-expose-headers"
            ]
        );
    }
}
