//! The keys of the identity provider (14): fetched once for many requests, used
//! for a while when they cannot be fetched again, and never fetched because of
//! what a stranger sends more than once a minute.
//!
//! They are in the memory of the isolate, and in KV for the others. Simultaneous
//! requests cannot share a promise, which is settled for the request that made
//! it, so one fetches and the others look again.

use std::cell::RefCell;
use std::time::Duration;

use assessments::digest;
use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use worker::{Delay, Env};

use crate::platform::clock::{self, is_within};
use crate::platform::context::Context;
use crate::platform::http;
use crate::platform::kv::Store;
use crate::platform::log;
use crate::token::error::KeyError;
use crate::token::jwk::{KeySet, PublicKey};

/// How long keys are used without asking for them again, in seconds. A provider
/// that withdraws one has it used no longer than that.
const FRESH_SECONDS: i64 = 600;
/// How long they are used while they cannot be had again, in seconds.
const MAX_AGE_SECONDS: i64 = 86_400;
/// Between two fetches for keys that are not there, in seconds.
const PAUSE_SECONDS: i64 = 60;
/// Between two fetches when there is no key at all, and nobody can sign in.
const SHORT_PAUSE_SECONDS: i64 = 5;
/// How long other requests wait for the one that fetches, in seconds: longer than
/// it takes. It may be gone, and nobody hears of that.
const PATIENCE_SECONDS: i64 = 8;
/// Between two looks at whether it has them, in milliseconds.
const WAIT_MILLISECONDS: u64 = 20;
/// Longest wait for the provider.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a set. Those with certificates have a few kilobytes a key.
const MAX_BYTES: usize = 65_536;

thread_local! {
    static KEYS: RefCell<Keys> = RefCell::default();
}

/// The key of that id at the provider; `None` if it has no such key.
///
/// # Errors
/// [`KeyError::NoKeys`] if there are none at all to look among.
pub(super) async fn find(
    context: &Context,
    address: &str,
    kid: Option<&str>,
) -> Result<Option<PublicKey>, KeyError> {
    loop {
        let now = clock::now();
        match KEYS.with_borrow_mut(|keys| keys.next(kid, now)) {
            Next::Key(key) => return Ok(Some(key)),
            Next::Unknown => return Ok(None),
            Next::Unavailable => {
                return Err(KeyError::NoKeys("none a moment ago".to_owned()));
            }
            Next::Wait => Delay::from(Duration::from_millis(WAIT_MILLISECONDS)).await,
            Next::Ask => return ask(context, address, kid, now).await,
        }
    }
}

/// Gets the keys from another isolate through KV, or else from the provider.
async fn ask(
    context: &Context,
    address: &str,
    kid: Option<&str>,
    now: Timestamp,
) -> Result<Option<PublicKey>, KeyError> {
    let shared = Shared::read(context.env(), address).await;
    if let Some((entry, set)) = &shared
        && entry.is_enough(set, kid, now)
    {
        return Ok(
            KEYS.with_borrow_mut(|keys| keys.note(kid, Ok((set.clone(), entry.fetched_at)), now))
        );
    }
    let fetched = match http::get(address, MAX_BYTES, TIMEOUT).await {
        Ok(json) => match KeySet::read(&json) {
            Some(set) if !set.is_empty() => Ok((set, json)),
            _ => Err("there is no key that can be used".to_owned()),
        },
        Err(error) => Err(error.to_string()),
    };
    // Who waited for a failure is told of it, however long it took.
    let asked_at = now;
    let now = clock::now();
    match fetched {
        Ok((set, json)) => {
            let found = KEYS.with_borrow_mut(|keys| keys.note(kid, Ok((set, asked_at)), now));
            share(context, address, json, found.is_none(), asked_at);
            Ok(found)
        }
        Err(cause) => {
            log::warn("key_set_not_fetched").cause(&cause).write();
            // Another isolate may have had more luck, some time ago.
            let older = shared.map(|(entry, set)| (set, entry.fetched_at));
            let is_had = KEYS.with_borrow_mut(|keys| {
                let key = keys.note(kid, Err(older), now);
                (key, keys.usable(now).is_some())
            });
            match is_had {
                (None, false) => Err(KeyError::NoKeys(cause)),
                (key, _) => Ok(key),
            }
        }
    }
}

/// Leaves what was fetched for other isolates, after the response.
fn share(context: &Context, address: &str, json: Vec<u8>, is_missed: bool, now: Timestamp) {
    let Some(store) = Shared::store(context.env()) else {
        return;
    };
    let name = Shared::name(address);
    context.after_response(async move {
        let put = async {
            let set = RawValue::from_string(String::from_utf8_lossy(&json).into_owned())?;
            let text = serde_json::to_string(&Shared {
                fetched_at: now,
                missed_at: is_missed.then_some(now),
                set,
            })?;
            store.put(&name, text, MAX_AGE_SECONDS.unsigned_abs()).await
        };
        if let Err(error) = put.await {
            log::warn("key_set_not_shared").cause(&error).write();
        }
    });
}

