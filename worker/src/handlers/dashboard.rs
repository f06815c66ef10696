//! The dashboard of `www/`: pages and files from the static assets, for people.
//! It is beside the API's surface, under paths that the API has no use for.

use serde::Serialize;
use serde_json::value::RawValue;
use worker::Headers;

use crate::answer::{Answer, File};
use crate::assets::{self, AssetError};
use crate::failure::Failure;
use crate::platform::config;
use crate::platform::context::Context;
use crate::platform::log;
use crate::platform::request::{Request, RequestHeader};

/// Where its files are.
const FILES: &str = "/dashboard/";
/// What only the Worker knows, for its script.
const SETTINGS: &str = "/dashboard/settings.json";
/// The one document; its script shows the page that the path names.
const DOCUMENT: &str = "/index.html";
/// Pages besides those of single assessments.
const PAGES: [&str; 2] = ["/", "/new"];
/// Before the id in the path of an assessment's page.
const ASSESSMENT_PAGES: &str = "/assessments/";
/// The variable with credential and ids that a development deployment offers.
const DEMO: &str = "DEMO";

/// The header by which a browser tells which file it has.
const KNOWN_FILE: RequestHeader = RequestHeader::IfNoneMatch;

/// Something of the dashboard.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resource<'a> {
    /// A file, by its path among the static assets.
    File(&'a str),
    /// The settings.
    Settings,
}

/// What a path names, if it is the dashboard's.
pub(super) fn find<'a>(method: &str, path: &'a str) -> Option<Resource<'a>> {
    if !matches!(method, "GET" | "HEAD") {
        return None;
    }
    let is_assessment = path
        .strip_prefix(ASSESSMENT_PAGES)
        .is_some_and(|id| !id.is_empty() && !id.contains('/'));
    if is_assessment || PAGES.contains(&path) {
        Some(Resource::File(DOCUMENT))
    } else if path == SETTINGS {
        Some(Resource::Settings)
    } else {
        path.starts_with(FILES).then_some(Resource::File(path))
    }
}

/// A file; `None` if there is none of that path.
pub(super) async fn file(
    context: &Context,
    request: &Request,
    path: &str,
) -> Result<Option<File>, Failure> {
    let failed = |cause| AssetError::failed(path, cause);
    let headers = Headers::new();
    // Files are asked for again at every visit, and mostly have not changed.
    if let Some(tag) = request.header(KNOWN_FILE) {
        headers.set(KNOWN_FILE.name(), tag).map_err(failed)?;
    }
    let response =
        assets::fetch(context.env(), path, headers, async |response| Ok(response)).await?;
    match response.status_code() {
        200 | 304 => {
            let callee = config::session_url(context.env()).and_then(|url| url.origin);
            Ok(Some(File::new(response, callee)))
        }
        404 => Ok(None),
        status => Err(AssetError::status(path, status).into()),
    }
}

/// Whether this is a development deployment, what it offers to try, and where pages
/// get their sessions.
pub(super) fn settings(context: &Context) -> Result<Answer, Failure> {
    #[derive(Serialize)]
    struct Settings {
        development: bool,
        demo: Option<Box<RawValue>>,
        session_url: Option<String>,
    }
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
    Answer::ok(&Settings {
        development,
        demo,
        session_url: config::session_url(context.env()).map(|url| url.address),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_files_and_settings_are_told_apart() {
        for (path, resource) in [
            ("/", Some(Resource::File("/index.html"))),
            ("/new", Some(Resource::File("/index.html"))),
            ("/assessments/anything", Some(Resource::File("/index.html"))),
            (
                "/dashboard/main.js",
                Some(Resource::File("/dashboard/main.js")),
            ),
            ("/dashboard/settings.json", Some(Resource::Settings)),
            ("/index.html", None),
            ("/new/", None),
            ("/assessments", None),
            ("/assessments/", None),
            ("/assessments/a/b", None),
            ("/dashboard", None),
        ] {
            assert_eq!(find("GET", path), resource, "{path}");
            assert_eq!(find("HEAD", path), resource, "{path}");
            assert_eq!(find("POST", path), None, "{path}");
        }
    }
}
