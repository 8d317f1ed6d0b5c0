use tokio::time::timeout;

use super::*;
use crate::realtime::hub::tests::{actor, herald};
use crate::realtime::{Frame, Signal, Subscription, Transport};
use astegni_domain::ids::UserId;

/// The server that tests use, unless `TEST_REDIS_URL` names another one.
const SERVER: &str = "redis://127.0.0.1:6379";

/// Starts a replica, or tells why the test is skipped.
async fn replica() -> Option<Arc<Hub>> {
    let url = std::env::var("TEST_REDIS_URL").unwrap_or_else(|_| SERVER.to_owned());
    let hub = Arc::new(Hub::default());
    let relay = Relay::new(&url, hub.clone()).unwrap();
    if let Err(error) = relay.client.get_multiplexed_async_connection().await {
        eprintln!("skipped: no Redis server at {url}: {error}");
        return None;
    }
    tokio::spawn(relay.run());
    // The relay pokes once it is connected.
    timeout(Duration::from_secs(10), hub.poked()).await.unwrap();
    Some(hub)
}

async fn frame(subscription: &mut Subscription) -> Frame {
    match timeout(Duration::from_secs(10), subscription.next()).await.unwrap() {
        Some(Signal::Transient(frame)) => *frame,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn replicas_share_announcements_typing_and_presence() {
    let (Some(here), Some(there)) = (replica().await, replica().await) else { return };
    here.commit();
    timeout(Duration::from_secs(10), there.poked()).await.unwrap();

    // Ids that other tests on the same server do not use.
    let (watcher, friend) = (RandomState::new().hash_one(1) >> 1, RandomState::new().hash_one(2) >> 1);
    let (watcher, friend) = (i64::try_from(watcher).unwrap(), i64::try_from(friend).unwrap());
    let mut socket = here.subscribe(&actor(watcher, 1), Transport::Socket).unwrap();
    let typing = Frame::Typing { conversation_id: 1, user_id: friend, is_typing: true };
    there.send(&[UserId::new(watcher)], typing);
    assert_eq!(frame(&mut socket).await, typing);

    tokio::spawn(herald(&here).run());
    let online = there.subscribe(&actor(friend, 2), Transport::Socket).unwrap();
    here.watch(&socket, &[UserId::new(friend)]);
    assert_eq!(frame(&mut socket).await, Frame::Presence { user_id: friend, is_online: true });
    drop(online);
    assert_eq!(frame(&mut socket).await, Frame::Presence { user_id: friend, is_online: false });
}

#[test]
fn an_address_of_something_else_is_rejected() {
    assert!(Relay::new("http://127.0.0.1", Arc::default()).is_err());
}
