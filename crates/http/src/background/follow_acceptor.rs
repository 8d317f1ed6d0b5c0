//! The task that accepts the follows of accounts that have gone public.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use astegni_domain::accounts::AccountService;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::error::chain;

/// The pause after a failure.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// The longest time between two looks. The request that would have woken the acceptor may have been dropped before, because
/// its client had gone.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Accepts the follows that wait for accounts that have gone public, without keeping their owners waiting.
///
/// The store holds all that it needs to know, so it may be dropped at any moment: the next one continues.
#[derive(Clone)]
pub struct FollowAcceptor {
    accounts: AccountService,
    wake: Arc<Notify>,
}

impl FollowAcceptor {
    /// Creates an acceptor that does nothing until it is run.
    pub fn new(accounts: AccountService) -> Self {
        Self { accounts, wake: Arc::default() }
    }

    /// Tells the running acceptor that follows may be waiting.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Accepts the follows that a previous process left waiting, then those that each [`Self::wake`] announces. Tries again
    /// after a failure. Never returns.
    pub async fn run(self) -> Infallible {
        loop {
            match self.accounts.accept_waiting_follows().await {
                // A timeout has the same effect as a wake.
                Ok(()) => drop(timeout(LOOK_AGAIN_AFTER, self.wake.notified()).await),
                Err(error) => {
                    tracing::warn!(error = %chain(&error), "waiting follows cannot be accepted for now");
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use astegni_domain::RepositoryError;
    use astegni_domain::accounts::{MockAccountRepository, MockDeviceRepository, MockPasswordHasher, MockTokenIssuer};
    use astegni_domain::clock::ManualClock;
    use astegni_domain::ids::UserId;
    use chrono::DateTime;
    use chrono_tz::Tz;
    use tokio::sync::mpsc;
    use tokio::task::LocalSet;
    use tokio::time::{Instant, timeout};

    use super::*;

    #[test]
    fn follows_are_accepted_at_the_start_when_woken_and_after_a_failure() {
        let (accepts, mut accepted) = mpsc::unbounded_channel();
        let mut accounts = MockAccountRepository::new();
        let mut marked = vec![Ok(3), Err(RepositoryError::Unavailable("down".into())), Ok(2), Ok(1)];
        let next = move || marked.pop().map_or_else(|| Ok(Vec::new()), |marked| Ok(vec![UserId::new(marked?)]));
        accounts.expect_accepting_follows().times(4).returning(next);
        accounts.expect_accept_follows().times(3).returning(move |id, _| {
            accepts.send(id.get()).unwrap();
            Ok(false)
        });
        let service = AccountService::new(
            Arc::new(accounts),
            Arc::new(MockDeviceRepository::new()),
            Arc::new(MockPasswordHasher::new()),
            Arc::new(MockTokenIssuer::new()),
            Arc::new(ManualClock::new(DateTime::UNIX_EPOCH)),
            Tz::UTC,
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        LocalSet::new().block_on(&runtime, async {
            let acceptor = FollowAcceptor::new(service);
            let running = tokio::task::spawn_local(acceptor.clone().run());
            assert_eq!(accepted.recv().await, Some(1), "left by a previous process");
            let quiet = timeout(RETRY_AFTER * 2, accepted.recv()).await;
            assert!(quiet.is_err(), "nothing is asked for until it is woken");
            acceptor.wake();
            assert_eq!(accepted.recv().await, Some(2));
            acceptor.wake();
            let failed_at = Instant::now();
            assert_eq!(accepted.recv().await, Some(3));
            assert_eq!(failed_at.elapsed().as_secs(), RETRY_AFTER.as_secs());
            running.abort();
            assert!(running.await.unwrap_err().is_cancelled());
        });
    }
}
