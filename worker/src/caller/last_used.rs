//! When keys were last used: written at most once an hour for each, after the response,
//! and only where what was read says that it is due. Nothing is decided by it.

use std::cell::RefCell;
use std::collections::HashMap;

use assessments::digest::KeyHash;
use assessments::time::Timestamp;

use super::{Caller, Principal};
use crate::platform::clock::is_within;
use crate::platform::context::Context;
use crate::platform::log;
use crate::storage::database::Databases;
use crate::storage::standing;

/// How old what is noted may become, in seconds.
const NOTED_SECONDS: i64 = 60 * 60;
/// Keys that an isolate remembers to have noted: some hundred kilobytes. Beyond, the
/// database tells.
const MAX_REMEMBERED: usize = 1_000;

thread_local! {
    /// Without it, all requests that come before the first has noted the use would.
    static NOTED: RefCell<Noted> = RefCell::default();
}

/// Notes that the caller's key is used, of which the database says `last_used_at`.
pub(super) fn note(
    context: &Context,
    caller: &Caller,
    last_used_at: Option<Timestamp>,
    now: Timestamp,
) {
    let Principal::Key(key) = &caller.principal else {
        return;
    };
    let is_noted = last_used_at.is_some_and(|time| is_within(NOTED_SECONDS, time, now));
    if is_noted || !NOTED.with_borrow_mut(|noted| noted.is_due(key, now)) {
        return;
    }
    // Not those of the request: what comes after it is none of its round trips.
    let databases = Databases::new(context.env());
    let (org, key) = (caller.org.clone(), key.clone());
    let horizon = now.plus(-NOTED_SECONDS);
    context.after_response(async move {
        let noted = standing::note_used(&databases, &org, &key, now, horizon).await;
        if let Err(error) = noted {
            NOTED.with_borrow_mut(|noted| noted.forget(&key));
            log::warn("use_of_key_not_noted")
                .field("org", org.as_str())
                .cause(&error)
                .write();
        }
    });
}

#[derive(Default)]
struct Noted(HashMap<KeyHash, Timestamp>);

impl Noted {
    /// Whether the use of a key is to be noted, which then counts as done.
    fn is_due(&mut self, key: &KeyHash, now: Timestamp) -> bool {
        let is_recent = |time: &Timestamp| is_within(NOTED_SECONDS, *time, now);
        if self.0.get(key).is_some_and(is_recent) {
            return false;
        }
        if self.0.len() >= MAX_REMEMBERED {
            self.0.retain(|_, time| is_recent(time));
        }
        if self.0.len() < MAX_REMEMBERED {
            self.0.insert(key.clone(), now);
        }
        true
    }

    fn forget(&mut self, key: &KeyHash) {
        self.0.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use assessments::credential::ApiKey;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn key(seed: u32) -> KeyHash {
        let mut bytes = format!("{seed:05}").into_bytes().into_iter().cycle();
        KeyHash::of(&ApiKey::mint(false, || bytes.next().ok_or(())).unwrap())
    }

    #[test]
    fn a_use_is_due_once_an_hour_and_again_if_it_could_not_be_noted() {
        let mut noted = Noted::default();
        assert!(noted.is_due(&key(1), at(1_000)));
        assert!(!noted.is_due(&key(1), at(4_599)));
        assert!(noted.is_due(&key(2), at(4_599)));
        assert!(noted.is_due(&key(1), at(4_600)));
        noted.forget(&key(1));
        assert!(noted.is_due(&key(1), at(4_601)));
    }

    #[test]
    fn no_more_than_a_thousand_keys_are_remembered() {
        let mut noted = Noted::default();
        for seed in 0..1_100 {
            assert!(noted.is_due(&key(seed), at(100)));
        }
        assert_eq!(noted.0.len(), MAX_REMEMBERED);
        // Those that are no use any more make room.
        assert!(noted.is_due(&key(2_000), at(10_000)));
        assert_eq!(noted.0.len(), 1);
    }
}
