//! Credentials (2.3): the `Authorization` header and our own service-account keys.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::shape::wire;

/// Characters of a key before its random ones, which tell its kind.
const PREFIX_LENGTH: usize = 8;
/// Random characters of a key, after its prefix.
const RANDOM_LENGTH: usize = 43;
/// White space of an HTTP header; no other counts (2.3).
const WHITE_SPACE: [char; 2] = [' ', '\t'];
/// Characters of the checksum at a key's end.
const CHECKSUM_LENGTH: usize = 6;
/// Digits of base62, by value.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

wire! {
/// The answer of `GET /v1/utils/authtest`: the credential is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthTest {
    /// A sentence for people.
    pub msg: String,
}
}

/// What an `Authorization` header brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A service-account key.
    ApiKey(ApiKey),
    /// What may be the token of a dashboard session.
    Session(SessionToken),
}

impl Credential {
    /// Reads the value of the `Authorization` header, `None` if there is none.
    ///
    /// # Errors
    /// [`CredentialError::Missing`] if there is no bearer token at all,
    /// [`CredentialError::Invalid`] if there is one that cannot be good.
    pub fn from_header(value: Option<&str>) -> Result<Self, CredentialError> {
        let value = value
            .ok_or(CredentialError::Missing)?
            .trim_matches(WHITE_SPACE);
        let (scheme, token) = value
            .split_once(WHITE_SPACE)
            .ok_or(CredentialError::Missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(CredentialError::Missing);
        }
        let token = token.trim_start_matches(WHITE_SPACE);
        ApiKey::parse(token)
            .map(Self::ApiKey)
            .or_else(|| SessionToken::parse(token).map(Self::Session))
            .ok_or(CredentialError::Invalid)
    }
}

/// Why a header brings no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// No header, another scheme than Bearer, or an empty token.
    #[error("no bearer token")]
    Missing,
    /// A token that is not of any form we issue.
    #[error("malformed credential")]
    Invalid,
}

/// A service-account key whose checksum is right: `ak_live_` or `ak_test_`, 43
/// base62 characters, and the CRC-32 of all of that in six base62 digits.
/// It is a secret: it has no `Display`, and `Debug` hides it.
///
/// ```
/// use assessments::ApiKey;
///
/// // Bytes from a secure source, in earnest.
/// let mut bytes = 0..=255_u8;
/// let key = ApiKey::mint(false, || bytes.next().ok_or("no more bytes"))?;
/// assert!(key.secret().starts_with("ak_test_"));
/// assert_eq!(ApiKey::parse(key.secret()), Some(key.clone()));
///
/// // A mistyped key fails without a lookup.
/// assert_eq!(ApiKey::parse(&key.secret().replace("ak_test", "ak_live")), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Characters kept in clear beside the hash, so that people can tell keys apart.
    pub const LAST_CHARACTERS: usize = 4;

    /// `text` as a key, or `None`: a mistyped key fails here, without a lookup.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let random = text
            .strip_prefix("ak_live_")
            .or_else(|| text.strip_prefix("ak_test_"))?;
        if random.len() != RANDOM_LENGTH + CHECKSUM_LENGTH
            || !random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return None;
        }
        let (body, checksum) = text.split_at_checked(text.len() - CHECKSUM_LENGTH)?;
        (checksum.as_bytes() == self::checksum(body)).then(|| Self(text.to_owned()))
    }

    /// A new key of 43 characters drawn from `random`, which gives uniform bytes
    /// from a secure source; for a deployment in use if `live`, else for tests.
    ///
    /// # Errors
    /// Those of `random`.
    pub fn mint<E>(live: bool, mut random: impl FnMut() -> Result<u8, E>) -> Result<Self, E> {
        let mut text = String::from(if live { "ak_live_" } else { "ak_test_" });
        let length = text.len() + RANDOM_LENGTH;
        while text.len() < length {
            // Bytes from 248 on would favour the first digits.
            let byte = random()?;
            if byte < 248 {
                text.push(digit(u32::from(byte)));
            }
        }
        let checksum = checksum(&text);
        text.extend(checksum.map(char::from));
        Ok(Self(text))
    }

    /// The secret itself, to be hashed or sent, never stored or logged.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// The key as it may be shown wherever it must be told from others: its kind
    /// and its last four characters, `ak_live_****7mlK`.
    #[must_use]
    pub const fn redacted(&self) -> RedactedKey<'_> {
        RedactedKey(self)
    }

    /// The last four characters.
    #[must_use]
    pub fn last_characters(&self) -> &str {
        let start = self.0.len().saturating_sub(Self::LAST_CHARACTERS);
        self.0.get(start..).unwrap_or_default()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({})", self.redacted())
    }
}

