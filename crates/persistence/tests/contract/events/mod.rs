//! The contract of [`EventLog`] and of the events that writes add.

mod announcements;
mod log;
mod tickets;

use astegni_domain::accounts::Actor;
use astegni_domain::events::{EventKind, EventLog, LogPage, LoggedEvent, Subject};
use futures_executor::block_on;

use crate::harness::{World, now};

fn page(world: &World, reader: &Actor, after: i64, limit: usize) -> LogPage {
    block_on(world.database.read(reader.user_id, after, limit, now())).unwrap()
}

/// Returns the whole log of a user, whose cursors have no gaps.
pub(crate) fn log(world: &World, reader: &Actor) -> Vec<LoggedEvent> {
    let LogPage { events, start, end } = page(world, reader, 0, 1_000);
    let cursors: Vec<i64> = events.iter().map(|event| event.cursor).collect();
    assert_eq!(cursors, (start + 1..=end).collect::<Vec<_>>());
    assert!(events.iter().all(|event| event.reader == reader.user_id));
    events
}

/// Returns the kinds of the events that a function adds to the logs of some users.
pub(crate) fn told_during<const N: usize>(
    world: &World,
    readers: [&Actor; N],
    run: impl FnOnce(),
) -> [Vec<EventKind>; N] {
    let before = readers.map(|reader| log(world, reader).len());
    run();
    let mut before = before.into_iter();
    readers.map(|reader| log(world, reader)[before.next().unwrap()..].iter().map(|event| event.kind).collect())
}

/// Returns the subject of the latest event of a user.
fn latest(world: &World, reader: &Actor) -> Subject {
    log(world, reader).last().unwrap().subject
}
