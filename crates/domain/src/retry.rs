//! Optimistic concurrency: a write that conflicts is decided again on fresh facts.

use crate::RepositoryError;

/// The number of times that a use case loads, decides and writes before it reports a conflict.
const MAX_ATTEMPTS: usize = 8;

/// Runs `attempt` until its write no longer conflicts, at most [`MAX_ATTEMPTS`] times.
///
/// An attempt loads the facts, decides and returns the outcome of its write. The outer error is a refusal,
/// which ends the loop, as does every outcome other than [`RepositoryError::Conflict`].
pub(crate) async fn retry_on_conflict<T, E: From<RepositoryError>>(
    attempt: impl AsyncFn() -> Result<Result<T, RepositoryError>, E>,
) -> Result<T, E> {
    for _ in 1..MAX_ATTEMPTS {
        match attempt().await? {
            Err(RepositoryError::Conflict) => {}
            outcome => return outcome.map_err(E::from),
        }
    }
    attempt().await?.map_err(E::from)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_executor::block_on;

    use super::*;

    fn run(conflicts: usize) -> (Result<usize, RepositoryError>, usize) {
        let attempts = Cell::new(0);
        let outcome = block_on(retry_on_conflict(async || {
            attempts.set(attempts.get() + 1);
            Ok(if attempts.get() > conflicts { Ok(attempts.get()) } else { Err(RepositoryError::Conflict) })
        }));
        (outcome, attempts.get())
    }

    #[test]
    fn a_conflict_is_retried_up_to_eight_attempts() {
        assert!(matches!(run(0), (Ok(1), 1)));
        assert!(matches!(run(7), (Ok(8), 8)));
        assert!(matches!(run(8), (Err(RepositoryError::Conflict), 8)));
    }

    #[test]
    fn a_refusal_and_any_other_failure_end_the_loop() {
        let attempts = Cell::new(0);
        let refused: Result<(), RepositoryError> = block_on(retry_on_conflict(async || {
            attempts.set(attempts.get() + 1);
            Err(RepositoryError::Unavailable("refused".into()))
        }));
        assert!(refused.is_err());
        let failed: Result<(), RepositoryError> = block_on(retry_on_conflict(async || {
            attempts.set(attempts.get() + 1);
            Ok(Err(RepositoryError::Unexpected("broken".into())))
        }));
        assert!(matches!(failed, Err(RepositoryError::Unexpected(_))));
        assert_eq!(attempts.get(), 2);
    }
}
