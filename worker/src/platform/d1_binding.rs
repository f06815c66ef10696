//! What D1 answers, read piece by piece: the `worker` crate converts all that there is
//! to know of each statement to tell one number of it.

use serde::de::DeserializeOwned;
use worker::js_sys::{Array, Error as JsError};
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::worker_sys::types::D1Database as RawDatabase;
use worker::{D1Database, D1PreparedStatement, serde_wasm_bindgen};

#[wasm_bindgen(js_sys = ::worker::js_sys)]
extern "C" {
    /// The result of one statement.
    #[derive(Debug)]
    pub(crate) type Outcome;
    #[wasm_bindgen(method, getter, catch, js_name = results)]
    fn js_results(this: &Outcome) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = meta)]
    fn js_meta(this: &Outcome) -> Result<JsValue, JsValue>;

    /// What D1 says of it.
    #[derive(Debug)]
    pub(crate) type Meta;
    #[wasm_bindgen(method, getter, catch, js_name = changes)]
    fn js_changes(this: &Meta) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = rows_read)]
    fn js_rows_read(this: &Meta) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = rows_written)]
    fn js_rows_written(this: &Meta) -> Result<JsValue, JsValue>;
}

/// Runs statements in one transaction and one round trip.
///
/// # Errors
/// What D1 says.
pub(crate) async fn batch(
    database: &D1Database,
    statements: &[D1PreparedStatement],
) -> Result<Vec<Outcome>, String> {
    let database: &JsValue = database.as_ref();
    let database: &RawDatabase = database.unchecked_ref();
    let statements: Array = statements.iter().map(D1PreparedStatement::inner).collect();
    let answer = database
        .batch(statements)
        .map_err(|error| text_of(&error))?;
    let outcomes = JsFuture::from(answer)
        .await
        .map_err(|error| text_of(&error))?;
    let outcomes = outcomes
        .dyn_ref::<Array>()
        .ok_or_else(|| "the answer is no list".to_owned())?;
    Ok(outcomes.iter().map(JsCast::unchecked_into).collect())
}

impl Outcome {
    /// The rows that it selected.
    ///
    /// # Errors
    /// A row is not what the query selects.
    pub(crate) fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>, serde_wasm_bindgen::Error> {
        let rows = self.js_results()?;
        let Some(rows) = rows.dyn_ref::<Array>() else {
            return Ok(Vec::new());
        };
        rows.iter().map(serde_wasm_bindgen::from_value).collect()
    }

    /// What D1 says of it; every result has that.
    pub(crate) fn meta(&self) -> Option<Meta> {
        let meta = self.js_meta().ok()?;
        meta.is_object().then(|| meta.unchecked_into())
    }
}

impl Meta {
    /// Rows that were changed.
    pub(crate) fn changes(&self) -> usize {
        usize::try_from(count(self.js_changes())).unwrap_or(usize::MAX)
    }

    /// Rows that were read and written, indexes included, as they are billed.
    pub(crate) fn rows(&self) -> (u64, u64) {
        (count(self.js_rows_read()), count(self.js_rows_written()))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are whole and far below 2^53, and the cast saturates"
)]
fn count(value: Result<JsValue, JsValue>) -> u64 {
    let number = value.ok().and_then(|value| value.as_f64());
    number.unwrap_or_default() as u64
}

fn text_of(error: &JsValue) -> String {
    error
        .dyn_ref::<JsError>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
