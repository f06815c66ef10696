//! The shared vectors of ids.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use assessments::id::{self, AnyKind};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    valid: Vec<Valid>,
    invalid: Vec<Invalid>,
}

#[derive(Deserialize)]
struct Valid {
    text: String,
    kind: String,
    why: String,
}

#[derive(Deserialize)]
struct Invalid {
    text: String,
    expected: Option<String>,
    code: String,
    offset: usize,
    why: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/ids.json")).unwrap()
}

#[test]
fn valid_ids_are_of_their_kind_and_of_no_other() {
    for Valid { text, kind, why } in vectors().valid {
        let kind = AnyKind::from_name(&kind).unwrap();
        assert_eq!(id::parse(&text, None), Ok(kind), "{why}");
        for &asked in AnyKind::ALL {
            assert_eq!(
                id::parse(&text, Some(asked)).is_ok(),
                asked == kind,
                "{why}"
            );
        }
    }
}

#[test]
fn invalid_ids_tell_the_reason_and_the_place() {
    for vector in vectors().invalid {
        let expected = vector
            .expected
            .as_deref()
            .map(|name| AnyKind::from_name(name).unwrap());
        let error = id::parse(&vector.text, expected).unwrap_err();
        assert_eq!(
            (error.code(), error.offset()),
            (vector.code.as_str(), vector.offset),
            "{}",
            vector.why
        );
    }
}
