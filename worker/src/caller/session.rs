//! Tokens of sessions (14): checking those that come, and signing our own.

use assessments::credential::SessionToken;
use assessments::digest;
use assessments::id::kind::Organization;
use assessments::problem::Problem;
use assessments::time::Timestamp;
use web_sys::Url;
use worker::Env;

use super::{Maker, Session, key_set};
use crate::failure::Failure;
use crate::platform::context::Context;
use crate::platform::log::{self, Level};
use crate::platform::request::{Request, RequestHeader};
use crate::platform::{clock, config, crypto};
use crate::token::claims::Claims;
use crate::token::error::{KeyError, TokenError};
use crate::token::issuer::{self, ISSUER, NewToken, OwnSession};
use crate::token::jwk::{PublicKey, SigningKey};
use crate::token::jws::Unverified;
use crate::token::provider::{Name, Provider, Settings};

/// The variable that describes the identity provider.
const IDENTITY_PROVIDER: &str = "IDENTITY_PROVIDER";

/// What a token says, once its signature and all that it says have been found
/// good, and what it calls the organization. Whether there is such a user, and
/// still is, D1 knows.
pub(super) async fn verified(
    context: &Context,
    request: &Request,
    token: &SessionToken,
) -> Result<(Name<Organization>, Session), Failure> {
    let now = clock::now();
    let unverified = Unverified::parse(token).map_err(|error| refused(context, error))?;
    if unverified.issuer() == Some(ISSUER) {
        let session = own(context, unverified, now).await?;
        if !session
            .origin()
            .is_none_or(|origin| is_from(request, origin))
        {
            return Err(refused(context, TokenError::Origin));
        }
        let org = Name::Ours(session.org);
        let session = Session {
            token: digest::sha256(token.secret().as_bytes()),
            user: Name::Ours(session.sub),
            org_name: None,
            role: session.role,
            maker: Maker::Key(session.key),
            ends_at: session.exp,
        };
        return Ok((org, session));
    }
    let provider = provider(context).ok_or_else(|| refused(context, TokenError::Issuer))?;
    if !provider.is_issuer(unverified.issuer()) {
        return Err(refused(context, TokenError::Issuer));
    }
    let key = key_set::find(context, &provider.keys_address, unverified.kid()).await?;
    let key = key.ok_or_else(|| refused(context, TokenError::UnknownKey))?;
    let claims = verify(context, unverified, &key).await?;
    let session = provider
        .session(&claims, now)
        .map_err(|error| refused(context, error))?;
    let org_name = match &session.org {
        Name::Theirs(name) => Some(name.clone()),
        Name::Ours(_) => None,
    };
    let checked = Session {
        token: digest::sha256(token.secret().as_bytes()),
        user: session.user,
        org_name,
        role: session.role,
        maker: Maker::Provider,
        ends_at: session.ends_at,
    };
    Ok((session.org, checked))
}

/// Signs a session of our own, with a key that is still to be read.
pub(crate) async fn sign(env: &Env, new: &NewToken<'_>) -> Result<String, Failure> {
    let key = signing_key(env, issuer::SIGNING_KEY)?;
    let key = key.ok_or(KeyError::NotSet(issuer::SIGNING_KEY))?;
    let input = new.signing_input(&key).map_err(Failure::Serialize)?;
    let signature = crypto::sign(key.public.scheme(), &key.members(), input.as_bytes())
        .await
        .map_err(|error| KeyError::Crypto(error.to_string()))?;
    Ok(issuer::token(&input, &signature))
}

async fn own(
    context: &Context,
    unverified: Unverified<'_>,
    now: Timestamp,
) -> Result<OwnSession, Failure> {
    let mut found = None;
    for name in [issuer::SIGNING_KEY, issuer::PREVIOUS_SIGNING_KEY] {
        let key = match signing_key(context.env(), name) {
            // It is there for the tokens of yesterday only.
            Err(error) if name == issuer::PREVIOUS_SIGNING_KEY => {
                config::unreadable(name, &error);
                None
            }
            read => read?,
        };
        found = key.filter(|key| unverified.kid() == Some(&key.kid));
        if found.is_some() {
            break;
        }
    }
    let key = found.ok_or_else(|| refused(context, TokenError::UnknownKey))?;
    let claims = verify(context, unverified, &key.public).await?;
    OwnSession::read(claims, now).map_err(|error| refused(context, error))
}

fn signing_key(env: &Env, name: &'static str) -> Result<Option<SigningKey>, KeyError> {
    config::secret(env, name)
        .map(|json| SigningKey::read(&json))
        .transpose()
        .map_err(|cause| KeyError::Unreadable { name, cause })
}

/// The claims of a token, if the key has signed it by its own algorithm.
async fn verify(
    context: &Context,
    unverified: Unverified<'_>,
    key: &PublicKey,
) -> Result<Claims, Failure> {
    if !unverified.is_signed_by(key.algorithms()) {
        return Err(refused(context, TokenError::Algorithm));
    }
    let (signature, signed) = unverified.signature();
    let is_right = crypto::verify(key.scheme(), &key.members(), signature, signed)
        .await
        .map_err(|error| KeyError::Crypto(error.to_string()))?;
    if is_right {
        Ok(unverified.into_claims())
    } else {
        Err(refused(context, TokenError::Signature))
    }
}

/// The deployment's identity provider. A mistake in the settings must not let in
/// whom they meant to keep out, so it counts as none.
fn provider(context: &Context) -> Option<Provider> {
    let settings: Settings = config::table(context.env(), IDENTITY_PROVIDER)?;
    Provider::new(settings, context.config().is_development)
        .inspect_err(|fault| config::unreadable(IDENTITY_PROVIDER, fault))
        .ok()
}

/// Whether a page of that origin made the request. With what it asks of its own
/// origin a browser may send none (2.1), and then says that it is so.
fn is_from(request: &Request, origin: &str) -> bool {
    match request.header(RequestHeader::Origin) {
        Some(sent) => sent == origin,
        None => {
            let own = Url::new(request.url()).map(|url| url.origin());
            request.header(RequestHeader::SecFetchSite) == Some("same-origin")
                && own.is_ok_and(|own| own == origin)
        }
    }
}

/// The answer to a token that is none, whatever is wrong with it (2.3). Whoever
/// sets up a provider finds the reason in the log.
fn refused(context: &Context, error: TokenError) -> Failure {
    log::line(Level::Info, "session_refused")
        .field("request_id", context.id().as_str())
        .cause(&error)
        .write();
    Problem::InvalidCredential.into()
}
