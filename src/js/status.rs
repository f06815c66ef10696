//! What a status means.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::object::Builder;
use crate::assessment::Status;
use crate::workflow::run::RunStatus;

/// Whether no more work will happen on an assessment of that status;
/// `undefined` for a text that is no status.
#[wasm_bindgen(js_name = isTerminal)]
#[must_use]
pub fn is_terminal(status: &str) -> Option<bool> {
    let status = Status::ALL.iter().find(|known| known.as_str() == status)?;
    Some(status.is_terminal())
}

/// Whether nothing more will happen in a workflow run of that status.
#[wasm_bindgen(js_name = isRunTerminal)]
#[must_use]
pub fn is_run_terminal(status: &str) -> bool {
    RunStatus::ALL
        .iter()
        .any(|known| known.as_str() == status && known.is_terminal())
}

/// Every status in the order of the work: `{ status, stageLabel, isTerminal }`.
#[wasm_bindgen]
#[must_use]
pub fn statuses() -> Array {
    let entry = |status: &Status| -> JsValue {
        Builder::new()
            .set("status", status.as_str())
            .set("stageLabel", status.stage_label())
            .set("isTerminal", status.is_terminal())
            .build()
    };
    Status::ALL.iter().map(entry).collect()
}
