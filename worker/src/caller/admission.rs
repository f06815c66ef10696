//! Whether a caller may do what they ask for: gates 1 (role) and 2.

use std::net::IpAddr;

use assessments::problem::Problem;
use assessments::route::Endpoint;
use assessments::time::Timestamp;
use worker::Headers;

use super::cache::{self, CredentialCache};
use super::{Admitted, Basis, Caller, Principal, Standing, address, allowlist, last_used};
use crate::platform::config;
use crate::platform::context::Context;
use crate::platform::log;

/// The facts of a request that admission judges.
pub(crate) struct Admission<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) client: Option<IpAddr>,
    pub(crate) context: &'a Context,
}

impl<'a> Admission<'a> {
    pub(crate) fn new(context: &'a Context, endpoint: Endpoint, headers: &Headers) -> Self {
        Self {
            endpoint,
            client: address::client(headers),
            context,
        }
    }

    /// Gates 1 (role) and 2 for a credential that is live.
    pub(crate) fn judge(&self, caller: &Caller, basis: &Basis) -> Result<(), Problem> {
        // A key that may no longer give a role takes it from those whom it gave it.
        if let Some(maker) = &basis.maker_role
            && !config::session_roles(self.context.env(), maker).contains(&basis.role)
        {
            return Err(Problem::InvalidCredential);
        }
        if !self.context.config().allows(&basis.role, self.endpoint) {
            return Err(Problem::RoleNotAllowed);
        }
        // Sessions that made sessions would never end, whatever the table says (14).
        let is_session = matches!(caller.principal, Principal::Session(_));
        if is_session && self.endpoint == Endpoint::CreateSession {
            return Err(Problem::RoleNotAllowed);
        }
        if !allowlist::allows(&basis.api_ip_allowlist, self.client) {
            return Err(Problem::IpNotAllowed);
        }
        Ok(())
    }
}

/// Gates 1 and 2 on what D1 says now. A credential that passes is cached, unless the
/// cache has it just so already.
pub(crate) fn admit(
    context: &Context,
    caller: &Caller,
    admission: &Admission<'_>,
    standing: Option<Standing>,
    now: Timestamp,
) -> Result<Basis, Problem> {
    let live = standing.filter(|standing| {
        standing.revoked_at.is_none() && standing.expires_at.is_none_or(|expiry| expiry > now)
    });
    let live = live.ok_or(Problem::InvalidCredential)?;
    last_used::note(context, caller, live.last_used_at, now);
    let admitted = live.admitted;
    context.trace().note_identity(&admitted.identity);
    cache::remember_good(&caller.principal, now);
    admission.judge(caller, &admitted.basis)?;
    if caller.cached.as_ref() != Some(&admitted) {
        remember(context, caller, admitted.clone());
    }
    Ok(admitted.basis)
}

fn remember(context: &Context, caller: &Caller, admitted: Admitted) {
    let Some(cache) = CredentialCache::new(context.env()).writer() else {
        return;
    };
    let principal = caller.principal.clone();
    context.after_response(async move {
        if let Err(error) = cache.put(&principal, &admitted).await {
            log::warn("credential_not_cached").cause(&error).write();
        }
    });
}
