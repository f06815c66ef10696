//! A response, given to the platform in one crossing (`glue/http.mjs`).

use std::cell::RefCell;
use std::collections::HashMap;

use assessments::header;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::worker_sys::web_sys;

use super::random::RequestId;

#[wasm_bindgen(module = "/glue/http.mjs")]
extern "C" {
    #[wasm_bindgen(js_name = register)]
    fn js_register(headers: &str) -> u32;
    #[wasm_bindgen(js_name = respond, catch)]
    fn js_respond(
        status: u16,
        headers: u32,
        name: &str,
        value: &str,
        content: Option<&str>,
    ) -> Result<web_sys::Response, JsValue>;
    #[wasm_bindgen(js_name = respondWith, catch)]
    fn js_respond_with(
        status: u16,
        headers: &str,
        name: &str,
        value: &str,
        content: Option<&str>,
    ) -> Result<web_sys::Response, JsValue>;
}

/// Texts of headers that have a number. There are a dozen but for those that say how long to
/// wait.
const MAX_NUMBERED: usize = 64;

thread_local! {
    static NUMBERS: RefCell<HashMap<String, u32>> = RefCell::default();
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

/// The headers of a response but for its id, of which each name is set once.
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

    /// The number of the text, unless there are enough of them.
    fn number(&self) -> Option<u32> {
        NUMBERS.with_borrow_mut(|numbers| {
            if let Some(number) = numbers.get(&self.0) {
                return Some(*number);
            }
            if numbers.len() >= MAX_NUMBERED {
                return None;
            }
            let number = js_register(&self.0);
            numbers.insert(self.0.clone(), number);
            Some(number)
        })
    }
}

/// A response with that content, if it has any.
///
/// # Errors
/// The platform does not take it.
pub(crate) fn respond(
    status: u16,
    headers: &ResponseHeaders,
    id: &RequestId,
    content: Option<&str>,
) -> Result<web_sys::Response, ResponseError> {
    let (name, id) = (header::REQUEST_ID, id.as_str());
    match headers.number() {
        Some(number) => js_respond(status, number, name, id, content),
        None => js_respond_with(status, &headers.0, name, id, content),
    }
    .map_err(|error| ResponseError(format!("{error:?}")))
}
