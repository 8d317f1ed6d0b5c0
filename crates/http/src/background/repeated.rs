//! Tasks that are repeated at intervals.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use astegni_domain::RepositoryError;
use tokio::time::sleep;

use crate::error::chain;

/// The time between two deletions of old events.
pub(super) const PRUNING_INTERVAL: Duration = Duration::from_secs(600);

/// The time between two expiries of overdue requests.
pub(super) const EXPIRY_INTERVAL: Duration = Duration::from_secs(15);

/// Repeats a job, beginning now. A failure is logged, and the job is repeated as usual. Never returns.
pub(super) async fn repeat<F>(interval: Duration, failure: &'static str, job: impl Fn() -> F) -> Infallible
where
    F: Future<Output = Result<(), RepositoryError>>,
{
    loop {
        if let Err(error) = job().await {
            tracing::warn!(error = %chain(&error), "{failure}");
        }
        sleep(interval).await;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_is_repeated_after_a_failure() {
        let runs = Cell::new(0);
        let job = || {
            runs.set(runs.get() + 1);
            let failed = runs.get() == 2;
            async move { if failed { Err(RepositoryError::Unavailable("down".into())) } else { Ok(()) } }
        };
        let time = EXPIRY_INTERVAL * 3 + Duration::from_secs(1);
        assert!(timeout(time, repeat(EXPIRY_INTERVAL, "failed", job)).await.is_err());
        assert_eq!(runs.get(), 4);
    }
}
