use astegni_domain::RepositoryError;
use std::sync::Mutex;

use astegni_domain::accounts::MockTokenIssuer;
use astegni_domain::clock::ManualClock;
use astegni_domain::events::{LogPage, MockEventLog, MockTicketRepository};
use astegni_domain::ids::UserId;
use chrono::DateTime;

use super::*;
use crate::realtime::hub::tests::{actor, event};

/// A log of user 1 that tests add to, and the hub that announces it.
pub(in crate::realtime) struct Fixture {
    hub: Arc<Hub>,
    log: Arc<Mutex<Log>>,
    events: EventService,
}

#[derive(Default)]
struct Log {
    start: Cursor,
    end: Cursor,
    reads: Vec<Cursor>,
    is_down: bool,
}

pub(in crate::realtime) fn fixture(start: Cursor, end: Cursor) -> Fixture {
    let log = Arc::new(Mutex::new(Log { start, end, ..Log::default() }));
    let mut mock = MockEventLog::new();
    let shared = log.clone();
    mock.expect_read().returning(move |reader, after, limit, _| {
        let mut log = shared.lock().unwrap();
        if log.is_down {
            return Err(RepositoryError::Unavailable("down".into()));
        }
        if limit > 0 {
            log.reads.push(after);
        }
        let first = after.max(log.start).saturating_add(1);
        let events = (first..=log.end).take(limit).map(|cursor| event(reader.get(), cursor)).collect();
        Ok(LogPage { events, start: log.start, end: log.end })
    });
    let clock = ManualClock::new(DateTime::UNIX_EPOCH);
    let (tickets, tokens) = (MockTicketRepository::new(), MockTokenIssuer::new());
    let events = EventService::new(Arc::new(mock), Arc::new(tickets), Arc::new(tokens), Arc::new(clock));
    Fixture { hub: Arc::default(), log, events }
}

impl Fixture {
    pub(in crate::realtime) async fn open(&self, after: Option<Cursor>) -> Feed {
        self.try_open(after).await.unwrap()
    }

    async fn try_open(&self, after: Option<Cursor>) -> Result<Feed, OpenError> {
        let reading = Reading { actor: actor(1, 1), transport: Transport::Socket, after };
        Feed::open(self.events.clone(), &self.hub, reading).await
    }

    fn write(&self, end: Cursor) {
        self.log.lock().unwrap().end = end;
    }

    pub(in crate::realtime) fn announce(&self, cursors: &[Cursor]) {
        self.hub.deliver(cursors.iter().map(|cursor| event(1, *cursor)).collect());
    }

    fn reads(&self) -> Vec<Cursor> {
        std::mem::take(&mut self.log.lock().unwrap().reads)
    }
}

async fn cursors(feed: &mut Feed) -> Vec<Cursor> {
    match feed.next().await {
        Next::Events(events) => events.iter().map(|event| event.cursor).collect(),
        other => panic!("{other:?}"),
    }
}

async fn closed(feed: &mut Feed) -> CloseReason {
    match feed.next().await {
        Next::Closed(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_feed_reads_the_log_in_pages_then_follows_the_signals() {
    let fixture = fixture(0, 250);
    let mut feed = fixture.open(Some(10)).await;
    fixture.write(251);
    fixture.announce(&[251]);
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.extend(cursors(&mut feed).await);
    }
    fixture.write(253);
    fixture.announce(&[252, 253]);
    for _ in 0..2 {
        seen.extend(cursors(&mut feed).await);
    }
    assert_eq!(seen, (11..=253).collect::<Vec<_>>(), "251 was read and announced, and is told once");
    assert_eq!(fixture.reads(), [10, 110, 210]);
    assert_eq!(feed.cursor(), 253);
}

#[tokio::test]
async fn without_a_cursor_a_feed_begins_with_the_next_event() {
    let fixture = fixture(0, 7);
    let mut feed = fixture.open(None).await;
    assert_eq!(feed.cursor(), 7);
    fixture.announce(&[6, 7, 8]);
    assert_eq!(cursors(&mut feed).await, [8]);
    assert_eq!(fixture.reads(), [0; 0]);
}

#[tokio::test]
async fn a_gap_between_signals_is_filled_from_the_log() {
    let fixture = fixture(0, 0);
    let mut feed = fixture.open(None).await;
    fixture.write(5);
    fixture.announce(&[1, 4, 5]);
    assert_eq!(cursors(&mut feed).await, [1]);
    assert_eq!(cursors(&mut feed).await, [2, 3, 4, 5]);
    fixture.write(6);
    fixture.announce(&[3, 6]);
    assert_eq!(cursors(&mut feed).await, [6]);
    assert_eq!(fixture.reads(), [1]);
}

#[tokio::test]
async fn a_refresh_looks_into_the_log() {
    let fixture = fixture(0, 0);
    let mut feed = fixture.open(None).await;
    fixture.hub.refresh();
    fixture.write(1);
    fixture.hub.refresh();
    assert_eq!(cursors(&mut feed).await, [1]);
    fixture.hub.send(&[UserId::new(1)], Frame::Presence { user_id: 2, is_online: true });
    assert!(matches!(feed.next().await, Next::Transient(_)), "a refresh without news tells nothing");
}

#[tokio::test]
async fn a_slow_reader_catches_up_from_the_log() {
    let fixture = fixture(0, 0);
    let mut feed = fixture.open(None).await;
    let all: Vec<Cursor> = (1..=80).collect();
    fixture.write(80);
    fixture.announce(&all);
    assert_eq!(cursors(&mut feed).await, all);
    fixture.write(81);
    fixture.announce(&[81]);
    assert_eq!(cursors(&mut feed).await, [81], "what was queued is not told again");
    assert_eq!(fixture.reads(), [0]);
}

#[tokio::test]
async fn a_cursor_outside_the_log_has_expired() {
    let fixture = fixture(5, 7);
    for after in [4, 8] {
        let refused = fixture.try_open(Some(after)).await.map(drop);
        assert!(matches!(refused, Err(OpenError::Events(EventsError::CursorExpired))));
    }
    assert_eq!(cursors(&mut fixture.open(Some(5)).await).await, [6, 7]);
}

#[tokio::test]
async fn a_failure_of_the_store_ends_a_feed() {
    let fixture = fixture(0, 1);
    let mut feed = fixture.open(Some(0)).await;
    fixture.log.lock().unwrap().is_down = true;
    assert_eq!(closed(&mut feed).await, CloseReason::Unavailable);
    fixture.hub.shut_down();
    assert_eq!(closed(&mut feed).await, CloseReason::ShuttingDown);
}
