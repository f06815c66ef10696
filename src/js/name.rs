//! The name that a create would give.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::value::text;
use crate::name::{NameFacts, Naming, Token};
use crate::time::Timestamp;

/// Every token that a format may contain, as written there.
#[wasm_bindgen(js_name = nameTokens)]
#[must_use]
pub fn name_tokens() -> Array {
    Token::ALL
        .iter()
        .map(|token| JsValue::from_str(token.text()))
        .collect()
}

/// The name that a request with this `name` and `format` would give. `now` is
/// in Unix seconds; what is no string is left out.
#[wasm_bindgen(js_name = previewName)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and every instant has a date"
)]
#[must_use]
pub fn preview_name(
    name: &JsValue,
    format: &JsValue,
    vendor_name: &JsValue,
    service_names: &Array,
    assessed_before: bool,
    now: f64,
) -> String {
    let service_names: Vec<String> = service_names
        .iter()
        .filter_map(|name| text(&name))
        .collect();
    let service_names: Vec<&str> = service_names.iter().map(String::as_str).collect();
    Naming::choose(text(name), text(format)).resolve(NameFacts {
        vendor_name: &text(vendor_name).unwrap_or_default(),
        service_names: &service_names,
        assessed_before,
        now: Timestamp::from_seconds(now as i64),
    })
}
