//! Reading conversations and messages.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::chat::{ChatQueries, ConversationLookup, MessageType, MessagesFrom, MessagesPage};
use astegni_domain::ids::ConversationId;
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::requests::{Acceptance, RequestStatus};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{conversations, messages, requested, say, send_at};
use crate::harness::{World, contract, now, race};

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

    fn messages_are_listed_in_pages_in_both_directions(world: World) {
        let (tutor, student, sent) = requested(&world);
        for number in 2..=5 {
            say(&world, &student, sent.conversation_id, &format!("Number {number}"));
        }
        let ids: Vec<_> = messages(&world, sent.conversation_id, &tutor).iter().map(|message| message.id).collect();
        let list = |after, from| {
            let page = PageRequest { size: PageSize::new(2).unwrap(), after };
            let wanted = MessagesPage { page, from };
            let found = block_on(world.database.messages(sent.conversation_id, tutor.user_id, wanted, now())).unwrap();
            assert_eq!(found.total, 5);
            (found.page.items.iter().map(|message| message.seq).collect::<Vec<_>>(), found.page.next)
        };
        let all = |from| {
            let (first, next) = list(None, from);
            let (second, next) = (first, list(next, from));
            (second, next.0, list(next.1, from))
        };
        assert_eq!(all(MessagesFrom::Latest), (vec![5, 4], vec![3, 2], (vec![1], None)));
        assert_eq!(list(None, MessagesFrom::Before(ids[2])).0, [2, 1]);
        assert_eq!(list(None, MessagesFrom::After(ids[1])), (vec![5], None));
        let (second, next) = list(None, MessagesFrom::After(ids[4]));
        assert_eq!((second, list(next, MessagesFrom::After(ids[4]))), (vec![2, 3], (vec![4, 5], None)));
        let (_, _, elsewhere) = requested(&world);
        assert_eq!(list(None, MessagesFrom::Before(elsewhere.message_id)).0, [0_i64; 0]);
        assert_eq!(list(None, MessagesFrom::After(elsewhere.message_id)).0, [0_i64; 0]);
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
