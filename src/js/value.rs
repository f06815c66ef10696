//! JavaScript values as JSON, as `JSON.stringify` would see them.

use std::ops::ControlFlow;

use js_sys::{Array, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::limits::MAX_BODY_BYTES;
use crate::schema::{Field, Json, JsonKind, Members};
use crate::shape::{Value, ValueKind};

/// A JavaScript value.
pub(super) struct JsJson(pub(super) JsValue);

impl Json for JsJson {
    fn members(self) -> Option<Members<Self>> {
        if !self.0.is_object() || Array::is_array(&self.0) {
            return None;
        }
        let mut members = Members::default();
        for &field in Field::ALL {
            // A getter that throws leaves its key out.
            let value = Reflect::get(&self.0, &field.name().into()).unwrap_or(JsValue::UNDEFINED);
            // What JSON has no notion of is left out of an object.
            let absent = value.is_undefined() || value.is_function() || value.is_symbol();
            *members.slot(field) = (!absent).then_some(Self(value));
        }
        Some(members)
    }

    fn kind(self) -> JsonKind<Self> {
        if self.0.is_null() {
            return JsonKind::Null;
        }
        if let Some(text) = self.0.dyn_ref::<JsString>() {
            return well_formed(text).map_or(JsonKind::IllFormed, JsonKind::String);
        }
        if Array::is_array(&self.0) {
            return JsonKind::Array(self);
        }
        JsonKind::Other
    }

    fn each_item(self, visit: &mut dyn FnMut(Self) -> ControlFlow<()>) -> usize {
        let list: &Array = self.0.unchecked_ref();
        let entries = list.length();
        for index in 0..entries {
            if visit(Self(list.get(index))).is_break() {
                break;
            }
        }
        entries as usize
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

impl Value for JsJson {
    fn kind(&self) -> ValueKind {
        if self.0.is_string() {
            ValueKind::String
        } else if self.0.as_f64().is_some() {
            ValueKind::Number
        } else if self.0.as_bool().is_some() {
            ValueKind::Boolean
        } else if Array::is_array(&self.0) {
            ValueKind::Array
        } else if self.0.is_object() {
            ValueKind::Object
        } else {
            ValueKind::Null
        }
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn items(&self) -> Vec<Self> {
        self.0
            .dyn_ref::<Array>()
            .map(|items| items.iter().map(Self).collect())
            .unwrap_or_default()
    }

    fn member(&self, key: &str) -> Option<Self> {
        let value = Reflect::get(&self.0, &key.into()).ok()?;
        (!value.is_undefined()).then_some(Self(value))
    }
}
