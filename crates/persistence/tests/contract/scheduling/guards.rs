//! Changes whose facts no longer hold: `SessionRepository::change` writes nothing.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::schedule::{
    CancelCommand, ChangeFacts, Period, Scope, SessionChangePlan, SessionRepository, SessionUpdate, TimeOffTerms,
    plan_cancellation, plan_update,
};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{Household, book, enrolled, facts, household, leave, sessions, to, to_hour, versatile, written};
use crate::harness::{World, contract, dates, now};

fn update(facts: &ChangeFacts, tutor: &Actor, update: &SessionUpdate) -> SessionChangePlan {
    plan_update(facts, tutor.user_id, update, now()).unwrap().unwrap()
}

fn cancellation(facts: &ChangeFacts, user: &Actor, scope: Scope) -> SessionChangePlan {
    plan_cancellation(facts, user.user_id, &CancelCommand { reason: None, scope }, now()).unwrap()
}

fn apply(world: &World, plan: &SessionChangePlan) -> Result<(), RepositoryError> {
    block_on(world.database.change(plan.clone()))
}

#[track_caller]
fn assert_conflict(world: &World, plan: &SessionChangePlan) {
    let before = written(world);
    assert!(matches!(apply(world, plan), Err(RepositoryError::Conflict)));
    assert_eq!(written(world), before, "nothing is written");
}

contract! {
    fn a_plan_is_written_once(world: World) {
        let (tutor, student) = enrolled(&world);
        let first = sessions(&world, &tutor).remove(0);
        let [as_tutor, as_student] = [&tutor, &student].map(|user| facts(&world, user, &first, Scope::This));
        let edited = SessionUpdate { topics: Some(vec!["Angles".to_owned()]), ..SessionUpdate::default() };
        let move_plan = update(&as_tutor, &tutor, &to_hour(15));
        apply(&world, &move_plan).unwrap();
        assert_conflict(&world, &move_plan);
        assert_conflict(&world, &update(&as_tutor, &tutor, &edited));
        assert_conflict(&world, &cancellation(&as_student, &student, Scope::This));
    }

    fn a_stale_session_keeps_its_whole_series_from_changing(world: World) {
        let (tutor, _) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let series = facts(&world, &tutor, &all[0], Scope::Following);
        let moved = update(&series, &tutor, &SessionUpdate { scope: Scope::Following, ..to_hour(15) });
        let cancelled = cancellation(&series, &tutor, Scope::Following);
        assert_eq!((moved.changes.len(), cancelled.changes.len()), (3, 3));
        let last = facts(&world, &tutor, &all[2], Scope::This);
        apply(&world, &update(&last, &tutor, &to_hour(8))).unwrap();
        assert_conflict(&world, &moved);
        assert_conflict(&world, &cancelled);
    }

    fn a_guardian_cancels_only_while_the_guardianship_is_active(world: World) {
        let Household { tutor, child, parent, guardian } = household(&world);
        let all = sessions(&world, &tutor);
        let plan = |user: &Actor| cancellation(&facts(&world, user, &all[0], Scope::This), user, Scope::This);
        let plans = [&parent, &guardian, &child].map(plan);
        leave(&world, &parent, &child);
        assert_conflict(&world, &plans[0]);
        apply(&world, &plans[1]).unwrap();
        assert_conflict(&world, &plans[2]);
    }

    fn a_session_does_not_move_to_a_time_that_either_side_has_booked_meanwhile(world: World) {
        for at in 0..4 {
            let [tutor, student] = [versatile(&world), versatile(&world)];
            let third = versatile(&world);
            book(&world, &tutor, &student, dates(&["2026-02-02"], 10, 12));
            let first = sessions(&world, &tutor).remove(0);
            let plan = update(&facts(&world, &tutor, &first, Scope::This), &tutor, &to_hour(15));
            let (teaches, learns) = [(&tutor, &third), (&third, &tutor), (&student, &third), (&third, &student)][at];
            // From 13:00 to 15:00 and from 17:00 to 18:00, the parties are busy up to the new time and after it.
            book(&world, teaches, learns, dates(&["2026-02-02"], 13, 15));
            book(&world, teaches, learns, dates(&["2026-02-02"], 17, 18));
            apply(&world, &plan).unwrap();
            let stale = facts(&world, &tutor, &first, Scope::This);
            let plan = update(&stale, &tutor, &to_hour(19));
            book(&world, teaches, learns, dates(&["2026-02-02"], 20, 22));
            assert_conflict(&world, &plan);
        }
    }

    fn a_session_does_not_move_into_time_off_of_its_tutor(world: World) {
        let [tutor, student] = [versatile(&world), versatile(&world)];
        book(&world, &tutor, &student, dates(&["2026-02-02"], 10, 12));
        let first = sessions(&world, &tutor).remove(0);
        let plan = update(&facts(&world, &tutor, &first, Scope::This), &tutor, &to_hour(15));
        let new = plan.changes[0].after.occurrence.period();
        let minute = TimeDelta::minutes(1);
        let off = |user: &Actor, from, until| {
            let period = Period { starts_at: from, ends_at: until };
            let terms = TimeOffTerms { period, reason: None, cancels_sessions: false };
            block_on(world.availability_at(now()).add_time_off(user, &terms)).unwrap().time_off.id
        };
        // Time off counts on the side of the tutor only.
        off(&student, new.starts_at, new.ends_at);
        for (from, until) in [(-minute, minute), (minute, minute * 2), (minute * 119, minute * 240)] {
            let id = off(&tutor, new.starts_at + from, new.starts_at + until);
            assert_conflict(&world, &plan);
            block_on(world.availability_at(now()).remove_time_off(&tutor, id)).unwrap();
        }
        off(&tutor, new.starts_at - minute, new.starts_at);
        off(&tutor, new.ends_at, new.ends_at + minute);
        apply(&world, &plan).unwrap();
    }

    fn sessions_that_stay_where_they_are_may_change_during_time_off(world: World) {
        let (tutor, student) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let period = all[0].occurrence.period();
        let terms = TimeOffTerms { period, reason: None, cancels_sessions: false };
        block_on(world.availability_at(now()).add_time_off(&tutor, &terms)).unwrap();
        let edited = SessionUpdate { topics: Some(vec!["Angles".to_owned()]), ..SessionUpdate::default() };
        apply(&world, &update(&facts(&world, &tutor, &all[0], Scope::This), &tutor, &edited)).unwrap();
        apply(&world, &cancellation(&facts(&world, &student, &all[0], Scope::This), &student, Scope::This)).unwrap();
    }

    fn a_move_plan_is_stale_once_the_new_time_has_passed_for_another(world: World) {
        let (tutor, _) = enrolled(&world);
        let student = world.person(Role::Student);
        book(&world, &tutor, &student, dates(&["2026-02-05"], 10, 12));
        let all = sessions(&world, &tutor);
        let into = to("2026-02-06", 10);
        let plans = [0, 3].map(|place| update(&facts(&world, &tutor, &all[place], Scope::This), &tutor, &into));
        apply(&world, &plans[0]).unwrap();
        assert_conflict(&world, &plans[1]);
    }
}
