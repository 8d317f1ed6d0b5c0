use astegni_domain::accounts::{Actor, Role};
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::requests::Acceptance;
use astegni_domain::schedule::{
    CalendarQueries, ListedSessions, Parties, Perspective, ScheduleService, Session, SessionFilter, SessionMode,
    SessionQueries, SessionStatus, SessionTally, Side,
};
use chrono::{NaiveTime, TimeDelta};
use futures_executor::block_on;
use strum::VariantArray;

use crate::harness::{World, contract, draft, now, weekly};

const ALL: SessionFilter = SessionFilter::ALL;

/// A tutor and a student with sessions on Mondays, Wednesdays and Fridays.
fn enrolled(world: &World) -> (Actor, Actor) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    enrol(world, &tutor, &student);
    (tutor, student)
}

fn enrol(world: &World, tutor: &Actor, student: &Actor) {
    enrol_at(world, tutor, student, 10);
}

/// The same with sessions of two hours that start at an hour.
fn enrol_at(world: &World, tutor: &Actor, student: &Actor, hour: u32) {
    let mut draft = draft(tutor, Some(world.package(tutor).id));
    draft.schedule = weekly();
    draft.schedule.start_time = NaiveTime::from_hms_opt(hour, 0, 0);
    draft.schedule.end_time = NaiveTime::from_hms_opt(hour + 2, 0, 0);
    let sent = block_on(world.requests().create(student, draft)).unwrap();
    block_on(world.requests().accept(tutor, sent.request_id, Acceptance::default())).unwrap();
}

fn list(world: &World, viewer: &Actor, filter: SessionFilter) -> Vec<Session> {
    block_on(world.database.list(viewer.user_id, filter, PageRequest::FIRST)).unwrap().items
}

/// Makes a parent the guardian of a student, with a status.
fn guard(world: &World, parent: &Actor, student: &Actor, status: &str) {
    world.execute(&format!(
        "INSERT INTO guardianships (parent_user_id, student_id, status, origin, created_at)
            VALUES ({}, {}, '{status}', 'invited', '2026-01-30 05:00:00')",
        parent.user_id,
        student.profiles.student.unwrap()
    ));
}

/// Gives the sessions of a student one status each, by turns.
fn vary_statuses(world: &World, student: &Actor) {
    for (number, status) in SessionStatus::VARIANTS.iter().enumerate() {
        world.execute(&format!(
            "UPDATE sessions SET status = '{}' WHERE series_index % 5 = {number} AND student_user_id = {}",
            status.as_str(),
            student.user_id
        ));
    }
}

