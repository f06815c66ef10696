//! What an answer shows as it was stored (section 8): it is opaque, and never a
//! reason to fail, whoever wrote it and whatever it looks like.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::id::{Id, Kind};
use crate::shape::{Shape, Spec};

/// An id as it was stored. It need not have the form of any: what a request
/// names is an [`Id`], or is not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredId(String);

impl StoredId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is that id.
    #[must_use]
    pub fn is<K: Kind>(&self, id: &Id<K>) -> bool {
        self.0 == id.as_str()
    }
}

impl<K: Kind> From<&Id<K>> for StoredId {
    fn from(id: &Id<K>) -> Self {
        Self(id.as_str().to_owned())
    }
}

impl Shape for StoredId {
    const SPEC: &'static Spec = &Spec::String;
}

/// JSON that should be a `T`, as it was stored. It is kept as text, so numbers
/// keep their form, and nothing in it has to be understood.
pub struct Stored<T> {
    json: Box<RawValue>,
    what: PhantomData<fn() -> T>,
}

impl<T> Stored<T> {
    /// The JSON text.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }
}

impl<T> Clone for Stored<T> {
    fn clone(&self) -> Self {
        Self {
            json: self.json.clone(),
            what: PhantomData,
        }
    }
}

impl<T> PartialEq for Stored<T> {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl<T> Eq for Stored<T> {}

impl<T> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.json())
    }
}

impl<T> Serialize for Stored<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Stored<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            json: Box::deserialize(deserializer)?,
            what: PhantomData,
        })
    }
}

impl<T: Shape> Shape for Stored<T> {
    const SPEC: &'static Spec = T::SPEC;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::CustomFieldValue;
    use crate::id::UserId;

    #[test]
    fn any_json_is_shown_as_it_was_stored() {
        let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
        for json in [
            r#""a\ud800b""#,
            "1e999",
            "4.50",
            r#"{"a": [1,null]}"#,
            &deep,
        ] {
            let stored: Stored<CustomFieldValue> = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&stored).unwrap(), json);
        }
    }

    #[test]
    fn a_stored_id_is_any_text() {
        let bob: StoredId = serde_json::from_str("\"bob\"").unwrap();
        assert_eq!(bob.as_str(), "bob");
        let id = UserId::from_random(7);
        assert!(!bob.is(&id));
        assert!(StoredId::from(&id).is(&id));
    }
}
