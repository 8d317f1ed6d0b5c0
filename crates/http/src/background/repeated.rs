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

    #[test]
    fn a_job_is_repeated_after_a_failure() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let runs = Cell::new(0);
        let job = || {
            runs.set(runs.get() + 1);
            let failed = runs.get() == 2;
            async move { if failed { Err(RepositoryError::Unavailable("down".into())) } else { Ok(()) } }
        };
        let ended = runtime
            .block_on(timeout(EXPIRY_INTERVAL * 3 + Duration::from_secs(1), repeat(EXPIRY_INTERVAL, "failed", job)));
        assert!(ended.is_err());
        assert_eq!(runs.get(), 4);
    }
}
