//! D1, asked by one text and answering by one (`glue/d1.mjs`).

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::{Promise, Reflect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use worker::Env;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/glue/d1.mjs")]
extern "C" {
    #[wasm_bindgen(js_name = register)]
    fn js_register(sql: &str) -> u32;
    #[wasm_bindgen(js_name = batch)]
    fn js_batch(database: &JsValue, statements: &str, milliseconds: u32) -> Promise;
}

thread_local! {
    /// The numbers of SQL texts, by where they stand.
    static NUMBERS: RefCell<HashMap<(*const u8, usize), u32>> = RefCell::default();
}

/// A bound database.
#[derive(Debug, Clone)]
pub(crate) struct Binding(JsValue);

/// What a statement is given.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Parameter {
    Null,
    Text(String),
    Integer(i64),
    Real(f64),
}

/// A statement with its parameters.
#[derive(Debug)]
pub(crate) struct Statement {
    sql: &'static str,
    parameters: Vec<Parameter>,
}

impl Statement {
    pub(crate) const fn new(sql: &'static str, parameters: Vec<Parameter>) -> Self {
        Self { sql, parameters }
    }

    /// By number, the parameters after it.
    fn write(&self, text: &mut String) -> serde_json::Result<()> {
        text.push('[');
        text.push_str(&number_of(self.sql).to_string());
        for parameter in &self.parameters {
            text.push(',');
            text.push_str(&serde_json::to_string(parameter)?);
        }
        text.push(']');
        Ok(())
    }
}

fn number_of(sql: &'static str) -> u32 {
    NUMBERS.with_borrow_mut(|numbers| {
        *numbers
            .entry((sql.as_ptr(), sql.len()))
            .or_insert_with(|| js_register(sql))
    })
}

/// Why a batch has no outcomes.
#[derive(Debug)]
pub(crate) enum BatchError {
    /// It took too long.
    TimedOut,
    /// What D1 says, or what is wrong with what it says.
    Failed(String),
}

impl Binding {
    /// The database of that name, if the deployment has it.
    pub(crate) fn of(env: &Env, name: &str) -> Option<Self> {
        let bound = Reflect::get(env, &JsValue::from_str(name)).ok()?;
        bound.is_object().then_some(Self(bound))
    }

    /// Runs statements in one transaction and one round trip.
    ///
    /// # Errors
    /// D1 fails, or does not answer in time; then they may have been run all the same.
    pub(crate) async fn batch(
        &self,
        statements: &[Statement],
        milliseconds: u32,
    ) -> Result<Vec<Outcome>, BatchError> {
        let mut text = String::with_capacity(512);
        for statement in statements {
            text.push(if text.is_empty() { '[' } else { ',' });
            statement.write(&mut text).map_err(failed)?;
        }
        text.push(']');
        let answer = JsFuture::from(js_batch(&self.0, &text, milliseconds)).await;
        let answer = answer.map_err(|error| {
            let told = error.as_string();
            BatchError::Failed(told.unwrap_or_else(|| format!("{error:?}")))
        })?;
        let text = answer.as_string().ok_or(BatchError::TimedOut)?;
        serde_json::from_str(&text).map_err(failed)
    }
}

fn failed(error: serde_json::Error) -> BatchError {
    BatchError::Failed(error.to_string())
}

/// The result of one statement.
#[derive(Debug, Deserialize)]
pub(crate) struct Outcome {
    rows: Vec<Box<RawValue>>,
    meta: Option<Meta>,
}

/// What D1 says of it.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Meta {
    /// Rows that were changed.
    pub(crate) changes: usize,
    /// Rows that were read and written, indexes included, as they are billed.
    rows_read: Option<u64>,
    rows_written: Option<u64>,
}

impl Outcome {
    /// The rows that it selected.
    ///
    /// # Errors
    /// A row is not what the query selects.
    pub(crate) fn rows<T: DeserializeOwned>(&self) -> serde_json::Result<Vec<T>> {
        let rows = self.rows.iter();
        rows.map(|row| serde_json::from_str(row.get())).collect()
    }

    /// What D1 says of it; every result has that.
    pub(crate) const fn meta(&self) -> Option<Meta> {
        self.meta
    }
}

impl Meta {
    /// Rows that were read and written.
    pub(crate) fn rows(&self) -> (u64, u64) {
        let [read, written] = [self.rows_read, self.rows_written].map(Option::unwrap_or_default);
        (read, written)
    }
}

impl From<u32> for Parameter {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<f64> for Parameter {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl<T: Into<Self>> From<Option<T>> for Parameter {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
