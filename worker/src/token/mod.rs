//! Tokens of sessions (14): what a JSON Web Token says, and which keys may have
//! signed it. Pure: the cryptography is the platform's.
//!
//! Nothing that a token says of itself decides how it is checked. Its `kid` names
//! one of the keys that are trusted, and the key alone says by which algorithm;
//! so there is no way to ask for none, or for one that takes a public key for a
//! secret.

pub(crate) mod claims;
mod encoding;
pub(crate) mod error;
pub(crate) mod issuer;
pub(crate) mod jwk;
pub(crate) mod jws;
pub(crate) mod provider;
