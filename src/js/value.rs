//! JavaScript values as JSON, as `JSON.stringify` would see them.

use js_sys::{Array, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};

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
            return if text.is_valid_utf16() {
                JsonKind::String(text.into())
            } else {
                JsonKind::IllFormed
            };
        }
        if Array::is_array(&self.0) {
            return JsonKind::Array(Array::from(&self.0).iter().map(Self).collect());
        }
        JsonKind::Other
    }
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
