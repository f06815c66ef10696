//! Which bytes are acceptable JSON (4.2).
//!
//! The grammar is `serde_json`'s. Numbers are never converted, so one of any
//! size or precision is fine. Two rules of ours come on top, and they hold
//! inside unknown keys too: nesting is limited, and an escaped surrogate must
//! be half of a pair.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::value::{Json, JsonKind};

/// Levels of arrays and objects that may be open at once; the outermost is level 1.
pub const MAX_DEPTH: usize = 128;

/// One value of an acceptable JSON text.
#[derive(Debug, Clone, Copy)]
pub struct JsonText<'a>(&'a RawValue);

/// The text stops being acceptable JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not acceptable JSON from position {offset}")]
pub struct JsonError {
    /// Code points before the fault; bytes, if the fault is invalid UTF-8.
    pub offset: usize,
}

impl<'a> JsonText<'a> {
    /// Reads a whole body. A leading byte order mark is skipped.
    ///
    /// # Errors
    /// Where the body stops being acceptable JSON in UTF-8.
    pub fn read(body: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(body).map_err(|error| JsonError {
            offset: error.valid_up_to(),
        })?;
        let json = text.strip_prefix('\u{feff}').unwrap_or(text);
        let skipped = text.len() - json.len();
        let fault_at = |byte: usize| JsonError {
            offset: code_points_before(text, skipped + byte),
        };
        let value: &RawValue =
            serde_json::from_str(json).map_err(|error| fault_at(byte_position(json, &error)))?;
        check_nesting_and_surrogates(json).map_err(fault_at)?;
        Ok(Self(value))
    }
}

impl<'a> JsonText<'a> {
    /// The JSON as it is spelt.
    #[must_use]
    pub fn json(self) -> &'a str {
        self.0.get()
    }
}

impl Json for JsonText<'_> {
    type Text = String;

    fn kind(&self) -> JsonKind {
        match self.json().bytes().next() {
            Some(b'n') => JsonKind::Null,
            Some(b't' | b'f') => JsonKind::Boolean,
            Some(b'"') => JsonKind::String,
            Some(b'[') => JsonKind::Array,
            Some(b'{') => JsonKind::Object,
            _ => JsonKind::Number,
        }
    }

    fn text(&self) -> Option<String> {
        if self.kind() != JsonKind::String {
            return None;
        }
        serde_json::from_str(self.json()).ok()
    }

    fn number(&self) -> Option<f64> {
        // serde_json refuses what is too large for the type; this makes it infinite.
        let is_number = self.kind() == JsonKind::Number;
        is_number.then(|| self.json().parse().ok()).flatten()
    }

    fn each_item(&self, visit: &mut dyn FnMut(Self) -> ControlFlow<()>) -> usize {
        let mut read = 0;
        let visitor = ItemsVisitor(&mut |item| {
            read += 1;
            visit(item)
        });
        // An acceptable text fails here only by being left before its end, or by
        // not being an array.
        let _ = serde_json::Deserializer::from_str(self.json()).deserialize_seq(visitor);
        read
    }

    fn members(&self, names: &[&'static str]) -> Option<Vec<Option<Self>>> {
        // An acceptable text fails here only by not being an object.
        serde_json::Deserializer::from_str(self.json())
            .deserialize_map(MembersVisitor(names))
            .ok()
    }
}

/// Hands the items of an array on, none of them kept.
struct ItemsVisitor<'v, 'a>(&'v mut dyn FnMut(JsonText<'a>) -> ControlFlow<()>);

impl<'de> Visitor<'de> for ItemsVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            if (self.0)(JsonText(item)).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Reads the members of these names; of duplicates the last.
struct MembersVisitor<'n>(&'n [&'static str]);

impl<'de> Visitor<'de> for MembersVisitor<'_> {
    type Value = Vec<Option<JsonText<'de>>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = vec![None; self.0.len()];
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let index = self.0.iter().position(|name| *name == key);
            match index.and_then(|index| members.get_mut(index)) {
                Some(member) => *member = Some(JsonText(map.next_value()?)),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(members)
    }
}

