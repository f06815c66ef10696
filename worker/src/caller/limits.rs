//! Rate limits: gate 3, on the platform's own counters (`[[ratelimits]]` in
//! `wrangler.toml`).
//!
//! Calls are counted by who calls before anything is looked up in D1, so that a
//! call which is refused costs the database nothing. Hence a caller over the limit
//! is told so before it is known whether the credential is still good.
//!
//! The counters are there to protect the neighbours, and nothing is decided by
//! them: where they are missing, fail or hang, calls pass.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::net::IpAddr;

use assessments::problem::Problem;
use assessments::route::{Endpoint, RouteGroup};
use assessments::time::Timestamp;
use js_sys::Reflect;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{Env, RateLimiter};

use super::{Principal, address, cache};
use crate::platform::clock::deadline;
use crate::platform::config;
use crate::platform::log;

/// The counter of calls that are not known to come with a good credential.
const ADDRESS_LIMIT: &str = "ADDRESS_LIMIT";
/// Longest wait for a counter, in milliseconds. It answers within one.
const TIMEOUT_MILLISECONDS: u64 = 1_000;

thread_local! {
    /// Counters that are not bound, which is said of each once.
    static UNBOUND: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

const fn binding(group: RouteGroup) -> &'static str {
    match group {
        RouteGroup::Read => "READ_LIMIT",
        RouteGroup::Write => "WRITE_LIMIT",
        RouteGroup::Events => "EVENT_LIMIT",
    }
}

/// The limits of one call.
pub(super) struct Limits<'a> {
    env: &'a Env,
    group: Option<RouteGroup>,
    client: Option<IpAddr>,
}

impl<'a> Limits<'a> {
    pub(super) const fn new(env: &'a Env, endpoint: Endpoint, client: Option<IpAddr>) -> Self {
        Self {
            env,
            group: endpoint.group(),
            client,
        }
    }

    /// Counts a call by who makes it.
    pub(super) async fn of(&self, who: String) -> Result<(), Problem> {
        match self.group {
            Some(group) => self.count(binding(group), who).await,
            None => Ok(()),
        }
    }

    /// Counts a call by its address, as one whose credential cannot be good.
    pub(super) async fn of_address(&self) -> Result<(), Problem> {
        self.count(ADDRESS_LIMIT, address::counted(self.client))
            .await
    }

    /// The same of a credential that may be good, unless it was just now: the
    /// cache of an honest caller may be empty, slow or away.
    pub(super) async fn of_address_unless_good(
        &self,
        principal: &Principal,
        now: Timestamp,
    ) -> Result<(), Problem> {
        if cache::is_good(principal, now) {
            return Ok(());
        }
        self.of_address().await
    }

    async fn count(&self, binding: &'static str, who: String) -> Result<(), Problem> {
        let Some(counter) = counter(self.env, binding) else {
            return Ok(());
        };
        let is_within = match deadline(TIMEOUT_MILLISECONDS, counter.limit(who)).await {
            Some(Ok(outcome)) => outcome.success,
            Some(Err(error)) => {
                passes(binding, &error);
                true
            }
            None => {
                passes(binding, &format!("no answer in {TIMEOUT_MILLISECONDS} ms"));
                true
            }
        };
        if is_within {
            Ok(())
        } else {
            // The platform does not tell when its window began, so what is true of
            // any is its whole length.
            let retry_after = config::rate_limit_period(self.env);
            Err(Problem::TooManyRequests { retry_after })
        }
    }
}

/// Says that a call passes uncounted.
fn passes(binding: &'static str, cause: &impl Display) {
    log::warn("rate_limit_failed")
        .field("binding", binding)
        .cause(cause)
        .write();
}

/// A counter, as far as the deployment has it. It is not asked of what class it is,
/// which the platform does not promise; what is no counter fails when it counts.
fn counter(env: &Env, binding: &'static str) -> Option<RateLimiter> {
    let bound = Reflect::get(env, &JsValue::from_str(binding))
        .ok()
        .filter(JsValue::is_object);
    if bound.is_none() && UNBOUND.with_borrow_mut(|unbound| unbound.insert(binding)) {
        log::error("rate_limit_not_bound")
            .field("binding", binding)
            .write();
    }
    bound.map(JsCast::unchecked_into)
}
