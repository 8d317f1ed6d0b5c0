//! Sending, editing, deleting and reading messages.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::chat::{
    ChatQueries, ChatRefusal, ChatRepository, EDIT_WINDOW, MAX_CONTENT, MessagePolicy, SettingsChange, Unreachable,
};
use astegni_domain::connections::Kind;
use astegni_domain::ids::ConversationId;
use astegni_domain::requests::Acceptance;
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{chat, chat_at, conversations, direct, messages, refusal, requested, say, text};
use crate::connections::request;
use crate::harness::{contract, now, race};

contract! {
    fn content_is_stored_exactly(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let id = direct(&world, &tutor, &student);
        for content in [" ሰላም\r\n\u{202e}👩‍🏫\t' \" \\ ? % \u{feff}", &"😀".repeat(MAX_CONTENT)] {
            let sent = say(&world, &tutor, id, content);
            assert_eq!(sent.content.as_deref(), Some(content));
            assert_eq!(messages(&world, id, &student)[0].content.as_deref(), Some(content));
        }
    }

    fn a_message_with_all_its_parts_is_stored_once(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let id = direct(&world, &tutor, &student);
        let first = say(&world, &tutor, id, "Hello");
        let mut draft = text(id, "Look");
        draft.media_url = Some("https://example.com/a.png".to_owned());
        draft.metadata = Some(r#"{"width":3}"#.to_owned());
        draft.reply_to = Some(first.id);
        draft.client_message_id = Some("one".to_owned());
        let sent = race(16, |_| block_on(chat(&world).send(&student, draft.clone())).unwrap());
        assert!(sent.iter().all(|message| message == &sent[0]));
        assert_eq!((sent[0].seq, sent[0].reply_to_id), (2, Some(first.id)));
        assert_eq!(sent[0].media_url, draft.media_url);
        assert_eq!(sent[0].metadata, draft.metadata);
        assert_eq!(messages(&world, id, &tutor).len(), 2);
        let own = block_on(chat(&world).send(&tutor, draft)).unwrap();
        assert_ne!(own.id, sent[0].id, "the id is the sender's own");
    }

    fn concurrent_messages_leave_no_gap(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let id = direct(&world, &tutor, &student);
        race(8, |number| {
            let sender = if number % 2 == 0 { &tutor } else { &student };
            for _ in 0..5 {
                say(&world, sender, id, "Hello");
            }
        });
        let places: Vec<_> = messages(&world, id, &tutor).iter().map(|message| message.seq).collect();
        assert_eq!(places, (1..=40).rev().collect::<Vec<_>>());
        assert_eq!(conversations(&world, &tutor)[0].unread_count, 20);
    }

    fn a_reply_refers_to_a_message_of_the_same_conversation(world: World) {
        let [one, two, three] = [Role::Tutor, Role::Student, Role::Student].map(|role| world.person(role));
        let (here, there) = (direct(&world, &one, &two), direct(&world, &one, &three));
        let elsewhere = say(&world, &one, there, "Hello");
        let deleted = say(&world, &one, here, "Hello");
        block_on(chat(&world).delete(&one, deleted.id)).unwrap();
        for target in [elsewhere.id, deleted.id] {
            let mut draft = text(here, "Hello");
            draft.reply_to = Some(target);
            let ChatRefusal::Invalid(violations) = refusal(block_on(chat(&world).send(&one, draft))) else { panic!() };
            assert!(violations.concerns("reply_to_id"));
        }
    }

    fn a_sender_edits_within_a_day_and_deletes_at_any_time(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let id = direct(&world, &tutor, &student);
        let sent = say(&world, &tutor, id, "Helo");
        let edit = |at| block_on(chat_at(&world, at).edit(&tutor, sent.id, "Hello".to_owned()));
        let last = now() + EDIT_WINDOW - TimeDelta::seconds(1);
        let edited = edit(last).unwrap();
        assert_eq!((edited.content.as_deref(), edited.edited_at), (Some("Hello"), Some(last)));
        assert_eq!((edited.seq, edited.created_at), (sent.seq, sent.created_at));
        assert_eq!(refusal(edit(now() + EDIT_WINDOW)), ChatRefusal::TooLateToEdit);
        assert_eq!(refusal(block_on(chat(&world).edit(&student, sent.id, "X".to_owned()))), ChatRefusal::SenderOnly);
        let late = now() + TimeDelta::days(30);
        for _ in 0..2 {
            let deleted = block_on(chat_at(&world, late).delete(&tutor, sent.id)).unwrap();
            assert_eq!((deleted.is_deleted, deleted.content.as_deref()), (true, None));
        }
        assert_eq!(refusal(edit(now())), ChatRefusal::MessageDeleted);
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages WHERE content IS NOT NULL"), 0, "nothing is kept");
        assert_eq!(conversations(&world, &student)[0].unread_count, 0);
    }

    fn the_platforms_messages_cannot_be_changed(world: World) {
        let (tutor, student, sent) = requested(&world);
        block_on(world.requests().accept(&tutor, sent.request_id, Acceptance::default())).unwrap();
        let all = messages(&world, sent.conversation_id, &student);
        assert_eq!(refusal(block_on(chat(&world).delete(&tutor, all[0].id))), ChatRefusal::NotChangeable);
        let changed = block_on(chat(&world).edit(&student, sent.message_id, "X".to_owned()));
        assert_eq!(refusal(changed), ChatRefusal::NotChangeable);
        assert_eq!(all[0].metadata.as_deref(), Some(r#"{"event":"request_accepted"}"#));
    }

    fn a_block_ends_direct_messages_in_both_directions(world: World) {
        let (tutor, student, sent) = requested(&world);
        let id = sent.conversation_id;
        let own = say(&world, &tutor, id, "Hello");
        request(&world, &student, &tutor, Kind::Block).unwrap();
        let send = |sender| refusal(block_on(chat(&world).send(sender, text(id, "Hello"))));
        assert_eq!(send(&tutor), ChatRefusal::Unreachable(Unreachable::NotFound));
        assert_eq!(send(&student), ChatRefusal::Unreachable(Unreachable::BlockedByYou));
        let edited = block_on(chat(&world).edit(&tutor, own.id, "X".to_owned()));
        assert_eq!(refusal(edited), ChatRefusal::Unreachable(Unreachable::NotFound));
        block_on(chat(&world).mark_read(&student, id, None)).unwrap();
        assert!(!messages(&world, id, &tutor)[0].is_read, "no receipt is given across a block");
        assert!(block_on(chat(&world).delete(&tutor, own.id)).unwrap().is_deleted);
    }

    fn settings_decide_who_may_begin(world: World) {
        let [tutor, friend, stranger] = [Role::Tutor, Role::Student, Role::Student].map(|role| world.person(role));
        let old = direct(&world, &stranger, &tutor);
        request(&world, &tutor, &friend, Kind::Follow).unwrap();
        let set = |policy| {
            let change = SettingsChange { who_can_message: Some(policy), ..SettingsChange::default() };
            block_on(chat(&world).change_settings(&tutor, change)).unwrap()
        };
        assert!(set(MessagePolicy::Connections).read_receipts, "the other settings stay");
        let refused = ChatRefusal::Unreachable(Unreachable::NotAdmitted);
        assert_eq!(refusal(block_on(chat(&world).send(&stranger, text(old, "Hello")))), refused);
        direct(&world, &friend, &tutor);
        set(MessagePolicy::Nobody);
        let another = world.person(Role::Student);
        assert_eq!(refusal(block_on(chat(&world).open_direct(&another, tutor.user_id))), refused);
        say(&world, &tutor, old, "Hello");
        say(&world, &stranger, old, "Hello, since you write to me");
    }

    fn both_may_write_after_a_rejected_request(world: World) {
        let (tutor, student, sent) = requested(&world);
        for actor in [&tutor, &student] {
            let change =
                SettingsChange { who_can_message: Some(MessagePolicy::Nobody), ..SettingsChange::default() };
            block_on(chat(&world).change_settings(actor, change)).unwrap();
        }
        block_on(world.requests().reject(&tutor, sent.request_id, None)).unwrap();
        say(&world, &student, sent.conversation_id, "What a pity");
        say(&world, &tutor, sent.conversation_id, "Ask again in May");
    }

    fn a_read_marker_only_moves_forward(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let id = direct(&world, &tutor, &student);
        let sent: Vec<_> = (0..3).map(|_| say(&world, &tutor, id, "Hello")).collect();
        let read = |message| {
            let read = block_on(chat(&world).mark_read(&student, id, message)).unwrap();
            let shown: Vec<_> = messages(&world, id, &tutor).iter().map(|message| message.is_read).collect();
            (read.conversation.unread_count, shown)
        };
        assert_eq!(read(Some(sent[1].id)), (1, vec![false, true, true]));
        assert_eq!(read(Some(sent[0].id)), (1, vec![false, true, true]));
        let change = SettingsChange { read_receipts: Some(false), ..SettingsChange::default() };
        block_on(chat(&world).change_settings(&student, change)).unwrap();
        assert_eq!(read(None), (0, vec![false, true, true]), "the receipt stays behind");
        let receipts = block_on(world.database.read_receipts(id)).unwrap();
        let own = receipts.iter().find(|receipt| receipt.user_id == student.user_id).unwrap();
        assert_eq!((own.last_read_seq, own.last_read_message_id), (2, Some(sent[1].id)));
    }

    fn presence_is_shown_to_those_whom_the_user_has_written_to(world: World) {
        let [tutor, student, stranger] = [Role::Tutor, Role::Student, Role::Student].map(|role| world.person(role));
        let id = direct(&world, &student, &tutor);
        direct(&world, &stranger, &tutor);
        let visible = |viewer: &Actor| {
            let users = vec![tutor.user_id, student.user_id, stranger.user_id];
            let visible = block_on(world.database.presence_visible(viewer.user_id, users.clone())).unwrap();
            for user in users {
                let viewers = block_on(world.database.presence_viewers(user, vec![viewer.user_id])).unwrap();
                assert_eq!(!viewers.is_empty(), visible.contains(&user));
            }
            visible
        };
        assert_eq!(visible(&student), [], "nothing has been written yet");
        say(&world, &tutor, id, "Hello");
        assert_eq!((visible(&student), visible(&tutor), visible(&stranger)), (vec![tutor.user_id], vec![], vec![]));
        let set = |online_status| {
            let change = SettingsChange { online_status: Some(online_status), ..SettingsChange::default() };
            block_on(chat(&world).change_settings(&tutor, change)).unwrap();
        };
        set(false);
        assert_eq!(visible(&student), []);
        set(true);
        request(&world, &tutor, &student, Kind::Block).unwrap();
        assert_eq!(visible(&student), []);
    }

    fn two_users_have_one_direct_conversation(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let opened = race(8, |number| {
            let (one, other) = if number % 2 == 0 { (&tutor, &student) } else { (&student, &tutor) };
            block_on(chat(&world).open_direct(one, other.user_id)).unwrap()
        });
        let ids: Vec<ConversationId> = opened.iter().map(|opened| opened.details.conversation.id).collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_eq!(opened.iter().filter(|opened| !opened.existing).count(), 1);
        assert_eq!(refusal(block_on(chat(&world).open_direct(&tutor, tutor.user_id))), ChatRefusal::OwnAccount);
    }
}
