//! The events of every write that other users see, and their readers.

use astegni_domain::accounts::{AccountRepository, Actor, ProfileChanges, Role};
use astegni_domain::chat::SettingsChange;
use astegni_domain::connections::{Answer, Kind};
use astegni_domain::events::EventKind::{
    ConnectionAccepted, ConnectionEnded, ConnectionRequested, ConversationChanged, GuardianshipChanged, MessageDeleted,
    MessageEdited, MessageRead, MessageSent, RequestAnswered, RequestExpired, RequestSent, RequestWithdrawn,
    SessionCreated,
};
use astegni_domain::events::{EventKind, Subject};
use astegni_domain::families::{FamilyRepository, GuardianshipTransition};
use astegni_domain::requests::{Acceptance, RequestDraft, RequestRepository, RequestStatus};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{latest, log, told_during};
use crate::chat::{chat, direct, say};
use crate::connections::{request, service};
use crate::families::{invite, open, transition, ward};
use crate::harness::{World, contract, draft, now, weekly};

const NOTHING: [EventKind; 0] = [];

fn person(world: &World, role: Role) -> Actor {
    world.person(role)
}

fn go(world: &World, owner: &Actor, is_private: bool) {
    let changes = ProfileChanges { is_private: Some(is_private), ..ProfileChanges::default() };
    block_on(AccountRepository::update(&world.database, owner.user_id, changes, now())).unwrap();
}

