//! Groups and their participants.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::chat::{ChatError, ChatRefusal, ConversationKind, ParticipantRole};
use astegni_domain::ids::ConversationId;
use futures_executor::block_on;

use super::{chat, conversations, messages, refusal, say, text};
use crate::harness::{World, contract, race};

fn members<const N: usize>(world: &World) -> [Actor; N] {
    std::array::from_fn(|_| world.person(Role::Student))
}

fn group(world: &World, creator: &Actor, others: &[Actor]) -> ConversationId {
    let others = others.iter().map(|other| other.user_id).collect();
    let opened = block_on(chat(world).create_group(creator, "Chess club".to_owned(), others)).unwrap();
    opened.details.conversation.id
}

/// Returns the participants of a group with whether each is an admin.
fn roles(world: &World, id: ConversationId, viewer: &Actor) -> Vec<(i64, bool)> {
    let details = block_on(chat(world).conversation(viewer, id)).unwrap();
    let role = |participant: &astegni_domain::chat::Participant| participant.role == ParticipantRole::Admin;
    details.participants.iter().map(|one| (one.user_id.get(), role(one))).collect()
}

contract! {
    fn a_group_is_created_with_its_admin_and_a_notice(world: World) {
        let [one, two, three] = members(&world);
        let id = group(&world, &one, &[two, three]);
        let ids = [one, two, three].map(|actor| actor.user_id.get());
        assert_eq!(roles(&world, id, &two), [(ids[0], true), (ids[1], false), (ids[2], false)]);
        let listed = &conversations(&world, &two)[0];
        assert_eq!((listed.kind, listed.participant_count, listed.unread_count), (ConversationKind::Group, 3, 1));
        assert_eq!((listed.display_name(), listed.other.as_ref()), (Some("Chess club"), None));
        let notice = &messages(&world, id, &two)[0];
        let metadata = format!(r#"{{"event":"group_created","user_ids":[{},{}]}}"#, ids[1], ids[2]);
        assert_eq!((notice.seq, notice.metadata.as_deref()), (1, Some(metadata.as_str())));
    }

    fn participants_see_the_messages_since_they_joined(world: World) {
        let [one, two, late] = members(&world);
        let id = group(&world, &one, &[two]);
        let early = say(&world, &one, id, "Before");
        assert_eq!(block_on(chat(&world).add_participants(&one, id, vec![late.user_id, two.user_id])).unwrap(), 1);
        say(&world, &two, id, "After");
        let seen = |actor: &Actor| messages(&world, id, actor).iter().map(|message| message.seq).collect::<Vec<_>>();
        assert_eq!((seen(&late), seen(&two)), (vec![4, 3], vec![4, 3, 2, 1]));
        let own = conversations(&world, &late);
        assert_eq!((own[0].unread_count, own[0].participant_count), (2, 3));
        block_on(chat(&world).delete(&one, early.id)).unwrap();
        assert_eq!(conversations(&world, &late)[0].unread_count, 2, "a message from before does not count");
    }

    fn only_admins_manage_a_group(world: World) {
        let [one, two, three] = members(&world);
        let id = group(&world, &one, &[two, three]);
        let chat = chat(&world);
        assert_eq!(refusal(block_on(chat.rename(&two, id, "X".to_owned()))), ChatRefusal::AdminOnly);
        assert_eq!(refusal(block_on(chat.remove_participant(&two, id, three.user_id))), ChatRefusal::AdminOnly);
        block_on(chat.rename(&one, id, "Chess masters".to_owned())).unwrap();
        assert_eq!(conversations(&world, &three)[0].name.as_deref(), Some("Chess masters"));
        block_on(chat.remove_participant(&one, id, three.user_id)).unwrap();
        assert_eq!(conversations(&world, &three), []);
        let sent = block_on(chat.send(&three, text(id, "Hello")));
        assert_eq!(refusal(sent), ChatRefusal::NotAParticipant);
        assert_eq!(roles(&world, id, &two).len(), 2);
    }

    fn a_group_always_has_an_admin_until_its_last_participant_leaves(world: World) {
        let [one, two, three] = members(&world);
        let id = group(&world, &one, &[three, two]);
        let leave = |actor: &Actor| block_on(chat(&world).remove_participant(actor, id, actor.user_id)).unwrap();
        leave(&one);
        assert_eq!(roles(&world, id, &three), [(two.user_id.get(), true), (three.user_id.get(), false)]);
        leave(&two);
        assert_eq!(roles(&world, id, &three), [(three.user_id.get(), true)]);
        leave(&three);
        assert_eq!(conversations(&world, &three), []);
        assert_eq!(refusal(block_on(chat(&world).conversation(&three, id))), ChatRefusal::NotAParticipant);
    }

    fn of_admins_who_leave_at_once_none_leaves_the_group_without_one(world: World) {
        let people: [Actor; 6] = members(&world);
        let id = group(&world, &people[0], &people[1..]);
        race(5, |number| block_on(chat(&world).remove_participant(&people[number], id, people[number].user_id)).unwrap());
        assert_eq!(roles(&world, id, &people[5]), [(people[5].user_id.get(), true)]);
    }

    fn a_message_and_a_removal_follow_one_another(world: World) {
        let [one, two, three] = members(&world);
        let id = group(&world, &one, &[two, three]);
        let outcomes = race(2, |number| {
            if number == 0 {
                block_on(chat(&world).remove_participant(&one, id, two.user_id)).is_ok()
            } else {
                // The sender may be removed before the message is read again, and then no longer sees it.
                let sent = block_on(chat(&world).send(&two, text(id, "Hello")));
                matches!(sent, Ok(_) | Err(ChatError::Refused(ChatRefusal::MessageNotFound)))
            }
        });
        assert!(outcomes[0]);
        let count = messages(&world, id, &three).len();
        assert_eq!(count, if outcomes[1] { 3 } else { 2 });
    }
}
