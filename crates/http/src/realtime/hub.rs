//! The subscribers of this process, shared by all workers.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use astegni_domain::accounts::Actor;
use astegni_domain::events::LoggedEvent;
use astegni_domain::ids::{DeviceId, UserId};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, mpsc, watch};

use super::frame::Broadcast;
use super::presence::Watches;
use super::subscription::Flags;
use super::{CloseReason, Frame, Signal, Subscription, Transport};

/// The largest number of subscriptions of one kind per user.
pub(super) const MAX_SUBSCRIPTIONS: usize = 10;

/// The number of subscribers who read their logs at the same time.
const MAX_READERS: usize = 16;

/// The number of signals that a subscriber may be behind before it has to look into the log.
const QUEUE: usize = 64;

/// The error for a user who has too many subscriptions of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the user has too many connections")]
pub struct TooMany;

/// The subscribers of this process.
pub struct Hub {
    state: Mutex<State>,
    /// Whether there are subscribers.
    occupancy: watch::Sender<bool>,
    poked: Notify,
    committed: Notify,
    outbox: OnceLock<mpsc::Sender<Broadcast>>,
    shutdown: watch::Sender<bool>,
    readers: Semaphore,
}

#[derive(Default)]
pub(super) struct State {
    subscribers: HashMap<UserId, Vec<Subscriber>>,
    pub(super) watches: Watches,
    last_id: u64,
    is_shut_down: bool,
}

struct Subscriber {
    id: u64,
    transport: Transport,
    device: DeviceId,
    sender: mpsc::Sender<Signal>,
    flags: Arc<Flags>,
}

impl State {
    pub(super) fn has_socket(&self, user: UserId) -> bool {
        self.count(user, Transport::Socket) > 0
    }

    fn count(&self, user: UserId, transport: Transport) -> usize {
        let subscribers = self.subscribers.get(&user).into_iter().flatten();
        subscribers.filter(|subscriber| subscriber.transport == transport).count()
    }

    /// Sends a frame to one subscriber. One that is behind does without: the frame is stale by the time it catches up.
    pub(super) fn send_transient(&self, (user, id): (UserId, u64), frame: &Arc<Frame>) {
        let mut subscribers = self.subscribers.get(&user).into_iter().flatten();
        if let Some(subscriber) = subscribers.find(|subscriber| subscriber.id == id) {
            // Fails only if the subscriber is behind or has gone.
            drop(subscriber.sender.try_send(Signal::Transient(frame.clone())));
        }
    }

    /// Removes subscribers and tells them the reason. Returns the users who have no socket left.
    fn close(&mut self, users: &[UserId], reason: CloseReason, is_closed: impl Fn(&Subscriber) -> bool) -> Vec<UserId> {
        let mut gone = Vec::new();
        for user in users {
            let had_socket = self.has_socket(*user);
            let Some(subscribers) = self.subscribers.get_mut(user) else { continue };
            for subscriber in subscribers.extract_if(.., |subscriber| is_closed(subscriber)) {
                subscriber.flags.closed.get_or_init(|| reason);
                self.watches.remove(subscriber.id);
            }
            if subscribers.is_empty() {
                self.subscribers.remove(user);
            }
            if had_socket && !self.has_socket(*user) {
                gone.push(*user);
            }
        }
        gone
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            occupancy: watch::Sender::new(false),
            poked: Notify::new(),
            committed: Notify::new(),
            outbox: OnceLock::new(),
            shutdown: watch::Sender::new(false),
            readers: Semaphore::new(MAX_READERS),
        }
    }
}

