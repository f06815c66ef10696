//! Where a page ends and the next begins, as a text that means nothing to callers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The last item of a page, by its place in the order: the value that it is sorted by
/// and its id. In the results of a search the place alone tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) at: String,
    pub(crate) id: String,
}

/// What the pages of one list have in common, in short. It keeps a cursor from being used
/// for another list by mistake, and protects nothing: whoever makes one up is shown what
/// they may see, from another place on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// FNV-1a, which is short.
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;

    pub(crate) fn of(text: &str) -> Self {
        let mut fingerprint = Self(Self::BASIS);
        fingerprint.add(text);
        fingerprint
    }

    /// Adds a text, so that no two lists of texts look the same.
    pub(crate) fn add(&mut self, text: &str) {
        // No text has this byte.
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(Self::PRIME);
        }
    }
}

impl Cursor {
    pub(crate) const fn new(at: String, id: String) -> Self {
        Self { at, id }
    }

    /// The text, for the list of that fingerprint.
    pub(crate) fn write(&self, list: Fingerprint) -> String {
        let parts = serde_json::json!([format!("{:x}", list.0), self.at, self.id]);
        URL_SAFE_NO_PAD.encode(parts.to_string())
    }

    /// Reads a text, which must be of that list; a place is a number unless it is a name.
    pub(crate) fn read(text: &str, list: Fingerprint, is_by_name: bool) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (of, at, id): (String, String, String) = serde_json::from_slice(&bytes).ok()?;
        let is_place = is_by_name || at.parse::<i64>().is_ok();
        (of == format!("{:x}", list.0) && is_place).then_some(Self { at, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let list = Fingerprint::of("a");
        let cursor = Cursor::new("Zoë \"&\u{1}".into(), "x".into());
        let text = cursor.write(list);
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_eq!(Cursor::read(&text, list, true), Some(cursor));
        assert_eq!(Cursor::read(&text, list, false), None, "no number");
        assert_eq!(Cursor::read(&text, Fingerprint::of("b"), true), None);
        for text in ["", "x", "!", "W10", "bnVsbA"] {
            assert_eq!(Cursor::read(text, list, true), None, "{text}");
        }
    }

    #[test]
    fn where_a_text_ends_counts() {
        let mut one = Fingerprint::of("a");
        one.add("bc");
        let mut other = Fingerprint::of("ab");
        other.add("c");
        assert_ne!(one, other);
    }
}
