//! A request, taken from the platform as one text (`glue/http.mjs`).

use std::cell::Cell;

use js_sys::{Promise, Uint8Array};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen_futures::JsFuture;
use worker::worker_sys::web_sys;

#[wasm_bindgen(module = "/glue/http.mjs")]
extern "C" {
    #[wasm_bindgen(js_name = want)]
    fn js_want(names: &str);
    #[wasm_bindgen(js_name = head, catch)]
    fn js_head(request: &web_sys::Request) -> Result<String, JsValue>;
    #[wasm_bindgen(js_name = body)]
    fn js_body(request: &web_sys::Request, limit: u32, milliseconds: u32) -> Promise;
}

/// Declares the headers of requests that are looked at, so that none is asked for that the
/// platform was not told of.
macro_rules! headers {
    ($($(#[$doc:meta])* $variant:ident = $name:expr,)*) => {
        /// A header of requests that is looked at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum RequestHeader {
            $($(#[$doc])* $variant,)*
        }

        impl RequestHeader {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in lower case.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

headers! {
    AccessControlRequestMethod = "access-control-request-method",
    Authorization = "authorization",
    /// The client address that our own edge reports.
    CfConnectingIp = "cf-connecting-ip",
    ContentLength = "content-length",
    ContentType = "content-type",
    IdempotencyKey = assessments::header::IDEMPOTENCY_KEY,
    IfNoneMatch = "if-none-match",
    Origin = "origin",
    SecFetchSite = "sec-fetch-site",
}

thread_local! {
    static IS_TOLD: Cell<bool> = const { Cell::new(false) };
}

/// A request.
pub(crate) struct Request {
    sent: web_sys::Request,
    head: Head,
}

impl Request {
    /// What the platform hands over.
    ///
    /// # Errors
    /// It does not tell what the request is.
    pub(crate) fn of(sent: web_sys::Request) -> Result<Self, String> {
        if !IS_TOLD.replace(true) {
            let names: Vec<_> = RequestHeader::ALL.iter().map(|one| one.name()).collect();
            js_want(&names.join("\n"));
        }
        let lines = js_head(&sent).map_err(|error| format!("{error:?}"))?;
        Ok(Self {
            sent,
            head: Head::read(&lines),
        })
    }

    /// The method as it was sent.
    pub(crate) fn method(&self) -> &str {
        &self.head.method
    }

    /// The whole URL, as the platform has normalised it.
    pub(crate) fn url(&self) -> &str {
        &self.head.url
    }

    /// The path, still encoded.
    pub(crate) fn path(&self) -> &str {
        path_and_query(&self.head.url).0
    }

    /// What is behind `?`, without that; empty without any.
    pub(crate) fn query(&self) -> &str {
        path_and_query(&self.head.url).1
    }

    /// The value of a header, if it was sent.
    pub(crate) fn header(&self, header: RequestHeader) -> Option<&str> {
        self.head.header(header)
    }

    /// The body, `None` if it is longer than `limit` bytes.
    ///
    /// # Errors
    /// It breaks off, or does not end in time.
    pub(crate) async fn body(
        &self,
        limit: u32,
        milliseconds: u32,
    ) -> Result<Option<Vec<u8>>, String> {
        let read = JsFuture::from(js_body(&self.sent, limit, milliseconds)).await;
        let bytes = read.map_err(|cause| {
            let told = cause.as_string();
            told.unwrap_or_else(|| format!("{cause:?}"))
        })?;
        Ok((!bytes.is_null()).then(|| Uint8Array::from(bytes).to_vec()))
    }
}

/// What a request is, but for its body.
struct Head {
    method: String,
    url: String,
    headers: Vec<(usize, String)>,
}

impl Head {
    fn read(lines: &str) -> Self {
        let mut lines = lines.split('\n');
        let method = lines.next().unwrap_or_default().to_owned();
        let url = lines.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| {
            let (number, value) = line.split_once(':')?;
            Some((number.parse().ok()?, value.to_owned()))
        });
        Self {
            method,
            url,
            headers: headers.collect(),
        }
    }

    fn header(&self, header: RequestHeader) -> Option<&str> {
        let number = header as usize;
        let mut headers = self.headers.iter();
        headers.find_map(|(at, value)| (*at == number).then_some(value.as_str()))
    }
}

/// Of a whole URL, which is what a request has, without anything behind `#`.
fn path_and_query(url: &str) -> (&str, &str) {
    let url = url.split('#').next().unwrap_or_default();
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let behind_host = address
        .find("://")
        .and_then(|scheme| address.get(scheme + 3..))
        .unwrap_or_default();
    let path = behind_host
        .find('/')
        .and_then(|start| behind_host.get(start..))
        .unwrap_or_default();
    (path, query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_path_and_perhaps_a_query() {
        for (url, expected) in [
            ("https://api.example/v1/a?b=c#d", ("/v1/a", "b=c")),
            ("http://127.0.0.1:8787/v1/a", ("/v1/a", "")),
            ("http://[::1]/?x=/y://z", ("/", "x=/y://z")),
            ("http://host/a#b?c", ("/a", "")),
            ("http://host", ("", "")),
            ("", ("", "")),
        ] {
            assert_eq!(path_and_query(url), expected, "{url}");
        }
    }

    #[test]
    fn a_head_has_the_headers_that_were_sent() {
        let head = Head::read("GET\nhttps://a.example/b\n1:Bearer a:b\n5:");
        assert_eq!(head.method, "GET");
        assert_eq!(head.url, "https://a.example/b");
        assert_eq!(
            head.header(RequestHeader::Authorization),
            Some("Bearer a:b")
        );
        assert_eq!(head.header(RequestHeader::IdempotencyKey), Some(""));
        assert_eq!(head.header(RequestHeader::Origin), None);
    }
}