impl Hub {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a subscriber. After [`Self::shut_down`], the subscription is closed from the beginning.
    pub fn subscribe(self: &Arc<Self>, actor: &Actor, transport: Transport) -> Result<Subscription, TooMany> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let (user, flags) = (actor.user_id, Arc::<Flags>::default());
        let mut state = self.state();
        let before = state.count(user, transport);
        if before >= MAX_SUBSCRIPTIONS {
            return Err(TooMany);
        }
        state.last_id += 1;
        let id = state.last_id;
        if state.is_shut_down {
            flags.closed.get_or_init(|| CloseReason::ShuttingDown);
        } else {
            let device = actor.device_id;
            let subscriber = Subscriber { id, transport, device, sender, flags: flags.clone() };
            state.subscribers.entry(user).or_default().push(subscriber);
            if transport == Transport::Socket && before == 0 {
                self.announce(&mut state, user, true);
            }
        }
        self.occupancy.send_replace(!state.subscribers.is_empty());
        drop(state);
        Ok(Subscription { hub: self.clone(), user, id, receiver, flags })
    }

    pub(super) fn unsubscribe(&self, user: UserId, id: u64) {
        self.close(&[user], CloseReason::ShuttingDown, |subscriber| subscriber.id == id);
    }

    /// Replaces the device that a subscriber's token belongs to.
    pub fn move_to_device(&self, subscription: &Subscription, device: DeviceId) {
        let mut state = self.state();
        let subscribers = state.subscribers.get_mut(&subscription.user).into_iter().flatten();
        for subscriber in subscribers.filter(|subscriber| subscriber.id == subscription.id) {
            subscriber.device = device;
        }
    }

    fn close(&self, users: &[UserId], reason: CloseReason, is_closed: impl Fn(&Subscriber) -> bool) {
        let mut state = self.state();
        for user in state.close(users, reason, is_closed) {
            self.announce(&mut state, user, false);
        }
        self.occupancy.send_replace(!state.subscribers.is_empty());
    }

    /// Returns the devices of all subscribers, each once.
    pub fn devices(&self) -> Vec<DeviceId> {
        let state = self.state();
        let devices: HashSet<_> = state.subscribers.values().flatten().map(|subscriber| subscriber.device).collect();
        devices.into_iter().collect()
    }

    /// Closes the subscriptions of some devices.
    pub fn sign_out(&self, devices: &[DeviceId]) {
        let users: Vec<_> = self.state().subscribers.keys().copied().collect();
        self.close(&users, CloseReason::SignedOut, |subscriber| devices.contains(&subscriber.device));
    }

    /// Closes all subscriptions, now and from now on.
    pub fn shut_down(&self) {
        let users: Vec<_> = {
            let mut state = self.state();
            state.is_shut_down = true;
            state.subscribers.keys().copied().collect()
        };
        self.shutdown.send_replace(true);
        self.close(&users, CloseReason::ShuttingDown, |_| true);
    }

    /// Waits for [`Self::shut_down`].
    pub async fn stopped(&self) {
        // Fails only if the sender is dropped, which `self` owns.
        drop(self.shutdown.subscribe().wait_for(|stopped| *stopped).await);
    }

    /// Waits for a turn to read a log, which lasts until the result is dropped. Subscribers who are all told to look into
    /// their logs thus leave room for other calls to the store.
    pub(super) async fn reading(&self) -> Option<SemaphorePermit<'_>> {
        // Fails only if the semaphore is closed, which it never is.
        self.readers.acquire().await.ok()
    }

    /// Waits until there is a subscriber.
    pub async fn occupied(&self) {
        // Fails only if the sender is dropped, which `self` owns.
        drop(self.occupancy.subscribe().wait_for(|occupied| *occupied).await);
    }

    /// Returns whether there are no subscribers.
    pub fn is_empty(&self) -> bool {
        !*self.occupancy.borrow()
    }

    /// Announces that events may have been written, by this process or by another one.
    pub fn poke(&self) {
        self.poked.notify_one();
    }

    /// Waits for a [`Self::poke`] since the last call.
    pub async fn poked(&self) {
        self.poked.notified().await;
    }

    /// Announces that this process may have written events.
    pub fn commit(&self) {
        self.poke();
        self.committed.notify_one();
    }

    /// Waits for a [`Self::commit`] since the last call.
    pub(super) async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Returns those of some events that have a subscriber.
    pub fn with_subscribers(&self, mut events: Vec<LoggedEvent>) -> Vec<LoggedEvent> {
        let state = self.state();
        events.retain(|event| state.subscribers.contains_key(&event.reader));
        events
    }

    /// Sends events to the subscribers of their readers, in the given order.
    pub fn deliver(&self, events: Vec<LoggedEvent>) {
        for event in events {
            let reader = event.reader;
            self.signal(reader, &Signal::Event(Arc::new(event)));
        }
    }

    /// Tells all subscribers to look into their logs.
    pub fn refresh(&self) {
        let users: Vec<_> = self.state().subscribers.keys().copied().collect();
        for user in users {
            self.signal(user, &Signal::Refresh);
        }
    }

    /// Sends a signal that must not be lost. If the queue is full, the subscriber learns that it has missed one.
    fn signal(&self, user: UserId, signal: &Signal) {
        let state = self.state();
        for subscriber in state.subscribers.get(&user).into_iter().flatten() {
            if let Err(TrySendError::Full(_)) = subscriber.sender.try_send(signal.clone()) {
                subscriber.flags.missed.store(true, Ordering::Release);
                // Wakes a subscriber that has emptied its queue before it could see the flag.
                drop(subscriber.sender.try_send(Signal::Refresh));
            }
        }
    }

    /// Sends a frame to the sockets of some users, on this replica.
    pub(super) fn send_to_sockets(&self, users: &[UserId], frame: Frame) {
        let (state, frame) = (self.state(), Arc::new(frame));
        for user in users {
            let subscribers = state.subscribers.get(user).into_iter().flatten();
            for socket in subscribers.filter(|subscriber| subscriber.transport == Transport::Socket) {
                state.send_transient((*user, socket.id), &frame);
            }
        }
    }

    /// Sends a frame to the sockets of some users, on all replicas.
    pub fn send(&self, users: &[UserId], frame: Frame) {
        self.broadcast(Broadcast::Frame { frame, users: users.iter().map(|user| user.get()).collect() });
        self.send_to_sockets(users, frame);
    }

    /// Sets the queue of broadcasts to the other replicas. Until then there are none.
    pub(super) fn relay_to(&self, outbox: mpsc::Sender<Broadcast>) {
        // Already set only if a second relay runs, which adds nothing.
        drop(self.outbox.set(outbox));
    }

    /// Sends a broadcast to the other replicas. It is lost if the queue is full, as frames may be.
    pub(super) fn broadcast(&self, broadcast: Broadcast) {
        if let Some(outbox) = self.outbox.get() {
            drop(outbox.try_send(broadcast));
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
