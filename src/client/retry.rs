//! Whether to try again, and when: a pure function of what happened.

/// How patient a client is. Times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Attempts after the first.
    pub max_retries: u32,
    /// From the first attempt to giving up, waits included.
    pub total_timeout_ms: f64,
    /// Longest `Retry-After` that is waited for: a caller who is told to come
    /// back later than that is better told so than kept waiting.
    pub max_retry_after_ms: f64,
}

impl Policy {
    /// Retries of a client that is not told otherwise.
    pub const DEFAULT_MAX_RETRIES: u32 = 4;
    /// Longest single attempt of a client that is not told otherwise.
    pub const DEFAULT_TIMEOUT_MS: f64 = 10_000.0;
    /// Longest call of a client that is not told otherwise.
    pub const DEFAULT_TOTAL_TIMEOUT_MS: f64 = 60_000.0;
    /// Longest `Retry-After` that a client waits for, if it is not told otherwise.
    pub const DEFAULT_MAX_RETRY_AFTER_MS: f64 = 30_000.0;
    /// Upper bound of the first wait.
    const FIRST_BACKOFF_MS: f64 = 250.0;
    /// Upper bound of every wait.
    const MAX_BACKOFF_MS: f64 = 8_000.0;
}

/// How an attempt ended, if not with a success.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// No answer came: connection refused or lost, offline.
    Connection,
    /// No whole answer came in time.
    Timeout,
    /// An error answer.
    Status {
        /// The HTTP status.
        status: u16,
        /// The value of `Retry-After`, in milliseconds.
        retry_after_ms: Option<f64>,
    },
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    /// Report the outcome.
    GiveUp,
    /// Try again after so many milliseconds.
    RetryAfter(f64),
}

impl Policy {
    /// Decides after attempt number `attempt` (the first is 0), `elapsed_ms`
    /// after the first began. `random` is uniform in 0..1: the wait is a
    /// random part of a bound that doubles ("full jitter"), so that clients
    /// that failed together do not come back together.
    #[must_use]
    pub fn decide(&self, attempt: u32, outcome: Outcome, elapsed_ms: f64, random: f64) -> Decision {
        if attempt >= self.max_retries || !outcome.is_worth_retrying() {
            return Decision::GiveUp;
        }
        let bound = (Self::FIRST_BACKOFF_MS * f64::from(2_u32.saturating_pow(attempt)))
            .min(Self::MAX_BACKOFF_MS);
        let backoff = bound * random;
        let wait = match outcome {
            Outcome::Status {
                retry_after_ms: Some(asked),
                ..
            } if asked > self.max_retry_after_ms => return Decision::GiveUp,
            Outcome::Status {
                retry_after_ms: Some(asked),
                ..
            } => asked + backoff,
            Outcome::Status { .. } | Outcome::Connection | Outcome::Timeout => backoff,
        };
        if elapsed_ms + wait >= self.total_timeout_ms {
            return Decision::GiveUp;
        }
        Decision::RetryAfter(wait)
    }
}

impl Outcome {
    /// Whether the same request may fare better later. Every operation may be
    /// repeated: reads and archives by nature, creates by their key.
    const fn is_worth_retrying(self) -> bool {
        match self {
            Self::Connection | Self::Timeout => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        max_retries: 3,
        total_timeout_ms: 60_000.0,
        max_retry_after_ms: Policy::DEFAULT_MAX_RETRY_AFTER_MS,
    };

    fn status(status: u16, retry_after_ms: Option<f64>) -> Outcome {
        Outcome::Status {
            status,
            retry_after_ms,
        }
    }

    #[test]
    fn what_may_pass_is_tried_again_and_what_will_not_is_not() {
        for outcome in [
            Outcome::Connection,
            Outcome::Timeout,
            status(408, None),
            status(429, None),
            status(500, None),
            status(503, None),
        ] {
            assert!(
                matches!(POLICY.decide(0, outcome, 0.0, 0.5), Decision::RetryAfter(_)),
                "{outcome:?}"
            );
        }
        for code in [400, 401, 403, 404, 405, 409, 413, 422] {
            assert_eq!(
                POLICY.decide(0, status(code, None), 0.0, 0.5),
                Decision::GiveUp
            );
        }
    }

    #[test]
    fn the_bound_of_the_wait_doubles_up_to_a_cap() {
        let bounds: Vec<f64> = (0..8)
            .map(|attempt| {
                let policy = Policy {
                    max_retries: 9,
                    ..POLICY
                };
                match policy.decide(attempt, Outcome::Connection, 0.0, 1.0) {
                    Decision::RetryAfter(wait) => wait,
                    Decision::GiveUp => panic!("gave up"),
                }
            })
            .collect();
        assert_eq!(
            bounds,
            [250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 8000.0, 8000.0]
        );
        assert_eq!(
            POLICY.decide(0, Outcome::Connection, 0.0, 0.0),
            Decision::RetryAfter(0.0)
        );
    }

    #[test]
    fn retry_after_is_honoured_and_refused_above_the_cap() {
        assert_eq!(
            POLICY.decide(0, status(429, Some(2000.0)), 0.0, 0.0),
            Decision::RetryAfter(2000.0)
        );
        assert_eq!(
            POLICY.decide(0, status(429, Some(31_000.0)), 0.0, 0.0),
            Decision::GiveUp
        );
        let patient = Policy {
            max_retry_after_ms: 100_000.0,
            total_timeout_ms: f64::INFINITY,
            ..POLICY
        };
        assert_eq!(
            patient.decide(0, status(503, Some(90_000.0)), 0.0, 0.0),
            Decision::RetryAfter(90_000.0)
        );
    }

    #[test]
    fn attempts_and_time_are_bounded() {
        assert_eq!(
            POLICY.decide(3, Outcome::Connection, 0.0, 0.0),
            Decision::GiveUp
        );
        assert_eq!(
            POLICY.decide(0, status(503, Some(5000.0)), 56_000.0, 0.0),
            Decision::GiveUp
        );
    }
}
