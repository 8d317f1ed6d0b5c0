//! The contract of `SessionRepository::add`.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::change::Change;
use astegni_domain::connections::Kind;
use astegni_domain::ids::{CourseId, SessionId};
use astegni_domain::money::Money;
use astegni_domain::requests::RequestDraft;
use astegni_domain::schedule::{
    AddSessionError, AdditionPlan, AdditionRefusal, AvailabilityChanges, BusyTimes, PackageUse, Period,
    SessionRepository, TimeOffTerms, plan_addition,
};
use astegni_domain::tutoring::{PackageRepository, PackageTerms};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{
    Household, addition, book, cancel, enrolled, household, leave, overlaps, send_and_accept, sessions, versatile,
    written,
};
use crate::connections::request;
use crate::harness::{World, contract, dates, draft, now, race};

/// Plans an addition as if both calendars were empty.
fn plan(world: &World, course: CourseId, date: &str, hour: u32) -> AdditionPlan {
    let facts = block_on(world.database.course_facts(course)).unwrap().unwrap();
    plan_addition(&facts, &addition(course, date, hour), &BusyTimes::default(), now()).unwrap()
}

fn apply(world: &World, plan: &AdditionPlan) -> Result<SessionId, RepositoryError> {
    block_on(world.database.add(plan.clone()))
}

#[track_caller]
fn assert_conflict(world: &World, plan: &AdditionPlan) {
    let before = written(world);
    assert!(matches!(apply(world, plan), Err(RepositoryError::Conflict)));
    assert_eq!(written(world), before, "nothing is written");
}

/// Enrols a student for a package of three sessions.
fn packaged(world: &World) -> (Actor, Actor, CourseId) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    let terms =
        PackageTerms { session_count: Some(3), ..PackageTerms::new("Algebra".to_owned(), Money::from_cents(20_000)) };
    let package = block_on(PackageRepository::create(&world.database, tutor.profiles.tutor.unwrap(), terms, now()));
    let schedule = dates(&["2026-02-02", "2026-02-03", "2026-02-04"], 10, 12);
    let course =
        send_and_accept(world, &tutor, &student, RequestDraft { schedule, ..draft(&tutor, Some(package.unwrap().id)) });
    (tutor, student, course)
}

fn package_use(world: &World, course: CourseId) -> PackageUse {
    block_on(world.database.course_facts(course)).unwrap().unwrap().package
}

/// Cancels the first session of a student.
fn cancel_first(world: &World, user: &Actor) {
    cancel(world, user, sessions(world, user)[0].id);
}

