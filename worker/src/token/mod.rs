//! Tokens of sessions (14): what a JSON Web Token says, and which keys may have
//! signed it. Pure: the cryptography is the platform's.
//!
//! Nothing that a token says of itself decides how it is checked. Its `kid` names
//! one of the keys that are trusted, and the key alone says by which algorithm;
//! so there is no way to ask for none, or for one that takes a public key for a
//! secret.

pub(crate) mod claims;
pub(crate) mod issuer;
pub(crate) mod jwk;
pub(crate) mod jws;
pub(crate) mod provider;

/// Why a token is none. It is for the log; the caller is told nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// Not three parts of base64url, or no JSON objects in them.
    #[error("no JSON Web Token")]
    Malformed,
    /// It must not be taken by whoever does not know its extensions.
    #[error("critical extensions")]
    Critical,
    /// No trusted key has its `kid`.
    #[error("unknown key")]
    UnknownKey,
    /// It names another algorithm than the key's.
    #[error("another algorithm than the key's")]
    Algorithm,
    /// The signature is not that of the key.
    #[error("wrong signature")]
    Signature,
    /// A claim is missing, or is no such claim.
    #[error("no good {0}")]
    Claim(&'static str),
    /// Nobody here takes tokens of that issuer.
    #[error("unknown issuer")]
    Issuer,
    /// It is for someone else.
    #[error("for another audience")]
    Audience,
    /// Its time has not come.
    #[error("not yet good")]
    NotYet,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// The request comes from somewhere else than the token is for.
    #[error("from another origin")]
    Origin,
}

/// Why a token could not be made, or not be checked, whatever it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The deployment signs no sessions of its own.
    #[error("sessions: the secret {0} is not set (cargo xtask session-key)")]
    NotSet(&'static str),
    /// The secret is no key.
    #[error("sessions: the secret {name} is no private JWK of P-256: {cause}")]
    Unreadable {
        name: &'static str,
        cause: jwk::KeyFault,
    },
    /// The identity provider's keys could not be had.
    #[error("sessions: no keys of the identity provider: {0}")]
    NoKeys(String),
    /// The platform failed.
    #[error("sessions: cryptography: {0}")]
    Crypto(String),
}
