//! Building and reading plain JavaScript objects.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::schema::Place;

/// An object under construction. What is absent gets no key.
pub(super) struct Builder(Object);

impl Builder {
    pub(super) fn new() -> Self {
        Self(Object::new())
    }

    pub(super) fn set(self, key: &str, value: impl Into<JsValue>) -> Self {
        self.put(key, &value.into());
        self
    }

    /// Apart from [`Self::set`], so that it is not copied for every type.
    #[inline(never)]
    fn put(&self, key: &str, value: &JsValue) {
        // Setting a key of a fresh plain object cannot fail.
        let _ = Reflect::set(&self.0, &JsValue::from_str(key), value);
    }

    pub(super) fn set_some(self, key: &str, value: Option<impl Into<JsValue>>) -> Self {
        match value {
            Some(value) => self.set(key, value),
            None => self,
        }
    }

    pub(super) fn build(self) -> JsValue {
        self.0.into()
    }
}

/// A member of an object; `undefined` if there is none or reading it throws.
pub(super) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// `loc` as on the wire.
pub(super) fn loc(place: Place) -> Array {
    let body = JsValue::from_str("body");
    match place {
        Place::Header(name) => Array::of2(&"header".into(), &name.into()),
        Place::Body => Array::of1(&body),
        Place::Offset(offset) => Array::of2(&body, &index(offset)),
        Place::Field(name) => Array::of2(&body, &name.into()),
        Place::Item(name, item) => Array::of3(&body, &name.into(), &index(item)),
    }
}

/// A count or position as a JavaScript number.
#[expect(
    clippy::cast_precision_loss,
    reason = "no text or list in memory has 2^53 entries"
)]
pub(super) fn index(value: usize) -> JsValue {
    JsValue::from_f64(value as f64)
}
