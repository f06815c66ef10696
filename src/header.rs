//! Names of headers that the API itself gives a meaning, as they are sent.

/// The id of a request, in every answer (2.2).
pub const REQUEST_ID: &str = "x-coverbase-request-id";
/// The key of a request that must not be carried out twice (4.8).
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// In an answer: it is the stored one of an earlier request with the same key.
pub const REPLAYED: &str = "idempotent-replayed";
/// In such an answer: that was another request than this one.
pub const REQUEST_DIFFERS: &str = "idempotent-request-differs";
/// In a call of an analyser: `sha256=` and the HMAC-SHA256 of the raw body in hexadecimal.
pub const SIGNATURE: &str = "coverbase-signature";

/// Those of answers.
pub const OF_ANSWERS: [&str; 3] = [REQUEST_ID, REPLAYED, REQUEST_DIFFERS];
