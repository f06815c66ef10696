//! What is remembered of credentials from one request to the next, so that not every one
//! of them loads the database.
//!
//! Those that were good lately are in one KV keyspace: read-through, positive
//! entries only, 60 seconds, never the only copy of anything and never the last
//! word: every D1 batch checks the rows behind them again. What goes wrong there is logged
//! and counts as not cached.
//!
//! Keys that are unknown are remembered by the isolate (section 7), and so are
//! those that were good, which spares an honest caller the limit of unknown ones
//! while KV has nothing: few, for a short time, and gone with the instance.

use std::cell::RefCell;
use std::collections::HashMap;

use assessments::time::Timestamp;
use worker::Env;
use worker::kv::KvError;

use super::{Admitted, Principal};
use crate::platform::clock::is_within;
use crate::platform::kv::Store;
use crate::platform::log;

/// What a failure is called in the log.
const FAILED: &str = "credential_cache_failed";
/// Life of an entry, in seconds; KV's shortest.
const LIFETIME_SECONDS: u64 = 60;
/// How long a key that is unknown is remembered as such, in seconds. A key that
/// is made meanwhile is good after that at the latest.
const UNKNOWN_SECONDS: i64 = 10;
/// How long a key that was good is remembered as such, in seconds: until KV, which
/// also remembers that it had nothing, has it in all likelihood.
const GOOD_SECONDS: i64 = 120;
/// Keys of either kind that are remembered at once: some hundred kilobytes. Beyond,
/// they are looked up.
const MAX_REMEMBERED: usize = 1_000;

thread_local! {
    static UNKNOWN: RefCell<Recent<UNKNOWN_SECONDS>> = RefCell::default();
    static GOOD: RefCell<Recent<GOOD_SECONDS>> = RefCell::default();
}

/// The cache, as far as the deployment has one.
pub(crate) struct CredentialCache<'a> {
    env: &'a Env,
}

impl<'a> CredentialCache<'a> {
    pub(crate) fn new(env: &'a Env) -> Self {
        Self { env }
    }

    /// How a credential was admitted lately, cached under its name.
    pub(crate) async fn get(&self, principal: &Principal) -> Option<Admitted> {
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
    pub(crate) async fn put(&self, principal: &Principal, entry: &Admitted) -> Result<(), KvError> {
        let text = serde_json::to_string(entry)?;
        self.0.put(&principal.name(), text, LIFETIME_SECONDS).await
    }
}

/// Whether a key was unknown a moment ago.
pub(super) fn is_unknown(principal: &Principal, now: Timestamp) -> bool {
    UNKNOWN.with_borrow(|recent| recent.contains(&principal.name(), now))
}

/// Remembers that a key is unknown.
pub(super) fn remember_unknown(principal: &Principal, now: Timestamp) {
    UNKNOWN.with_borrow_mut(|recent| recent.insert(principal.name(), now));
}

/// Whether a key was good a little while ago.
pub(super) fn is_good(principal: &Principal, now: Timestamp) -> bool {
    GOOD.with_borrow(|recent| recent.contains(&principal.name(), now))
}

/// Remembers that a key is good.
pub(super) fn remember_good(principal: &Principal, now: Timestamp) {
    GOOD.with_borrow_mut(|recent| recent.insert(principal.name(), now));
}

/// Keys of which something was found out, for so many seconds.
#[derive(Default)]
struct Recent<const SECONDS: i64>(HashMap<String, Timestamp>);

impl<const SECONDS: i64> Recent<SECONDS> {
    fn contains(&self, name: &str, now: Timestamp) -> bool {
        let since = self.0.get(name);
        since.is_some_and(|&since| is_within(SECONDS, since, now))
    }

    fn insert(&mut self, name: String, now: Timestamp) {
        if self.0.len() >= MAX_REMEMBERED {
            self.0
                .retain(|_, &mut since| is_within(SECONDS, since, now));
        }
        if self.0.len() < MAX_REMEMBERED || self.0.contains_key(&name) {
            self.0.insert(name, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn key(seed: u32) -> String {
        format!("api-key:{seed}")
    }

    #[test]
    fn a_key_is_unknown_for_ten_seconds() {
        let mut keys = Recent::<UNKNOWN_SECONDS>::default();
        keys.insert(key(1), at(100));
        for (seconds, is_unknown) in [(99, false), (100, true), (109, true), (110, false)] {
            assert_eq!(keys.contains(&key(1), at(seconds)), is_unknown, "{seconds}");
        }
        assert!(!keys.contains(&key(2), at(100)));
    }

    #[test]
    fn no_more_than_a_thousand_keys_are_remembered() {
        let mut keys = Recent::<UNKNOWN_SECONDS>::default();
        for seed in 0..1_200 {
            keys.insert(key(seed), at(100));
        }
        assert_eq!(keys.0.len(), MAX_REMEMBERED);
        // Those that are no use any more make room.
        keys.insert(key(5_000), at(110));
        assert_eq!(keys.0.len(), 1);
        assert!(keys.contains(&key(5_000), at(110)));
    }
}
