//! The events and messages of changes, and their readers.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::chat::{ChatQueries, ConversationsPage};
use astegni_domain::connections::Kind;
use astegni_domain::events::EventKind::{MessageSent, SessionCancelled, SessionChanged, SessionCreated};
use astegni_domain::events::{EventKind, Subject};
use astegni_domain::page::PageRequest;
use astegni_domain::schedule::{CancelCommand, Outcome, Period, Scope, SessionStatus, SessionUpdate, TimeOffTerms};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::zones::resolved_before;
use super::{Household, addition, book, enrolled, household, leave, sessions, to_hour};
use crate::connections::request;
use crate::events::{log, told_during};
use crate::harness::{World, contract, dates, now};

const NOTHING: [EventKind; 0] = [];

fn cancel(world: &World, user: &Actor, place: usize, scope: Scope) {
    let id = sessions(world, user)[place].id;
    let command = CancelCommand { reason: None, scope };
    block_on(world.sessions_at(now()).cancel(user, id, &command, |_, _| true)).unwrap();
}

fn update(world: &World, tutor: &Actor, place: usize, update: &SessionUpdate) {
    let id = sessions(world, tutor)[place].id;
    block_on(world.sessions_at(now()).update(tutor, id, update, |_, _| true)).unwrap();
}

/// Returns the members of a household and a stranger.
fn everyone<'a>(home: &'a Household, stranger: &'a Actor) -> [&'a Actor; 5] {
    [&home.tutor, &home.child, &home.parent, &home.guardian, stranger]
}

fn number_of_messages(world: &World) -> i64 {
    world.number("SELECT COUNT(*) FROM chat_messages")
}

/// Returns the subjects of the events about sessions that a user was told of.
fn changes(world: &World, reader: &Actor) -> Vec<Subject> {
    let of_sessions = |subject: &Subject| matches!(subject, Subject::Session { .. });
    log(world, reader).into_iter().map(|event| event.subject).filter(of_sessions).collect()
}

