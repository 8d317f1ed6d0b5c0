use astegni_domain::accounts::ProfileIds;
use astegni_domain::chat::{ChatService, MockChatQueries, MockChatRepository};
use astegni_domain::clock::ManualClock;
use astegni_domain::events::{EventKind, Subject};
use astegni_domain::ids::ConversationId;
use chrono::DateTime;

use super::*;
use crate::realtime::Herald;

pub(in crate::realtime) fn actor(user: i64, device: i64) -> Actor {
    let (user_id, device_id) = (UserId::new(user), DeviceId::new(device));
    Actor { user_id, device_id, active_role: None, profiles: ProfileIds::default() }
}

pub(in crate::realtime) fn event(reader: i64, cursor: i64) -> LoggedEvent {
    LoggedEvent {
        reader: UserId::new(reader),
        cursor,
        kind: EventKind::ConversationChanged,
        subject: Subject::Conversation { conversation: ConversationId::new(1) },
        message: None,
        created_at: DateTime::UNIX_EPOCH,
    }
}

/// Creates a herald of users whom all may see but one.
pub(in crate::realtime) fn herald(hub: &Arc<Hub>) -> Herald {
    let mut chat = MockChatRepository::new();
    let admits = |viewer: &UserId| *viewer != STRANGER;
    chat.expect_presence_viewers().returning(move |_, viewers| Ok(viewers.into_iter().filter(admits).collect()));
    let clock = ManualClock::new(DateTime::UNIX_EPOCH);
    Herald::new(ChatService::new(Arc::new(chat), Arc::new(MockChatQueries::new()), Arc::new(clock)), hub.clone())
}

/// A user who may not see the presence of others.
const STRANGER: UserId = UserId::new(66);

fn hub() -> Arc<Hub> {
    Arc::new(Hub::default())
}

/// Takes the cursors of the queued events; 0 stands for a refresh.
fn queued(subscription: &mut Subscription) -> Vec<i64> {
    let signals = std::iter::from_fn(|| subscription.receiver.try_recv().ok());
    signals.map(|signal| if let Signal::Event(event) = signal { event.cursor } else { 0 }).collect()
}

/// Takes the queued frames of presence.
fn presence(subscription: &mut Subscription) -> Vec<(i64, bool)> {
    let signals = std::iter::from_fn(|| subscription.receiver.try_recv().ok());
    let frames = signals.filter_map(|signal| match signal {
        Signal::Transient(frame) => Some(*frame),
        _ => None,
    });
    let change = |frame| match frame {
        Frame::Presence { user_id, is_online } => Some((user_id, is_online)),
        Frame::Typing { .. } => None,
    };
    frames.filter_map(change).collect()
}

#[test]
fn a_user_has_at_most_ten_subscriptions_of_each_kind() {
    let hub = hub();
    for transport in [Transport::Socket, Transport::Stream] {
        let mut kept: Vec<_> = (0..10).map(|_| hub.subscribe(&actor(1, 1), transport).unwrap()).collect();
        assert!(hub.subscribe(&actor(1, 1), transport).is_err());
        assert!(hub.subscribe(&actor(2, 2), transport).is_ok());
        kept.pop();
        assert!(hub.subscribe(&actor(1, 1), transport).is_ok());
    }
    assert!(hub.is_empty(), "dropping unsubscribes");
}

#[test]
fn events_reach_all_subscribers_of_their_readers_in_order() {
    let hub = hub();
    let mut first = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    let mut second = hub.subscribe(&actor(1, 2), Transport::Stream).unwrap();
    let mut other = hub.subscribe(&actor(2, 3), Transport::Socket).unwrap();
    let events = vec![event(1, 1), event(3, 7), event(2, 5), event(1, 2)];
    let events = hub.with_subscribers(events);
    assert_eq!(events.len(), 3);
    hub.deliver(events);
    hub.refresh();
    assert_eq!(queued(&mut first), [1, 2, 0]);
    assert_eq!(queued(&mut second), [1, 2, 0]);
    assert_eq!(queued(&mut other), [5, 0]);
}

#[test]
fn a_subscriber_with_a_full_queue_learns_that_it_has_missed_signals() {
    let hub = hub();
    let mut slow = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    let mut fast = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    let last = i64::try_from(QUEUE).unwrap() + 1;
    for cursor in 1..=last {
        assert!(!slow.take_missed());
        hub.deliver(vec![event(1, cursor)]);
        assert_eq!(queued(&mut fast), [cursor]);
    }
    assert!(slow.take_missed() && !fast.take_missed());
    assert_eq!(queued(&mut slow), (1..last).collect::<Vec<_>>());
}

