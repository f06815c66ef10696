//! The name that a create would give.

use std::ops::ControlFlow;

use wasm_bindgen::prelude::wasm_bindgen;

use super::desk::with_handed;
use crate::json::Json;
use crate::name::{NameFacts, Naming};
use crate::time::Timestamp;

/// The name that a request would give whose name and format were handed over, then
/// the vendor's name and a list of those of services. `now` is in Unix seconds;
/// what is no string is left out.
#[wasm_bindgen(js_name = previewName)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and every instant has a date"
)]
#[must_use]
pub fn preview_name(assessed_before: bool, now: f64) -> *const i32 {
    with_handed(|name, told| {
        let format = name.next();
        let vendor_name = format.next();
        let mut service_names = Vec::new();
        vendor_name.next().each_item(&mut |name| {
            service_names.extend(name.text());
            ControlFlow::Continue(())
        });
        let naming = Naming::choose(
            name.text().map(str::to_owned),
            format.text().map(str::to_owned),
        );
        told.text(&naming.resolve(NameFacts {
            vendor_name: vendor_name.text().unwrap_or_default(),
            service_names: &service_names,
            assessed_before,
            now: Timestamp::from_seconds(now as i64),
        }));
    })
}
