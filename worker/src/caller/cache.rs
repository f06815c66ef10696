//! What is remembered of credentials from one request to the next, so that not every one
//! of them loads the database.
//!
//! First the isolate: how a credential stood when D1 last told, for ten seconds, and which
//! keys are unknown (section 7). It is few, for a short time, and gone with the instance.
//! That a credential was good spares an honest caller the limit of unknown ones a while
//! longer, until KV has it in all likelihood.
//!
//! Then one KV keyspace that isolates share: read-through, positive entries only, 60
//! seconds, never the only copy of anything. What goes wrong there is logged and counts as
//! not cached.
//!
//! Neither is the last word: every D1 batch checks the rows behind them again. Only an error
//! that touches no data may rest on what the isolate remembers (2.3).

use std::cell::RefCell;

use assessments::time::Timestamp;
use worker::Env;
use worker::kv::KvError;

use super::{Principal, Standing};
use crate::platform::clock::is_within;
use crate::platform::kv::Store;
use crate::platform::log;
use crate::platform::recent::Recent;

/// What a failure is called in the log.
const FAILED: &str = "credential_cache_failed";
/// Life of an entry, in seconds; KV's shortest.
const LIFETIME_SECONDS: u64 = 60;
/// How long a key that is unknown is remembered as such, in seconds. A key that
/// is made meanwhile is good after that at the latest.
const UNKNOWN_SECONDS: i64 = 10;
/// How long a standing may be believed for an error that touches no data, in seconds (2.3).
const STANDING_SECONDS: i64 = 10;
/// How long a credential that was good is remembered as such, in seconds: until KV, which
/// also remembers that it had nothing, has it in all likelihood.
const GOOD_SECONDS: i64 = 120;
/// Credentials of either kind that are remembered at once.
const MAX_REMEMBERED: usize = 2_000;
/// Bytes that they may have. An allowlist can be long.
const MAX_BYTES: usize = 2 << 20;

thread_local! {
    static UNKNOWN: RefCell<Recent<()>> =
        RefCell::new(Recent::new(UNKNOWN_SECONDS, MAX_REMEMBERED, MAX_BYTES));
    static GOOD: RefCell<Recent<Standing>> =
        RefCell::new(Recent::new(GOOD_SECONDS, MAX_REMEMBERED, MAX_BYTES));
}

/// The cache, as far as the deployment has one.
pub(crate) struct CredentialCache<'a> {
    env: &'a Env,
}

impl<'a> CredentialCache<'a> {
    pub(crate) fn new(env: &'a Env) -> Self {
        Self { env }
    }

    /// How a credential stood lately, cached under its name.
    pub(crate) async fn get(&self, principal: &Principal) -> Option<Standing> {
        let text = self.store()?.get(&principal.name()).await?;
        serde_json::from_str(&text)
            .inspect_err(|error| log::warn(FAILED).cause(error).write())
            .ok()
    }

    /// The cache for work after the response.
    pub(crate) fn writer(&self) -> Option<CredentialCacheWriter> {
        self.store().map(CredentialCacheWriter)
    }

    fn store(&self) -> Option<Store> {
        Store::of(self.env, FAILED)
    }
}

/// Writes entries.
pub(crate) struct CredentialCacheWriter(Store);

impl CredentialCacheWriter {
    pub(crate) async fn put(&self, principal: &Principal, entry: &Standing) -> Result<(), KvError> {
        let text = serde_json::to_string(entry)?;
        self.0.put(&principal.name(), text, LIFETIME_SECONDS).await
    }
}

/// Whether a key was unknown a moment ago.
pub(super) fn is_unknown(principal: &Principal, now: Timestamp) -> bool {
    UNKNOWN.with_borrow_mut(|recent| recent.contains(&principal.name(), now))
}

/// Remembers that a key is unknown.
pub(super) fn remember_unknown(principal: &Principal, now: Timestamp) {
    UNKNOWN.with_borrow_mut(|recent| recent.insert(principal.name(), (), 0, now));
}

/// How a credential stood a moment ago, if it was good.
pub(super) fn standing(principal: &Principal, now: Timestamp) -> Option<Standing> {
    GOOD.with_borrow_mut(|recent| {
        let (standing, since) = recent.get(&principal.name(), now)?;
        is_within(STANDING_SECONDS, since, now).then(|| standing.clone())
    })
}

/// Whether a credential was good a little while ago.
pub(super) fn is_good(principal: &Principal, now: Timestamp) -> bool {
    GOOD.with_borrow_mut(|recent| recent.contains(&principal.name(), now))
}

/// Remembers how a credential stands that is good.
pub(super) fn remember_good(principal: &Principal, standing: Standing, now: Timestamp) {
    let bytes = standing.size();
    GOOD.with_borrow_mut(|recent| recent.insert(principal.name(), standing, bytes, now));
}

/// Forgets a credential that turned out not to be good any more.
pub(super) fn forget_good(principal: &Principal) {
    GOOD.with_borrow_mut(|recent| recent.remove(&principal.name()));
}
