use astegni_domain::accounts::{Actor, Role};
use astegni_domain::chat::{
    ChatQueries, Conversation, ConversationKind, ConversationLookup, ConversationsPage, Message, MessageType,
    MessagesPage, UnreadFacts,
};
use astegni_domain::ids::{ConversationId, PackageId};
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::requests::{Acceptance, RequestStatus, SentRequest};
use chrono::{DateTime, TimeDelta, Utc};
use futures_executor::block_on;

use crate::harness::{World, contract, draft, now, race};

const FIRST: ConversationsPage = ConversationsPage { page: PageRequest::FIRST, offset: 0 };

fn send_at(
    world: &World,
    at: DateTime<Utc>,
    student: &Actor,
    tutor: &Actor,
    package: Option<PackageId>,
) -> SentRequest {
    block_on(world.requests_at(at).create(student, draft(tutor, package))).unwrap()
}

/// A tutor, a student, and the student's request.
fn requested(world: &World) -> (Actor, Actor, SentRequest) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    let sent = send_at(world, now(), &student, &tutor, None);
    (tutor, student, sent)
}

fn messages(world: &World, id: ConversationId, viewer: &Actor) -> Vec<Message> {
    let page = MessagesPage { page: PageRequest::FIRST, before: None };
    block_on(world.database.messages(id, viewer.user_id, page, now())).unwrap().page.items
}

fn conversations(world: &World, viewer: &Actor) -> Vec<Conversation> {
    let list = block_on(world.database.conversations(viewer.user_id, FIRST)).unwrap();
    assert_eq!(usize::try_from(list.total).unwrap(), list.page.items.len());
    list.page.items
}

/// Appends a message behind the repositories' back.
fn insert_message(world: &World, id: ConversationId, seq: i64, sender: &Actor, is_deleted: bool) {
    world.execute(&format!(
        "INSERT INTO chat_messages
            (conversation_id, seq, sender_user_id, message_type, content, is_deleted, created_at, updated_at)
            VALUES ({id}, {seq}, {}, 'text', 'Hello', {is_deleted}, '2026-01-30 05:00:00', '2026-01-30 05:00:00');
        UPDATE conversations SET last_seq = {seq} WHERE id = {id}",
        sender.user_id
    ));
}

fn assert_instants_follow_places(world: &World) {
    let disordered = "SELECT COUNT(*) FROM chat_messages a JOIN chat_messages b
        ON b.conversation_id = a.conversation_id AND b.seq > a.seq WHERE b.created_at < a.created_at";
    assert_eq!(world.number(disordered), 0);
    let behind = "SELECT COUNT(*) FROM conversations WHERE last_message_at <>
        (SELECT MAX(created_at) FROM chat_messages WHERE conversation_id = conversations.id)";
    assert_eq!(world.number(behind), 0);
}

