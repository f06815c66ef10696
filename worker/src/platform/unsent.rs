//! How many audit records are not on their way yet, kept outside of the instance: when
//! that breaks, the entry module tells the next one how many it may have lost.

use js_sys::{Reflect, global};
use worker::wasm_bindgen::JsValue;

/// The entry module knows the property by this name.
const PROPERTY: &str = "__assessmentsUnsentRecords";

/// So many more.
pub(crate) fn add(records: u32) {
    change(f64::from(records));
}

/// So many fewer.
pub(crate) fn remove(records: u32) {
    change(-f64::from(records));
}

fn change(by: f64) {
    let (global, name) = (global(), JsValue::from_str(PROPERTY));
    let present = Reflect::get(&global, &name)
        .ok()
        .and_then(|value| value.as_f64())
        .unwrap_or_default();
    // A global object that takes no property would lose a number for the log.
    let _ = Reflect::set(&global, &name, &JsValue::from_f64((present + by).max(0.0)));
}
