//! The use cases of events, over mocks of their ports.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{MockTokenIssuer, RefreshToken};
use astegni_domain::clock::ManualClock;
use astegni_domain::events::{
    Cursor, EventKind, EventService, EventsError, LogPage, LogRequest, LoggedEvent, MockEventLog, MockTicketRepository,
    RETENTION, Subject, TICKET_LIFETIME, Tail, TailPosition, Ticket,
};
use astegni_domain::ids::{ConversationId, UserId};
use chrono::TimeDelta;
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, student};

const READER: UserId = UserId::new(1);

#[derive(Default)]
struct Ports {
    log: MockEventLog,
    tickets: MockTicketRepository,
    tokens: MockTokenIssuer,
}

impl Ports {
    fn service(self) -> EventService {
        let clock = Arc::new(ManualClock::new(now()));
        EventService::new(Arc::new(self.log), Arc::new(self.tickets), Arc::new(self.tokens), clock)
    }

    /// Expects one look at a log that keeps the events behind `start` up to `end`.
    fn with_log(mut self, after: Cursor, limit: usize, start: Cursor, end: Cursor) -> Self {
        let events = (after.max(start)..end).take(limit).map(|cursor| event(cursor + 1)).collect();
        self.log
            .expect_read()
            .with(eq(READER), eq(after), eq(limit), eq(now()))
            .once()
            .return_once(move |_, _, _, _| Ok(LogPage { events, start, end }));
        self
    }
}

fn event(cursor: Cursor) -> LoggedEvent {
    LoggedEvent {
        reader: READER,
        cursor,
        kind: EventKind::ConversationChanged,
        subject: Subject::Conversation { conversation: ConversationId::new(5) },
        message: None,
        created_at: now(),
    }
}

fn read(after: Cursor, start: Cursor, end: Cursor) -> Result<Vec<Cursor>, EventsError> {
    let service = Ports::default().with_log(after, 2, start, end).service();
    let events = block_on(service.read(LogRequest { reader: READER, after, limit: 2 }))?;
    Ok(events.iter().map(|event| event.cursor).collect())
}

#[test]
fn events_behind_a_cursor_are_read_in_their_order() {
    for (after, start, end, expected) in [
        (0, 0, 0, vec![]),
        (0, 0, 9, vec![1, 2]),
        (4, 4, 9, vec![5, 6]),
        (8, 4, 9, vec![9]),
        (9, 4, 9, vec![]),
        (9, 9, 9, vec![]),
    ] {
        assert_eq!(read(after, start, end).unwrap(), expected, "{after} in {start}..={end}");
    }
}

#[test]
fn a_cursor_outside_the_log_has_expired() {
    for (after, start, end) in [(0, 1, 9), (3, 4, 9), (10, 4, 9), (1, 0, 0), (8, 9, 9), (-1, 0, 9), (i64::MAX, 0, 9)] {
        let outcome = read(after, start, end);
        assert!(matches!(outcome, Err(EventsError::CursorExpired)), "{after} in {start}..={end}: {outcome:?}");
    }
}

#[test]
fn a_failure_of_the_log_is_reported() {
    let mut ports = Ports::default();
    ports.log.expect_read().once().returning(|_, _, _, _| Err(RepositoryError::Unavailable("down".into())));
    let failed = block_on(ports.service().read(LogRequest { reader: READER, after: 0, limit: 2 }));
    assert!(matches!(failed, Err(EventsError::Repository(RepositoryError::Unavailable(_)))));
}

#[test]
fn the_latest_cursor_is_the_end_of_the_log_and_reading_can_start_there() {
    for (start, end) in [(0, 0), (4, 9), (9, 9)] {
        let service = Ports::default().with_log(Cursor::MAX, 0, start, end).service();
        assert_eq!(block_on(service.latest(READER)).unwrap(), end);
        assert_eq!(read(end, start, end).unwrap(), []);
    }
}

#[test]
fn the_tail_and_its_messages_come_from_the_log() {
    let position = |text: &str| TailPosition(text.to_owned());
    let tail = Tail { events: vec![event(1)], position: position("8"), is_truncated: false };
    let returned = tail.clone();
    let mut ports = Ports::default();
    ports.log.expect_tail().with(eq(Some(position("7")))).once().return_once(|_| Ok(returned));
    ports.log.expect_with_messages().with(eq(vec![event(1)]), eq(now())).once().returning(|events, _| Ok(events));
    ports.log.expect_committed().once().return_const(());
    let service = ports.service();
    block_on(service.committed());
    assert_eq!(block_on(service.tail(Some(position("7")))).unwrap(), tail);
    assert_eq!(block_on(service.with_messages(vec![event(1)])).unwrap(), [event(1)]);
}

#[test]
fn everything_that_was_kept_for_seven_days_is_pruned() {
    assert_eq!(RETENTION, TimeDelta::days(7));
    let mut ports = Ports::default();
    let mut more = vec![false, true, true];
    ports
        .log
        .expect_prune()
        .with(eq(now() - TimeDelta::days(7)))
        .times(3)
        .returning(move |_| Ok(more.pop().unwrap_or_default()));
    block_on(ports.service().prune()).unwrap();
    let mut failing = Ports::default();
    failing.log.expect_prune().once().returning(|_| Err(RepositoryError::Conflict));
    assert!(block_on(failing.service().prune()).is_err());
}

fn ticket() -> Ticket {
    Ticket { actor: student(), token_expires_at: now() + TimeDelta::minutes(15) }
}

#[test]
fn a_ticket_is_stored_by_its_digest_for_30_seconds() {
    assert_eq!(TICKET_LIFETIME, TimeDelta::seconds(30));
    let mut ports = Ports::default();
    let token = || RefreshToken { secret: "secret".to_owned(), digest: "digest".to_owned() };
    ports.tokens.expect_refresh_token().once().returning(token);
    ports
        .tickets
        .expect_issue()
        .with(eq("digest".to_owned()), eq(ticket()), eq(now() + TimeDelta::seconds(30)), eq(now()))
        .once()
        .returning(|_, _, _, _| Ok(()));
    let secret = block_on(ports.service().issue_ticket(&student(), ticket().token_expires_at)).unwrap();
    assert_eq!(secret, "secret");
}

#[test]
fn a_ticket_that_was_not_stored_is_not_issued() {
    let mut ports = Ports::default();
    let token = || RefreshToken { secret: "secret".to_owned(), digest: "digest".to_owned() };
    ports.tokens.expect_refresh_token().once().returning(token);
    ports.tickets.expect_issue().once().returning(|_, _, _, _| Err(RepositoryError::Conflict));
    assert!(block_on(ports.service().issue_ticket(&student(), now())).is_err());
}

#[test]
fn a_ticket_is_redeemed_by_its_secret() {
    for stored in [Some(ticket()), None] {
        let mut ports = Ports::default();
        ports.tokens.expect_digest().with(eq("secret")).once().return_const("digest".to_owned());
        ports.tickets.expect_redeem().with(eq("digest".to_owned()), eq(now())).once().returning(move |_, _| Ok(stored));
        assert_eq!(block_on(ports.service().redeem_ticket("secret")).unwrap(), stored);
    }
}
