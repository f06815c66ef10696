//! SHA-256, for what is to be recognised and not kept.

use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of a request's body as it came, by which another use of its
/// idempotency key is told (4.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestDigest(String);

impl RequestDigest {
    pub(crate) fn of(body: &[u8]) -> Self {
        Self(sha256_hex(body))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
