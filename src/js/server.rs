//! What servers check besides: requests that only they may make.

use wasm_bindgen::prelude::wasm_bindgen;

use super::desk::with_handed;
use crate::field::Body;
use crate::schema;
use crate::session::CreateSessionRequest;
use crate::validation::Invalid;

/// What is wrong with the request for a session that was handed over.
#[wasm_bindgen(js_name = validateSession)]
#[must_use]
pub fn validate_session(checks_content: bool) -> *const i32 {
    with_handed(|request, told| {
        let checked = if checks_content {
            CreateSessionRequest::validate(request).map(drop)
        } else {
            schema::check::<_, CreateSessionRequest>(request)
                .map(drop)
                .map_err(Invalid::Schema)
        };
        if let Err(invalid) = checked {
            told.invalid(&invalid, CreateSessionRequest::NAMES);
        }
    })
}