contract! {
    fn the_golden_schedule_is_in_both_calendars_and_in_no_other(world: World) {
        let (tutor, student) = enrolled(&world);
        let list = |viewer: &Actor| list(&world, viewer, ALL);
        let sessions = list(&tutor);
        assert_eq!(sessions.len(), 25);
        assert_eq!(sessions[0].occurrence.starts_at, now() + TimeDelta::hours(2));
        assert_eq!(sessions[24].occurrence.date.to_string(), "2026-03-27");
        assert_eq!(sessions[24].series_index, 24);
        assert_eq!(sessions[0].topics, ["Fractions"]);
        assert_eq!((sessions[0].status, sessions[0].mode), (SessionStatus::Scheduled, SessionMode::Online));
        assert_eq!(list(&student), sessions);
        let stranger = world.person(Role::Student);
        assert!(list(&stranger).is_empty());
        assert!(block_on(SessionQueries::find(&world.database, stranger.user_id, sessions[0].id)).unwrap().is_none());
        assert!(block_on(SessionQueries::find(&world.database, student.user_id, sessions[0].id)).unwrap().is_some());
    }

    fn two_students_of_one_package_see_their_own_sessions_only(world: World) {
        let (_, student) = enrolled(&world);
        enrolled(&world);
        let page = block_on(world.database.list(student.user_id, ALL, PageRequest::FIRST)).unwrap();
        assert_eq!(page.items.len(), 25);
    }

    fn pages_of_sessions_follow_each_other(world: World) {
        let (tutor, _) = enrolled(&world);
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest { size: PageSize::new(10).unwrap(), after };
            let page = block_on(world.database.list(tutor.user_id, ALL, page)).unwrap();
            seen.extend(page.items.iter().map(|session| session.occurrence.starts_at));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 25);
        assert!(seen.is_sorted());
    }

    fn lists_contain_exactly_the_sessions_that_the_domain_shows_and_admits(world: World) {
        let (tutor, student) = enrolled(&world);
        // Each tutor is a student of the other one's, so that one user sees sessions from several sides.
        let (both, other) = (world.register(World::account(&[Role::Tutor, Role::Student])).1, world.person(Role::Tutor));
        enrol(&world, &both, &world.person(Role::Student));
        let learner = Actor { active_role: Some(Role::Student), ..both };
        enrol_at(&world, &other, &learner, 14);
        for student in [&student, &both] {
            vary_statuses(&world, student);
        }
        let guardian = world.person(Role::Parent);
        guard(&world, &guardian, &student, "ended");
        guard(&world, &guardian, &student, "active");
        guard(&world, &tutor, &both, "active");
        let invited = world.person(Role::Parent);
        guard(&world, &invited, &student, "invited");
        let guards = |viewer: &Actor, session: &Session| {
            let ward = if viewer.user_id == guardian.user_id {
                Some(student.user_id)
            } else {
                (viewer.user_id == tutor.user_id).then_some(both.user_id)
            };
            ward == Some(session.parties.student)
        };

        let mut sessions = Vec::new();
        for viewer in [&tutor, &both, &other] {
            let taught = SessionFilter { perspective: Perspective::Tutor, ..ALL };
            sessions.extend(list(&world, viewer, taught));
        }
        assert_eq!(sessions.len(), 75);
        sessions.sort_by_key(|session| (session.occurrence.starts_at, session.id));

        let perspectives = [Perspective::Tutor, Perspective::Student, Perspective::Parent, Perspective::Any];
        let statuses = [None, Some(SessionStatus::Completed), Some(SessionStatus::Scheduled)];
        let (from, to) = (sessions[20].occurrence.ends_at, sessions[60].occurrence.starts_at);
        let windows = [(None, None), (Some(from), None), (None, Some(to)), (Some(from), Some(to))];
        let mut filters = Vec::new();
        for perspective in perspectives {
            for status in statuses {
                for (from, to) in windows {
                    for student in [None, student.profiles.student, both.profiles.student] {
                        filters.push(SessionFilter { perspective, from, to, status, student });
                    }
                }
            }
        }
        for viewer in [&tutor, &student, &both, &other, &guardian, &invited, &world.person(Role::Student)] {
            for filter in &filters {
                let is_listed = |session: &&Session| {
                    let is_guarded = guards(viewer, session);
                    let shows = |side: &Side| side.shows(session.parties, viewer.user_id, is_guarded);
                    filter.perspective.sides().iter().any(shows)
                        && filter.admits(&session.occurrence, session.status, session.student_id)
                };
                let expected: Vec<_> = sessions.iter().filter(is_listed).map(|session| session.id).collect();
                let found: Vec<_> = list(&world, viewer, *filter).iter().map(|session| session.id).collect();
                assert_eq!(found, expected, "{filter:?}");
            }
        }
        for session in &sessions {
            for (viewer, expected) in [(&guardian, guards(&guardian, session)), (&invited, false)] {
                let found = block_on(SessionQueries::find(&world.database, viewer.user_id, session.id)).unwrap();
                assert_eq!(found.is_some(), expected);
            }
        }
    }

    fn all_sessions_but_cancelled_ones_are_bookings(world: World) {
        let (tutor, student) = enrolled(&world);
        vary_statuses(&world, &student);
        let parties = Parties { tutor: tutor.user_id, student: student.user_id };
        let sessions = list(&world, &tutor, ALL);
        let time = now()..now() + TimeDelta::days(365);
        let busy = block_on(world.database.busy_times(parties, time)).unwrap();
        let mut booked: Vec<_> = busy.bookings.iter().map(|booking| (booking.session_id, booking.status)).collect();
        booked.sort_by_key(|(id, _)| *id);
        let expected: Vec<_> = sessions
            .iter()
            .filter(|session| session.status != SessionStatus::Cancelled)
            .map(|session| (session.id, session.status))
            .collect();
        assert_eq!(booked, expected);
        assert_eq!((booked.len(), busy.time_off.len()), (20, 0));
    }

    fn the_sessions_of_a_deleted_tutor_or_student_are_deleted(world: World) {
        let (_, student) = enrolled(&world);
        let (tutor, _) = enrolled(&world);
        enrolled(&world);
        for (user, remaining) in [(student, 50), (tutor, 25)] {
            world.execute(&format!("DELETE FROM users WHERE id = {}", user.user_id));
            assert_eq!(world.number("SELECT COUNT(*) FROM sessions"), remaining);
        }
    }

    fn sessions_with_a_student_are_tallied_by_status(world: World) {
        let (tutor, student) = enrolled(&world);
        enrol_at(&world, &tutor, &world.person(Role::Student), 14);
        vary_statuses(&world, &student);
        let service = ScheduleService::new(std::sync::Arc::new(world.database.clone()));
        let page = PageRequest { size: PageSize::new(3).unwrap(), after: None };
        let profile = student.profiles.student.unwrap();
        let completed = ListedSessions { status: Some(SessionStatus::Completed), ..ListedSessions::ALL };
        let found = block_on(service.list_with_student(&tutor, profile, completed, page)).unwrap();
        assert_eq!(found.page.items.len(), 3);
        assert!(found.page.items.iter().all(|session| session.status == SessionStatus::Completed));
        let tally = SessionTally {
            total: 25,
            completed: 5,
            scheduled: 5,
            in_progress: 5,
            cancelled: 5,
            minutes_held: 600,
        };
        assert_eq!(found.tally, tally);
    }
}
