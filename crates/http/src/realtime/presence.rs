//! Presence: users are online while they have a socket on any replica.
//!
//! Nothing is stored. Each replica remembers, for the users that its sockets watch, the replicas on which they are online;
//! it asks the others when a watch begins, and again at intervals, so that the users of a replica that has crashed go offline.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::chat::ChatService;
use astegni_domain::ids::UserId;
use tokio::sync::Notify;
use tokio::time::{Duration, Instant, sleep};

use super::frame::Broadcast;
use super::hub::State;
use super::{Frame, Hub, Subscription};
use crate::error::chain;

/// The interval at which the other replicas are asked about all watched users.
pub(super) const QUESTION_INTERVAL: Duration = Duration::from_secs(30);

/// The time for which another replica's answer counts: it may miss one question.
const ANSWER_LIFETIME: Duration = Duration::from_secs(75);

/// The time for which arrivals are gathered, so that a user who reconnects at once causes no query.
const DELAY: Duration = Duration::from_millis(500);

/// The largest number of watching users per query.
const CHUNK: usize = 500;

/// The identity of a replica, chosen at random by each process.
pub(super) type ReplicaId = u64;

/// The users whose presence sockets of this replica watch.
#[derive(Default)]
pub(super) struct Watches {
    watched: HashMap<UserId, Watched>,
    lists: HashMap<u64, Vec<UserId>>,
    /// The users of whom the [`Herald`] has to tell.
    arrived: HashSet<UserId>,
    arrival: Arc<Notify>,
}

#[derive(Default)]
struct Watched {
    /// The watching user and subscriber of each watch.
    watchers: HashSet<(UserId, u64)>,
    /// The replicas on which the user is online, with the instants of their last answers.
    replicas: HashMap<ReplicaId, Instant>,
}

impl Watches {
    /// Removes the watches of a subscriber.
    pub(super) fn remove(&mut self, id: u64) {
        for user in self.lists.remove(&id).unwrap_or_default() {
            self.unwatch(user, id);
        }
    }

    fn unwatch(&mut self, user: UserId, id: u64) {
        if let Some(watched) = self.watched.get_mut(&user) {
            watched.watchers.retain(|(_, watcher)| *watcher != id);
            if watched.watchers.is_empty() {
                self.watched.remove(&user);
            }
        }
    }

    fn replace(&mut self, watcher: (UserId, u64), users: &[UserId]) {
        for user in users {
            self.watched.entry(*user).or_default().watchers.insert(watcher);
        }
        let before = self.lists.insert(watcher.1, users.to_vec()).unwrap_or_default();
        for user in before.into_iter().filter(|user| !users.contains(user)) {
            self.unwatch(user, watcher.1);
        }
    }

    /// Returns the users who watch a user, each once.
    fn watching(&self, user: UserId) -> Vec<UserId> {
        let watchers = self.watched.get(&user).into_iter().flat_map(|watched| &watched.watchers);
        watchers.map(|(watcher, _)| *watcher).collect::<HashSet<_>>().into_iter().collect()
    }

    fn is_online_elsewhere(&self, user: UserId) -> bool {
        self.watched.get(&user).is_some_and(|watched| !watched.replicas.is_empty())
    }
}

impl Hub {
    /// Lets a socket watch some users in place of those that it has watched. Returns those who are online and the others,
    /// as far as this replica knows; the other replicas are asked.
    pub fn watch(&self, subscription: &Subscription, users: &[UserId]) -> (Vec<UserId>, Vec<UserId>) {
        let mut state = self.state();
        state.watches.replace((subscription.user, subscription.id), users);
        self.ask(users);
        users.iter().copied().partition(|user| state.has_socket(*user) || state.watches.is_online_elsewhere(*user))
    }

    fn ask(&self, users: &[UserId]) {
        if !users.is_empty() {
            self.broadcast(Broadcast::Question { users: users.iter().map(|user| user.get()).collect() });
        }
    }

    /// Tells the watchers and the other replicas that a user's first socket has opened here, or the last one has closed.
    pub(super) fn announce(&self, state: &mut State, user: UserId, is_online: bool) {
        self.broadcast(Broadcast::Presence { users: vec![user.get()], is_online });
        if !state.watches.is_online_elsewhere(user) {
            tell_watchers(state, user, is_online);
        }
    }

