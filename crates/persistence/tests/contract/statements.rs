//! The statements that calls send to the database, so that their number cannot grow unnoticed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use astegni_domain::accounts::{AccountRepository, Role};
use astegni_domain::connections::{ConnectionFilter, ConnectionQueries, ConnectionRepository, Kind, plan_request};
use astegni_domain::page::PageRequest;
use astegni_domain::requests::Acceptance;
use astegni_domain::schedule::{
    CancelCommand, FeedRepository, FeedScope, NewFeed, Scope, SessionFilter, SessionQueries, SessionUpdate, SlotQuery,
};
use astegni_persistence::DatabaseUrl;
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use futures_executor::block_on;

use crate::chat::{direct, say};
use crate::harness::{World, contract, draft, now, tutor_id, weekly};
use crate::scheduling::{booked_daily, sessions, to_hour};

/// A statement that a thread of a database has sent.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) text: String,
    /// Whether the connection keeps the statement prepared. PostgreSQL parses and plans any other one anew.
    pub(crate) is_prepared: bool,
}

/// The statements of the databases that are being watched, by [`database`].
static WATCHED: Mutex<BTreeMap<String, Vec<Sent>>> = Mutex::new(BTreeMap::new());

fn watched() -> MutexGuard<'static, BTreeMap<String, Vec<Sent>>> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the part of a URL that tells the databases of tests apart: the application name, or the path of a file.
fn database(url: &str) -> &str {
    let name = url.split_once("application_name=").map_or(url, |(_, name)| name);
    name.split_once('&').map_or(name, |(name, _)| name)
}

/// Runs a function and returns its result and the statements that the threads of a world's database send meanwhile,
/// without those that open and check connections.
pub(crate) fn sent_during<T>(world: &World, run: impl FnOnce() -> T) -> (T, Vec<Sent>) {
    let name = match &world.url {
        DatabaseUrl::Sqlite(path) => path.to_str().unwrap().to_owned(),
        DatabaseUrl::Postgres(url) => database(url).to_owned(),
    };
    watched().insert(name.clone(), Vec::new());
    let result = run();
    (result, watched().remove(&name).unwrap())
}

/// Lets every connection that is opened from now on report its statements.
pub(crate) fn observe_connections() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_default_instrumentation(|| Some(Box::<Observer>::default())).unwrap());
}

/// The observer of one connection.
#[derive(Default)]
struct Observer {
    database: String,
    prepared: BTreeSet<String>,
}

impl Observer {
    fn note(&self, statement: &str) {
        let text = statement.split(" -- binds").next().unwrap_or(statement).trim();
        let is_upkeep =
            text == "SELECT 1" || text.starts_with("SET ") || text == "DISCARD PLANS" || text.starts_with("PRAGMA ");
        let is_job = thread::current().name().is_some_and(|name| name.starts_with("database-"));
        if let Some(sent) = watched().get_mut(&self.database)
            && is_job
            && !is_upkeep
        {
            sent.push(Sent { is_prepared: self.prepared.contains(text), text: text.to_owned() });
        }
    }

    fn note_prepared(&mut self, text: &str) {
        self.prepared.insert(text.trim().to_owned());
        if let Some(sent) = watched().get_mut(&self.database) {
            for sent in sent.iter_mut().filter(|sent| sent.text == text.trim()) {
                sent.is_prepared = true;
            }
        }
    }
}

impl Instrumentation for Observer {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => database(url).clone_into(&mut self.database),
            InstrumentationEvent::StartQuery { query, .. } if watched().contains_key(&self.database) => {
                self.note(&query.to_string());
            }
            InstrumentationEvent::CacheQuery { sql, .. } => self.note_prepared(sql),
            _ => {}
        }
    }
}

/// Fails unless a number of statements was sent, all of them prepared except those that delimit transactions.
#[track_caller]
pub(crate) fn assert_count(sent: &[Sent], expected: usize) {
    assert_eq!(sent.len(), expected, "{sent:#?}");
    let is_delimiter = |text: &str| matches!(text, "BEGIN" | "COMMIT" | "ROLLBACK");
    let unprepared: Vec<&Sent> = sent.iter().filter(|sent| !sent.is_prepared && !is_delimiter(&sent.text)).collect();
    assert!(unprepared.is_empty(), "{unprepared:#?}");
}

