//! Whether a JSON value has the shape of a type of [`crate::assessment`],
//! without converting it: a client shows an answer as it came, extra keys
//! included, but never one that lacks what its type promises.

use std::fmt;
use std::ops::ControlFlow;

use crate::id::{self, AnyKind, Id, Kind};
use crate::json::{Json, JsonKind};
use crate::time::Timestamp;

/// A value that has not the shape it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    /// The way to the value, as in `custom_fields.0.value`; empty for the whole.
    pub path: String,
    /// What should be there.
    pub expected: &'static str,
}

impl ShapeError {
    fn new(expected: &'static str) -> Self {
        Self {
            path: String::new(),
            expected,
        }
    }

    /// The same, seen from one level up.
    fn within(mut self, step: &str) -> Self {
        if !self.path.is_empty() {
            self.path.insert(0, '.');
        }
        self.path.insert_str(0, step);
        self
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the answer"
        } else {
            &self.path
        };
        f.write_str(path)?;
        f.write_str(" must be ")?;
        f.write_str(self.expected)
    }
}

impl std::error::Error for ShapeError {}

/// A shape as data. One function interprets it, so that a type costs a client
/// a few words of memory and no code of its own.
#[derive(Debug)]
pub enum Spec {
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// An integer, 0 or more.
    Count,
    /// Unix time in whole seconds.
    Time,
    /// An id of that kind.
    Id(AnyKind),
    /// One of these strings, or one that a later version of the API adds.
    OneOf(&'static [&'static str]),
    /// That, or `null`.
    Nullable(&'static Spec),
    /// As a member of an object: that, or no such member.
    Optional(&'static Spec),
    /// An array of that.
    List(&'static Spec),
    /// Any of these.
    AnyOf(&'static [Spec]),
    /// In an object: that, if the member of this name is one of the strings
    /// that its shape knows, else anything.
    IfKnown {
        /// The other member.
        member: &'static str,
        /// Its shape, a [`Spec::OneOf`].
        of: &'static Spec,
        /// The shape of this one.
        then: &'static Spec,
    },
    /// An object with these members; others are fine.
    Object(&'static [(&'static str, &'static Spec)]),
}

/// A type whose shape a JSON value can have.
pub trait Shape {
    /// The shape.
    const SPEC: &'static Spec;
}

impl Spec {
    /// Checks `value`.
    ///
    /// # Errors
    /// The first place where the shape is another.
    pub fn check(&self, value: impl Json) -> Result<(), ShapeError> {
        self.check_value(&value)
    }

    fn check_value(&self, value: &impl Json) -> Result<(), ShapeError> {
        let good = match self {
            Self::Nullable(inner) => {
                return match value.kind() {
                    JsonKind::Null => Ok(()),
                    _ => inner.check_value(value),
                };
            }
            Self::Optional(inner) => return inner.check_value(value),
            Self::List(item) if value.kind() == JsonKind::Array => {
                return item.check_items(value);
            }
            Self::Object(members) if value.kind() == JsonKind::Object => {
                return check_members(members, value);
            }
            Self::List(_) | Self::Object(_) => false,
            Self::String | Self::OneOf(_) => value.kind() == JsonKind::String,
            Self::Boolean => value.kind() == JsonKind::Boolean,
            Self::Number => value.kind() == JsonKind::Number,
            Self::Count => value.number().is_some_and(|n| n >= 0.0 && n.fract() == 0.0),
            Self::Time => value.number().is_some_and(|n| n.fract() == 0.0),
            Self::Id(kind) => value
                .text()
                .is_some_and(|text| id::parse(text.as_ref(), Some(*kind)).is_ok()),
            Self::IfKnown { then, .. } => return then.check_value(value),
            Self::AnyOf(specs) => specs.iter().any(|spec| spec.check_value(value).is_ok()),
        };
        if good {
            Ok(())
        } else {
            Err(ShapeError::new(self.expected()))
        }
    }

    fn check_items(&self, list: &impl Json) -> Result<(), ShapeError> {
        let mut outcome = Ok(());
        let mut index = 0_usize;
        list.each_item(&mut |item| match self.check_value(&item) {
            Ok(()) => {
                index += 1;
                ControlFlow::Continue(())
            }
            Err(error) => {
                outcome = Err(error.within(&index.to_string()));
                ControlFlow::Break(())
            }
        });
        outcome
    }

    /// Whether a member of `object` must be so.
    fn applies(&self, object: &impl Json) -> bool {
        let &Self::IfKnown { member, of, .. } = self else {
            return true;
        };
        let Self::OneOf(known) = of else {
            return true;
        };
        object
            .member(member)
            .and_then(|value| value.text())
            .is_none_or(|text| known.contains(&text.as_ref()))
    }

    const fn expected(&self) -> &'static str {
        match self {
            Self::String | Self::OneOf(_) => "a string",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Count => "an integer, 0 or more",
            Self::Time => "Unix time in whole seconds",
            Self::Id(_) => "an id of its kind",
            Self::Nullable(inner) | Self::Optional(inner) | Self::IfKnown { then: inner, .. } => {
                inner.expected()
            }
            Self::List(_) => "an array",
            Self::AnyOf(_) => "a value of a known type",
            Self::Object(_) => "an object",
        }
    }
}

fn check_members(
    members: &[(&'static str, &'static Spec)],
    value: &impl Json,
) -> Result<(), ShapeError> {
    for &(key, spec) in members {
        match value.member(key) {
            Some(_) if !spec.applies(value) => Ok(()),
            Some(member) => spec.check_value(&member),
            None if matches!(spec, Spec::Optional(_)) => Ok(()),
            None => Err(ShapeError::new("there")),
        }
        .map_err(|error| error.within(key))?;
    }
    Ok(())
}

impl Shape for String {
    const SPEC: &'static Spec = &Spec::String;
}

impl Shape for bool {
    const SPEC: &'static Spec = &Spec::Boolean;
}

impl Shape for f64 {
    const SPEC: &'static Spec = &Spec::Number;
}

impl Shape for u32 {
    const SPEC: &'static Spec = &Spec::Count;
}

impl Shape for Timestamp {
    const SPEC: &'static Spec = &Spec::Time;
}

impl<K: Kind> Shape for Id<K> {
    const SPEC: &'static Spec = &Spec::Id(K::KIND);
}

impl<T: Shape> Shape for Option<T> {
    const SPEC: &'static Spec = &Spec::Nullable(T::SPEC);
}

impl<T: Shape> Shape for Vec<T> {
    const SPEC: &'static Spec = &Spec::List(T::SPEC);
}

/// Defines structs of the wire, and their shapes from the same fields. A field that
/// ends with `= optional` may be left out on the wire.
macro_rules! wire {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty $(= $presence:ident)?,)*
        }
    )*) => {$(
        $(#[$meta])*
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

        impl $crate::shape::Shape for $name {
            const SPEC: &'static $crate::shape::Spec = &$crate::shape::Spec::Object(&[
                $((stringify!($field), $crate::shape::member!($type $(, $presence)?)),)*
            ]);
        }
    )*};
}
pub(crate) use wire;