/// What isolates tell each other through KV.
#[derive(Serialize, Deserialize)]
struct Shared {
    fetched_at: Timestamp,
    /// When it was fetched for a key that was not there.
    missed_at: Option<Timestamp>,
    /// As the provider answered it.
    set: Box<RawValue>,
}

impl Shared {
    fn name(address: &str) -> String {
        format!("key-set:{}", digest::sha256(address.as_bytes()))
    }

    fn store(env: &Env) -> Option<Store> {
        Store::of(env, "key_set_store")
    }

    async fn read(env: &Env, address: &str) -> Option<(Self, KeySet)> {
        let text = Self::store(env)?.get(&Self::name(address)).await?;
        let entry: Self = serde_json::from_str(&text).ok()?;
        let set = KeySet::read(entry.set.get().as_bytes())?;
        Some((entry, set))
    }

    /// Whether there is no need to ask the provider: the key is there and fresh,
    /// or someone has just found that no such key is.
    fn is_enough(&self, set: &KeySet, kid: Option<&str>, now: Timestamp) -> bool {
        match set.find(kid) {
            Some(_) => is_within(FRESH_SECONDS, self.fetched_at, now),
            None => self
                .missed_at
                .is_some_and(|missed_at| is_within(PAUSE_SECONDS, missed_at, now)),
        }
    }
}

/// What a request that needs a key does next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// There it is.
    Key(PublicKey),
    /// There is no such key.
    Unknown,
    /// There is none at all.
    Unavailable,
    /// Another request fetches them.
    Wait,
    /// This request is to fetch them.
    Ask,
}

#[derive(Default)]
struct Keys {
    /// Them, and when they were fetched.
    held: Option<(KeySet, Timestamp)>,
    /// Since when a request fetches them.
    asked_at: Option<Timestamp>,
    /// When fetching them was last of no use.
    failed_at: Option<Timestamp>,
}

impl Keys {
    /// Those that are held, unless they are too old.
    fn usable(&self, now: Timestamp) -> Option<&(KeySet, Timestamp)> {
        let held = self.held.as_ref();
        held.filter(|(_, fetched_at)| is_within(MAX_AGE_SECONDS, *fetched_at, now))
    }

    fn key(&self, kid: Option<&str>, now: Timestamp) -> Option<PublicKey> {
        self.usable(now)?.0.find(kid).cloned()
    }

    fn next(&mut self, kid: Option<&str>, now: Timestamp) -> Next {
        let usable = self.usable(now);
        let is_fresh =
            usable.is_some_and(|(_, fetched_at)| is_within(FRESH_SECONDS, *fetched_at, now));
        let is_asked = self
            .asked_at
            .is_some_and(|since| is_within(PATIENCE_SECONDS, since, now));
        let pause = if usable.is_some() {
            PAUSE_SECONDS
        } else {
            SHORT_PAUSE_SECONDS
        };
        let is_paused = self
            .failed_at
            .is_some_and(|failed_at| is_within(pause, failed_at, now));
        match self.key(kid, now) {
            // What was good for ten minutes is good while someone looks again.
            Some(key) if is_fresh || is_asked || is_paused => Next::Key(key),
            None if is_asked => Next::Wait,
            None if is_paused && usable.is_some() => Next::Unknown,
            None if is_paused => Next::Unavailable,
            Some(_) | None => {
                self.asked_at = Some(now);
                Next::Ask
            }
        }
    }

