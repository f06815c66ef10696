//! What an isolate remembers from one request to the next, so that nobody can
//! load the database by asking again (section 7): keys that are unknown, and
//! that the database answered. It is bounded, short-lived, and gone with the
//! instance.

use std::cell::RefCell;
use std::collections::HashMap;

use assessments::time::Timestamp;

use crate::auth::KeyHash;

/// How long a key that is unknown is remembered as such, in seconds. A key that
/// is made meanwhile is good after that at the latest.
const UNKNOWN_KEY_SECONDS: i64 = 10;
/// Keys that are remembered at once: some hundred kilobytes. Beyond, they are
/// looked up.
const MAX_UNKNOWN_KEYS: usize = 1_000;
/// How old an answer of `/healthz` may be, in seconds.
const HEALTH_SECONDS: i64 = 5;
/// How long other requests wait for the one that asks the database, in seconds.
/// It may be gone, and nobody hears of that.
const PATIENCE_SECONDS: i64 = 2;

thread_local! {
    static UNKNOWN_KEYS: RefCell<UnknownKeys> = RefCell::default();
    static HEALTH: RefCell<Health> = RefCell::default();
}

/// Whether a key was unknown a moment ago.
pub(crate) fn is_unknown(key: &KeyHash, now: Timestamp) -> bool {
    UNKNOWN_KEYS.with_borrow(|keys| keys.contains(key, now))
}

/// Remembers that a key is unknown.
pub(crate) fn remember_unknown(key: KeyHash, now: Timestamp) {
    UNKNOWN_KEYS.with_borrow_mut(|keys| keys.insert(key, now));
}

/// How often the database was found not to answer, for [`look_at_health`].
pub(crate) fn health_failures() -> u32 {
    HEALTH.with_borrow(|health| health.failures)
}

/// What a request for the health does next, which saw that many failures when
/// it came.
pub(crate) fn look_at_health(failures_seen: u32, now: Timestamp) -> Look {
    HEALTH.with_borrow_mut(|health| health.look(failures_seen, now))
}

/// Remembers what the request that asked at `asked_at` was answered.
pub(crate) fn note_health(asked_at: Timestamp, is_good: bool) {
    HEALTH.with_borrow_mut(|health| health.note(asked_at, is_good));
}

/// The database failed, whoever found out: its last good answer says no more.
pub(crate) fn forget_health() {
    HEALTH.with_borrow_mut(|health| health.good_at = None);
}

/// What a request for the health does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// The database answered a moment ago.
    Good,
    /// It did not, for another request at the same time.
    Failed,
    /// Another request asks it.
    Wait,
    /// This request is to ask it.
    Ask,
}

#[derive(Default)]
struct UnknownKeys(HashMap<KeyHash, Timestamp>);

impl UnknownKeys {
    fn contains(&self, key: &KeyHash, now: Timestamp) -> bool {
        let since = self.0.get(key);
        since.is_some_and(|&since| is_within(UNKNOWN_KEY_SECONDS, since, now))
    }

    fn insert(&mut self, key: KeyHash, now: Timestamp) {
        if self.0.len() >= MAX_UNKNOWN_KEYS {
            self.0
                .retain(|_, &mut since| is_within(UNKNOWN_KEY_SECONDS, since, now));
        }
        if self.0.len() < MAX_UNKNOWN_KEYS {
            self.0.insert(key, now);
        }
    }
}

#[derive(Default)]
struct Health {
    /// When the last good answer was asked for.
    good_at: Option<Timestamp>,
    failures: u32,
    /// Since when a request asks.
    asked_at: Option<Timestamp>,
}

impl Health {
    fn look(&mut self, failures_seen: u32, now: Timestamp) -> Look {
        let is_recent = |seconds, time: Option<Timestamp>| {
            time.is_some_and(|time| is_within(seconds, time, now))
        };
        if is_recent(HEALTH_SECONDS, self.good_at) {
            Look::Good
        } else if self.failures != failures_seen {
            Look::Failed
        } else if is_recent(PATIENCE_SECONDS, self.asked_at) {
            Look::Wait
        } else {
            self.asked_at = Some(now);
            Look::Ask
        }
    }

    fn note(&mut self, asked_at: Timestamp, is_good: bool) {
        self.asked_at = None;
        if is_good {
            self.good_at = Some(asked_at);
        } else {
            self.good_at = None;
            self.failures = self.failures.wrapping_add(1);
        }
    }
}

/// Whether `now` is less than so many seconds after `time`. A clock that was set
/// back makes nothing last longer.
fn is_within(seconds: i64, time: Timestamp, now: Timestamp) -> bool {
    (0..seconds).contains(&now.seconds().saturating_sub(time.seconds()))
}

#[cfg(test)]
mod tests {
    use assessments::credential::ApiKey;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn key(seed: u32) -> KeyHash {
        let digits = format!("{seed:04}").into_bytes();
        let mut bytes = digits.into_iter().cycle();
        KeyHash::of(&ApiKey::mint(false, || bytes.next().ok_or(())).unwrap())
    }

    #[test]
    fn a_key_is_unknown_for_ten_seconds() {
        let mut keys = UnknownKeys::default();
        keys.insert(key(1), at(100));
        for (seconds, is_unknown) in [(99, false), (100, true), (109, true), (110, false)] {
            assert_eq!(keys.contains(&key(1), at(seconds)), is_unknown, "{seconds}");
        }
        assert!(!keys.contains(&key(2), at(100)));
    }

    #[test]
    fn no_more_than_a_thousand_keys_are_remembered() {
        let mut keys = UnknownKeys::default();
        for seed in 0..1_200 {
            keys.insert(key(seed), at(100));
        }
        assert_eq!(keys.0.len(), MAX_UNKNOWN_KEYS);
        // Those that are no use any more make room.
        keys.insert(key(5_000), at(110));
        assert_eq!(keys.0.len(), 1);
        assert!(keys.contains(&key(5_000), at(110)));
    }

    #[test]
    fn a_good_answer_serves_for_five_seconds() {
        let mut health = Health::default();
        assert_eq!(health.look(0, at(100)), Look::Ask);
        health.note(at(100), true);
        assert_eq!(health.look(0, at(104)), Look::Good);
        assert_eq!(health.look(0, at(105)), Look::Ask);
    }

    #[test]
    fn one_asks_and_the_others_wait_for_it() {
        let mut health = Health::default();
        assert_eq!(health.look(0, at(100)), Look::Ask);
        assert_eq!(health.look(0, at(100)), Look::Wait);
        assert_eq!(health.look(0, at(101)), Look::Wait);
        health.note(at(100), false);
        // Who waited has the answer; who comes now asks.
        assert_eq!(health.look(0, at(101)), Look::Failed);
        assert_eq!(health.look(1, at(101)), Look::Ask);
    }

    #[test]
    fn nobody_waits_long_for_one_that_is_gone() {
        let mut health = Health::default();
        assert_eq!(health.look(0, at(100)), Look::Ask);
        assert_eq!(health.look(0, at(102)), Look::Ask);
        assert_eq!(health.look(0, at(102)), Look::Wait);
    }
}
