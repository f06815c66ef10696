//! A response, given to the platform in one crossing (`glue/http.mjs`).

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::worker_sys::web_sys;

#[wasm_bindgen(module = "/glue/http.mjs")]
extern "C" {
    #[wasm_bindgen(js_name = respond, catch)]
    fn js_respond(
        status: u16,
        headers: &str,
        content: Option<&str>,
    ) -> Result<web_sys::Response, JsValue>;
}

/// The platform does not take the response.
#[derive(Debug, thiserror::Error)]
#[error("no response: {0}")]
pub(crate) struct ResponseError(String);

impl From<worker::Error> for ResponseError {
    fn from(error: worker::Error) -> Self {
        Self(error.to_string())
    }
}

/// The headers of a response, of which each name is set once.
#[derive(Debug, Default)]
pub(crate) struct ResponseHeaders(String);

impl ResponseHeaders {
    /// Sets a header; neither name nor value has a line feed, which no header may have.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        debug_assert!(!name.contains('\n') && !value.contains('\n'), "{name}");
        for part in [name, value] {
            if !self.0.is_empty() {
                self.0.push('\n');
            }
            self.0.push_str(part);
        }
    }
}

/// A response with that content, if it has any.
///
/// # Errors
/// The platform does not take it.
pub(crate) fn respond(
    status: u16,
    headers: &ResponseHeaders,
    content: Option<&str>,
) -> Result<web_sys::Response, ResponseError> {
    js_respond(status, &headers.0, content).map_err(|error| ResponseError(format!("{error:?}")))
}