    /// Takes a broadcast of another replica.
    pub(super) fn receive(&self, replica: ReplicaId, broadcast: Broadcast) {
        match broadcast {
            Broadcast::Frame { frame, users } => self.send_to_sockets(&ids(users), frame),
            Broadcast::Presence { users, is_online } => {
                let mut state = self.state();
                for user in ids(users) {
                    set_elsewhere(&mut state, user, replica, is_online);
                }
            }
            Broadcast::Question { users } => {
                let state = self.state();
                let online: Vec<_> = users.into_iter().filter(|user| state.has_socket(UserId::new(*user))).collect();
                if !online.is_empty() {
                    self.broadcast(Broadcast::Presence { users: online, is_online: true });
                }
            }
        }
    }

    /// Asks the other replicas about all watched users, and forgets replicas that have stopped to answer.
    pub(super) fn review_presence(&self, now: Instant) {
        let mut state = self.state();
        let watched: Vec<_> = state.watches.watched.keys().copied().collect();
        for user in &watched {
            let was_online = state.watches.is_online_elsewhere(*user);
            if let Some(watched) = state.watches.watched.get_mut(user) {
                watched.replicas.retain(|_, answered| now.duration_since(*answered) < ANSWER_LIFETIME);
            }
            if was_online && !state.watches.is_online_elsewhere(*user) && !state.has_socket(*user) {
                tell_watchers(&mut state, *user, false);
            }
        }
        for users in watched.chunks(500) {
            self.ask(users);
        }
    }
}

fn set_elsewhere(state: &mut State, user: UserId, replica: ReplicaId, is_online: bool) {
    let was_online = state.has_socket(user) || state.watches.is_online_elsewhere(user);
    let Some(watched) = state.watches.watched.get_mut(&user) else { return };
    if is_online {
        watched.replicas.insert(replica, Instant::now());
    } else {
        watched.replicas.remove(&replica);
    }
    let is_online = state.has_socket(user) || state.watches.is_online_elsewhere(user);
    if is_online != was_online {
        tell_watchers(state, user, is_online);
    }
}

/// Tells the watchers of a user that the user has gone offline, which is what those see who may not know. That the user is
/// online is told by the [`Herald`].
fn tell_watchers(state: &mut State, user: UserId, is_online: bool) {
    let Some(watched) = state.watches.watched.get(&user) else { return };
    if is_online {
        state.watches.arrived.insert(user);
        state.watches.arrival.notify_one();
        return;
    }
    let frame = Arc::new(Frame::Presence { user_id: user.get(), is_online });
    for watcher in &watched.watchers {
        state.send_transient(*watcher, &frame);
    }
}

/// Tells watchers of the users who come online, as far as they may still know: one query for each user, however many watch,
/// and for a user who comes and goes at most two per second.
pub struct Herald {
    chat: ChatService,
    hub: Arc<Hub>,
}

impl Herald {
    /// Creates a herald that does nothing until it is run.
    pub fn new(chat: ChatService, hub: Arc<Hub>) -> Self {
        Self { chat, hub }
    }

    /// Tells of arrivals. Never returns.
    pub async fn run(self) -> Infallible {
        let arrival = self.hub.state().watches.arrival.clone();
        loop {
            arrival.notified().await;
            sleep(DELAY).await;
            self.tell_all().await;
        }
    }

    /// Tells of those who have arrived since the last call.
    pub(super) async fn tell_all(&self) {
        let arrived = std::mem::take(&mut self.hub.state().watches.arrived);
        for user in arrived {
            if let Err(error) = self.tell(user).await {
                tracing::warn!(error = %chain(&error), "presence cannot be shown for now");
            }
        }
    }

    async fn tell(&self, user: UserId) -> Result<(), RepositoryError> {
        let watching = self.hub.state().watches.watching(user);
        for users in watching.chunks(CHUNK) {
            let viewers: HashSet<_> = self.chat.presence_viewers(user, users.to_vec()).await?.into_iter().collect();
            let state = self.hub.state();
            if !state.has_socket(user) && !state.watches.is_online_elsewhere(user) {
                return Ok(());
            }
            let frame = Arc::new(Frame::Presence { user_id: user.get(), is_online: true });
            let watchers = state.watches.watched.get(&user).into_iter().flat_map(|watched| &watched.watchers);
            for watcher in watchers.filter(|(viewer, _)| viewers.contains(viewer)) {
                state.send_transient(*watcher, &frame);
            }
        }
        Ok(())
    }
}

fn ids(users: Vec<i64>) -> Vec<UserId> {
    users.into_iter().map(UserId::new).collect()
}
