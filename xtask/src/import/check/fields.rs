//! Members that objects of every kind have.

use std::collections::HashSet;

use assessments::id::{Id, Kind};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::import::file::Stated;
use crate::import::reader::{Faults, Node, Object, Unique};

/// What `read` makes of the items of an array that may be absent.
pub(super) fn collect<'v, T>(
    object: &Object<'v>,
    faults: &mut Faults,
    key: &str,
    mut read: impl FnMut(&Node<'v>, &mut Faults) -> Option<T>,
) -> Vec<T> {
    let items = object.items(faults, key);
    items.iter().filter_map(|node| read(node, faults)).collect()
}

/// The object's own id, which no other of its kind has.
pub(super) fn unique_id<K: Kind>(
    object: &Object<'_>,
    faults: &mut Faults,
    seen: &mut Unique<Id<K>>,
) -> Option<Id<K>> {
    let node = object.required(faults, "id")?;
    let id = node.id(faults)?;
    seen.add(faults, &node, &id);
    Some(id)
}

/// What an identity provider calls something, which it calls nothing else; `null`
/// clears it.
pub(super) fn external_id(
    object: &Object<'_>,
    faults: &mut Faults,
    seen: &mut Unique<String>,
) -> Stated<String> {
    object.stated("external_id", |node| {
        let id = node.text(faults)?;
        seen.add(faults, node, &id);
        Some(id)
    })
}

/// References to what is in the file, none twice.
pub(super) fn known_ids<K: Kind>(
    object: &Object<'_>,
    faults: &mut Faults,
    key: &str,
    known: &HashSet<Id<K>>,
    whose: &str,
) -> Vec<Id<K>> {
    let mut seen = Unique::default();
    let nodes = object.items(faults, key);
    nodes
        .iter()
        .filter_map(|node| {
            let id = node.known_id(faults, known, whose)?;
            seen.add(faults, node, &id);
            Some(id)
        })
        .collect()
}

/// A text that must be there.
pub(super) fn text(object: &Object<'_>, faults: &mut Faults, key: &str) -> Option<String> {
    object.required(faults, key)?.text(faults)
}

/// A switch that must be there.
pub(super) fn switch(object: &Object<'_>, faults: &mut Faults, key: &str) -> Option<bool> {
    object.required(faults, key)?.boolean(faults)
}

/// A value of one of the library's enums, as it is written.
pub(super) fn enum_value<T: DeserializeOwned>(node: &Node<'_>, faults: &mut Faults) -> Option<T> {
    // A text, for serde also takes an object with the value as its key.
    let text = node.text(faults)?;
    serde_json::from_value(Value::String(text))
        .map_err(|error| faults.add(node, error.to_string()))
        .ok()
}

/// The same, where it must be there.
pub(super) fn required_enum_value<T: DeserializeOwned>(
    object: &Object<'_>,
    faults: &mut Faults,
    key: &str,
) -> Option<T> {
    enum_value(&object.required(faults, key)?, faults)
}
