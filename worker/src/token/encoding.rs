//! How tokens and keys are written: base64url, and JSON objects inside of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::error::TokenError;

/// Reads base64url as a token has it: without padding, white space or stray bits,
/// so that there is one text for the same bytes.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_unreadable| TokenError::Malformed)
}

/// Writes it.
pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a JSON object.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, TokenError> {
    serde_json::from_slice(bytes).map_err(|_unreadable| TokenError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_text_for_the_same_bytes() {
        assert_eq!(decode("c2ln").as_deref(), Ok(b"sig".as_slice()));
        // Padding, white space, the other alphabet, bits that nobody reads, a
        // digit too few.
        for text in ["c2k=", "c2 ln", "c2+n", "c2/n", "c2l", "c"] {
            assert_eq!(decode(text), Err(TokenError::Malformed), "{text}");
        }
        assert_eq!(decode("c2k").as_deref(), Ok(b"si".as_slice()));
    }
}