contract! {
    fn a_place_in_a_series_is_taken_once(world: World) {
        let (tutor, _) = enrolled(&world);
        let course = sessions(&world, &tutor).remove(0).course_id;
        let plans = [plan(&world, course, "2026-02-05", 10), plan(&world, course, "2026-02-06", 10)];
        apply(&world, &plans[0]).unwrap();
        assert_conflict(&world, &plans[1]);
        assert_conflict(&world, &plans[0]);
    }

    fn an_unknown_course_has_no_facts(world: World) {
        assert_eq!(block_on(world.database.course_facts(CourseId::new(77))).unwrap(), None);
    }

    fn a_session_is_not_added_to_a_package_that_is_used_up_meanwhile(world: World) {
        let (tutor, student, course) = packaged(&world);
        assert_eq!(package_use(&world, course), PackageUse { included: Some(3), used: 3, credited: 0 });
        let add = || block_on(world.sessions_at(now()).add(&tutor, &addition(course, "2026-02-05", 10)));
        assert!(matches!(add(), Err(AddSessionError::Refused(AdditionRefusal::PackageUsedUp(3)))));
        cancel_first(&world, &student);
        assert_eq!(package_use(&world, course), PackageUse { included: Some(3), used: 2, credited: 1 });
        let credited = plan(&world, course, "2026-02-05", 10);
        world.execute("UPDATE sessions SET cancelled_late = TRUE WHERE status = 'cancelled'");
        assert_conflict(&world, &credited);
        world.execute("UPDATE sessions SET cancelled_late = FALSE WHERE status = 'cancelled'");
        apply(&world, &credited).unwrap();
    }

    fn a_late_cancellation_is_not_credited(world: World) {
        let (tutor, student, course) = packaged(&world);
        let notice = Change::Set(96);
        let changes = AvailabilityChanges { cancellation_notice_hours: notice, ..AvailabilityChanges::default() };
        block_on(world.availability_at(now()).update(&tutor, &changes, |_| true)).unwrap();
        cancel_first(&world, &student);
        assert!(sessions(&world, &tutor)[0].cancellation.as_ref().unwrap().is_late);
        assert_eq!(package_use(&world, course), PackageUse { included: Some(3), used: 3, credited: 0 });
        let add = || block_on(world.sessions_at(now()).add(&tutor, &addition(course, "2026-02-05", 10)));
        assert!(matches!(add(), Err(AddSessionError::Refused(AdditionRefusal::PackageUsedUp(3)))));
    }

    fn a_session_is_not_added_across_a_block(world: World) {
        for by_tutor in [true, false] {
            let (tutor, student) = enrolled(&world);
            let course = sessions(&world, &tutor).remove(0).course_id;
            let plan = plan(&world, course, "2026-02-05", 10);
            let (actor, other) = if by_tutor { (&tutor, &student) } else { (&student, &tutor) };
            request(&world, actor, other, Kind::Block).unwrap();
            assert_conflict(&world, &plan);
            let add = block_on(world.sessions_at(now()).add(&tutor, &addition(course, "2026-02-05", 10)));
            assert!(matches!(add, Err(AddSessionError::Refused(AdditionRefusal::NotFound))));
        }
    }

    fn a_session_is_not_added_after_its_correspondent_has_changed(world: World) {
        let Household { tutor, child, parent, .. } = household(&world);
        let course = sessions(&world, &tutor).remove(0).course_id;
        let stale = plan(&world, course, "2026-02-05", 10);
        leave(&world, &parent, &child);
        assert_conflict(&world, &stale);
        let fresh = plan(&world, course, "2026-02-05", 10);
        assert_eq!(fresh.notice.recipient, child.user_id);
        apply(&world, &fresh).unwrap();
    }

    fn a_session_is_not_added_where_either_side_is_busy(world: World) {
        for at in 0..4 {
            let [tutor, student, third] = [versatile(&world), versatile(&world), versatile(&world)];
            let course = book(&world, &tutor, &student, dates(&["2026-02-02"], 10, 12));
            let (teaches, learns) = [(&tutor, &third), (&third, &tutor), (&student, &third), (&third, &student)][at];
            let clashing = plan(&world, course, "2026-02-05", 10);
            book(&world, teaches, learns, dates(&["2026-02-05"], 11, 13));
            assert_conflict(&world, &clashing);
            apply(&world, &plan(&world, course, "2026-02-05", 13)).unwrap();
        }
        assert_eq!(overlaps(&world), 0);
    }

    fn a_session_is_not_added_during_time_off_of_the_tutor(world: World) {
        let [tutor, student] = [versatile(&world), versatile(&world)];
        let course = book(&world, &tutor, &student, dates(&["2026-02-02"], 10, 12));
        let plan = plan(&world, course, "2026-02-05", 10);
        let start = plan.occurrence.starts_at;
        for (user, is_busy) in [(&student, false), (&tutor, true)] {
            let period = Period { starts_at: start - TimeDelta::hours(1), ends_at: start + TimeDelta::minutes(1) };
            let terms = TimeOffTerms { period, reason: None, cancels_sessions: false };
            let off = block_on(world.availability_at(now()).add_time_off(user, &terms)).unwrap();
            if is_busy {
                assert_conflict(&world, &plan);
                block_on(world.availability_at(now()).remove_time_off(user, off.time_off.id)).unwrap();
            }
        }
        apply(&world, &plan).unwrap();
    }

    fn one_of_two_additions_takes_the_last_session_of_a_package(world: World) {
        for _ in 0..4 {
            let (tutor, student, course) = packaged(&world);
            cancel_first(&world, &student);
            let outcomes = race(4, |number| {
                let date = ["2026-02-05", "2026-02-06", "2026-02-07", "2026-02-08"][number];
                match block_on(world.sessions_at(now()).add(&tutor, &addition(course, date, 10))) {
                    Ok(_) => 1,
                    Err(AddSessionError::Refused(AdditionRefusal::PackageUsedUp(3))) => 0,
                    Err(error) => panic!("{error:?}"),
                }
            });
            assert_eq!(outcomes.iter().sum::<i32>(), 1);
            assert_eq!(package_use(&world, course), PackageUse { included: Some(3), used: 3, credited: 1 });
        }
    }
}