contract! {
    fn the_recipient_is_told_of_a_connection_and_its_initiator_of_the_answer(world: World) {
        let [one, other] = [Role::Student, Role::Tutor].map(|role| person(&world, role));
        let told = |run: &dyn Fn()| told_during(&world, [&one, &other], run);
        let follow = || drop(request(&world, &one, &other, Kind::Follow).unwrap());
        assert_eq!(told(&follow), [vec![], vec![ConnectionAccepted]]);
        let end = || drop(block_on(service(&world).ensure_removed(&one, other.user_id, Kind::Follow)).unwrap());
        assert_eq!(told(&end), [vec![], vec![ConnectionEnded]]);
        let befriend = || drop(request(&world, &one, &other, Kind::Friend).unwrap());
        assert_eq!(told(&befriend), [vec![], vec![ConnectionRequested]]);
        let Subject::Connection { connection, kind, with } = latest(&world, &other) else { panic!() };
        assert_eq!((kind, with), (Kind::Friend, one.user_id));
        let accept = || drop(block_on(service(&world).answer(&other, connection, Answer::Accept)).unwrap());
        assert_eq!(told(&accept), [vec![ConnectionAccepted], vec![]]);
        assert_eq!(latest(&world, &one), Subject::Connection { connection, kind, with: other.user_id });
    }

    fn blocks_and_rejections_are_silent(world: World) {
        let [one, other] = [Role::Student, Role::Tutor].map(|role| person(&world, role));
        let asked = request(&world, &one, &other, Kind::Friend).unwrap();
        request(&world, &one, &other, Kind::Follow).unwrap();
        block_on(world.requests().create(&one, draft(&other, None))).unwrap();
        let told = told_during(&world, [&one, &other], || {
            block_on(service(&world).answer(&other, asked.edge.id, Answer::Reject)).unwrap();
            request(&world, &other, &one, Kind::Block).unwrap();
            block_on(service(&world).ensure_removed(&other, one.user_id, Kind::Block)).unwrap();
        });
        assert_eq!(told, [NOTHING, NOTHING]);
    }

    fn the_expiry_of_a_request_is_silent_after_a_block(world: World) {
        let [student, tutor] = [Role::Student, Role::Tutor].map(|role| person(&world, role));
        block_on(world.requests().create(&student, draft(&tutor, None))).unwrap();
        request(&world, &tutor, &student, Kind::Block).unwrap();
        let told = told_during(&world, [&student, &tutor], || {
            assert!(!block_on(world.database.expire_overdue(now())).unwrap());
            assert!(!block_on(world.database.expire_overdue(now())).unwrap());
        });
        assert_eq!(told, [NOTHING, NOTHING]);
        assert_eq!(world.number("SELECT COUNT(*) FROM requested_sessions WHERE status = 'expired'"), 1);
    }

    fn requests_expire_by_the_clock_and_are_announced_once(world: World) {
        let [student, tutor] = [Role::Student, Role::Tutor].map(|role| person(&world, role));
        let sent = block_on(world.requests().create(&student, draft(&tutor, None))).unwrap();
        let late = now() + TimeDelta::days(15);
        let told = told_during(&world, [&student, &tutor], || {
            block_on(world.database.expire_overdue(now())).unwrap();
            // A new request finds the old one expired before the job in the background does.
            block_on(world.requests_at(late).create(&student, draft(&tutor, None))).unwrap();
            block_on(world.database.expire_overdue(late)).unwrap();
        });
        assert_eq!(told, [vec![RequestExpired, MessageSent], vec![RequestExpired, RequestSent, MessageSent]]);
        let expired = log(&world, &tutor).into_iter().find(|event| event.kind == RequestExpired).unwrap();
        assert_eq!(expired.subject, Subject::Request { request: sent.request_id, status: RequestStatus::Expired });
    }

    fn a_public_account_accepts_its_followers_with_their_events(world: World) {
        let [owner, one, two] = [Role::Tutor, Role::Student, Role::Student].map(|role| person(&world, role));
        go(&world, &owner, true);
        let told = told_during(&world, [&owner, &one, &two], || {
            request(&world, &one, &owner, Kind::Follow).unwrap();
            request(&world, &two, &owner, Kind::Follow).unwrap();
            go(&world, &owner, false);
            while block_on(world.database.accept_follows(owner.user_id, now())).unwrap() {}
        });
        let waiting = vec![ConnectionRequested, ConnectionRequested];
        assert_eq!(told, [waiting, vec![ConnectionAccepted], vec![ConnectionAccepted]]);
    }

    fn everyone_involved_is_told_of_a_request_and_its_answer(world: World) {
        let [parent, tutor, stranger] = [Role::Parent, Role::Tutor, Role::Student].map(|role| person(&world, role));
        let (child, _) = ward(&world, &parent);
        let everyone = [&parent, &child, &tutor, &stranger];
        let mut for_child = RequestDraft { schedule: weekly(), ..draft(&tutor, None) };
        for_child.student_id = child.profiles.student;
        let mut sent = None;
        let told = told_during(&world, everyone, || {
            sent = Some(block_on(world.requests().create(&parent, for_child.clone())).unwrap());
        });
        assert_eq!(told, [vec![MessageSent], vec![RequestSent], vec![RequestSent, MessageSent], vec![]]);
        let request = sent.unwrap().request_id;
        let told = told_during(&world, everyone, || {
            block_on(world.requests().accept(&tutor, request, Acceptance::default())).unwrap();
        });
        let answered = vec![RequestAnswered, SessionCreated];
        assert_eq!(told, [vec![RequestAnswered, MessageSent, SessionCreated], answered, vec![MessageSent], vec![]]);
        let Subject::Sessions { count, .. } = latest(&world, &child) else { panic!() };
        assert_eq!(count, 25);
        let told = told_during(&world, everyone, || {
            let again = block_on(world.requests().create(&parent, for_child.clone())).unwrap();
            block_on(world.requests().withdraw(&child, again.request_id)).unwrap();
        });
        let (asked, withdrawn) = (vec![RequestSent, MessageSent], vec![RequestWithdrawn, MessageSent]);
        let parents = vec![MessageSent, RequestWithdrawn, MessageSent];
        assert_eq!(told, [parents, vec![RequestSent], [asked, withdrawn].concat(), vec![]]);
    }

    fn guardians_are_told_of_a_childs_own_requests_and_lessons(world: World) {
        let [parent, tutor] = [Role::Parent, Role::Tutor].map(|role| person(&world, role));
        let (child, facts) = ward(&world, &parent);
        let told = told_during(&world, [&parent], || {
            let sent = block_on(world.requests().create(&child, draft(&tutor, None))).unwrap();
            say(&world, &tutor, sent.conversation_id, "Hello");
            say(&world, &child, direct(&world, &child, &person(&world, Role::Student)), "Private");
        });
        assert_eq!(told, [[RequestSent, MessageSent, MessageSent]]);
        assert!(log(&world, &parent).last().unwrap().message.is_none(), "a guardian reads the message on demand");
        let end = transition(open(&world, parent.user_id, facts.guardianship.student).unwrap(), GuardianshipTransition::End);
        let told = told_during(&world, [&parent, &child], || {
            block_on(FamilyRepository::apply(&world.database, end)).unwrap();
            say(&world, &tutor, direct(&world, &tutor, &child), "Hello");
        });
        assert_eq!(told, [vec![], vec![GuardianshipChanged, MessageSent]]);
    }

    fn the_other_side_is_told_of_a_guardianship(world: World) {
        let [parent, student] = [Role::Parent, Role::Student].map(|role| person(&world, role));
        let told = told_during(&world, [&parent, &student], || invite(&world, &parent, &student));
        assert_eq!(told, [vec![], vec![GuardianshipChanged]]);
        let invited = open(&world, parent.user_id, student.profiles.student.unwrap()).unwrap();
        let mut accepted = transition(invited, GuardianshipTransition::Accept);
        accepted.evidence.by = student.user_id;
        let told = told_during(&world, [&parent, &student], || {
            block_on(FamilyRepository::apply(&world.database, accepted)).unwrap();
        });
        assert_eq!(told, [vec![GuardianshipChanged], vec![]]);
    }

    fn participants_are_told_of_messages_on_all_their_devices(world: World) {
        let [one, other] = [Role::Student, Role::Tutor].map(|role| person(&world, role));
        let told = told_during(&world, [&one, &other], || {
            let id = direct(&world, &one, &other);
            let sent = say(&world, &one, id, "Helo");
            block_on(chat(&world).edit(&one, sent.id, "Hello".to_owned())).unwrap();
            block_on(chat(&world).mark_read(&other, id, None)).unwrap();
            block_on(chat(&world).mark_read(&other, id, None)).unwrap();
            block_on(chat(&world).delete(&one, sent.id)).unwrap();
            block_on(chat(&world).delete(&one, sent.id)).unwrap();
        });
        let all = [ConversationChanged, MessageSent, MessageEdited, MessageRead, MessageDeleted];
        assert_eq!(told, [all, all]);
        let events = log(&world, &other);
        let contents: Vec<_> = events.iter().filter_map(|event| event.message.as_ref()).map(|message| &message.content).collect();
        assert_eq!(contents, [&None, &None, &None], "the log keeps no content");
    }

    fn a_reader_who_gives_no_receipts_is_told_alone(world: World) {
        let [one, other] = [Role::Student, Role::Tutor].map(|role| person(&world, role));
        let id = direct(&world, &one, &other);
        say(&world, &one, id, "Hello");
        let change = SettingsChange { read_receipts: Some(false), ..SettingsChange::default() };
        block_on(chat(&world).change_settings(&other, change)).unwrap();
        let told = told_during(&world, [&one, &other], || {
            block_on(chat(&world).mark_read(&other, id, None)).unwrap();
        });
        assert_eq!(told, [vec![], vec![MessageRead]]);
    }

    fn nothing_is_told_across_a_block_in_a_group_or_after_leaving_it(world: World) {
        let [one, two, three] = [Role::Student; 3].map(|role| person(&world, role));
        let users = vec![two.user_id, three.user_id];
        let id = block_on(chat(&world).create_group(&one, "Chess".to_owned(), users)).unwrap().details.conversation.id;
        request(&world, &three, &two, Kind::Block).unwrap();
        let told = told_during(&world, [&one, &two, &three], || drop(say(&world, &two, id, "Hello")));
        assert_eq!(told, [vec![MessageSent], vec![MessageSent], vec![]]);
        let told = told_during(&world, [&one, &three], || {
            block_on(chat(&world).remove_participant(&three, id, three.user_id)).unwrap();
            say(&world, &one, id, "Hello");
        });
        assert_eq!(told, [vec![ConversationChanged, MessageSent, MessageSent], vec![ConversationChanged]]);
        assert!(log(&world, &three).iter().all(|event| event.message.is_none()), "messages are hidden after leaving");
    }
}
