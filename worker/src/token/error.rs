//! Why a token is none, and why that cannot be told.

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

/// Why something is no key that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyFault {
    /// No JSON object.
    #[error("no JSON object")]
    NotAnObject,
    /// Of another type, curve or algorithm than we know.
    #[error("another type of key")]
    Type,
    /// Meant for something else than signatures.
    #[error("not for signatures")]
    Use,
    /// A number is missing, is not written as it should be, or has another size.
    #[error("no good member {0}")]
    Member(&'static str),
}

/// Why a token could not be made, or not be checked, whatever it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The deployment signs no sessions of its own.
    #[error("sessions: the secret {0} is not set (cargo xtask session-key)")]
    NotSet(&'static str),
    /// The secret is no key.
    #[error("sessions: the secret {name} is no private JWK of P-256: {cause}")]
    Unreadable { name: &'static str, cause: KeyFault },
    /// The identity provider's keys could not be had.
    #[error("sessions: no keys of the identity provider: {0}")]
    NoKeys(String),
    /// The platform failed.
    #[error("sessions: cryptography: {0}")]
    Crypto(String),
}
