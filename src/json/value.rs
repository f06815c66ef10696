//! A JSON value, wherever it is held.

use std::ops::ControlFlow;

use serde_json::Value;

/// A JSON value: a text on the server, an object in the browser, a
/// [`serde_json::Value`] anywhere. Requests and answers are checked through this,
/// so whatever holds them is checked by the same code.
pub trait Json: Sized {
    /// What its texts are read as.
    type Text: AsRef<str> + Default;

    /// What kind of value it is.
    fn kind(&self) -> JsonKind;
    /// The text of a string. Nothing for another value, and for a string that is
    /// no Unicode text, which only JavaScript can hold: one of its surrogates has
    /// no partner, and no acceptable JSON spells it.
    fn text(&self) -> Option<Self::Text>;
    /// The value of a number, else nothing.
    fn number(&self) -> Option<f64>;
    /// Reads the items of an array one by one, in order, until `visit` breaks
    /// off. Answers how many there are, or at least as many as were read; none
    /// for another value.
    fn each_item(&self, visit: &mut dyn FnMut(Self) -> ControlFlow<()>) -> usize;
    /// The members of these names, in their order, each if it is there; of
    /// duplicates the last. `None` if this is no object.
    fn members(&self, names: &[&'static str]) -> Option<Vec<Option<Self>>>;

    /// Reads the same members one by one, each with its place among the names;
    /// whether this is an object.
    fn each_member(
        &self,
        names: &[&'static str],
        visit: &mut dyn FnMut(usize, Option<Self>),
    ) -> bool {
        let members = self.members(names);
        let is_object = members.is_some();
        for (index, member) in members.into_iter().flatten().enumerate() {
            visit(index, member);
        }
        is_object
    }

    /// A member of an object, if it is there.
    fn member(&self, name: &'static str) -> Option<Self> {
        self.members(&[name])?.pop()?
    }
}

/// The kinds of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl<'a> Json for &'a Value {
    type Text = &'a str;

    fn kind(&self) -> JsonKind {
        match self {
            Value::Null => JsonKind::Null,
            Value::Bool(_) => JsonKind::Boolean,
            Value::Number(_) => JsonKind::Number,
            Value::String(_) => JsonKind::String,
            Value::Array(_) => JsonKind::Array,
            Value::Object(_) => JsonKind::Object,
        }
    }

    fn text(&self) -> Option<&'a str> {
        self.as_str()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn each_item(&self, visit: &mut dyn FnMut(Self) -> ControlFlow<()>) -> usize {
        let items = self.as_array().map_or(&[][..], Vec::as_slice);
        let _ = items.iter().try_for_each(visit);
        items.len()
    }

    fn members(&self, names: &[&'static str]) -> Option<Vec<Option<Self>>> {
        let object = self.as_object()?;
        Some(names.iter().map(|name| object.get(*name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonText;

    /// What can be seen of a value through the trait.
    fn seen<J: Json>(value: &J) -> String {
        let mut items = Vec::new();
        value.each_item(&mut |item| {
            items.push(seen(&item));
            ControlFlow::Continue(())
        });
        let member = value.member("a").map(|member| seen(&member));
        let text = value.text().map(|text| text.as_ref().to_owned());
        let (kind, number) = (value.kind(), value.number());
        format!("{kind:?} {text:?} {number:?} {items:?} {member:?}")
    }

    #[test]
    fn a_text_and_a_value_are_seen_as_the_same() {
        for json in [
            "null",
            "true",
            " -1.5e3",
            r#""\u00e9""#,
            r#"[1,["x"],{}]"#,
            r#"{"b":0,"a":{"a":[null]}}"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            let text = JsonText::read(json.as_bytes()).unwrap();
            assert_eq!(seen(&text), seen(&&value), "{json}");
        }
    }
}
