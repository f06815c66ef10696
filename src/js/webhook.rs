//! What analysers are asked and answer. Both are texts, as they are on the wire.

use wasm_bindgen::prelude::wasm_bindgen;

use super::desk::with_handed;
use crate::json::{Json, JsonText};
use crate::shape::Shape;
use crate::workflow::analysis::Analysis;
use crate::workflow::question::Question;

/// Why the text that was handed over is no question to an analyser; nothing, if it is one.
#[wasm_bindgen(js_name = checkQuestion)]
#[must_use]
pub fn check_question() -> *const i32 {
    with_handed(|text, told| {
        let text = text.text().unwrap_or_default();
        match JsonText::read(text.as_bytes()) {
            Err(error) => told.shown(&error),
            Ok(question) => {
                if let Err(error) = Question::SPEC.check(question) {
                    told.shown(&error);
                }
            }
        }
    })
}

/// What the API makes of the answer of an analyser, whose text was handed over: nothing
/// and the analysis as JSON, or what is wrong.
#[wasm_bindgen(js_name = readAnalysis)]
#[must_use]
pub fn read_analysis() -> *const i32 {
    with_handed(|text, told| {
        match Analysis::of_answer(text.text().unwrap_or_default()) {
            Ok(analysis) => {
                told.nothing();
                // Its numbers were read from JSON, so it serialises.
                told.text(&serde_json::to_string(&analysis).unwrap_or_default());
            }
            Err(error) => told.shown(&error),
        }
    })
}
