//! Rechecking all sessions after a change of time zone rules.

use std::sync::{Arc, Mutex};

use astegni_domain::RepositoryError;
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{SessionId, UserId};
use astegni_domain::schedule::{
    Booking, BusyTimes, ChangeFacts, ConflictKind, CourseContact, MockCalendarQueries, MockSessionQueries,
    MockSessionRepository, Occurrence, RecheckReport, Session, SessionService, ZONE_RULES,
};
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_executor::block_on;

use crate::support::{now, session, slot};

/// The sessions of a database, each with whether it was resolved under the present rules.
type Store = Arc<Mutex<Vec<(Session, bool)>>>;

/// A session at some hours in UTC, of which the rules have moved the wall clock by some hours since it was booked.
fn stale(id: i64, from: u32, hours: i64) -> Session {
    let mut occurrence = Occurrence::at(Tz::UTC, session().series_date, slot(from, from + 1));
    occurrence.starts_at -= TimeDelta::hours(hours);
    occurrence.ends_at -= TimeDelta::hours(hours);
    Session { id: SessionId::new(id), occurrence, ..session() }
}

fn facts(session: Session) -> ChangeFacts {
    let contact = CourseContact { requester: UserId::new(1), requester_is_guardian: false, is_blocked: false };
    ChangeFacts { session, following: Vec::new(), contact }
}

fn store(sessions: &[Session]) -> Store {
    Arc::new(Mutex::new(sessions.iter().map(|session| (session.clone(), false)).collect()))
}

/// A store that is only read.
fn reading(store: &Store) -> MockSessionRepository {
    let mut sessions = MockSessionRepository::new();
    let store = Arc::clone(store);
    sessions.expect_resolved_under_other_rules().returning(move |rules, at, after, limit| {
        assert_eq!((rules, at), (ZONE_RULES, now()));
        let store = store.lock().unwrap();
        let waiting = store.iter().filter(|(session, is_present)| !is_present && session.id > after);
        // One session at a time, so that every part but the last is followed by another.
        Ok(waiting.take(limit.min(1)).map(|(session, _)| facts(session.clone())).collect())
    });
    sessions
}

fn repository(store: &Store) -> MockSessionRepository {
    let mut sessions = reading(store);
    let (confirmed, changed) = (Arc::clone(store), Arc::clone(store));
    sessions.expect_confirm_rules().returning(move |ids, rules| {
        assert_eq!(rules, ZONE_RULES);
        for (session, is_present) in confirmed.lock().unwrap().iter_mut() {
            *is_present |= ids.contains(&(session.id, session.version));
        }
        Ok(())
    });
    sessions.expect_change().returning(move |plan| {
        assert_eq!(plan.actor, None);
        for change in plan.changes {
            let mut store = changed.lock().unwrap();
            let row = store.iter_mut().find(|(session, _)| session.id == change.after.id).unwrap();
            *row = (change.after, true);
        }
        Ok(())
    });
    sessions
}

fn calendars(store: &Store) -> MockCalendarQueries {
    let store = Arc::clone(store);
    let mut calendars = MockCalendarQueries::new();
    calendars.expect_busy_times().returning(move |_, _| {
        let booking = |(session, _): &(Session, bool)| Booking {
            session_id: session.id,
            parties: session.parties,
            period: session.occurrence.period(),
            status: session.status,
        };
        Ok(BusyTimes { bookings: store.lock().unwrap().iter().map(booking).collect(), time_off: Vec::new() })
    });
    calendars
}

fn service(sessions: MockSessionRepository, store: &Store) -> SessionService {
    let (calendars, clock) = (calendars(store), Arc::new(ManualClock::new(now())));
    SessionService::new(Arc::new(sessions), Arc::new(MockSessionQueries::new()), Arc::new(calendars), clock)
}

fn run(sessions: MockSessionRepository, store: &Store) -> RecheckReport {
    block_on(service(sessions, store).recheck_zones()).unwrap()
}

fn ids(numbers: &[i64]) -> Vec<SessionId> {
    numbers.iter().copied().map(SessionId::new).collect()
}

#[test]
fn adjacent_sessions_that_move_onto_each_other_succeed_in_the_second_pass() {
    // The first session moves to the hour that the second one leaves.
    let store = store(&[stale(1, 10, 1), stale(2, 11, 1), stale(3, 14, 0)]);
    let report = run(repository(&store), &store);
    assert_eq!(report, RecheckReport { unchanged: 1, moved: ids(&[2, 1]), stuck: Vec::new() });
    for (session, is_present) in store.lock().unwrap().iter() {
        let expected = Occurrence::at(Tz::UTC, session.occurrence.date, session.occurrence.slot);
        assert_eq!((session.occurrence.clone(), *is_present), (expected, true));
    }
}

#[test]
fn sessions_that_cannot_move_stay_and_are_reported() {
    // Session 1 moves onto session 2, which stays; session 4 moves into the past.
    let mut past = stale(4, 4, -7);
    past.occurrence.date = "2026-01-30".parse().unwrap();
    let sessions = [stale(1, 10, 1), stale(2, 10, 0), stale(3, 14, 1), past];
    let store = store(&sessions);
    let report = run(repository(&store), &store);
    assert_eq!((report.unchanged, report.moved), (1, ids(&[3])));
    let stuck: Vec<_> = report
        .stuck
        .iter()
        .map(|stuck| (stuck.session.id.get(), stuck.conflict.kind, stuck.conflict.session_id.map(SessionId::get)))
        .collect();
    assert_eq!(stuck, [(1, ConflictKind::TutorBusy, Some(2)), (4, ConflictKind::InPast, None)]);
    let store = store.lock().unwrap();
    assert_eq!((&store[0], &store[3]), (&(sessions[0].clone(), false), &(sessions[3].clone(), false)));
}

#[test]
fn a_trial_run_writes_nothing() {
    let store = store(&[stale(1, 10, 1), stale(2, 14, 0)]);
    let report = block_on(service(reading(&store), &store).preview_recheck()).unwrap();
    assert_eq!(report, RecheckReport { unchanged: 1, moved: ids(&[1]), stuck: Vec::new() });
}

#[test]
fn a_session_that_its_parties_move_meanwhile_is_left_to_them() {
    let store = store(&[stale(1, 10, 1)]);
    let mut sessions = MockSessionRepository::new();
    let mut reads = [vec![facts(stale(1, 10, 1))], Vec::new(), vec![facts(stale(1, 10, 1))], Vec::new()].into_iter();
    sessions.expect_resolved_under_other_rules().times(4).returning(move |_, _, _, _| Ok(reads.next().unwrap()));
    sessions.expect_confirm_rules().returning(|_, _| Ok(()));
    // The write finds another version than was read.
    sessions.expect_change().times(1).returning(|_| Err(RepositoryError::Conflict));
    let report = run(sessions, &store);
    assert_eq!(report, RecheckReport { unchanged: 1, ..RecheckReport::default() });
}
