use astegni_domain::accounts::{Actor, Role};
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::requests::Acceptance;
use astegni_domain::schedule::{Perspective, SessionFilter, SessionQueries};
use astegni_domain::validation::Violations;
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{World, contract, draft, now, weekly};

const ALL: SessionFilter =
    SessionFilter { perspective: Perspective::Any, from: None, to: None, status: None, student: None };

/// A tutor and a student with sessions on Mondays, Wednesdays and Fridays.
fn enrolled(world: &World) -> (Actor, Actor) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    let mut draft = draft(&tutor, Some(world.package(&tutor).id));
    draft.schedule = weekly();
    let (sent, _) = block_on(world.requests().create(&student, draft, Violations::new())).unwrap();
    block_on(world.requests().accept(&tutor, sent.request_id, Acceptance::default())).unwrap();
    (tutor, student)
}

contract! {
    fn the_golden_schedule_is_in_both_calendars_and_in_nobody_elses(world: World) {
        let (tutor, student) = enrolled(&world);
        let list = |who: &Actor| block_on(world.database.list(who.user_id, ALL, PageRequest::FIRST)).unwrap().items;
        let sessions = list(&tutor);
        assert_eq!(sessions.len(), 25);
        assert_eq!(sessions[0].occurrence.starts_at, now() + TimeDelta::hours(2));
        assert_eq!(sessions[24].occurrence.date.to_string(), "2026-03-27");
        assert_eq!(sessions[24].series_index, 24);
        assert_eq!(sessions[0].topics, ["Fractions"]);
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

    fn a_list_can_be_narrowed(world: World) {
        let (tutor, student) = enrolled(&world);
        let count = |who: &Actor, filter| {
            block_on(world.database.list(who.user_id, filter, PageRequest::FIRST)).unwrap().items.len()
        };
        let week = SessionFilter { from: Some(now()), to: Some(now() + TimeDelta::days(7)), ..ALL };
        assert_eq!(count(&tutor, week), 3);
        assert_eq!(count(&tutor, SessionFilter { perspective: Perspective::Student, ..ALL }), 0);
        assert_eq!(count(&student, SessionFilter { perspective: Perspective::Student, ..ALL }), 25);
        let status = Some(astegni_domain::schedule::SessionStatus::Cancelled);
        assert_eq!(count(&student, SessionFilter { status, ..ALL }), 0);
    }
}