contract! {
    fn hot_reads_send_one_statement_or_two(world: World) {
        let (tutor, viewer) = (world.person(Role::Tutor), world.person(Role::Student));
        let (database, me) = (&world.database, viewer.user_id);
        let follow = |actor, other| {
            let pair = block_on(database.pair(actor, other)).unwrap().unwrap();
            block_on(database.apply(plan_request(pair, Kind::Follow, None, now()).unwrap())).unwrap();
        };
        follow(me, tutor.user_id);
        follow(tutor.user_id, me);

        let (account, sent) = sent_during(&world, || block_on(AccountRepository::find(database, me)).unwrap());
        assert!(account.is_some());
        assert_count(&sent, 1);
        let others = vec![tutor.user_id];
        let (between, sent) = sent_during(&world, || block_on(database.between(me, others)).unwrap());
        assert_eq!(between.len(), 2);
        assert_count(&sent, 1);
        let (counters, sent) = sent_during(&world, || block_on(database.counters(me)).unwrap());
        assert_eq!((counters.followers, counters.following), (1, 1));
        assert_count(&sent, 1);
        // The head of the list, then its rows.
        let list = || ConnectionQueries::list(database, me, ConnectionFilter::default(), PageRequest::FIRST);
        let (page, sent) = sent_during(&world, || block_on(list()).unwrap());
        assert_eq!(page.items.len(), 2);
        assert_count(&sent, 2);

        let sessions = || SessionQueries::list(database, tutor.user_id, SessionFilter::ALL, PageRequest::FIRST);
        let (page, sent) = sent_during(&world, || block_on(sessions()).unwrap());
        assert!(page.items.is_empty());
        assert_count(&sent, 1);
        let mut scheduled = draft(&tutor, Some(world.package(&tutor).id));
        scheduled.schedule = weekly();
        let request = block_on(world.requests().create(&viewer, scheduled)).unwrap().request_id;
        block_on(world.requests().accept(&tutor, request, Acceptance::default())).unwrap();
        // The sessions, then the courses that they belong to.
        let (page, sent) = sent_during(&world, || block_on(sessions()).unwrap());
        assert!(!page.items.is_empty());
        assert_count(&sent, 2);
    }
}

/// Statements of all follows that wait at the same moment: these six, however many there are.
#[test]
fn a_follow_on_postgresql_sends_few_statements() {
    let Some(world) = World::postgres() else { return };
    let (one, other) = (world.person(Role::Student).user_id, world.person(Role::Student).user_id);
    let (pair, sent) = sent_during(&world, || block_on(world.database.pair(one, other)).unwrap().unwrap());
    assert_count(&sent, 1);
    let plan = plan_request(pair, Kind::Follow, None, now()).unwrap();
    // BEGIN, the lock, the facts, the connection, the counters, the event, COMMIT.
    let (created, sent) = sent_during(&world, || block_on(world.database.apply(plan)).unwrap());
    assert!(created.is_some());
    assert_count(&sent, 7);
}

#[test]
fn a_booking_on_postgresql_sends_few_statements() {
    let Some(world) = World::postgres() else { return };
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    let mut scheduled = draft(&tutor, Some(world.package(&tutor).id));
    scheduled.schedule = weekly();

    let create = |draft| block_on(world.requests().create(&student, draft)).unwrap();
    // The facts, BEGIN, the lock, the guards, the request with its message, the events, COMMIT. The first message of the two takes
    // another statement, which creates their conversation.
    let (_, sent) = sent_during(&world, || create(draft(&tutor, None)));
    assert_count(&sent, 8);
    let (request, sent) = sent_during(&world, || create(scheduled));
    assert_count(&sent, 7);
    // The request, BEGIN, the locks with the new status, the calendars, the enrolment with its sessions and message, the
    // events, COMMIT.
    let accept = || block_on(world.requests().accept(&tutor, request.request_id, Acceptance::default())).unwrap();
    let (accepted, sent) = sent_during(&world, accept);
    assert_eq!(accepted.sessions_created, 25);
    assert_count(&sent, 7);
}

