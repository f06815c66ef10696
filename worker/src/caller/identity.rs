//! Who calls: the first half of gate 1, and gate 3 of the contract's order, which
//! needs no more than that.

use assessments::credential::{ApiKey, Credential, CredentialError, SessionToken};
use assessments::digest::KeyHash;
use assessments::id::OrganizationId;
use assessments::problem::Problem;
use assessments::route::Endpoint;
use futures_util::future::join;

use super::cache::{self, CredentialCache};
use super::limits::Limits;
use super::{Caller, Principal, Standing, address, organizations, session};
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::request::{Request, RequestHeader};
use crate::storage::database::Databases;
use crate::storage::standing;
use crate::token::provider::Name;

/// Finds who calls and for which organization, within the limits of how often that
/// may be asked for. A key that cannot be good, or was unknown a moment ago, fails
/// here without any lookup, and so does a token that is not what it says to be; over
/// a limit so does any other.
pub(crate) async fn identify(
    context: &Context,
    endpoint: Endpoint,
    request: &Request,
) -> Result<Caller, Failure> {
    let client = address::client(request);
    let limits = Limits::new(context.env(), endpoint, client);
    match presented(context, request) {
        Ok(Credential::ApiKey(key)) => by_key(context, &limits, &key).await,
        Ok(Credential::Session(token)) => by_session(context, &limits, request, &token).await,
        Err(problem) => {
            limits.of_address().await?;
            Err(problem.into())
        }
    }
}

/// The credential that a request brings, if it could be good.
fn presented(context: &Context, request: &Request) -> Result<Credential, Problem> {
    let header = request.header(RequestHeader::Authorization);
    let credential = Credential::from_header(header).map_err(|error| match error {
        CredentialError::Missing => Problem::NotAuthenticated,
        CredentialError::Invalid => Problem::InvalidCredential,
    })?;
    // A key in a page is a key that everyone can read (2.1).
    let is_key = matches!(credential, Credential::ApiKey(_));
    if is_key && is_from_browser(request) && !context.config().is_development {
        return Err(Problem::InvalidCredential);
    }
    Ok(credential)
}

async fn by_key(context: &Context, limits: &Limits<'_>, key: &ApiKey) -> Result<Caller, Failure> {
    let key = KeyHash::of(key);
    let principal = Principal::Key(key.clone());
    let cached = within(context, limits, &principal, principal.name()).await?;
    let org = match &cached {
        Some(cached) => cached.admitted.identity.org.clone(),
        None => standing::organization_of(&Databases::of_request(context), &key)
            .await?
            .ok_or_else(|| unknown(&principal))?,
    };
    Ok(Caller {
        org,
        principal,
        cached,
    })
}

async fn by_session(
    context: &Context,
    limits: &Limits<'_>,
    request: &Request,
    token: &SessionToken,
) -> Result<Caller, Failure> {
    let (org, session) = match session::verified(context, request, token).await {
        Ok(verified) => verified,
        Err(failure) => {
            limits.of_address().await?;
            return Err(failure);
        }
    };
    // A token that is renewed is no new caller, and no name counts outside of its
    // organization.
    let counted = format!("user:{}:{}", org.as_str(), session.user.as_str());
    let principal = Principal::Session(session);
    let cached = within(context, limits, &principal, counted).await?;
    let org = match (org, &cached) {
        (Name::Ours(org), _) => org,
        (Name::Theirs(_), Some(cached)) => cached.admitted.identity.org.clone(),
        (Name::Theirs(name), None) => organization_of(context, name)
            .await?
            .ok_or_else(|| unknown(&principal))?,
    };
    Ok(Caller {
        org,
        principal,
        cached,
    })
}

/// What the caches know of a caller who is within the limits. Neither waits for the
/// other; the database is asked after both.
async fn within(
    context: &Context,
    limits: &Limits<'_>,
    principal: &Principal,
    counted: String,
) -> Result<Option<Standing>, Problem> {
    let now = clock::now();
    if cache::is_unknown(principal, now) {
        limits.of_address().await?;
        return Err(Problem::InvalidCredential);
    }
    // The roles that a provider's are ours by are a setting, and may have changed.
    let is_as_said = |standing: &Standing| match principal {
        Principal::Key(_) => true,
        Principal::Session(session) => standing.admitted.basis.role == session.role,
    };
    let fresh = cache::standing(principal, now).filter(is_as_said);
    let (standing, within) = match fresh {
        Some(standing) => (Some(standing), limits.of(counted).await),
        None => {
            let cache = CredentialCache::new(context.env());
            join(cache.get(principal), limits.of(counted)).await
        }
    };
    if let Err(problem) = within {
        if let Some(standing) = standing {
            context.trace().note_limited(&standing.admitted.identity);
        }
        return Err(problem);
    }
    let cached = standing.filter(is_as_said);
    if cached.is_none() {
        limits.of_address_unless_good(principal, now).await?;
    }
    Ok(cached)
}

/// The answer to a credential that the directory does not know, which is remembered.
fn unknown(principal: &Principal) -> Problem {
    cache::remember_unknown(principal, clock::now());
    Problem::InvalidCredential
}

/// The organization that the identity provider calls so, if there is one.
async fn organization_of(
    context: &Context,
    name: String,
) -> Result<Option<OrganizationId>, Failure> {
    let now = clock::now();
    if let Some(org) = organizations::get(&name, now) {
        return Ok(Some(org));
    }
    let databases = Databases::of_request(context);
    let org = standing::organization_called(&databases, &name).await?;
    if let Some(org) = &org {
        organizations::remember(name, org.clone(), now);
    }
    Ok(org)
}

/// Whether a page made the request: browsers send one of these with whatever a
/// page asks for, and no `Origin` with a GET of its own origin (2.1).
fn is_from_browser(request: &Request) -> bool {
    [RequestHeader::Origin, RequestHeader::SecFetchSite]
        .into_iter()
        .any(|header| request.header(header).is_some())
}
