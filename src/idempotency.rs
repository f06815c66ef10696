//! The `Idempotency-Key` header (4.3, 4.8).

use crate::code::{codes, number_at_end};

/// The longest key, in characters.
pub const MAX_LENGTH: usize = 255;

/// The header's name, as texts for people write it.
pub const HEADER: &str = "Idempotency-Key";

/// How long a key answers with its first response, in seconds: 24 hours from
/// the commit of that response, not extended by replays.
pub const LIFETIME_SECONDS: i64 = 24 * 60 * 60;

/// A key that keeps the rules: 1 to 255 characters, each visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the header's value. A header sent twice arrives joined by a comma
    /// and a space, and the space refuses it.
    ///
    /// # Errors
    /// Which rule `value` breaks.
    pub fn parse(value: &str) -> Result<Self, IdempotencyKeyError> {
        if value.is_empty() {
            return Err(IdempotencyKeyError::Empty);
        }
        if let Some(offset) = value.chars().position(|c| !c.is_ascii_graphic()) {
            return Err(IdempotencyKeyError::BadCharacter { offset });
        }
        if value.len() > MAX_LENGTH {
            return Err(IdempotencyKeyError::TooLong {
                length: value.len(),
            });
        }
        Ok(Self(value.to_owned()))
    }

    /// The key as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a value is not an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdempotencyKeyError {
    /// The header is there, its value is empty.
    #[error("must not be empty")]
    Empty,
    /// More than [`MAX_LENGTH`] characters.
    #[error("at most {MAX_LENGTH} characters, got {length}")]
    TooLong {
        /// Characters found.
        length: usize,
    },
    /// A space, a control character or one outside ASCII; also the header sent twice.
    #[error(
        "one value of visible ASCII characters (0x21 to 0x7E), bad character at position {offset}"
    )]
    BadCharacter {
        /// Position of the character.
        offset: usize,
    },
}

codes! {
    /// The stable names of why a value is not an idempotency key.
    pub enum IdempotencyKeyErrorCode {
        Empty = "empty",
        TooLong = "too_long",
        BadCharacter = "bad_character",
    }
}

impl IdempotencyKeyError {
    /// Reads what [`Display`](std::fmt::Display) wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let number = number_at_end(text);
        [
            Self::Empty,
            Self::TooLong { length: number },
            Self::BadCharacter { offset: number },
        ]
        .into_iter()
        .find(|error| error.to_string() == text)
    }

    /// A stable name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => IdempotencyKeyErrorCode::Empty,
            Self::TooLong { .. } => IdempotencyKeyErrorCode::TooLong,
            Self::BadCharacter { .. } => IdempotencyKeyErrorCode::BadCharacter,
        }
        .as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_for_people_is_that_of_the_header() {
        assert!(HEADER.eq_ignore_ascii_case(crate::header::IDEMPOTENCY_KEY));
    }

    #[test]
    fn visible_ascii_up_to_255_characters_is_a_key() {
        let all: String = ('!'..='~').collect();
        assert!(IdempotencyKey::parse(&all).is_ok());
        assert!(IdempotencyKey::parse(&"k".repeat(255)).is_ok());
    }

    #[test]
    fn anything_else_is_not() {
        use IdempotencyKeyError::*;
        assert_eq!(IdempotencyKey::parse(""), Err(Empty));
        assert_eq!(
            IdempotencyKey::parse(&"k".repeat(256)),
            Err(TooLong { length: 256 })
        );
        assert_eq!(
            IdempotencyKey::parse("a, b"),
            Err(BadCharacter { offset: 2 })
        );
        assert_eq!(
            IdempotencyKey::parse("clé"),
            Err(BadCharacter { offset: 2 })
        );
        assert_eq!(
            IdempotencyKey::parse("a\u{7f}"),
            Err(BadCharacter { offset: 1 })
        );
    }
}