contract! {
    fn a_request_is_a_message_whose_status_follows_it(world: World) {
        let (tutor, student, sent) = requested(&world);
        let first = messages(&world, sent.conversation_id, &tutor).pop().unwrap();
        assert_eq!((first.id, first.seq, first.sender_user_id), (sent.message_id, 1, student.user_id));
        assert_eq!(first.content.as_deref(), Some("Fractions"));
        assert_eq!(first.request.map(|card| (card.request_id, card.status)), Some((sent.request_id, RequestStatus::Pending)));
        block_on(world.requests().accept(&tutor, sent.request_id, Acceptance::default())).unwrap();
        let after = messages(&world, sent.conversation_id, &tutor);
        assert_eq!(after.iter().map(|message| message.seq).collect::<Vec<_>>(), [2, 1]);
        assert_eq!((after[0].message_type, after[0].request.as_ref()), (MessageType::System, None));
        assert_eq!(after[1].request.as_ref().map(|card| card.status), Some(RequestStatus::Accepted));
    }

    fn a_conversation_is_visible_to_its_participants_only(world: World) {
        let (tutor, student, sent) = requested(&world);
        let find = |viewer: &Actor, id| block_on(world.database.conversation(viewer.user_id, id)).unwrap();
        let ConversationLookup::Found(details) = find(&tutor, sent.conversation_id) else { panic!("not found") };
        assert_eq!((details.conversation.unread_count, details.conversation.participant_count), (1, 2));
        assert_eq!(details.conversation.other.map(|other| other.user_id), Some(student.user_id));
        let mut users = [tutor.user_id, student.user_id];
        users.sort();
        assert_eq!(details.participants.iter().map(|one| one.user_id).collect::<Vec<_>>(), users);
        let stranger = world.person(Role::Student);
        assert_eq!(find(&stranger, sent.conversation_id), ConversationLookup::NotAParticipant);
        assert_eq!(find(&tutor, ConversationId::new(999_999)), ConversationLookup::Missing);
        assert_eq!(conversations(&world, &student)[0].unread_count, 0);
        assert_eq!(conversations(&world, &stranger), []);
    }

    fn a_group_has_no_other_participant(world: World) {
        let members = [Role::Tutor, Role::Student, Role::Student].map(|role| world.person(role));
        let at = "'2026-01-30 05:00:00'";
        world.execute(&format!(
            "INSERT INTO conversations (id, type, name, created_by_user_id, last_message_at, created_at, updated_at)
                VALUES (900, 'group', 'Chess club', {}, {at}, {at}, {at})",
            members[0].user_id
        ));
        for member in &members {
            world.execute(&format!(
                "INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at)
                    VALUES (900, {}, 'member', {at})",
                member.user_id
            ));
        }
        let group = &conversations(&world, &members[1])[0];
        assert_eq!((group.kind, group.participant_count), (ConversationKind::Group, 3));
        assert_eq!((group.other.as_ref(), group.last_message.as_ref()), (None, None));
        assert_eq!(group.display_name(), Some("Chess club"));
    }

    fn unread_messages_are_counted_as_the_domain_defines_them(world: World) {
        let (tutor, student, sent) = requested(&world);
        let id = sent.conversation_id;
        let mut facts = vec![(1, &student, false)];
        for sender in [&tutor, &student] {
            for is_deleted in [false, true] {
                let seq = i64::try_from(facts.len()).unwrap() + 1;
                insert_message(&world, id, seq, sender, is_deleted);
                facts.push((seq, sender, is_deleted));
            }
        }
        for last_read_seq in 0..=5 {
            world.execute(&format!("UPDATE conversation_participants SET last_read_seq = {last_read_seq}"));
            for viewer in [&tutor, &student] {
                let is_unread = |(seq, sender, is_deleted): &&(i64, &Actor, bool)| {
                    UnreadFacts { seq: *seq, sender: sender.user_id, is_deleted: *is_deleted, last_read_seq }
                        .is_unread_for(viewer.user_id)
                };
                let expected = i64::try_from(facts.iter().filter(is_unread).count()).unwrap();
                assert_eq!(conversations(&world, viewer)[0].unread_count, expected, "{last_read_seq}");
            }
        }
    }

    fn a_tombstone_shows_no_content_and_a_message_is_read_once_the_others_have_read_it(world: World) {
        let (tutor, student, sent) = requested(&world);
        let id = sent.conversation_id;
        insert_message(&world, id, 2, &student, true);
        let user = tutor.user_id;
        world.execute(&format!("UPDATE conversation_participants SET last_read_seq = 1 WHERE user_id = {user}"));
        let seen = messages(&world, id, &student);
        assert_eq!((seen[0].is_deleted, seen[0].content.as_deref(), seen[0].is_read), (true, None, false));
        assert_eq!((seen[1].is_deleted, seen[1].is_read), (false, true));
        let last = conversations(&world, &student)[0].last_message.clone().unwrap();
        assert_eq!((last.content, last.sender_user_id), (None, student.user_id));
    }

    fn messages_are_listed_in_pages_before_a_message_or_a_cursor(world: World) {
        let (tutor, student, sent) = requested(&world);
        for seq in 2..=5 {
            insert_message(&world, sent.conversation_id, seq, &student, false);
        }
        let ids: Vec<_> = messages(&world, sent.conversation_id, &tutor).iter().map(|message| message.id).collect();
        let list = |after, before| {
            let page = PageRequest { size: PageSize::new(2).unwrap(), after };
            let wanted = MessagesPage { page, before };
            let found = block_on(world.database.messages(sent.conversation_id, tutor.user_id, wanted, now())).unwrap();
            assert_eq!(found.total, 5);
            (found.page.items.iter().map(|message| message.seq).collect::<Vec<_>>(), found.page.next)
        };
        let (first, next) = list(None, None);
        let (second, next) = (first, list(next, None));
        assert_eq!((second, next.0), (vec![5, 4], vec![3, 2]));
        assert_eq!(list(next.1, None), (vec![1], None));
        assert_eq!(list(None, Some(ids[2])).0, [2, 1]);
        let (_, _, elsewhere) = requested(&world);
        assert_eq!(list(None, Some(elsewhere.message_id)).0, [0_i64; 0]);
    }

    fn a_writer_whose_clock_is_behind_does_not_move_a_conversation_back(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let late = now() + TimeDelta::hours(1);
        let package = world.package(&tutor);
        let sent = send_at(&world, late, &student, &tutor, None);
        send_at(&world, now(), &student, &tutor, Some(package.id));
        let seen = messages(&world, sent.conversation_id, &tutor);
        assert_eq!(seen.iter().map(|message| message.created_at).collect::<Vec<_>>(), [late, late]);
        assert_eq!(conversations(&world, &tutor)[0].updated_at, late);
        let later = late + TimeDelta::seconds(1);
        let package = world.package(&tutor);
        send_at(&world, later, &student, &tutor, Some(package.id));
        assert_eq!(messages(&world, sent.conversation_id, &tutor)[0].created_at, later);
        assert_eq!(conversations(&world, &tutor)[0].updated_at, later);
        assert_instants_follow_places(&world);
    }

    fn concurrent_rejections_leave_no_gap_between_their_messages(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let package = || Some(world.package(&tutor).id);
        let sent: Vec<_> = (0..8).map(|_| send_at(&world, now(), &student, &tutor, package())).collect();
        race(8, |number| block_on(world.requests().reject(&tutor, sent[number].request_id, None)).unwrap());
        let places: Vec<_> = messages(&world, sent[0].conversation_id, &tutor).iter().map(|found| found.seq).collect();
        assert_eq!(places, (1..=16).rev().collect::<Vec<_>>());
    }

    fn instants_follow_places_among_concurrent_writers(world: World) {
        let (tutor, student, sent) = requested(&world);
        let packages: Vec<_> = (0..8).map(|_| world.package(&tutor).id).collect();
        race(8, |number| {
            let behind = TimeDelta::seconds(8 - i64::try_from(number).unwrap());
            send_at(&world, now() + behind, &student, &tutor, Some(packages[number]))
        });
        assert_eq!(messages(&world, sent.conversation_id, &tutor).len(), 9);
        assert_eq!(conversations(&world, &tutor)[0].updated_at, now() + TimeDelta::seconds(8));
        assert_instants_follow_places(&world);
    }
}
