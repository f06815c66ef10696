//! The pages of the dashboard of `www/`, for people: one document, from the static assets.
//! They are beside the API's surface, under paths that the API has no use for. Its files
//! the platform serves without the Worker; what comes here is none of them.

use assessments::digest::sha256;
use serde::Serialize;
use serde_json::value::RawValue;
use worker::{Headers, Response};

use crate::answer::Document;
use crate::assets::{self, AssetError};
use crate::failure::Failure;
use crate::platform::config;
use crate::platform::context::Context;
use crate::platform::log;
use crate::platform::request::{Request, RequestHeader};

/// The one document; its script shows the page that the path names.
const DOCUMENT: &str = "/index.html";
/// Pages besides those of single assessments.
const PAGES: [&str; 4] = ["/", "/new", "/new/many", "/watchlist"];
/// Before the id in the path of an assessment's page.
const ASSESSMENT_PAGES: &str = "/assessments/";
/// Where the document has the settings.
const PLACE: &str = "name=\"settings\" content=\"{}\"";
/// The variable with credential and ids that a development deployment offers.
const DEMO: &str = "DEMO";

/// Whether a path is that of a page.
pub(super) fn is_page(method: &str, path: &str) -> bool {
    let is_assessment = path
        .strip_prefix(ASSESSMENT_PAGES)
        .is_some_and(|id| !id.is_empty() && !id.contains('/'));
    matches!(method, "GET" | "HEAD") && (is_assessment || PAGES.contains(&path))
}

/// The document, with what only the Worker knows written into it, so that no page has to
/// ask for that.
pub(super) async fn document(context: &Context, request: &Request) -> Result<Document, Failure> {
    let read = async |mut response: Response| {
        let status = response.status_code();
        Ok((status, response.text().await?))
    };
    let (status, text) = assets::fetch(context.env(), DOCUMENT, Headers::new(), read).await?;
    if status != 200 {
        return Err(AssetError::status(DOCUMENT, status).into());
    }
    let settings = serde_json::to_string(&settings(context)).map_err(Failure::Serialize)?;
    let text = with_settings(&text, &settings);
    let tag = format!("\"{}\"", sha256(text.as_bytes()));
    // It is asked for at every visit, and mostly has not changed.
    let is_known = request
        .header(RequestHeader::IfNoneMatch)
        .is_some_and(|known| known.contains(&tag));
    let callee = config::session_url(context.env()).and_then(|url| url.origin);
    Ok(Document::new((!is_known).then_some(text), tag, callee))
}

fn with_settings(document: &str, settings: &str) -> String {
    let text = settings
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;");
    document.replacen(PLACE, &format!("name=\"settings\" content=\"{text}\""), 1)
}

/// What only the Worker knows.
#[derive(Serialize)]
struct Settings {
    /// Whether this is a development deployment.
    development: bool,
    /// What it offers to try.
    demo: Option<Box<RawValue>>,
    /// Where pages get their sessions.
    session_url: Option<String>,
}

fn settings(context: &Context) -> Settings {
    let development = context.config().is_development;
    let demo = context.env().var(DEMO).ok().filter(|_| development);
    let demo = demo.and_then(|demo| {
        RawValue::from_string(demo.to_string())
            .inspect_err(|error| {
                log::error("setting_unreadable")
                    .field("variable", DEMO)
                    .cause(error)
                    .write();
            })
            .ok()
    });
    Settings {
        development,
        demo,
        session_url: config::session_url(context.env()).map(|url| url.address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_what_is_none() {
        for (path, expected) in [
            ("/", true),
            ("/new", true),
            ("/new/many", true),
            ("/watchlist", true),
            ("/assessments/anything", true),
            ("/dashboard/service-worker.js", false),
            ("/index.html", false),
            ("/new/", false),
            ("/new/one", false),
            ("/watchlist/", false),
            ("/assessments", false),
            ("/assessments/", false),
            ("/assessments/a/b", false),
            ("/dashboard", false),
        ] {
            assert_eq!(is_page("GET", path), expected, "{path}");
            assert_eq!(is_page("HEAD", path), expected, "{path}");
            assert!(!is_page("POST", path), "{path}");
        }
    }

    #[test]
    fn settings_are_text_in_the_document_whatever_they_contain() {
        let document = "<meta name=\"settings\" content=\"{}\" /><p>{}</p>";
        let written = with_settings(document, "{\"a\":\"<&\"}");
        let expected = "{&quot;a&quot;:&quot;&lt;&amp;&quot;}";
        assert_eq!(
            written,
            format!("<meta name=\"settings\" content=\"{expected}\" /><p>{{}}</p>")
        );
    }
}
