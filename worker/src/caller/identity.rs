//! Who calls: the first half of gate 1.

use assessments::credential::{Credential, CredentialError};
use assessments::digest::KeyHash;
use assessments::problem::Problem;
use worker::Headers;

use super::Caller;
use super::cache::{self, CredentialCache};
use crate::failure::Failure;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::storage::database::Databases;
use crate::storage::standing;

/// Finds the key and its organization: the first half of gate 1. A key that
/// cannot be good, or was unknown a moment ago, fails here without any lookup.
pub(crate) async fn identify(context: &Context, headers: &Headers) -> Result<Caller, Failure> {
    let header = headers.get("authorization").ok().flatten();
    let Credential::ApiKey(key) =
        Credential::from_header(header.as_deref()).map_err(|error| match error {
            CredentialError::Missing => Problem::NotAuthenticated,
            CredentialError::Invalid => Problem::InvalidCredential,
        })?;
    // A key in a page is a key that everyone can read (2.1).
    if is_from_browser(headers) && !context.config().is_development {
        return Err(Problem::InvalidCredential.into());
    }
    let key = KeyHash::of(&key);
    let now = clock::now();
    if cache::is_unknown(&key, now) {
        return Err(Problem::InvalidCredential.into());
    }
    if let Some(cached) = CredentialCache::new(context.env()).get(&key).await {
        return Ok(Caller {
            org: cached.identity.org.clone(),
            key,
            cached: Some(cached),
        });
    }
    let Some(org) = standing::organization_of(&Databases::of_request(context), &key).await? else {
        cache::remember_unknown(key, now);
        return Err(Problem::InvalidCredential.into());
    };
    Ok(Caller {
        org,
        key,
        cached: None,
    })
}

/// Whether a page made the request: browsers send one of these with whatever a
/// page asks for, and no `Origin` with a GET of its own origin (2.1).
fn is_from_browser(headers: &Headers) -> bool {
    ["origin", "sec-fetch-site"]
        .iter()
        .any(|name| headers.has(name).unwrap_or_default())
}
