//! Names within the document.

use serde_json::{Value, json};

use crate::id::AnyKind;

/// The name of the bearer scheme among the components.
pub(super) const BEARER: &str = "bearer";

/// A reference to a schema among the components.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The name of the schema of an id: "a vendor document" becomes "VendorDocumentId".
pub(super) fn id_name(kind: AnyKind) -> String {
    let noun = kind.noun();
    let (_, words) = noun.split_once(' ').unwrap_or(("", noun));
    format!("{}Id", camel(words, ' '))
}

/// Words in one, each with a capital.
pub(super) fn camel(words: &str, separator: char) -> String {
    words
        .split(separator)
        .filter_map(|word| word.split_at_checked(1))
        .map(|(first, rest)| first.to_uppercase() + rest)
        .collect()
}
