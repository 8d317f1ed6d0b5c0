//! Changes of sessions at once.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::change::Change;
use astegni_domain::schedule::{
    ActionRefusal, CancelCommand, ConflictKind, Outcome, PriorityLevel, Scope, Session, SessionAction,
    SessionChangeError, SessionChangePlan, SessionMode, SessionRepository, SessionStatus, SessionUpdate,
    plan_cancellation, plan_update,
};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{assert_consistent, book, enrolled, facts, sessions, to, to_hour, versatile};
use crate::harness::{World, contract, dates, now, race};

/// Updates a session; the error lists the kinds of the conflicts.
fn update(
    world: &World,
    tutor: &Actor,
    session: &Session,
    update: &SessionUpdate,
) -> Result<Session, Vec<ConflictKind>> {
    match block_on(world.sessions_at(now()).update(tutor, session.id, update, |_, _| true)) {
        Ok(session) => Ok(session),
        Err(SessionChangeError::Conflicts(conflicts)) => Err(conflicts.iter().map(|conflict| conflict.kind).collect()),
        Err(error) => panic!("{error:?}"),
    }
}

/// Returns a session as it is stored.
fn stored(world: &World, user: &Actor, session: &Session) -> Session {
    facts(world, user, session, Scope::This).session
}

contract! {
    fn one_of_several_sessions_moves_to_a_free_slot_of_the_tutor(world: World) {
        for _ in 0..5 {
            let tutor = world.person(Role::Tutor);
            let booked = [10, 12, 14, 16].map(|hour| {
                let student = world.person(Role::Student);
                book(&world, &tutor, &student, dates(&["2026-02-02"], hour, hour + 2));
                sessions(&world, &student).remove(0)
            });
            let outcomes = race(4, |number| update(&world, &tutor, &booked[number], &to("2026-02-03", 10)));
            let moved: Vec<_> = outcomes.iter().flatten().collect();
            assert_eq!(moved.len(), 1);
            let refused = Err(vec![ConflictKind::TutorBusy]);
            assert!(outcomes.iter().all(|outcome| outcome.is_ok() || *outcome == refused), "{outcomes:?}");
            let versions: i32 = sessions(&world, &tutor).iter().map(|session| session.version).sum();
            assert_eq!((versions, stored(&world, &tutor, moved[0])), (1, moved[0].clone()));
        }
        assert_consistent(&world);
    }

    fn one_of_several_sessions_moves_to_a_free_slot_of_the_student(world: World) {
        for _ in 0..5 {
            let student = world.person(Role::Student);
            let booked = [10, 12, 14, 16].map(|hour| {
                let tutor = world.person(Role::Tutor);
                book(&world, &tutor, &student, dates(&["2026-02-02"], hour, hour + 2));
                (tutor, sessions(&world, &tutor).remove(0))
            });
            let outcomes = race(4, |number| {
                let (tutor, session) = &booked[number];
                update(&world, tutor, session, &to("2026-02-03", 10))
            });
            assert_eq!(outcomes.iter().flatten().count(), 1);
            let refused = Err(vec![ConflictKind::StudentBusy]);
            assert!(outcomes.iter().all(|outcome| outcome.is_ok() || *outcome == refused), "{outcomes:?}");
        }
        assert_consistent(&world);
    }

    fn one_of_eight_updates_of_the_same_version_succeeds(world: World) {
        for _ in 0..3 {
            let (tutor, student) = enrolled(&world);
            let first = sessions(&world, &tutor).remove(0);
            let outcomes = race(8, |number| {
                let topics = Some(vec![format!("Topic {number}")]);
                let update = SessionUpdate { topics, ..SessionUpdate::default() };
                let is_first_version = |session: &Session, _| session.version == 0;
                match block_on(world.sessions_at(now()).update(&tutor, first.id, &update, is_first_version)) {
                    Ok(session) => Some(session),
                    Err(SessionChangeError::PreconditionFailed) => None,
                    Err(error) => panic!("{error:?}"),
                }
            });
            let changed: Vec<_> = outcomes.into_iter().flatten().collect();
            assert_eq!(changed, [stored(&world, &student, &first)]);
            assert_eq!(changed[0].version, 1);
        }
        assert_consistent(&world);
    }

    fn updates_without_a_precondition_follow_one_another(world: World) {
        let (tutor, _) = enrolled(&world);
        let first = sessions(&world, &tutor).remove(0);
        let text = |text: &str| Some(vec![text.to_owned()]);
        let none = SessionUpdate::default();
        let updates = [
            SessionUpdate { topics: text("Angles"), ..none.clone() },
            SessionUpdate { topics_covered: text("Lines"), ..none.clone() },
            SessionUpdate { location: Change::Set("Room 4".to_owned()), ..none.clone() },
            SessionUpdate { mode: Some(SessionMode::Hybrid), ..none.clone() },
            SessionUpdate { priority: Some(PriorityLevel::High), ..none },
            to_hour(15),
        ];
        race(6, |number| update(&world, &tutor, &first, &updates[number]).unwrap());
        let last = stored(&world, &tutor, &first);
        assert_eq!(
            (last.version, last.topics, last.topics_covered),
            (6, vec!["Angles".to_owned()], vec!["Lines".to_owned()])
        );
        assert_eq!(
            (last.location.as_deref(), last.mode, last.priority),
            (Some("Room 4"), SessionMode::Hybrid, PriorityLevel::High)
        );
        assert_eq!(last.occurrence.slot.start().to_string(), "15:00:00");
        assert_consistent(&world);
    }

    fn a_cancellation_and_a_move_at_once_lose_no_update(world: World) {
        for _ in 0..8 {
            let (tutor, student) = enrolled(&world);
            let first = sessions(&world, &tutor).remove(0);
            let outcomes = race(2, |number| {
                let service = world.sessions_at(now());
                let changed = if number == 0 {
                    block_on(service.cancel(&student, first.id, &CancelCommand::default(), |_, _| true))
                } else {
                    block_on(service.update(&tutor, first.id, &to_hour(15), |_, _| true))
                };
                match changed {
                    Ok(_) => true,
                    Err(SessionChangeError::Refused(refusal)) => {
                        assert_eq!(refusal, ActionRefusal::Status(SessionAction::Edit, SessionStatus::Cancelled));
                        false
                    }
                    Err(error) => panic!("{error:?}"),
                }
            });
            let last = stored(&world, &tutor, &first);
            let (hour, version) = if outcomes[1] { ("15:00:00", 2) } else { ("10:00:00", 1) };
            assert!(outcomes[0], "a session that was moved can be cancelled");
            assert_eq!((last.status, last.version), (SessionStatus::Cancelled, version));
            assert_eq!(last.occurrence.slot.start().to_string(), hour);
        }
        assert_consistent(&world);
    }

    fn one_of_two_plans_for_the_same_version_is_written(world: World) {
        for _ in 0..8 {
            let (tutor, student) = enrolled(&world);
            let first = sessions(&world, &tutor).remove(0);
            let start = first.occurrence.starts_at;
            let facts = facts(&world, &student, &first, Scope::This);
            // Two servers whose clocks differ: for one of them, the session has begun.
            let command = CancelCommand::default();
            let cancelled = plan_cancellation(&facts, student.user_id, &command, start - TimeDelta::seconds(1));
            let outcome = SessionUpdate { outcome: Some(Outcome::Completed), ..SessionUpdate::default() };
            let completed = plan_update(&facts, tutor.user_id, &outcome, start + TimeDelta::seconds(1)).unwrap();
            let plans: [SessionChangePlan; 2] = [cancelled.unwrap(), completed.unwrap()];
            let outcomes = race(2, |number| match block_on(world.database.change(plans[number].clone())) {
                Ok(()) => true,
                Err(RepositoryError::Conflict) => false,
                Err(error) => panic!("{error:?}"),
            });
            assert_ne!(outcomes[0], outcomes[1]);
            let expected = if outcomes[0] { SessionStatus::Cancelled } else { SessionStatus::Completed };
            let last = stored(&world, &tutor, &first);
            assert_eq!((last.status, last.version, last.cancellation.is_some()), (expected, 1, outcomes[0]));
        }
        assert_consistent(&world);
    }

    fn two_series_that_move_into_each_other_do_not_overlap(world: World) {
        for _ in 0..4 {
            let tutor = world.person(Role::Tutor);
            let days = ["2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05"];
            let series = [10, 14].map(|hour| {
                let student = world.person(Role::Student);
                book(&world, &tutor, &student, dates(&days, hour, hour + 2));
                sessions(&world, &student).remove(0)
            });
            let following = SessionUpdate { scope: Scope::Following, ..to_hour(12) };
            let outcomes = race(2, |number| update(&world, &tutor, &series[number], &following));
            assert_eq!(outcomes.iter().flatten().count(), 1);
            assert!(outcomes.contains(&Err(vec![ConflictKind::TutorBusy; 4])));
        }
        assert_consistent(&world);
    }

    fn people_who_teach_each_other_move_their_sessions_without_deadlocks(world: World) {
        let people: Vec<Actor> = (0..4).map(|_| versatile(&world)).collect();
        let pairs: Vec<(usize, usize)> =
            (0..4).flat_map(|one| (0..4).filter(move |other| *other != one).map(move |other| (one, other))).collect();
        let booked: Vec<(Actor, Session)> = (8..)
            .zip(&pairs)
            .map(|(hour, (teaches, learns))| {
                let (tutor, student) = (people[*teaches], people[*learns]);
                let course = book(&world, &tutor, &student, dates(&["2026-02-02"], hour, hour + 1));
                let session = sessions(&world, &tutor).into_iter().find(|session| session.course_id == course).unwrap();
                (tutor, session)
            })
            .collect();
        let outcomes = race(booked.len(), |number| {
            let (tutor, session) = &booked[number];
            let mut moves = 0;
            for step in 0..8 {
                // All sessions move among the same few slots.
                let hour = 8 + u32::try_from((number * 5 + step) % 6).unwrap() * 2;
                let date = ["2026-02-03", "2026-02-04"][(number + step) % 2];
                moves += i32::from(update(&world, tutor, session, &to(date, hour)).is_ok());
            }
            moves
        });
        let versions: i32 = booked.iter().map(|(tutor, session)| stored(&world, tutor, session).version).sum();
        // A move to the present time succeeds and changes nothing.
        let moves: i32 = outcomes.iter().sum();
        assert!(versions >= 4 && versions <= moves, "{versions} {moves}");
        assert_consistent(&world);
    }
}