#[test]
fn a_message_on_postgresql_sends_few_statements() {
    let Some(world) = World::postgres() else { return };
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    let id = direct(&world, &tutor, &student);
    say(&world, &tutor, id, "Hello");
    say(&world, &student, id, "Hello");
    // The conversation, the relation; BEGIN, the lock, the relation again, the message with its counters, the events, COMMIT;
    // the message as it is shown, with the places of the participants.
    let (_, sent) = sent_during(&world, || say(&world, &tutor, id, "Hello"));
    assert_count(&sent, 10);
}

/// The same number for any number of sessions.
#[test]
fn a_series_on_postgresql_is_booked_moved_and_cancelled_by_few_statements() {
    let Some(world) = World::postgres() else { return };
    for count in [25, 200] {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        // As above; the conversation exists.
        let (_, sent) = booked_daily(&world, &tutor, &student, count);
        assert_count(&sent, 7);
        let service = world.sessions_at(now());
        let first = sessions(&world, &tutor).remove(0);
        let [one, series] = [Scope::This, Scope::Following].map(|scope| SessionUpdate { scope, ..to_hour(15) });
        // The session, its course, the requester; the calendars; BEGIN, the locks, the calendars, the sessions, the
        // history, the message, the events, COMMIT.
        let update = |update| block_on(service.update(&tutor, first.id, update, |_, _| true)).unwrap();
        let (_, sent) = sent_during(&world, || update(&one));
        assert_count(&sent, 12);
        // The following sessions in addition.
        let (_, sent) = sent_during(&world, || update(&series));
        assert_count(&sent, 13);
        // A cancellation reads no calendars.
        let cancel = |id, scope| {
            let command = CancelCommand { reason: None, scope };
            block_on(service.cancel(&tutor, id, &command, |_, _| true)).unwrap()
        };
        let second = sessions(&world, &tutor).remove(1);
        let (_, sent) = sent_during(&world, || cancel(second.id, Scope::This));
        assert_count(&sent, 10);
        let (_, sent) = sent_during(&world, || cancel(first.id, Scope::Following));
        assert_count(&sent, 11);
    }
}

/// A connection keeps few statements, whatever the lengths of series.
#[test]
fn series_of_similar_lengths_share_their_statements_on_postgresql() {
    let Some(world) = World::postgres() else { return };
    let sent = [17, 25, 32].map(|count| {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let (_, booked) = booked_daily(&world, &tutor, &student, count);
        let first = sessions(&world, &tutor).remove(0);
        let service = world.sessions_at(now());
        let update = SessionUpdate { scope: Scope::Following, ..to_hour(15) };
        let moves = || block_on(service.update(&tutor, first.id, &update, |_, _| true)).unwrap();
        let (_, moved) = sent_during(&world, moves);
        booked.into_iter().chain(moved).map(|sent| sent.text).collect::<Vec<_>>()
    });
    assert_eq!(sent[0].len(), 20);
    assert!(sent.iter().all(|texts| *texts == sent[0]));
}

#[test]
fn slots_and_feeds_on_postgresql_are_read_by_few_statements() {
    let Some(world) = World::postgres() else { return };
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    booked_daily(&world, &tutor, &student, 100);
    // The tutor, the relation, the student, the availability, the calendars.
    let month = SlotQuery {
        from: "2026-02-01".parse().ok(),
        to: "2026-03-03".parse().ok(),
        duration: 60,
        step: 15,
        time_zone: None,
    };
    let (viewer, profile) = (Some(student.user_id), student.profiles.student);
    let (page, sent) = sent_during(&world, || {
        block_on(world.availability_at(now()).slots(viewer, tutor_id(&tutor), profile, &month)).unwrap()
    });
    assert!(page.slots.len() > 1_000);
    assert_count(&sent, 5);
    // The feed; the sessions and their courses; the installation.
    let (scope, digest) = (FeedScope::Full, "digest".to_owned());
    block_on(world.database.create_feed(NewFeed { owner: tutor.user_id, scope, name: None, digest, at: now() }))
        .unwrap();
    block_on(world.database.installation("installation")).unwrap();
    let (read, sent) = sent_during(&world, || {
        let feed = block_on(world.database.find_feed("digest")).unwrap().unwrap();
        block_on(world.database.installation("another")).unwrap();
        block_on(world.database.sessions_since(feed.owner, now(), 5000)).unwrap()
    });
    assert_eq!(read.len(), 100);
    assert_count(&sent, 4);
}
