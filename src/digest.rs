//! SHA-256, for what is to be recognised and not kept.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::credential::ApiKey;

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of a key's secret: what is stored of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyHash(String);

impl KeyHash {
    /// The hash of a key.
    #[must_use]
    pub fn of(key: &ApiKey) -> Self {
        Self(sha256(key.secret().as_bytes()))
    }

    /// A hash that was computed elsewhere: 64 hexadecimal digits in small letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// In lower-case hexadecimal.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written_and_not_otherwise() {
        let hash = sha256(b"abc");
        assert_eq!(
            KeyHash::parse(&hash).map(|hash| hash.as_str().to_owned()),
            Some(hash.clone())
        );
        for text in [hash.to_uppercase(), hash.replace('b', "g"), hash + "0"] {
            assert_eq!(KeyHash::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn digests_are_those_of_fips_180() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
