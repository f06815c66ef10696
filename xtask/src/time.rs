//! Times and lengths of time, as people read and type them.

use std::fmt;
use std::str::FromStr;

use assessments::time::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
const YEAR: i64 = 365 * DAY;
/// Longest that can be typed: a hundred years.
const LONGEST: i64 = 100 * YEAR;

/// A length of time as it is typed: a whole number and a unit, such as `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(i64);

impl Span {
    pub(crate) const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    pub(crate) const fn seconds(self) -> i64 {
        self.0
    }
}

/// Why a text is no length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanError {
    /// Not a whole number followed by a unit.
    Form,
    /// More than a hundred years.
    TooLong,
}

impl fmt::Display for SpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => {
                "must be a whole number and a unit (s, m, h, d or w), such as 30m, 24h or 90d"
            }
            Self::TooLong => "must be at most 36500d",
        })
    }
}

impl std::error::Error for SpanError {}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let units = [
            ('s', 1),
            ('m', MINUTE),
            ('h', HOUR),
            ('d', DAY),
            ('w', WEEK),
        ];
        let found = units.iter().find_map(|(unit, seconds)| {
            let number = text.strip_suffix(*unit)?;
            Some((number, *seconds))
        });
        let (number, unit) = found.ok_or(SpanError::Form)?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SpanError::Form);
        }
        // Only digits, so what fails to parse is too large.
        let number: i64 = number.parse().map_err(|_| SpanError::TooLong)?;
        let seconds = number.checked_mul(unit).ok_or(SpanError::TooLong)?;
        if seconds > LONGEST {
            return Err(SpanError::TooLong);
        }
        Ok(Self(seconds))
    }
}

/// In the largest unit of which there is at least one, cut off.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0;
        let units = [
            (YEAR, "year"),
            (DAY, "day"),
            (HOUR, "hour"),
            (MINUTE, "minute"),
        ];
        let (number, unit) = units
            .iter()
            .find(|(length, _)| seconds >= *length)
            .map_or((seconds, "second"), |(length, unit)| {
                (seconds / length, unit)
            });
        let plural = if number == 1 { "" } else { "s" };
        write!(f, "{number} {unit}{plural}")
    }
}

/// `2026-11-27T08:11:49Z`
pub(crate) fn iso(time: Timestamp) -> String {
    let of_day = time.seconds().rem_euclid(DAY);
    format!(
        "{}T{:02}:{:02}:{:02}Z",
        time.date(),
        of_day / HOUR,
        of_day % HOUR / MINUTE,
        of_day % MINUTE
    )
}

/// The same, and how far that is from `now`.
pub(crate) fn iso_and_relative(time: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", iso(time), relative(time, now))
}

/// How far a time is from `now`.
pub(crate) fn relative(time: Timestamp, now: Timestamp) -> String {
    let ahead = time.seconds().saturating_sub(now.seconds());
    match ahead {
        0 => "now".to_owned(),
        1.. => format!("in {}", Span(ahead)),
        _ => format!("{} ago", Span(ahead.saturating_neg())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_are_a_length_of_time() {
        for (text, seconds) in [
            ("0s", 0),
            ("90s", 90),
            ("30m", 1_800),
            ("24h", 86_400),
            ("90d", 7_776_000),
            ("2w", 1_209_600),
            ("036500d", LONGEST),
        ] {
            assert_eq!(text.parse(), Ok(Span(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        for text in [
            "", "90", "d", "-1d", "+1d", "1.5h", "1d12h", "1 d", " 1d", "1D", "1y", "٣d", "0x1s",
        ] {
            assert_eq!(text.parse::<Span>(), Err(SpanError::Form), "{text:?}");
        }
        for text in ["36501d", "99999999999999999999s", "9223372036854775807w"] {
            assert_eq!(text.parse::<Span>(), Err(SpanError::TooLong), "{text}");
        }
    }

    #[test]
    fn times_are_shown_in_utc_and_from_now() {
        let now = Timestamp::from_seconds(1_795_767_109);
        assert_eq!(iso(now), "2026-11-27T08:11:49Z");
        assert_eq!(iso(Timestamp::from_seconds(-1)), "1969-12-31T23:59:59Z");
        for (seconds, told) in [
            (0, "now"),
            (1, "in 1 second"),
            (-59, "59 seconds ago"),
            (-60, "1 minute ago"),
            (2 * HOUR, "in 2 hours"),
            (-DAY, "1 day ago"),
            (400 * DAY, "in 1 year"),
        ] {
            assert_eq!(relative(now.plus(seconds), now), told);
        }
        let (first, last) = (i64::MIN, i64::MAX);
        let between = relative(
            Timestamp::from_seconds(first),
            Timestamp::from_seconds(last),
        );
        assert!(between.ends_with("years ago"), "{between}");
    }
}
