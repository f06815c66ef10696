//! Prefixed ids.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::object::{Builder, index};
use super::value;
use crate::id::{self, AnyKind, IdError};

/// Parses an id, of `kind` if one is named:
/// `{ ok: true, id, kind, prefix }` or
/// `{ ok: false, code, message, offset, expected, actual }`.
/// What is no string is read as an empty one; `undefined` for an unknown kind.
#[wasm_bindgen(js_name = parseId)]
pub fn parse_id(text: &JsValue, kind: Option<String>) -> JsValue {
    let expected = match kind.as_deref().map(AnyKind::from_name) {
        Some(None) => return JsValue::UNDEFINED,
        Some(expected) => expected,
        None => None,
    };
    parse_id_of(text, expected)
}

/// [`parse_id`] with the kind as a value.
pub(super) fn parse_id_of(text: &JsValue, expected: Option<AnyKind>) -> JsValue {
    let text = value::text(text).unwrap_or_default();
    match id::parse(&text, expected) {
        Ok(kind) => Builder::new()
            .set("ok", true)
            .set("id", text)
            .set("kind", kind.name())
            .set("prefix", kind.prefix())
            .build(),
        Err(error) => Builder::new()
            .set("ok", false)
            .set("code", error.code())
            .set("message", error.to_string())
            .set("offset", index(error.offset()))
            .set_some("expected", wanted(&error, expected))
            .set_some("actual", found(&error))
            .build(),
    }
}

/// What would have been right at the offset.
fn wanted(error: &IdError, expected: Option<AnyKind>) -> Option<JsValue> {
    match error {
        IdError::Empty { .. }
        | IdError::MissingSeparator { .. }
        | IdError::UnknownPrefix { .. }
        | IdError::WrongKind { .. } => expected.map(|kind| kind.name().into()),
        IdError::WrongLength { .. } => Some(index(id::DIGITS)),
        IdError::BadCharacter { .. } => Some("0-9, a-f".into()),
    }
}

/// What is there instead.
fn found(error: &IdError) -> Option<JsValue> {
    match error {
        IdError::Empty { .. } | IdError::MissingSeparator { .. } => None,
        IdError::UnknownPrefix { actual, .. } => Some(actual.as_str().into()),
        IdError::WrongKind { actual, .. } => Some(actual.name().into()),
        IdError::WrongLength { actual, .. } => Some(index(*actual)),
        IdError::BadCharacter { actual, .. } => Some(actual.to_string().into()),
    }
}
