//! Writing on facts that may change under us: look up, decide, write on condition
//! that nothing has changed, and else begin again.

use crate::failure::Failure;
use crate::storage::database::StorageError;

/// Attempts of one request. The first may rest on what is remembered; one more is enough
/// unless configuration is in flux.
const MAX_ATTEMPTS: u32 = 6;

/// What came of one attempt.
pub(super) enum Attempt<T> {
    /// There is an answer.
    Settled(T),
    /// What the attempt rests on has changed, so nothing was written.
    Outdated,
    /// The write failed, and may have happened all the same.
    InDoubt(StorageError),
}

impl<T> Attempt<T> {
    /// What came of a write. If it failed otherwise than by what it rests on, one
    /// more look tells whether it happened, provided that there is a key to look
    /// by; without, the caller must be told that it failed.
    pub(super) fn of(written: Result<T, StorageError>, is_keyed: bool) -> Result<Self, Failure> {
        match written {
            Ok(value) => Ok(Self::Settled(value)),
            Err(StorageError::Constraint { .. }) => Ok(Self::Outdated),
            Err(error) if is_keyed => Ok(Self::InDoubt(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// The same with what `answer` makes of the value.
    pub(super) fn map<U>(self, answer: impl FnOnce(T) -> U) -> Attempt<U> {
        match self {
            Self::Settled(value) => Attempt::Settled(answer(value)),
            Self::Outdated => Attempt::Outdated,
            Self::InDoubt(error) => Attempt::InDoubt(error),
        }
    }
}

/// Attempts a write until there is an answer. Each attempt is told which failure
/// left the one before in doubt.
pub(super) async fn until_settled<T>(
    operation: &'static str,
    mut attempt: impl AsyncFnMut(Option<StorageError>) -> Result<Attempt<T>, Failure>,
) -> Result<T, Failure> {
    let mut in_doubt = None;
    for _ in 0..MAX_ATTEMPTS {
        match attempt(in_doubt.take()).await? {
            Attempt::Settled(value) => return Ok(value),
            Attempt::Outdated => {}
            Attempt::InDoubt(error) => in_doubt = Some(error),
        }
    }
    let failure = in_doubt.unwrap_or(StorageError::Contended { operation });
    Err(failure.into())
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn constraint() -> StorageError {
        StorageError::Constraint {
            operation: "write",
            cause: String::new(),
        }
    }

    fn failed() -> StorageError {
        StorageError::failed("write", &"connection lost")
    }

    /// Attempts whose writes come to `writes`, and then to nothing but changed facts:
    /// the outcome, and which attempts were told of a doubt.
    fn attempt(
        writes: Vec<Result<u32, StorageError>>,
        is_keyed: bool,
    ) -> (Result<u32, Failure>, Vec<bool>) {
        let mut writes = writes.into_iter();
        let mut told = Vec::new();
        let outcome = until_settled("write", async |in_doubt| {
            told.push(in_doubt.is_some());
            Attempt::of(writes.next().unwrap_or_else(|| Err(constraint())), is_keyed)
        })
        .now_or_never()
        .unwrap();
        (outcome, told)
    }

    #[test]
    fn a_write_on_facts_that_changed_is_attempted_again() {
        let (outcome, told) = attempt(vec![Err(constraint()), Ok(7)], false);
        assert!(matches!(outcome, Ok(7)));
        assert_eq!(told, [false, false]);
    }

    #[test]
    fn facts_that_change_at_every_attempt_are_given_up() {
        let (outcome, told) = attempt(Vec::new(), true);
        assert!(matches!(
            outcome,
            Err(Failure::Storage(StorageError::Contended { .. }))
        ));
        assert_eq!(told.len(), 6);
    }

    #[test]
    fn a_failed_write_is_looked_for_by_its_key_and_otherwise_told() {
        let (outcome, told) = attempt(vec![Err(failed()), Ok(7)], true);
        assert!(matches!(outcome, Ok(7)));
        assert_eq!(told, [false, true]);
        let (outcome, told) = attempt(vec![Err(failed()), Ok(7)], false);
        assert!(matches!(
            outcome,
            Err(Failure::Storage(StorageError::Failed { .. }))
        ));
        assert_eq!(told, [false]);
    }
}
