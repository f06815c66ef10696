//! Values as rows hold them.

use serde::Serialize;
use serde_json::{Value, json};

use super::table::unstated;
use crate::import::file::{ImportFile, Organization, Stated};

/// A switch as a column holds it.
pub(super) fn flag(stated: Option<bool>) -> Value {
    stated.map_or_else(unstated, |is_on| json!(i32::from(is_on)))
}

/// A list as a column holds it: as text.
pub(super) fn list<T: Serialize>(stated: Option<&Vec<T>>) -> Value {
    stated.map_or_else(unstated, |items| json!(json!(items).to_string()))
}

/// A value that a file need not state.
pub(super) fn or_unstated<T: Serialize>(stated: Option<&T>) -> Value {
    stated.map_or_else(unstated, |value| json!(value))
}

/// A value that may be cleared.
pub(super) fn stated<T: Serialize>(value: &Stated<T>) -> Value {
    match value {
        Stated::Unstated => unstated(),
        Stated::Nothing => Value::Null,
        Stated::Value(value) => json!(value),
    }
}

/// The rows that each organization of the file has.
pub(super) fn rows_of(file: &ImportFile, rows: impl Fn(&Organization) -> Vec<Value>) -> Vec<Value> {
    file.orgs.iter().flat_map(rows).collect()
}
