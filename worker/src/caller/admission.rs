//! Whether a caller may do what they ask for: gates 1 (role) and 2.

use std::net::IpAddr;

use assessments::problem::Problem;
use assessments::route::Endpoint;
use assessments::time::Timestamp;

use super::cache::{self, CredentialCache};
use super::{Basis, Caller, Principal, Standing, address, allowlist, last_used};
use crate::platform::clock::is_within;
use crate::platform::context::Context;
use crate::platform::log;
use crate::platform::request::Request;

/// How long a write may assume a standing before D1 is asked again, in seconds: it makes
/// sure of the basis, but not of the names that are recorded.
const ASSUMED_SECONDS: i64 = 60;

/// The facts of a request that admission judges.
pub(crate) struct Admission<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) client: Option<IpAddr>,
    pub(crate) context: &'a Context,
}

impl<'a> Admission<'a> {
    pub(crate) fn new(context: &'a Context, endpoint: Endpoint, request: &Request) -> Self {
        Self {
            endpoint,
            client: address::client(request),
            context,
        }
    }

    /// Gates 1 (role) and 2 for a credential that is live.
    pub(crate) fn judge(&self, caller: &Caller, basis: &Basis) -> Result<(), Problem> {
        // A key that may no longer give a role takes it from those whom it gave it.
        if let Some(maker) = &basis.maker_role
            && !self
                .context
                .config()
                .session_roles(maker)
                .contains(&basis.role)
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

    /// Gates 1 and 2 on what D1 said a moment ago, for an error that touches no data
    /// (2.3). Whoever does not pass is to be judged on what it says now.
    pub(crate) fn passed_lately(&self, caller: &Caller, now: Timestamp) -> bool {
        // Asked anew: a body may have been waited for since it was known who calls.
        let standing = cache::standing(&caller.principal, now);
        let Some(standing) = standing.filter(|standing| standing.is_live(now)) else {
            return false;
        };
        if self.judge(caller, &standing.admitted.basis).is_err() {
            return false;
        }
        let identity = &standing.admitted.identity;
        self.context.trace().note_identity(identity);
        last_used::note(self.context, caller, standing.last_used_at, now);
        true
    }

    /// The basis that a write may assume, since it makes sure of it itself: what a
    /// cache knows, unless it would refuse the call.
    pub(crate) fn assumed(&self, caller: &Caller, now: Timestamp) -> Option<Standing> {
        let standing = caller.cached.as_ref().filter(|standing| {
            let told_at = standing.told_at;
            told_at.is_some_and(|time| is_within(ASSUMED_SECONDS, time, now))
        })?;
        let passes = self.judge(caller, &standing.admitted.basis).is_ok();
        passes.then(|| standing.clone())
    }

    /// Notes who calls, as far as a write that failed can tell.
    pub(crate) fn presume(&self, assumed: &Standing) {
        let identity = &assumed.admitted.identity;
        self.context.trace().note_identity(identity);
    }

    /// Notes that the standing which a write assumed is what it found.
    pub(crate) fn confirm(&self, caller: &Caller, assumed: Standing, now: Timestamp) {
        self.presume(&assumed);
        last_used::note(self.context, caller, assumed.last_used_at, now);
        cache::remember_good(&caller.principal, assumed, now);
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
    let Some(mut live) = standing.filter(|standing| standing.is_live(now)) else {
        cache::forget_good(&caller.principal);
        return Err(Problem::InvalidCredential);
    };
    live.told_at = Some(now);
    last_used::note(context, caller, live.last_used_at, now);
    context.trace().note_identity(&live.admitted.identity);
    cache::remember_good(&caller.principal, live.clone(), now);
    admission.judge(caller, &live.admitted.basis)?;
    let cached = caller.cached.as_ref();
    if cached.is_none_or(|cached| cached.admitted != live.admitted) {
        share(context, caller, live.clone());
    }
    Ok(live.admitted.basis)
}

/// Has other isolates know, after the response.
fn share(context: &Context, caller: &Caller, standing: Standing) {
    let Some(cache) = CredentialCache::new(context.env()).writer() else {
        return;
    };
    let principal = caller.principal.clone();
    context.after_response(async move {
        if let Err(error) = cache.put(&principal, &standing).await {
            log::warn("credential_not_cached").cause(&error).write();
        }
    });
}
