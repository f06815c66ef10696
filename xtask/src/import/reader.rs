//! Reading a JSON value while collecting every fault with its place, where
//! serde would stop at the first.

use std::collections::HashSet;
use std::fmt;

use assessments::id::{Id, Kind};
use serde_json::{Map, Value};

use super::file::Stated;

/// Characters of any text in the file, but for values of custom fields.
const MAX_TEXT_LENGTH: usize = 500;

/// Something wrong in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// A JSON Pointer (RFC 6901) to the value.
    pub(crate) place: String,
    /// What is wrong with it.
    pub(crate) message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() {
            "/"
        } else {
            &self.place
        };
        write!(f, "{place}: {}", self.message)
    }
}

/// Collects faults.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, node: &Node<'_>, message: impl Into<String>) {
        self.0.push(Fault {
            place: node.place.clone(),
            message: message.into(),
        });
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

/// A value and its place.
#[derive(Clone)]
pub(crate) struct Node<'v> {
    value: &'v Value,
    place: String,
}

impl<'v> Node<'v> {
    pub(crate) fn root(value: &'v Value) -> Self {
        Self {
            value,
            place: String::new(),
        }
    }

    pub(crate) fn value(&self) -> &'v Value {
        self.value
    }

    /// Where it stands, as a JSON Pointer.
    pub(crate) fn place(&self) -> String {
        self.place.clone()
    }

    fn child(&self, step: impl fmt::Display, value: &'v Value) -> Self {
        Self {
            value,
            place: format!("{}/{step}", self.place),
        }
    }

    /// The members of an object; keys other than `known` are faults, so that a
    /// mistyped key is not silently ignored.
    pub(crate) fn object(&self, faults: &mut Faults, known: &[&str]) -> Option<Object<'v>> {
        let Value::Object(members) = self.value else {
            faults.add(self, "must be an object");
            return None;
        };
        for key in members.keys() {
            if !known.contains(&key.as_str()) {
                faults.add(
                    self,
                    format!("unknown key {key:?}; known are {}", known.join(", ")),
                );
            }
        }
        Some(Object {
            node: self.clone(),
            members,
        })
    }

    /// The items of an array.
    pub(crate) fn items(&self, faults: &mut Faults) -> Vec<Self> {
        let Value::Array(items) = self.value else {
            faults.add(self, "must be an array");
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .map(|(index, item)| self.child(index, item))
            .collect()
    }

    /// A string that is not blank and not longer than [`MAX_TEXT_LENGTH`].
    pub(crate) fn text(&self, faults: &mut Faults) -> Option<String> {
        match self.value {
            Value::String(text) if text.chars().count() > MAX_TEXT_LENGTH => {
                faults.add(self, format!("at most {MAX_TEXT_LENGTH} characters"));
                None
            }
            Value::String(text) if text.trim().is_empty() => {
                faults.add(self, "must not be blank");
                None
            }
            Value::String(text) => Some(text.clone()),
            _ => {
                faults.add(self, "must be a string");
                None
            }
        }
    }

    /// A string of the form that `parse` accepts.
    pub(crate) fn parsed<T, E: fmt::Display>(
        &self,
        faults: &mut Faults,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(faults)?;
        parse(&text)
            .map_err(|error| faults.add(self, format!("{text:?}: {error}")))
            .ok()
    }

    /// An id of kind `K`.
    pub(crate) fn id<K: Kind>(&self, faults: &mut Faults) -> Option<Id<K>> {
        self.parsed(faults, Id::parse)
    }

    /// An id of kind `K` that is among `known`.
    pub(crate) fn known_id<K: Kind>(
        &self,
        faults: &mut Faults,
        known: &HashSet<Id<K>>,
        whose: &str,
    ) -> Option<Id<K>> {
        let id = self.id(faults)?;
        if known.contains(&id) {
            return Some(id);
        }
        faults.add(self, format!("{id} is not among {whose}"));
        None
    }

    pub(crate) fn boolean(&self, faults: &mut Faults) -> Option<bool> {
        let boolean = self.value.as_bool();
        if boolean.is_none() {
            faults.add(self, "must be true or false");
        }
        boolean
    }

    /// Unix time in seconds, up to the year 9999; milliseconds are noticed.
    pub(crate) fn time(&self, faults: &mut Faults) -> Option<i64> {
        const LAST: i64 = 253_402_300_799;
        match self.value.as_i64() {
            Some(seconds @ 0..=LAST) => Some(seconds),
            Some(_) => {
                faults.add(self, "must be Unix time in seconds, 0 to 253402300799");
                None
            }
            None => {
                faults.add(self, "must be an integer, Unix time in seconds");
                None
            }
        }
    }
}

/// An object's members.
pub(crate) struct Object<'v> {
    node: Node<'v>,
    members: &'v Map<String, Value>,
}

impl<'v> Object<'v> {
    /// A member that must be there.
    pub(crate) fn required(&self, faults: &mut Faults, key: &str) -> Option<Node<'v>> {
        let member = self.optional(key);
        if member.is_none() {
            faults.add(&self.node, format!("{key:?} is missing"));
        }
        member
    }

    /// A member, `None` if absent or `null`.
    pub(crate) fn optional(&self, key: &str) -> Option<Node<'v>> {
        self.members
            .get(key)
            .filter(|value| !value.is_null())
            .map(|value| self.node.child(key, value))
    }

    /// The items of an array that may be absent.
    pub(crate) fn items(&self, faults: &mut Faults, key: &str) -> Vec<Node<'v>> {
        self.optional(key)
            .map(|node| node.items(faults))
            .unwrap_or_default()
    }

    /// The items of an array of at most `most`, `None` if absent or `null`.
    pub(crate) fn few_items(
        &self,
        faults: &mut Faults,
        key: &str,
        most: usize,
    ) -> Option<Vec<Node<'v>>> {
        let items = self.optional(key)?.items(faults);
        if items.len() > most {
            faults.add(&self.node, format!("{key:?} has more than {most} entries"));
        }
        Some(items)
    }

    /// A switch, `None` if absent or `null`.
    pub(crate) fn flag(&self, faults: &mut Faults, key: &str) -> Option<bool> {
        self.optional(key).and_then(|node| node.boolean(faults))
    }

    /// A time that may be cleared by `null`.
    pub(crate) fn stated_time(&self, faults: &mut Faults, key: &str) -> Stated<i64> {
        self.stated(key, |node| node.time(faults))
    }

    /// A member that may be cleared by `null`, as `read` reads it.
    pub(crate) fn stated<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Node<'v>) -> Option<T>,
    ) -> Stated<T> {
        match self.members.get(key) {
            None => Stated::Unstated,
            Some(Value::Null) => Stated::Nothing,
            Some(value) => {
                read(&self.node.child(key, value)).map_or(Stated::Unstated, Stated::Value)
            }
        }
    }
}

/// Notices what must be unique and is not.
pub(crate) struct Unique<T>(HashSet<T>);

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: Eq + std::hash::Hash + Clone> Unique<T> {
    /// Adds `value`, which stands at `node`.
    pub(crate) fn add(&mut self, faults: &mut Faults, node: &Node<'_>, value: &T) {
        if !self.0.insert(value.clone()) {
            faults.add(node, "stands in the file twice");
        }
    }

    pub(crate) fn into_set(self) -> HashSet<T> {
        self.0
    }
}
