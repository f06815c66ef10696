//! The clock, and what is bounded by it.

use std::time::Duration;

use assessments::time::Timestamp;
use futures_util::future::{Either, select};
use worker::Delay;

/// The present, in milliseconds since 1970. The only clock there is. It does not go
/// on while the Worker computes, only while it waits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 are far inside 64 bits, and the cast saturates"
)]
pub(crate) fn milliseconds() -> i64 {
    js_sys::Date::now().floor() as i64
}

/// The present, in whole seconds.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_seconds(milliseconds().div_euclid(1000))
}

/// Milliseconds since `begun`. A clock that was set back makes it none.
pub(crate) fn elapsed_since(begun: i64) -> u32 {
    let elapsed = milliseconds().saturating_sub(begun).max(0);
    u32::try_from(elapsed).unwrap_or(u32::MAX)
}

/// The outcome of `work`, or `None` if it takes longer than `milliseconds`.
pub(crate) async fn deadline<T>(milliseconds: u64, work: impl Future<Output = T>) -> Option<T> {
    let timer = Delay::from(Duration::from_millis(milliseconds));
    match select(std::pin::pin!(work), timer).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(((), _)) => None,
    }
}

/// Whether `now` is less than so many seconds after `time`. A clock that was set
/// back makes nothing last longer.
pub(crate) fn is_within(seconds: i64, time: Timestamp, now: Timestamp) -> bool {
    (0..seconds).contains(&now.seconds().saturating_sub(time.seconds()))
}