    /// Takes what was fetched at that time, or, if that failed, what someone had
    /// before; answers the key for whose sake it was.
    fn note(
        &mut self,
        kid: Option<&str>,
        fetched: Result<(KeySet, Timestamp), Option<(KeySet, Timestamp)>>,
        now: Timestamp,
    ) -> Option<PublicKey> {
        self.asked_at = None;
        let has_failed = fetched.is_err();
        let had = fetched.map_or_else(|older| older, Some);
        if let Some((set, fetched_at)) = had {
            let is_newer = self
                .held
                .as_ref()
                .is_none_or(|(_, held)| *held <= fetched_at);
            if is_newer {
                self.held = Some((set, fetched_at));
            }
        }
        let key = self.key(kid, now);
        if has_failed || key.is_none() {
            self.failed_at = Some(now);
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn set(kid: &str) -> KeySet {
        let x = "A".repeat(43);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": x });
        KeySet::read(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap()
    }

    /// What comes next for a key at a time.
    fn next(keys: &mut Keys, kid: &str, seconds: i64) -> Next {
        keys.next(Some(kid), at(seconds))
    }

    /// Keys that were fetched at 100.
    fn fetched() -> Keys {
        let mut keys = Keys::default();
        assert_eq!(next(&mut keys, "a", 100), Next::Ask);
        assert!(
            keys.note(Some("a"), Ok((set("a"), at(100))), at(100))
                .is_some()
        );
        keys
    }

    #[test]
    fn keys_are_used_for_ten_minutes_and_then_asked_for_again() {
        let mut keys = fetched();
        assert!(matches!(next(&mut keys, "a", 699), Next::Key(_)));
        assert_eq!(next(&mut keys, "a", 700), Next::Ask);
        // Meanwhile they are good for others.
        assert!(matches!(next(&mut keys, "a", 700), Next::Key(_)));
        keys.note(Some("a"), Ok((set("a"), at(700))), at(701));
        assert!(matches!(next(&mut keys, "a", 1_299), Next::Key(_)));
    }

    #[test]
    fn a_provider_that_is_down_is_asked_once_a_minute_and_its_keys_last_a_day() {
        let mut keys = fetched();
        assert_eq!(next(&mut keys, "a", 700), Next::Ask);
        assert!(keys.note(Some("a"), Err(None), at(705)).is_some());
        assert!(matches!(next(&mut keys, "a", 764), Next::Key(_)));
        assert_eq!(next(&mut keys, "a", 765), Next::Ask);
        keys.note(Some("a"), Err(None), at(765));
        assert_eq!(next(&mut keys, "a", 86_499), Next::Ask);
        assert!(keys.note(Some("a"), Err(None), at(86_499)).is_some());
        // Then nobody can sign in, and it is asked more often.
        assert_eq!(next(&mut keys, "a", 86_504), Next::Ask);
        assert_eq!(keys.note(Some("a"), Err(None), at(86_504)), None);
        assert_eq!(next(&mut keys, "a", 86_508), Next::Unavailable);
        assert_eq!(next(&mut keys, "a", 86_509), Next::Ask);
    }

    #[test]
    fn unknown_keys_make_one_fetch_a_minute() {
        let mut keys = fetched();
        assert_eq!(next(&mut keys, "x", 110), Next::Ask);
        assert_eq!(next(&mut keys, "y", 110), Next::Wait);
        assert!(matches!(next(&mut keys, "a", 110), Next::Key(_)));
        assert_eq!(keys.note(Some("x"), Ok((set("a"), at(110))), at(111)), None);
        for kid in ["x", "y"] {
            assert_eq!(next(&mut keys, kid, 111), Next::Unknown);
            assert_eq!(next(&mut keys, kid, 170), Next::Unknown);
        }
        assert_eq!(next(&mut keys, "x", 171), Next::Ask);
    }

    #[test]
    fn a_new_key_is_found_at_once() {
        let mut keys = fetched();
        assert_eq!(next(&mut keys, "b", 101), Next::Ask);
        assert!(
            keys.note(Some("b"), Ok((set("b"), at(101))), at(101))
                .is_some()
        );
        assert!(matches!(next(&mut keys, "b", 102), Next::Key(_)));
        // The one before is asked for once, and is gone.
        assert_eq!(next(&mut keys, "a", 102), Next::Ask);
        assert_eq!(keys.note(Some("a"), Ok((set("b"), at(102))), at(102)), None);
        assert_eq!(next(&mut keys, "a", 103), Next::Unknown);
    }

    #[test]
    fn nobody_waits_long_for_one_that_is_gone() {
        let mut keys = Keys::default();
        assert_eq!(next(&mut keys, "a", 100), Next::Ask);
        assert_eq!(next(&mut keys, "a", 107), Next::Wait);
        assert_eq!(next(&mut keys, "a", 108), Next::Ask);
    }

    #[test]
    fn older_keys_of_another_isolate_do_not_replace_newer_ones() {
        let mut keys = fetched();
        keys.note(Some("a"), Err(Some((set("old"), at(50)))), at(700));
        assert!(matches!(next(&mut keys, "a", 701), Next::Key(_)));
        let mut none = Keys::default();
        assert_eq!(next(&mut none, "old", 700), Next::Ask);
        let older = Err(Some((set("old"), at(50))));
        assert!(none.note(Some("old"), older, at(700)).is_some());
    }

    #[test]
    fn what_another_isolate_has_just_found_out_is_enough() {
        let entry = |missed_at: Option<i64>| Shared {
            fetched_at: at(100),
            missed_at: missed_at.map(at),
            set: RawValue::from_string("{}".to_owned()).unwrap(),
        };
        let is_enough =
            |missed_at, kid, now| entry(missed_at).is_enough(&set("a"), Some(kid), at(now));
        assert!(is_enough(None, "a", 699));
        assert!(!is_enough(None, "a", 700));
        assert!(!is_enough(None, "x", 101));
        assert!(is_enough(Some(100), "x", 159));
        assert!(!is_enough(Some(100), "x", 160));
    }
}