/// Checks our two rules on a text whose grammar is known to be right; the
/// error is the byte position of the fault.
fn check_nesting_and_surrogates(json: &str) -> Result<(), usize> {
    let mut bytes = json.bytes().enumerate();
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut high_surrogate = None;
    while let Some((at, byte)) = bytes.next() {
        if !in_string {
            match byte {
                b'"' => in_string = true,
                b'{' | b'[' if depth == MAX_DEPTH => return Err(at),
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            continue;
        }
        let escaped = if byte == b'\\' {
            escaped_unit(bytes.by_ref().map(|(_, byte)| byte))
        } else {
            None
        };
        match (high_surrogate.take(), escaped) {
            (None, Some(0xD800..=0xDBFF)) => high_surrogate = Some(at),
            (Some(_), Some(0xDC00..=0xDFFF)) => {}
            (Some(start), _) => return Err(start),
            (None, Some(0xDC00..=0xDFFF)) => return Err(at),
            (None, _) => in_string = byte != b'"',
        }
    }
    Ok(())
}

/// Consumes what follows a backslash; the UTF-16 unit if that is `uXXXX`.
fn escaped_unit(mut bytes: impl Iterator<Item = u8>) -> Option<u32> {
    if bytes.next()? != b'u' {
        return None;
    }
    bytes.take(4).try_fold(0, |unit, digit| {
        Some(unit * 16 + char::from(digit).to_digit(16)?)
    })
}

fn code_points_before(text: &str, byte: usize) -> usize {
    text.char_indices()
        .take_while(|&(start, _)| start < byte)
        .count()
}

/// The byte at which `serde_json` stopped; it reports a line and a column in bytes.
fn byte_position(json: &str, error: &serde_json::Error) -> usize {
    let line_start: usize = json
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    (line_start + error.column().saturating_sub(1)).min(json.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(body: &[u8]) -> Option<usize> {
        JsonText::read(body).err().map(|error| error.offset)
    }

    fn nested(levels: usize) -> Vec<u8> {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels)).into_bytes()
    }

    #[test]
    fn numbers_of_any_size_and_precision_are_accepted() {
        for number in ["1e999999", "-0", "123456789012345678901234567890.5", "1E+2"] {
            assert_eq!(offset(number.as_bytes()), None, "{number}");
        }
    }

    #[test]
    fn syntax_errors_are_refused_anywhere() {
        for text in [
            "",
            " ",
            "{",
            "{\"a\"}",
            "[1,]",
            "01",
            "1.",
            "+1",
            "NaN",
            "Infinity",
            "-Infinity",
            "{\"x\":NaN}",
            "\"\u{1}\"",
            "\"\\x\"",
            "\"\\u12\"",
            "{} x",
            "nul",
            "'a'",
            "[1 2]",
        ] {
            assert!(offset(text.as_bytes()).is_some(), "{text:?}");
        }
    }

    #[test]
    fn nesting_of_128_is_the_deepest() {
        assert_eq!(offset(&nested(128)), None);
        assert_eq!(offset(&nested(129)), Some(128));
        assert_eq!(offset(br#""[[[{{{""#), None);
        assert!(offset(&nested(100_000)).is_some());
    }

    #[test]
    fn surrogates_must_come_in_pairs() {
        assert_eq!(offset(br#""\ud83d\ude00""#), None);
        assert_eq!(offset(br#""\\ud83d""#), None);
        for lone in [
            &br#""\ud83d""#[..],
            br#""\ude00""#,
            br#""\ud83dx""#,
            br#""\ud83d\n""#,
            br#""\ud83d\ud83d\ude00""#,
            br#"{"unknown":["\uD83D"]}"#,
            br#"{"\udc00":1}"#,
        ] {
            assert!(offset(lone).is_some(), "{}", String::from_utf8_lossy(lone));
        }
    }

    #[test]
    fn offsets_count_code_points_but_bytes_in_broken_utf8() {
        assert_eq!(offset("[\"☕\", x]".as_bytes()), Some(6));
        assert_eq!(offset(b"\n\n[1,\nx]"), Some(6));
        assert_eq!(offset(b"[\"\xE2\x98\x95\xFF\"]"), Some(5));
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(offset("\u{feff}{}".as_bytes()), None);
        assert!(offset("\u{feff}".as_bytes()).is_some());
        assert!(offset("\u{feff}\u{feff}{}".as_bytes()).is_some());
    }

    #[test]
    fn the_last_of_duplicate_keys_counts_however_it_is_spelt() {
        let text = JsonText::read(br#"{"name":1,"n\u0061me":"b"}"#).unwrap();
        let name = text.member("name").unwrap();
        assert_eq!(name.kind(), JsonKind::String);
        assert_eq!(name.text().as_deref(), Some("b"));
    }
}