contract! {
    fn both_sides_are_told_of_a_move_and_the_requester_by_a_message(world: World) {
        let (home, stranger) = (household(&world), world.person(Role::Student));
        let told = told_during(&world, everyone(&home, &stranger), || update(&world, &home.tutor, 0, &to_hour(15)));
        let both = vec![SessionChanged, MessageSent];
        assert_eq!(told, [vec![MessageSent], vec![SessionChanged], both, vec![SessionChanged], vec![]]);
    }

    fn a_cancellation_by_the_student_is_told_to_the_tutor_and_the_guardians(world: World) {
        let (home, stranger) = (household(&world), world.person(Role::Student));
        let told = told_during(&world, everyone(&home, &stranger), || cancel(&world, &home.child, 0, Scope::This));
        let both = vec![SessionCancelled, MessageSent];
        assert_eq!(told, [both.clone(), vec![], both, vec![SessionCancelled], vec![]]);
    }

    fn a_cancellation_by_a_guardian_is_told_to_the_others(world: World) {
        let (home, stranger) = (household(&world), world.person(Role::Student));
        let both = || vec![SessionCancelled, MessageSent];
        let told = told_during(&world, everyone(&home, &stranger), || cancel(&world, &home.parent, 0, Scope::This));
        assert_eq!(told, [both(), vec![SessionCancelled], vec![MessageSent], vec![SessionCancelled], vec![]]);
        let told = told_during(&world, everyone(&home, &stranger), || cancel(&world, &home.guardian, 1, Scope::This));
        assert_eq!(told, [both(), vec![SessionCancelled], both(), vec![], vec![]]);
    }

    fn a_cancellation_by_the_tutor_is_told_to_the_students_side(world: World) {
        let (home, stranger) = (household(&world), world.person(Role::Student));
        let told = told_during(&world, everyone(&home, &stranger), || cancel(&world, &home.tutor, 0, Scope::This));
        let both = vec![SessionCancelled, MessageSent];
        assert_eq!(told, [vec![MessageSent], vec![SessionCancelled], both, vec![SessionCancelled], vec![]]);
    }

    fn outcomes_and_edits_are_told_as_changes(world: World) {
        let (tutor, student) = enrolled(&world);
        let first = sessions(&world, &tutor).remove(0);
        let later = world.sessions_at(first.occurrence.ends_at);
        let none = SessionUpdate::default();
        let updates = [
            SessionUpdate { topics: Some(vec!["Angles".to_owned()]), ..none.clone() },
            SessionUpdate { outcome: Some(Outcome::NoShow), ..none.clone() },
            SessionUpdate { outcome: Some(Outcome::Completed), ..none },
        ];
        for update in &updates {
            let change = || drop(block_on(later.update(&tutor, first.id, update, |_, _| true)).unwrap());
            let told = told_during(&world, [&tutor, &student], change);
            assert_eq!(told, [vec![MessageSent], vec![SessionChanged, MessageSent]]);
            let told = told_during(&world, [&tutor, &student], change);
            assert_eq!(told, [NOTHING, NOTHING], "a repetition changes nothing");
        }
        let Some(Subject::Session { session, count, status, .. }) = changes(&world, &student).pop() else { panic!() };
        assert_eq!((session, count, status), (first.id, 1, SessionStatus::Completed));
    }

    fn a_change_of_a_series_is_one_event_and_one_message(world: World) {
        let (tutor, student) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let before = number_of_messages(&world);
        let told = told_during(&world, [&tutor, &student], || {
            update(&world, &tutor, 0, &SessionUpdate { scope: Scope::Following, ..to_hour(15) });
            cancel(&world, &student, 0, Scope::Following);
        });
        let to_student = vec![SessionChanged, MessageSent, MessageSent];
        assert_eq!(told, [vec![MessageSent, SessionCancelled, MessageSent], to_student]);
        assert_eq!(number_of_messages(&world), before + 2);
        let subject = |status| Subject::Session { session: all[0].id, course: all[0].course_id, count: 3, status };
        assert_eq!(changes(&world, &student), [subject(SessionStatus::Scheduled)]);
        assert_eq!(changes(&world, &tutor), [subject(SessionStatus::Cancelled)]);
        assert_eq!(world.number("SELECT COUNT(*) FROM session_changes"), 6);
    }

    fn changes_are_told_across_a_block_and_their_messages_are_not(world: World) {
        for by_tutor in [true, false] {
            let (tutor, student) = enrolled(&world);
            let (actor, other) = if by_tutor { (&tutor, &student) } else { (&student, &tutor) };
            request(&world, actor, other, Kind::Block).unwrap();
            let told = told_during(&world, [&tutor, &student], || {
                update(&world, &tutor, 0, &to_hour(15));
                cancel(&world, &tutor, 0, Scope::This);
            });
            assert_eq!(told, [vec![MessageSent, MessageSent], vec![SessionChanged, SessionCancelled]]);
            let told = told_during(&world, [&tutor, &student], || cancel(&world, &student, 1, Scope::This));
            assert_eq!(told, [[SessionCancelled], [MessageSent]]);
        }
    }

    fn a_block_of_the_child_does_not_separate_the_requester(world: World) {
        let (home, stranger) = (household(&world), world.person(Role::Student));
        request(&world, &home.tutor, &home.child, Kind::Block).unwrap();
        let told = told_during(&world, everyone(&home, &stranger), || update(&world, &home.tutor, 0, &to_hour(15)));
        let both = vec![SessionChanged, MessageSent];
        assert_eq!(told, [vec![MessageSent], vec![SessionChanged], both, vec![SessionChanged], vec![]]);
    }

    fn a_former_guardian_is_not_told_and_the_student_gets_the_message(world: World) {
        let (home, stranger) = (household(&world), world.person(Role::Student));
        leave(&world, &home.parent, &home.child);
        let told = told_during(&world, everyone(&home, &stranger), || update(&world, &home.tutor, 0, &to_hour(15)));
        let both = vec![SessionChanged, MessageSent];
        assert_eq!(told, [vec![MessageSent], both.clone(), vec![], both, vec![]]);
        let conversations = |user: &Actor| {
            let first = ConversationsPage { page: PageRequest::FIRST, offset: 0, student: None };
            block_on(world.database.conversations(user.user_id, first)).unwrap().page.items.len()
        };
        assert_eq!((conversations(&home.child), conversations(&home.parent)), (1, 1));
        let to_parent = format!(
            "SELECT COUNT(*) FROM chat_messages m JOIN conversation_participants p ON \
            p.conversation_id = m.conversation_id WHERE p.user_id = {}",
            home.parent.user_id
        );
        assert_eq!(world.number(&to_parent), 2, "the request and its acceptance only");
        let told = told_during(&world, [&home.tutor, &home.parent], || cancel(&world, &home.guardian, 0, Scope::This));
        assert_eq!(told, [vec![SessionCancelled, MessageSent], vec![]]);
    }

    fn a_change_of_zone_rules_is_told_to_everyone(world: World) {
        let (home, stranger) = (household(&world), world.person(Role::Student));
        let first = sessions(&world, &home.tutor).remove(0);
        resolved_before(&world, &first, TimeDelta::hours(1));
        let told = told_during(&world, everyone(&home, &stranger), || {
            assert_eq!(block_on(world.sessions_at(now()).recheck_zones()).unwrap().moved, [first.id]);
        });
        let both = vec![SessionChanged, MessageSent];
        assert_eq!(told, [both.clone(), vec![SessionChanged], both, vec![SessionChanged], vec![]]);
    }

    fn time_off_is_told_once_for_each_course(world: World) {
        let (tutor, student) = enrolled(&world);
        let other = world.person(Role::Student);
        book(&world, &tutor, &other, dates(&["2026-02-02", "2026-02-03"], 13, 15));
        let all = sessions(&world, &tutor);
        let period = Period { starts_at: now(), ends_at: all[4].occurrence.starts_at };
        let terms = TimeOffTerms { period, reason: Some("Holidays".to_owned()), cancels_sessions: true };
        let told = told_during(&world, [&tutor, &student, &other], || {
            block_on(world.availability_at(now()).add_time_off(&tutor, &terms)).unwrap();
        });
        let both = vec![SessionCancelled, MessageSent];
        assert_eq!(told, [vec![MessageSent, MessageSent], both.clone(), both]);
        for (reader, first) in [(&student, &all[0]), (&other, &all[1])] {
            let status = SessionStatus::Cancelled;
            let expected = Subject::Session { session: first.id, course: first.course_id, count: 2, status };
            assert_eq!(changes(&world, reader), [expected]);
        }
    }

    fn an_added_session_is_told_to_the_students_side(world: World) {
        let (home, stranger) = (household(&world), world.person(Role::Student));
        let course = sessions(&world, &home.tutor).remove(0).course_id;
        let told = told_during(&world, everyone(&home, &stranger), || {
            block_on(world.sessions_at(now()).add(&home.tutor, &addition(course, "2026-02-05", 10))).unwrap();
        });
        let both = vec![SessionCreated, MessageSent];
        assert_eq!(told, [vec![MessageSent], vec![SessionCreated], both, vec![SessionCreated], vec![]]);
    }
}
