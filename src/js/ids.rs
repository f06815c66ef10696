//! Prefixed ids.

use wasm_bindgen::prelude::wasm_bindgen;

use super::desk::{Told, look, with_handed};
use super::handed::Handed;
use crate::id::{self, AnyKind, IdError};
use crate::json::Json;

/// The kind that a number names, which is its place in the contract's table; none
/// for any other.
fn kind_of(number: i32) -> Option<AnyKind> {
    let index = usize::try_from(number).ok()?;
    AnyKind::ALL.get(index).copied()
}

/// Of which kind the id is that was handed over, of `kind` if that names one; -1 if
/// it is none. What is no string is read as an empty one.
#[wasm_bindgen(js_name = parseId)]
#[must_use]
pub fn parse_id(kind: i32) -> i32 {
    look(|text| parse(text, kind).map_or(-1, |kind| kind as i32))
}

/// Why [`parse_id`] refuses a text: code, message, offset, what is expected, what is
/// there instead.
#[wasm_bindgen(js_name = explainId)]
#[must_use]
pub fn explain_id(kind: i32) -> *const i32 {
    with_handed(|text, told| {
        if let Err(error) = parse(text, kind) {
            told.text(error.code());
            told.shown(&error);
            told.number(error.offset());
            tell_expected(told, &error, kind_of(kind));
            tell_found(told, &error);
        }
    })
}

fn parse(text: Handed<'_>, kind: i32) -> Result<AnyKind, IdError> {
    id::parse(text.text().unwrap_or_default(), kind_of(kind))
}

/// What would have been right at the offset.
fn tell_expected(told: &mut Told, error: &IdError, expected: Option<AnyKind>) {
    match error {
        IdError::Empty { .. }
        | IdError::MissingSeparator { .. }
        | IdError::UnknownPrefix { .. }
        | IdError::WrongKind { .. } => match expected {
            Some(kind) => told.text(kind.name()),
            None => told.nothing(),
        },
        IdError::WrongLength { .. } => told.number(id::DIGITS),
        IdError::BadCharacter { .. } => told.text("0-9, a-f"),
    }
}

/// What is there instead.
fn tell_found(told: &mut Told, error: &IdError) {
    match error {
        IdError::Empty { .. } | IdError::MissingSeparator { .. } => told.nothing(),
        IdError::UnknownPrefix { actual, .. } => told.text(actual),
        IdError::WrongKind { actual, .. } => told.text(actual.name()),
        IdError::WrongLength { actual, .. } => told.number(*actual),
        IdError::BadCharacter { actual, .. } => told.text(actual.encode_utf8(&mut [0; 4])),
    }
}
