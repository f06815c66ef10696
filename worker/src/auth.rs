//! Who calls (gate 1) and whether they may (gates 1 and 2).
//!
//! Two steps, because the decision is D1's alone. [`identify`] finds the
//! organization of a key, from the cache if it can. The handler's D1 batch then
//! reads the key's [`Standing`] afresh, and [`admit`] judges that; a handler
//! that writes in its only round trip judges the cached standing instead and
//! has the batch fail unless it still holds ([`Basis`]).

use std::net::IpAddr;

use assessments::credential::{ApiKey, Credential, CredentialError};
use assessments::id::OrganizationId;
use assessments::problem::Problem;
use assessments::route::Endpoint;
use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};
use worker::{Headers, console_warn};

use crate::allowlist;
use crate::answer::Failure;
use crate::config::Config;
use crate::credential_cache::CachedKey;
use crate::digest::sha256_hex;
use crate::isolate;
use crate::shell::Shell;
use crate::storage::standing;

/// The SHA-256 of a key's secret, lower-case hexadecimal: what is stored of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct KeyHash(String);

impl KeyHash {
    pub(crate) fn of(key: &ApiKey) -> Self {
        Self(sha256_hex(key.secret().as_bytes()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key that calls and its organization. Nothing is decided yet.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) org: OrganizationId,
    pub(crate) key: KeyHash,
    /// What the cache knows to have been good lately.
    pub(crate) cached: Option<Basis>,
}

/// What D1 says of a key and its organization at one moment.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Standing {
    #[serde(flatten)]
    pub(crate) basis: Basis,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
}

/// What an admission rests on: as long as this holds, and the key is neither
/// revoked nor expired, the same call is admitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Basis {
    pub(crate) role: String,
    /// The stored JSON array of CIDRs.
    pub(crate) api_ip_allowlist: String,
}

/// The facts of a request that admission judges.
pub(crate) struct Admission<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) client: Option<IpAddr>,
    pub(crate) config: &'a Config,
}

impl<'a> Admission<'a> {
    pub(crate) fn new(shell: &'a Shell, endpoint: Endpoint, headers: &Headers) -> Self {
        Self {
            endpoint,
            client: client_address(headers),
            config: shell.config(),
        }
    }

    /// Gates 1 (role) and 2 for a key that is live.
    pub(crate) fn judge(&self, basis: &Basis) -> Result<(), Problem> {
        if !self.config.allows(&basis.role, self.endpoint) {
            return Err(Problem::RoleNotAllowed);
        }
        if !allowlist::allows(&basis.api_ip_allowlist, self.client) {
            return Err(Problem::IpNotAllowed);
        }
        Ok(())
    }
}

/// Finds the key and its organization: the first half of gate 1. A key that
/// cannot be good, or was unknown a moment ago, fails here without any lookup.
pub(crate) async fn identify(shell: &Shell, headers: &Headers) -> Result<Caller, Failure> {
    let header = headers.get("authorization").ok().flatten();
    let Credential::ApiKey(key) =
        Credential::from_header(header.as_deref()).map_err(|error| match error {
            CredentialError::Missing => Problem::NotAuthenticated,
            CredentialError::Invalid => Problem::InvalidCredential,
        })?;
    // A key in a page is a key that everyone can read (2.1).
    if is_from_browser(headers) && !shell.config().is_development {
        return Err(Problem::InvalidCredential.into());
    }
    let key = KeyHash::of(&key);
    let now = shell.now();
    if isolate::is_unknown(&key, now) {
        return Err(Problem::InvalidCredential.into());
    }
    if let Some(CachedKey { org, basis }) = shell.credential_cache().get(&key).await {
        return Ok(Caller {
            org,
            key,
            cached: Some(basis),
        });
    }
    let Some(org) = standing::organization_of(shell, &key).await? else {
        isolate::remember_unknown(key, now);
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

/// Gates 1 and 2 on what D1 says now. A key that passes is cached, unless the
/// cache has it just so already.
pub(crate) fn admit(
    shell: &Shell,
    caller: &Caller,
    admission: &Admission<'_>,
    standing: Option<Standing>,
    now: Timestamp,
) -> Result<Basis, Problem> {
    let live = standing.filter(|standing| {
        standing.revoked_at.is_none() && standing.expires_at.is_none_or(|expiry| expiry > now)
    });
    let basis = live.ok_or(Problem::InvalidCredential)?.basis;
    admission.judge(&basis)?;
    if caller.cached.as_ref() != Some(&basis) {
        remember(shell, caller, basis.clone());
    }
    Ok(basis)
}

fn remember(shell: &Shell, caller: &Caller, basis: Basis) {
    let Some(cache) = shell.credential_cache().writer() else {
        return;
    };
    let (org, key) = (caller.org.clone(), caller.key.clone());
    shell.after_response(async move {
        if let Err(error) = cache.put(&key, &CachedKey { org, basis }).await {
            console_warn!("credential not cached: {error}");
        }
    });
}

/// The client address that our own edge reports. Headers that callers write,
/// such as X-Forwarded-For, never count.
fn client_address(headers: &Headers) -> Option<IpAddr> {
    headers
        .get("cf-connecting-ip")
        .ok()
        .flatten()?
        .trim()
        .parse()
        .ok()
}
