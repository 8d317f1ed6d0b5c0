//! The contract of `SessionRepository::change`.

use astegni_domain::accounts::Role;
use astegni_domain::change::Change;
use astegni_domain::events::EventKind;
use astegni_domain::page::PageRequest;
use astegni_domain::schedule::{
    AddSessionError, AddedSession, AdditionRefusal, CancelCommand, ChangeKind, ChangedField, Scope, SessionChangeError,
    SessionQueries, SessionStatus, SessionUpdate,
};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{addition, assert_consistent, booked_daily, enrolled, sessions, to_hour, update};
use crate::harness::{contract, now};

contract! {
    fn a_moved_session_keeps_its_identity_and_its_history(world: World) {
        let (tutor, student) = enrolled(&world);
        let before = sessions(&world, &tutor).remove(1);
        let moved = block_on(world.sessions_at(now()).update(&tutor, before.id, &to_hour(15), |_, _| true)).unwrap();
        assert_eq!(
            block_on(SessionQueries::find(&world.database, student.user_id, before.id)).unwrap(),
            Some(moved.clone())
        );
        assert_eq!((moved.version, moved.is_exception, moved.rescheduled_at), (1, true, Some(now())));
        assert_eq!(moved.series_date, before.occurrence.date);
        let history = block_on(world.database.history(before.id, PageRequest::FIRST)).unwrap().items;
        let [change, booking] = history.as_slice() else { panic!("{history:?}") };
        assert_eq!((change.kind, change.version), (ChangeKind::Rescheduled, 1));
        assert_eq!(change.fields, [ChangedField::StartTime, ChangedField::EndTime]);
        assert_eq!((change.from, change.to), (Some(before.occurrence.period()), moved.occurrence.period()));
        assert_eq!(change.actor.as_ref().map(|actor| actor.0), Some(tutor.user_id));
        assert_eq!((booking.kind, booking.version, booking.from), (ChangeKind::Created, 0, None));
        assert_eq!(booking.to, before.occurrence.period());
    }

    fn a_series_moves_as_a_whole(world: World) {
        let (tutor, _) = enrolled(&world);
        let first = sessions(&world, &tutor).remove(0);
        let mut update = to_hour(15);
        update.scope = Scope::Following;
        update.time.date = Some("2026-02-03".parse().unwrap());
        block_on(world.sessions_at(now()).update(&tutor, first.id, &update, |_, _| true)).unwrap();
        let moved = sessions(&world, &tutor);
        let dates: Vec<_> = moved.iter().map(|session| session.occurrence.date.to_string()).collect();
        assert_eq!(dates, ["2026-02-03", "2026-02-04", "2026-02-05"]);
        assert!(moved.iter().all(|session| session.version == 1 && !session.is_exception));
    }

    fn a_session_does_not_move_onto_another(world: World) {
        let (tutor, _) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let mut update = to_hour(11);
        update.time.date = Some(all[1].occurrence.date);
        let moved = block_on(world.sessions_at(now()).update(&tutor, all[0].id, &update, |_, _| true));
        let Err(SessionChangeError::Conflicts(conflicts)) = moved else { panic!("{moved:?}") };
        assert_eq!(conflicts[0].session_id, Some(all[1].id));
        assert_eq!(sessions(&world, &tutor), all);
    }

    fn a_cancellation_is_recorded_and_announced(world: World) {
        let (tutor, student) = enrolled(&world);
        let first = sessions(&world, &tutor).remove(0);
        let command = CancelCommand { reason: Some("Ill".to_owned()), scope: Scope::Following };
        let [to_tutor, to_student] = crate::events::told_during(&world, [&tutor, &student], || {
            let cancelled =
                block_on(world.sessions_at(now()).cancel(&student, first.id, &command, |_, _| true)).unwrap();
            assert_eq!(cancelled.status, SessionStatus::Cancelled);
            assert_eq!(cancelled.cancellation.as_ref().unwrap().by, student.user_id);
        });
        assert_eq!(to_tutor, [EventKind::SessionCancelled, EventKind::MessageSent]);
        assert_eq!(to_student, [EventKind::MessageSent]);
        assert!(sessions(&world, &tutor).iter().all(|session| session.status == SessionStatus::Cancelled));
    }

    fn a_course_with_the_largest_number_of_sessions_changes_at_once(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let (course, _) = booked_daily(&world, &tutor, &student, 200);
        let first = sessions(&world, &tutor).remove(0);
        let service = world.sessions_at(now());
        let add = |session: &AddedSession| block_on(service.add(&tutor, session));
        for days in 0..200 {
            let date = first.occurrence.date + TimeDelta::days(days);
            add(&AddedSession { date, ..addition(course, "2026-02-01", 14) }).unwrap();
        }
        let full = add(&addition(course, "2026-02-01", 18));
        assert!(matches!(full, Err(AddSessionError::Refused(AdditionRefusal::TooManySessions))), "{full:?}");
        let location = Change::Set("Bole".to_owned());
        update(&world, &tutor, first.id, &SessionUpdate { location, scope: Scope::Following, ..SessionUpdate::default() });
        let command = CancelCommand { reason: None, scope: Scope::Following };
        block_on(service.cancel(&student, first.id, &command, |_, _| true)).unwrap();
        let changed = "SELECT COUNT(*) FROM sessions WHERE version = 2 AND status = 'cancelled' AND location = 'Bole'";
        assert_eq!(world.number(changed), 400);
        assert_consistent(&world);
    }
}
