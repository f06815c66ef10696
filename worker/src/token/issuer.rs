//! Sessions of the deployment's own (14): what their tokens say.

use assessments::id::{ApiKeyId, OrganizationId, UserId};
use assessments::origin::Origin;
use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::claims::Claims;
use super::encoding::encode;
use super::error::TokenError;
use super::jwk::SigningKey;

/// The secret with the private key that sessions are signed with.
pub(crate) const SIGNING_KEY: &str = "SESSION_SIGNING_KEY";
/// The secret with the one before, whose sessions are good until they end.
pub(crate) const PREVIOUS_SIGNING_KEY: &str = "SESSION_SIGNING_KEY_PREVIOUS";

/// Who they say to be from. It is no address, so no identity provider has it.
pub(crate) const ISSUER: &str = "urn:assessments:sessions";

/// A session: the claims of its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnSession {
    iss: String,
    /// Who it is for.
    pub(crate) sub: UserId,
    pub(crate) org: OrganizationId,
    pub(crate) role: String,
    /// The key that made it, and without which it is no good.
    pub(crate) key: ApiKeyId,
    /// The origin of the pages that it is good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    iat: Timestamp,
    nbf: Timestamp,
    /// When it ends.
    pub(crate) exp: Timestamp,
    jti: String,
}

/// What a new session is made of.
pub(crate) struct NewToken<'a> {
    pub(crate) user: &'a UserId,
    pub(crate) org: &'a OrganizationId,
    pub(crate) role: &'a str,
    pub(crate) key: &'a ApiKeyId,
    pub(crate) origin: Option<&'a Origin>,
    pub(crate) now: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// From a secure source, so that no two tokens are the same.
    pub(crate) random: u128,
}

impl NewToken<'_> {
    /// What is to be signed: header and claims.
    pub(crate) fn signing_input(&self, key: &SigningKey) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        struct Header<'a> {
            alg: &'static str,
            typ: &'static str,
            kid: &'a str,
        }
        let header = Header {
            alg: "ES256",
            typ: "JWT",
            kid: &key.kid,
        };
        let claims = OwnSession {
            iss: ISSUER.to_owned(),
            sub: self.user.clone(),
            org: self.org.clone(),
            role: self.role.to_owned(),
            key: self.key.clone(),
            origin: self.origin.map(|origin| origin.as_str().to_owned()),
            iat: self.now,
            nbf: self.now,
            exp: self.expires_at,
            jti: format!("{:032x}", self.random),
        };
        let header = encode(serde_json::to_vec(&header)?);
        let claims = encode(serde_json::to_vec(&claims)?);
        Ok(format!("{header}.{claims}"))
    }
}

/// The token of what was signed.
pub(crate) fn token(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", encode(signature))
}

impl OwnSession {
    /// Takes the claims of a token whose signature is right. It ends just when it
    /// says, for it was this deployment's clock that said it.
    pub(crate) fn read(claims: Claims, now: Timestamp) -> Result<Self, TokenError> {
        claims.end(now, 0)?;
        let session: Self = claims.decode().ok_or(TokenError::Claim("claims"))?;
        if session.iss == ISSUER {
            Ok(session)
        } else {
            Err(TokenError::Issuer)
        }
    }

    /// The origin of the pages that it is good for; any, if there is none.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use assessments::credential::SessionToken;

    use super::*;
    use crate::token::jws::Unverified;

    const KEY: &str = r#"{"kty":"EC","crv":"P-256",
        "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        "d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn read_back(origin: Option<&Origin>, now: i64) -> Result<OwnSession, TokenError> {
        let key = SigningKey::read(KEY).unwrap();
        let new = NewToken {
            user: &UserId::from_random(1),
            org: &OrganizationId::from_random(2),
            role: "Viewer",
            key: &ApiKeyId::from_random(3),
            origin,
            now: at(1_000),
            expires_at: at(1_900),
            random: 4,
        };
        let text = token(&new.signing_input(&key).unwrap(), &[7; 64]);
        let token = SessionToken::parse(&text).unwrap();
        let unverified = Unverified::parse(&token).unwrap();
        assert_eq!(unverified.kid(), Some(key.kid.as_str()));
        assert_eq!(unverified.issuer(), Some(ISSUER));
        assert!(unverified.is_signed_by(key.public.algorithms()));
        assert_eq!(unverified.signature().0, [7; 64]);
        OwnSession::read(unverified.into_claims(), at(now))
    }

    #[test]
    fn a_session_reads_back_as_it_was_made() {
        let origin = Origin::parse("https://dashboard.example").unwrap();
        let session = read_back(Some(&origin), 1_000).unwrap();
        assert_eq!(session.sub, UserId::from_random(1));
        assert_eq!(session.org, OrganizationId::from_random(2));
        assert_eq!(session.role, "Viewer");
        assert_eq!(session.key, ApiKeyId::from_random(3));
        assert_eq!(session.origin(), Some(origin.as_str()));
        assert_eq!(session.exp, at(1_900));
        assert_eq!(read_back(None, 1_000).unwrap().origin(), None);
    }

    #[test]
    fn a_session_is_good_from_when_it_was_made_until_it_ends() {
        // Another place of the same deployment may be behind.
        assert!(read_back(None, 940).is_ok());
        assert_eq!(read_back(None, 939), Err(TokenError::NotYet));
        assert!(read_back(None, 1_899).is_ok());
        assert_eq!(read_back(None, 1_900), Err(TokenError::Expired));
    }

    #[test]
    fn claims_of_another_form_make_no_session() {
        let json = r#"{"iss":"urn:assessments:sessions","exp":2000,"sub":"somebody"}"#;
        let claims = Claims::read(json.as_bytes()).unwrap();
        assert_eq!(
            OwnSession::read(claims, at(1_000)),
            Err(TokenError::Claim("claims"))
        );
    }
}
