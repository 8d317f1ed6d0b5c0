//! Reading logs, and the tail of all of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::connections::Kind;
use astegni_domain::events::{EventLog, LoggedEvent, Tail, TailPosition};
use astegni_persistence::DatabaseUrl;
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_executor::block_on;

use super::{log, page};
use crate::chat::{direct, say};
use crate::connections::request;
use crate::harness::{World, contract, now, race};

fn tail(world: &World, from: Option<TailPosition>) -> Tail {
    block_on(world.database.tail(from)).unwrap()
}

fn ids(events: &[LoggedEvent]) -> Vec<(i64, i64)> {
    events.iter().map(|event| (event.reader.get(), event.cursor)).collect()
}

contract! {
    fn a_log_is_read_in_parts_behind_a_cursor(world: World) {
        let [one, other] = [Role::Student, Role::Tutor].map(|role| world.person(role));
        let id = direct(&world, &one, &other);
        for _ in 0..5 {
            say(&world, &one, id, "Hello");
        }
        let part = |after, limit| {
            let page = page(&world, &other, after, limit);
            (page.events.iter().map(|event| event.cursor).collect::<Vec<_>>(), page.start, page.end)
        };
        assert_eq!(part(0, 3), (vec![1, 2, 3], 0, 6));
        assert_eq!(part(3, 100), (vec![4, 5, 6], 0, 6));
        assert_eq!(part(6, 100), (vec![], 0, 6));
        assert_eq!(part(i64::MAX, 0), (vec![], 0, 6));
        let stranger = world.person(Role::Student);
        assert_eq!(page(&world, &stranger, 0, 100).end, 0);
        let message = page(&world, &other, 5, 1).events.remove(0).message.unwrap();
        assert_eq!((message.seq, message.content.as_deref()), (5, Some("Hello")));
    }

    fn old_events_are_deleted_from_the_beginning_of_each_log(world: World) {
        let [one, other] = [Role::Student, Role::Tutor].map(|role| world.person(role));
        let id = direct(&world, &one, &other);
        for _ in 0..4 {
            say(&world, &one, id, "Hello");
        }
        // A slow clock wrote the third event; the second is deleted with it.
        world.execute("UPDATE events SET created_at = '2026-02-01 00:00:00'");
        world.execute("UPDATE events SET created_at = '2026-01-01 00:00:00' WHERE seq = 3");
        assert!(block_on(world.database.prune(now())).unwrap());
        assert!(!block_on(world.database.prune(now())).unwrap());
        for reader in [&one, &other] {
            let left = page(&world, reader, 3, 100);
            assert_eq!((left.start, left.end, left.events.len()), (3, 5, 2));
            assert_eq!(log(&world, reader).len(), 2);
        }
        while block_on(world.database.prune(now() + TimeDelta::days(30))).unwrap() {}
        say(&world, &one, id, "Hello");
        assert_eq!(page(&world, &other, 0, 100).end, 6, "the numbers go on");
    }

    fn a_tail_returns_what_is_new(world: World) {
        let [one, other] = [Role::Student, Role::Tutor].map(|role| world.person(role));
        let id = direct(&world, &one, &other);
        let start = tail(&world, None);
        assert_eq!((start.events.len(), start.is_truncated), (0, false));
        say(&world, &one, id, "Hello");
        let next = tail(&world, Some(start.position));
        let mut expected = vec![(one.user_id.get(), 2), (other.user_id.get(), 2)];
        expected.sort_unstable();
        assert_eq!(ids(&next.events), expected);
        assert!(next.events[0].message.is_none());
        let described = block_on(world.database.with_messages(next.events, now())).unwrap();
        assert!(described.iter().all(|event| event.message.as_ref().unwrap().content.as_deref() == Some("Hello")));
        let last = tail(&world, Some(next.position));
        assert_eq!(ids(&last.events), []);
    }

    fn a_tail_returns_every_event_once_and_in_order_among_concurrent_writers(world: World) {
        let people: Vec<Actor> = (0..4).map(|_| world.person(Role::Student)).collect();
        let pairs = [(0, 1), (1, 2), (2, 3), (3, 0)];
        let ids: Vec<_> = pairs.iter().map(|(one, other)| direct(&world, &people[*one], &people[*other])).collect();
        let mut position = tail(&world, None).position;
        let done = AtomicBool::new(false);
        let mut seen: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                race(8, |number| {
                    for _ in 0..10 {
                        let (one, other) = pairs[number % 4];
                        let sender = if number < 4 { one } else { other };
                        say(&world, &people[sender], ids[number % 4], "Hello");
                    }
                });
                done.store(true, Ordering::SeqCst);
            });
            loop {
                let was_done = done.load(Ordering::SeqCst);
                let next = tail(&world, Some(position.clone()));
                for event in &next.events {
                    seen.entry(event.reader.get()).or_default().push(event.cursor);
                }
                position = next.position;
                if was_done {
                    break;
                }
            }
        });
        for person in &people {
            let cursors = &seen[&person.user_id.get()];
            assert_eq!(*cursors, (3..=42).collect::<Vec<_>>(), "two conversations, then forty messages");
        }
    }

    fn events_written_to_one_log_at_once_have_no_gap(world: World) {
        let tutor = world.person(Role::Tutor);
        let students: Vec<Actor> = (0..12).map(|_| world.person(Role::Student)).collect();
        race(12, |number| request(&world, &students[number], &tutor, Kind::Follow).unwrap());
        assert_eq!(log(&world, &tutor).len(), 12);
    }
}

/// A transaction that takes long is waited for, and delays no other events.
#[test]
fn an_open_transaction_is_neither_skipped_nor_waited_for_by_others() {
    let Some(world) = World::postgres() else { return };
    let DatabaseUrl::Postgres(url) = &world.url else { panic!("not PostgreSQL") };
    let [one, other, third] = [Role::Student, Role::Tutor, Role::Student].map(|role| world.person(role));
    let id = direct(&world, &one, &other);
    let mut position = tail(&world, None).position;
    let mut slow = PgConnection::establish(url).unwrap();
    let event = format!(
        "BEGIN; INSERT INTO event_logs (user_id, last_seq) VALUES ({0}, 1);
         INSERT INTO events (user_id, seq, position, type, data, created_at)
         VALUES ({0}, 1, pg_current_xact_id()::text::bigint, 'conversation.changed', '{{\"conversation_id\":1}}', now())",
        third.user_id
    );
    slow.batch_execute(&event).unwrap();
    let mut next = || {
        let next = tail(&world, Some(position.clone()));
        position = next.position;
        next.events.iter().map(|event| event.reader).collect::<Vec<_>>()
    };
    let mut both = vec![one.user_id, other.user_id];
    both.sort_unstable();
    for _ in 0..2 {
        say(&world, &one, id, "Hello");
        assert_eq!(next(), both, "later events are delivered meanwhile");
        assert_eq!(next(), []);
    }
    slow.batch_execute("COMMIT").unwrap();
    assert_eq!(next(), [third.user_id], "the event is not skipped");
    assert_eq!(next(), []);
}