#[tokio::test]
async fn all_who_wait_for_a_subscriber_are_told() {
    let hub = hub();
    let waiting = [
        tokio::spawn({
            let hub = hub.clone();
            async move { hub.occupied().await }
        }),
        tokio::spawn({
            let hub = hub.clone();
            async move { hub.occupied().await }
        }),
    ];
    tokio::task::yield_now().await;
    let _subscription = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    for waiting in waiting {
        waiting.await.unwrap();
    }
}

#[test]
fn signed_out_devices_are_closed() {
    let hub = hub();
    let kept = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    let moved = hub.subscribe(&actor(1, 2), Transport::Socket).unwrap();
    let closed = hub.subscribe(&actor(2, 2), Transport::Stream).unwrap();
    hub.move_to_device(&moved, DeviceId::new(3));
    let mut devices = hub.devices();
    devices.sort_unstable();
    assert_eq!(devices, [1, 2, 3].map(DeviceId::new));
    hub.sign_out(&[DeviceId::new(2)]);
    assert_eq!([&kept, &moved, &closed].map(Subscription::closed), [None, None, Some(CloseReason::SignedOut)]);
}

#[test]
fn a_server_that_stops_closes_all_now_and_from_now_on() {
    let hub = hub();
    let before = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    hub.shut_down();
    let after = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    for subscription in [before, after] {
        assert_eq!(subscription.closed(), Some(CloseReason::ShuttingDown));
    }
}

#[tokio::test]
async fn watchers_learn_of_the_first_socket_and_of_the_last() {
    let hub = hub();
    let herald = herald(&hub);
    let mut stranger = hub.subscribe(&actor(STRANGER.get(), 66), Transport::Socket).unwrap();
    hub.watch(&stranger, &[UserId::new(1)]);
    let (one, two) = (UserId::new(1), UserId::new(2));
    let mut watcher = hub.subscribe(&actor(9, 9), Transport::Socket).unwrap();
    let stream = hub.subscribe(&actor(1, 1), Transport::Stream).unwrap();
    assert_eq!(hub.watch(&watcher, &[one, two]), (vec![], vec![one, two]), "a stream is not presence");
    let first = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    let second = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    herald.tell_all().await;
    assert_eq!(presence(&mut watcher), [(1, true)]);
    assert_eq!(presence(&mut stranger), [], "may not know any more");
    drop(first);
    assert_eq!(presence(&mut watcher), []);
    drop((second, stream));
    assert_eq!(presence(&mut watcher), [(1, false)]);
    hub.watch(&watcher, &[two]);
    let _unwatched = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    herald.tell_all().await;
    assert_eq!(presence(&mut watcher), [], "a new list replaces the old one");
}

#[tokio::test]
async fn a_user_is_online_while_any_replica_says_so() {
    let hub = hub();
    let herald = herald(&hub);
    let (outbox, mut sent) = mpsc::channel(16);
    hub.relay_to(outbox);
    let mut watcher = hub.subscribe(&actor(9, 9), Transport::Socket).unwrap();
    let user = UserId::new(1);
    hub.watch(&watcher, &[user]);
    let says = |is_online| Broadcast::Presence { users: vec![1], is_online };
    assert_eq!(sent.try_recv().unwrap(), Broadcast::Presence { users: vec![9], is_online: true });
    assert_eq!(sent.try_recv().unwrap(), Broadcast::Question { users: vec![1] });
    hub.receive(7, says(true));
    hub.receive(8, says(true));
    hub.receive(7, says(false));
    herald.tell_all().await;
    assert_eq!(presence(&mut watcher), [(1, true)]);
    let here = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    hub.receive(8, says(false));
    assert_eq!(presence(&mut watcher), []);
    assert_eq!(sent.try_recv().unwrap(), says(true));
    hub.receive(8, Broadcast::Question { users: vec![1, 2] });
    assert_eq!(sent.try_recv().unwrap(), says(true), "a question is answered for the users who are online here");
    drop(here);
    assert_eq!(presence(&mut watcher), [(1, false)]);
}

#[tokio::test(start_paused = true)]
async fn users_of_a_replica_that_has_stopped_to_answer_go_offline() {
    use tokio::time::{Duration, Instant, advance};
    let hub = hub();
    let mut watcher = hub.subscribe(&actor(9, 9), Transport::Socket).unwrap();
    hub.watch(&watcher, &[UserId::new(1)]);
    hub.receive(7, Broadcast::Presence { users: vec![1], is_online: true });
    herald(&hub).tell_all().await;
    assert_eq!(presence(&mut watcher), [(1, true)]);
    advance(Duration::from_secs(60)).await;
    hub.review_presence(Instant::now());
    assert_eq!(presence(&mut watcher), []);
    advance(Duration::from_secs(15)).await;
    hub.review_presence(Instant::now());
    assert_eq!(presence(&mut watcher), [(1, false)]);
}