/// A text of the form of a session's token (14): three parts with dots between
/// them, each in the alphabet of base64url. Nothing else is known of it.
/// It is a secret: it has no `Display`, and `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// The longest token that is looked at. Those of identity providers have a
    /// few kilobytes at most, for they travel with every request.
    pub const MAX_LENGTH: usize = 8_192;

    /// `text` as a token, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_part = |part: &str| {
            let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !part.is_empty() && part.bytes().all(is_digit)
        };
        let is_token = text.len() <= Self::MAX_LENGTH
            && text.split('.').count() == 3
            && text.split('.').all(is_part);
        is_token.then(|| Self(text.to_owned()))
    }

    /// The secret itself, to be checked or hashed, never stored or logged.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(...)")
    }
}

/// What of a key may be shown, by [`ApiKey::redacted`].
#[derive(Clone, Copy)]
pub struct RedactedKey<'a>(&'a ApiKey);

impl fmt::Display for RedactedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.0.0.get(..PREFIX_LENGTH).unwrap_or_default();
        write!(f, "{kind}****{}", self.0.last_characters())
    }
}

/// What issued secrets begin with, and tokens of identity providers: `eyJ` is `{"` in
/// base64url. Of a text that callers choose, whatever holds one of these is hidden.
const MARKS_OF_SECRETS: [&str; 5] = ["ak_live_", "ak_test_", "cbat_", "cbcs_", "eyj"];

/// A text of a caller's, to be shown to an operator, unless a secret may be in it,
/// put where none belongs.
///
/// ```
/// use assessments::credential::without_secrets;
///
/// assert_eq!(without_secrets("cbqsrw_00"), "cbqsrw_00");
/// assert_eq!(without_secrets("ak_live_whatever"), "****");
/// ```
#[must_use]
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    if let Some(key) = ApiKey::parse(text) {
        return Cow::Owned(key.redacted().to_string());
    }
    let lowercase = text.to_ascii_lowercase();
    let is_suspect = MARKS_OF_SECRETS.iter().any(|mark| lowercase.contains(mark));
    Cow::Borrowed(if is_suspect { "****" } else { text })
}

/// CRC-32 of `text` in base62, most significant digit first, padded with `0`.
fn checksum(text: &str) -> [u8; CHECKSUM_LENGTH] {
    let mut rest = crc32(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = self::digit(rest) as u8;
        rest /= 62;
    }
    digits
}

/// The last base62 digit of a number.
fn digit(number: u32) -> char {
    BASE62
        .get((number % 62) as usize)
        .map_or('0', |&digit| char::from(digit))
}

