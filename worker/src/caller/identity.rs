//! Who calls: the first half of gate 1.

use assessments::credential::{ApiKey, Credential, CredentialError, SessionToken};
use assessments::digest::KeyHash;
use assessments::id::OrganizationId;
use assessments::problem::Problem;
use worker::{Headers, Request};

use super::cache::{self, CredentialCache};
use super::{Caller, Principal, organizations, session};
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::storage::database::Databases;
use crate::storage::standing;
use crate::token::provider::Name;

/// Finds who calls and for which organization: the first half of gate 1. A key
/// that cannot be good, or was unknown a moment ago, fails here without any lookup,
/// and so does a token that is not what it says to be.
pub(crate) async fn identify(context: &Context, request: &Request) -> Result<Caller, Failure> {
    let header = request.headers().get("authorization").ok().flatten();
    match Credential::from_header(header.as_deref()) {
        Ok(Credential::ApiKey(key)) => by_key(context, request.headers(), &key).await,
        Ok(Credential::Session(token)) => by_session(context, request, &token).await,
        Err(CredentialError::Missing) => Err(Problem::NotAuthenticated.into()),
        Err(CredentialError::Invalid) => Err(Problem::InvalidCredential.into()),
    }
}

async fn by_key(context: &Context, headers: &Headers, key: &ApiKey) -> Result<Caller, Failure> {
    // A key in a page is a key that everyone can read (2.1).
    if is_from_browser(headers) && !context.config().is_development {
        return Err(Problem::InvalidCredential.into());
    }
    let key = KeyHash::of(key);
    let now = clock::now();
    if cache::is_unknown(&key, now) {
        return Err(Problem::InvalidCredential.into());
    }
    let principal = Principal::Key(key.clone());
    if let Some(cached) = CredentialCache::new(context.env()).get(&principal).await {
        return Ok(Caller {
            org: cached.identity.org.clone(),
            principal,
            cached: Some(cached),
        });
    }
    let Some(org) = standing::organization_of(&Databases::of_request(context), &key).await? else {
        cache::remember_unknown(key, now);
        return Err(Problem::InvalidCredential.into());
    };
    Ok(Caller {
        org,
        principal,
        cached: None,
    })
}

async fn by_session(
    context: &Context,
    request: &Request,
    token: &SessionToken,
) -> Result<Caller, Failure> {
    let (org, session) = session::verified(context, request, token).await?;
    let principal = Principal::Session(session);
    let cached = CredentialCache::new(context.env()).get(&principal).await;
    let org = match (org, &cached) {
        (Name::Ours(org), _) => org,
        (Name::Theirs(_), Some(cached)) => cached.identity.org.clone(),
        (Name::Theirs(name), None) => organization_of(context, name).await?,
    };
    Ok(Caller {
        org,
        principal,
        cached,
    })
}

/// The organization that the identity provider calls so.
async fn organization_of(context: &Context, name: String) -> Result<OrganizationId, Failure> {
    let now = clock::now();
    if let Some(org) = organizations::get(&name, now) {
        return Ok(org);
    }
    let databases = Databases::of_request(context);
    let org = standing::organization_called(&databases, &name).await?;
    let org = org.ok_or(Problem::InvalidCredential)?;
    organizations::remember(name, org.clone(), now);
    Ok(org)
}

/// Whether a page made the request: browsers send one of these with whatever a
/// page asks for, and no `Origin` with a GET of its own origin (2.1).
fn is_from_browser(headers: &Headers) -> bool {
    ["origin", "sec-fetch-site"]
        .iter()
        .any(|name| headers.has(name).unwrap_or_default())
}
