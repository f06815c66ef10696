//! What an isolate remembers of whether the database answers, so that nobody can
//! load it by asking again (section 7). It is short-lived, and gone with the instance.

use std::cell::RefCell;

use assessments::time::Timestamp;

use crate::platform::clock::is_within;

/// How old an answer of `/healthz` may be, in seconds.
const HEALTH_SECONDS: i64 = 5;
/// How long other requests wait for the one that asks the database, in seconds.
/// It may be gone, and nobody hears of that.
const PATIENCE_SECONDS: i64 = 2;

thread_local! {
    static HEALTH: RefCell<Health> = RefCell::default();
}

/// How often the database was found not to answer, for [`next`].
pub(crate) fn failures() -> u32 {
    HEALTH.with_borrow(|health| health.failures)
}

/// What a request for the health does next, which saw that many failures when
/// it came.
pub(crate) fn next(failures_seen: u32, now: Timestamp) -> Next {
    HEALTH.with_borrow_mut(|health| health.next(failures_seen, now))
}

/// Remembers what the request that asked at `asked_at` was answered.
pub(crate) fn note(asked_at: Timestamp, is_good: bool) {
    HEALTH.with_borrow_mut(|health| health.note(asked_at, is_good));
}

/// The database failed, whoever found out: its last good answer says no more.
pub(crate) fn forget() {
    HEALTH.with_borrow_mut(|health| health.good_at = None);
}

/// What a request for the health does next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
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
struct Health {
    /// When the last good answer was asked for.
    good_at: Option<Timestamp>,
    failures: u32,
    /// Since when a request asks.
    asked_at: Option<Timestamp>,
}

impl Health {
    fn next(&mut self, failures_seen: u32, now: Timestamp) -> Next {
        let is_recent = |seconds, time: Option<Timestamp>| {
            time.is_some_and(|time| is_within(seconds, time, now))
        };
        if is_recent(HEALTH_SECONDS, self.good_at) {
            Next::Good
        } else if self.failures != failures_seen {
            Next::Failed
        } else if is_recent(PATIENCE_SECONDS, self.asked_at) {
            Next::Wait
        } else {
            self.asked_at = Some(now);
            Next::Ask
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_good_answer_serves_for_five_seconds() {
        let mut health = Health::default();
        assert_eq!(health.next(0, at(100)), Next::Ask);
        health.note(at(100), true);
        assert_eq!(health.next(0, at(104)), Next::Good);
        assert_eq!(health.next(0, at(105)), Next::Ask);
    }

    #[test]
    fn one_asks_and_the_others_wait_for_it() {
        let mut health = Health::default();
        assert_eq!(health.next(0, at(100)), Next::Ask);
        assert_eq!(health.next(0, at(100)), Next::Wait);
        assert_eq!(health.next(0, at(101)), Next::Wait);
        health.note(at(100), false);
        // Who waited has the answer; who comes now asks.
        assert_eq!(health.next(0, at(101)), Next::Failed);
        assert_eq!(health.next(1, at(101)), Next::Ask);
    }

    #[test]
    fn nobody_waits_long_for_one_that_is_gone() {
        let mut health = Health::default();
        assert_eq!(health.next(0, at(100)), Next::Ask);
        assert_eq!(health.next(0, at(102)), Next::Ask);
        assert_eq!(health.next(0, at(102)), Next::Wait);
    }
}