/// CRC-32 as of IEEE 802.3 (reflected, polynomial 0xEDB88320). Keys have 51
/// bytes, so the bitwise form needs no table.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 * (crc & 1))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ak_test_rAqcHPRsnWv1C72Q5dcsG7J1I2wjtpL1Wd0IZhcSJEQ3d7mlK";

    #[test]
    fn crc32_has_the_standard_check_value() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_key_with_its_checksum_parses_and_hides_itself() {
        let key = ApiKey::parse(KEY).unwrap();
        assert_eq!(key.last_characters(), "7mlK");
        assert_eq!(key.redacted().to_string(), "ak_test_****7mlK");
        assert_eq!(format!("{key:?}"), "ApiKey(ak_test_****7mlK)");
    }

    #[test]
    fn what_may_hold_a_secret_is_not_shown() {
        assert_eq!(without_secrets(KEY), "ak_test_****7mlK");
        for text in [
            &format!("x{KEY}"),
            "AK_LIVE_abc",
            "cbat_1",
            "cbcs_1",
            "eyJhbGciOiJSUzI1NiJ9.e30.x",
        ] {
            assert_eq!(without_secrets(text), "****", "{text}");
        }
        for text in ["", "cbqsrw_00", "malformed", "ak_", "\u{130}"] {
            assert_eq!(without_secrets(text), text);
        }
    }

    #[test]
    fn minted_keys_parse() {
        let mut bytes = (0..=u8::MAX).cycle();
        let key = ApiKey::mint(true, || bytes.next().ok_or(())).unwrap();
        assert!(key.secret().starts_with("ak_live_0123"));
        assert_eq!(ApiKey::parse(key.secret()), Some(key));
    }

    #[test]
    fn any_single_mistyped_character_is_noticed() {
        for position in 8..KEY.len() {
            let mut typo = KEY.to_owned().into_bytes();
            typo[position] = if typo[position] == b'x' { b'y' } else { b'x' };
            let typo = String::from_utf8(typo).unwrap();
            assert_eq!(ApiKey::parse(&typo), None, "{typo}");
        }
    }

    #[test]
    fn three_parts_with_dots_between_may_be_a_session_and_hide_themselves() {
        let token = SessionToken::parse("eyJ9.eyJ-_9.c2ln").unwrap();
        assert_eq!(token.secret(), "eyJ9.eyJ-_9.c2ln");
        assert_eq!(format!("{token:?}"), "SessionToken(...)");
        assert_eq!(
            Credential::from_header(Some("bearer \teyJ9.eyJ-_9.c2ln ")),
            Ok(Credential::Session(token))
        );
        let of_length = |length: usize| format!("a.b.{}", "c".repeat(length - "a.b.".len()));
        let long = of_length(SessionToken::MAX_LENGTH + 1);
        for text in [
            "", "..", "a.b", "a.b.", "a..c", ".b.c", "a.b.c.d", "a.b.c=", "a.b.c+", "a. b.c",
            "a.b.é", &long,
        ] {
            assert_eq!(SessionToken::parse(text), None, "{text}");
        }
        assert!(SessionToken::parse(&of_length(SessionToken::MAX_LENGTH)).is_some());
    }

    #[test]
    fn the_scheme_is_case_insensitive_and_required() {
        use CredentialError::{Invalid, Missing};
        let key = ApiKey::parse(KEY).map(Credential::ApiKey).unwrap();
        for header in ["Bearer", "bearer", "BEARER"] {
            assert_eq!(
                Credential::from_header(Some(&format!("{header} {KEY}"))),
                Ok(key.clone())
            );
        }
        for header in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("Basic x"),
            Some(KEY),
        ] {
            assert_eq!(Credential::from_header(header), Err(Missing), "{header:?}");
        }
        for header in [
            &format!("Bearer\u{a0}{KEY}"),
            &format!("\u{a0}Bearer {KEY}"),
            "Bearer \t ",
        ] {
            assert_eq!(
                Credential::from_header(Some(header)),
                Err(Missing),
                "{header:?}"
            );
        }
        for header in [format!("Bearer\t{KEY}"), format!(" \tBearer \t {KEY}\t ")] {
            assert_eq!(
                Credential::from_header(Some(&header)),
                Ok(key.clone()),
                "{header:?}"
            );
        }
        for header in [
            "Bearer cbat_x",
            "Bearer ak_live_",
            "Bearer é",
            "Bearer \u{a0}",
            &format!("Bearer \u{a0}{KEY}"),
            &format!("Bearer {KEY}\u{a0}"),
            &format!("Bearer {KEY}\u{b}"),
        ] {
            assert_eq!(
                Credential::from_header(Some(header)),
                Err(Invalid),
                "{header}"
            );
        }
    }
}
