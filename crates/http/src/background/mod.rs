//! Work that goes on beside the requests.

mod follow_acceptor;
mod repeated;

use std::future::Future;

use actix_web::rt;
use tokio::task::JoinHandle;

pub use follow_acceptor::FollowAcceptor;

use crate::realtime::{Herald, Relay, RevocationWatch, Tailer};
use crate::services::Services;
use repeated::{EXPIRY_INTERVAL, PRUNING_INTERVAL, repeat};

/// The background tasks of a server. Dropping them ends them; all that they need to know is in the store, so that the next
/// server continues.
pub struct BackgroundTasks(Vec<JoinHandle<()>>);

impl BackgroundTasks {
    /// Starts the tasks on the current thread. Without a relay, other replicas are polled.
    pub fn start(services: &Services, relay: Option<Relay>) -> Self {
        let Services { events, hub, requests, .. } = services.clone();
        let mut tasks = Self(Vec::new());
        tasks.spawn(services.follow_acceptor.clone().run());
        tasks.spawn(Tailer::new(events.clone(), hub.clone()).run());
        tasks.spawn(RevocationWatch::new(services.authenticator.clone(), hub.clone()).run());
        tasks.spawn(Herald::new(services.chat.clone(), hub.clone()).run());
        let commits = events.clone();
        tasks.spawn(async move {
            loop {
                commits.committed().await;
                hub.commit();
            }
        });
        tasks.spawn(repeat(PRUNING_INTERVAL, "old events cannot be deleted for now", move || {
            let events = events.clone();
            async move { events.prune().await }
        }));
        tasks.spawn(repeat(EXPIRY_INTERVAL, "overdue requests cannot be expired for now", move || {
            let requests = requests.clone();
            async move { requests.expire_overdue().await }
        }));
        if let Some(relay) = relay {
            tasks.spawn(relay.run());
        }
        tasks
    }

    fn spawn<T>(&mut self, task: impl Future<Output = T> + 'static) {
        self.0.push(rt::spawn(async move {
            task.await;
        }));
    }
}

impl Drop for BackgroundTasks {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}