/// The shape of a field of such a struct.
macro_rules! member {
    ($type:ty) => {
        <$type as $crate::shape::Shape>::SPEC
    };
    ($type:ty, optional) => {
        &$crate::shape::Spec::Optional(<$type as $crate::shape::Shape>::SPEC)
    };
}
pub(crate) use member;

/// Defines enums of the wire, each variant with its value, and their shapes.
/// The value is taken as `tt`: a `literal` reaches a derive wrapped in a group
/// that nobody sees, and utoipa then ignores the `rename` without a word.
macro_rules! wire_enum {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $value:tt,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $value)] $variant,)* }

        impl $name {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The value on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $value,)* }
            }
        }

        impl $crate::shape::Shape for $name {
            const SPEC: &'static $crate::shape::Spec = &$crate::shape::Spec::OneOf(&[$($value,)*]);
        }
    )*};
}
pub(crate) use wire_enum;

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::assessment::{ArchivedAssessment, Assessment};

    fn assessment() -> Value {
        json!({
            "id": "cbqsrw_0128e42c9f5c076efa5c191794409293",
            "vendor_id": "cbvndr_bdbb39ff21c65aa009a055bb64bf3703",
            "name": "2026 Northwind initial", "status": "created",
            "control_set_ids": ["cbctst_ee46f1bfc6ae78ab04a22dc4c55b9b93"],
            "service_ids": [], "assignee_id": null, "score_percent": 0.5,
            "findings_count": 0, "initiated_at": null,
            "custom_fields": [{
                "config_id": "cbcfc_89a81e6c6eaeb7345dbeb51fada9eb02", "field_name": "Scope",
                "field_type": "multiselect", "value": ["DORA"],
            }],
            "created_at": 1_790_500_000, "updated_at": 1_790_500_000, "new_key": {},
        })
    }

    #[test]
    fn what_has_the_shape_also_deserialises_and_keeps_extra_keys() {
        let value = assessment();
        assert_eq!(Assessment::SPEC.check(&value), Ok(()));
        assert!(serde_json::from_value::<Assessment>(value).is_ok());
    }

    #[test]
    fn what_a_later_version_adds_passes() {
        for (pointer, addition) in [
            ("/status", json!("awaiting_vendor")),
            (
                "/custom_fields/0/field_type",
                json!("a type whose values look like those of another"),
            ),
            (
                "/custom_fields/0",
                json!({
                    "config_id": "cbcfc_89a81e6c6eaeb7345dbeb51fada9eb02", "field_name": "Office",
                    "field_type": "place", "value": { "city": "Oslo" },
                }),
            ),
        ] {
            let mut value = assessment();
            *value.pointer_mut(pointer).unwrap() = addition;
            assert_eq!(Assessment::SPEC.check(&value), Ok(()), "{pointer}");
        }
    }

    #[test]
    fn a_value_of_a_known_field_type_must_still_be_one() {
        let mut value = assessment();
        *value.pointer_mut("/custom_fields/0/value").unwrap() = json!({ "city": "Oslo" });
        let error = Assessment::SPEC.check(&value).unwrap_err();
        assert_eq!(error.path, "custom_fields.0.value");
        value
            .pointer_mut("/custom_fields/0")
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("value");
        value
            .pointer_mut("/custom_fields/0/field_type")
            .unwrap()
            .clone_from(&json!("place"));
        let error = Assessment::SPEC.check(&value).unwrap_err();
        assert_eq!(error.to_string(), "custom_fields.0.value must be there");
    }

    #[test]
    fn every_missing_or_wrong_member_is_named() {
        for (pointer, wrong, place) in [
            (
                "/id",
                json!("cbvndr_bdbb39ff21c65aa009a055bb64bf3703"),
                "id",
            ),
            ("/name", json!(null), "name"),
            ("/status", json!(1), "status"),
            ("/control_set_ids/0", json!(1), "control_set_ids.0"),
            ("/score_percent", json!("0.5"), "score_percent"),
            ("/findings_count", json!(-1), "findings_count"),
            ("/created_at", json!(1.5), "created_at"),
            ("/custom_fields/0/value", json!({}), "custom_fields.0.value"),
        ] {
            let mut value = assessment();
            *value.pointer_mut(pointer).unwrap() = wrong;
            assert_eq!(Assessment::SPEC.check(&value).unwrap_err().path, place);
            // What is shown as it was stored reads whatever it is.
            assert_eq!(
                serde_json::from_value::<Assessment>(value).is_ok(),
                place == "custom_fields.0.value",
                "{place}"
            );
        }
        let mut value = assessment();
        value.as_object_mut().unwrap().remove("updated_at");
        let error = Assessment::SPEC.check(&value).unwrap_err();
        assert_eq!(error.to_string(), "updated_at must be there");
        let error = ArchivedAssessment::SPEC.check(&json!([])).unwrap_err();
        assert_eq!(error.to_string(), "the answer must be an object");
    }
}
