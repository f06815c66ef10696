//! A JSON Web Signature in its compact form (RFC 7515).

use assessments::credential::SessionToken;
use serde_json::Value;

use super::claims::Claims;
use super::encoding::{decode, object};
use super::error::TokenError;

/// A token whose signature nobody has checked yet.
#[derive(Debug)]
pub(crate) struct Unverified<'a> {
    /// What it says that it was signed by.
    algorithm: String,
    kid: Option<String>,
    claims: Claims,
    signature: Vec<u8>,
    signed: &'a str,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart.
    pub(crate) fn parse(token: &'a SessionToken) -> Result<Self, TokenError> {
        let (signed, signature) = token
            .secret()
            .rsplit_once('.')
            .ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let header = object(&decode(header)?)?;
        if header.contains_key("crit") {
            return Err(TokenError::Critical);
        }
        let text = |name| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(TokenError::Malformed),
        };
        Ok(Self {
            algorithm: text("alg")?.ok_or(TokenError::Algorithm)?,
            kid: text("kid")?,
            claims: Claims::read(&decode(payload)?)?,
            signature: decode(signature)?,
            signed,
        })
    }

    /// Which key it says to be signed with.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Who it says to be from. That tells whose keys to check it with, and no more.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.claims.text("iss")
    }

    /// Whether it says to be signed by one of these algorithms.
    pub(crate) fn is_signed_by(&self, names: &[&str]) -> bool {
        names.contains(&self.algorithm.as_str())
    }

    /// The signature, and the bytes that it must be of.
    pub(crate) fn signature(&self) -> (&[u8], &[u8]) {
        (&self.signature, self.signed.as_bytes())
    }

    /// What it says, for whoever has checked the signature.
    pub(crate) fn into_claims(self) -> Claims {
        self.claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::encoding::encode;

    fn token(header: &str, payload: &str) -> SessionToken {
        let text = format!("{}.{}.c2ln", encode(header), encode(payload));
        SessionToken::parse(&text).unwrap()
    }

    #[test]
    fn the_token_of_rfc_7515_is_taken_apart() {
        // Appendix A.3, an ES256 signature.
        let token = SessionToken::parse(
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
             cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djx\
             La8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        )
        .unwrap();
        let parsed = Unverified::parse(&token).unwrap();
        assert_eq!((parsed.issuer(), parsed.kid()), (Some("joe"), None));
        assert!(parsed.is_signed_by(&["ES256"]));
        let (signature, signed) = parsed.signature();
        assert_eq!((signature.len(), signed.len()), (64, 115));
    }

    #[test]
    fn header_and_payload_are_json_objects() {
        for (header, payload) in [
            ("{", "{}"),
            ("[]", "{}"),
            (r#"["ES256"]"#, "{}"),
            (r#"{"alg":7}"#, "{}"),
            (r#"{"alg":"ES256","kid":7}"#, "{}"),
            (r#"{"alg":"ES256"}"#, "[]"),
            (r#"{"alg":"ES256"}"#, "null"),
            (r#"{"alg":"ES256"}"#, "{} {}"),
            (r#"{"alg":"ES256"}"#, r#"{"exp":1e999}"#),
            (r#"{"alg":"ES256"}"#, r#"{"sub":"\ud800"}"#),
        ] {
            let token = token(header, payload);
            let error = Unverified::parse(&token).unwrap_err();
            assert_eq!(error, TokenError::Malformed, "{header} {payload}");
        }
        let deep = format!("{}{}", r#"{"a":"#.repeat(200), "}".repeat(200));
        assert!(Unverified::parse(&token(r#"{"alg":"ES256"}"#, &deep)).is_err());
    }

    #[test]
    fn extensions_that_must_be_known_are_not() {
        for crit in [r#"["b64"]"#, "[]", "null"] {
            let token = token(&format!(r#"{{"alg":"ES256","crit":{crit}}}"#), "{}");
            let error = Unverified::parse(&token).unwrap_err();
            assert_eq!(error, TokenError::Critical, "{crit}");
        }
    }
}
