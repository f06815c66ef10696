//! How long a key is good for.

use std::str::FromStr;

use anyhow::{Result, bail};

use super::record::KeyRecord;
use crate::time::{Span, SpanError};

/// How long a key is good for, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Until it is revoked.
    Never,
    /// For this long.
    For(Span),
}

impl FromStr for Lifetime {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        match text {
            "never" => Ok(Self::Never),
            text => text.parse().map(Self::For),
        }
    }
}

impl Lifetime {
    /// The same, without an end for `never`.
    pub(crate) fn span(self) -> Result<Option<Span>> {
        match self {
            Self::Never => Ok(None),
            Self::For(span) if span.seconds() == 0 => {
                bail!("--expires: a key must be good for at least a second")
            }
            Self::For(span) => Ok(Some(span)),
        }
    }
}

/// How long the new key in the place of `old` is good for: as long as that was.
pub(crate) fn of_successor(old: &KeyRecord) -> Result<Option<Span>> {
    match (old.created_at, old.expires_at) {
        (_, None) => Ok(None),
        (Some(from), Some(to)) if to > from => {
            Ok(Some(Span::from_seconds(to.seconds() - from.seconds())))
        }
        _ => bail!(
            "{} expires, and it is not known when it was made; say how long the new one is good for with --expires",
            old.id
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assessments::time::Timestamp;

    fn made(created_at: Option<i64>, expires_at: Option<i64>) -> KeyRecord {
        KeyRecord {
            id: "cbkey_00000000000000000000000000000001".to_owned(),
            name: "name".to_owned(),
            role: "Service Account".to_owned(),
            last_four: "abcd".to_owned(),
            created_at: created_at.map(Timestamp::from_seconds),
            expires_at: expires_at.map(Timestamp::from_seconds),
            revoked_at: None,
            last_used_at: None,
        }
    }

    #[test]
    fn a_rotated_key_is_good_for_as_long_as_the_old_one_was() {
        let lifetime = |key: &KeyRecord| of_successor(key).ok();
        assert_eq!(lifetime(&made(Some(5), None)), Some(None));
        let span = Span::from_seconds(90);
        assert_eq!(lifetime(&made(Some(10), Some(100))), Some(Some(span)));
        for unknown in [made(None, Some(100)), made(Some(100), Some(100))] {
            assert_eq!(lifetime(&unknown), None);
        }
    }

    #[test]
    fn a_lifetime_is_never_or_a_length_of_time() {
        assert_eq!("never".parse(), Ok(Lifetime::Never));
        assert_eq!(
            "90d".parse(),
            Ok(Lifetime::For(Span::from_seconds(7_776_000)))
        );
        assert_eq!("Never".parse::<Lifetime>(), Err(SpanError::Form));
        assert!(Lifetime::For(Span::from_seconds(0)).span().is_err());
    }
}
