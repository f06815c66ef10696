//! JavaScript values as JSON, as `JSON.stringify` would see them.

use std::ops::ControlFlow;

use js_sys::{Array, JsString};
use wasm_bindgen::{JsCast, JsValue};

use super::object::get;
use crate::json::{Json, JsonKind};
use crate::limits::MAX_BODY_BYTES;

/// A JavaScript value.
pub(super) struct JsJson(pub(super) JsValue);

impl Json for JsJson {
    fn kind(&self) -> JsonKind {
        if self.0.is_string() {
            JsonKind::String
        } else if self.0.as_f64().is_some() {
            JsonKind::Number
        } else if self.0.as_bool().is_some() {
            JsonKind::Boolean
        } else if Array::is_array(&self.0) {
            JsonKind::Array
        } else if self.0.is_null() {
            JsonKind::Null
        } else {
            // What JSON has no notion of is right nowhere, as an object is.
            JsonKind::Object
        }
    }

    fn text(&self) -> Option<String> {
        well_formed(self.0.dyn_ref()?)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn each_item(&self, visit: &mut dyn FnMut(Self) -> ControlFlow<()>) -> usize {
        let Some(list) = self.0.dyn_ref::<Array>() else {
            return 0;
        };
        let entries = list.length();
        for index in 0..entries {
            if visit(Self(list.get(index))).is_break() {
                break;
            }
        }
        entries as usize
    }

    fn members(&self, names: &[&'static str]) -> Option<Vec<Option<Self>>> {
        if !self.0.is_object() || Array::is_array(&self.0) {
            return None;
        }
        let member = |name: &&'static str| {
            // A getter that throws leaves its key out.
            let value = get(&self.0, name);
            // What JSON has no notion of is left out of an object.
            let absent = value.is_undefined() || value.is_function() || value.is_symbol();
            (!absent).then_some(Self(value))
        };
        Some(names.iter().map(member).collect())
    }
}

/// UTF-16 units beyond which a text is too long for any request.
const MAX_UNITS: u32 = MAX_BODY_BYTES as u32 + 1;

/// The text, or its beginning if it is too long for any request; `None` if it
/// is no Unicode text.
fn well_formed(value: &JsString) -> Option<String> {
    if value.length() > MAX_UNITS {
        return Some(value.slice(0, MAX_UNITS).into());
    }
    // What has no partner is replaced by this character, which may stand there
    // by itself, too.
    let text = String::from(value);
    let is_doubtful = text.chars().any(|c| c == char::REPLACEMENT_CHARACTER);
    (!is_doubtful || value.is_valid_utf16()).then_some(text)
}

/// The text of a string, or its beginning if it is too long for any request.
pub(super) fn text(value: &JsValue) -> Option<String> {
    let value: &JsString = value.dyn_ref()?;
    Some(if value.length() > MAX_UNITS {
        value.slice(0, MAX_UNITS).into()
    } else {
        value.into()
    })
}
