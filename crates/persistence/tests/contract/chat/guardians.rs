//! Guardians who read along.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::chat::{ChatError, ChatRefusal, ConversationsPage};
use astegni_domain::families::{FamilyRepository, GuardianshipTransition};
use astegni_domain::ids::ConversationId;
use futures_executor::block_on;

use super::{FIRST, chat, direct, refusal, say, text};
use crate::families::{open, transition, ward};
use crate::harness::{World, contract};

fn of_child(world: &World, guardian: &Actor, child: &Actor) -> Vec<ConversationId> {
    let page = ConversationsPage { student: child.profiles.student, ..FIRST };
    let listed = block_on(chat(world).conversations(guardian, page)).unwrap();
    assert!(listed.page.items.iter().all(|conversation| conversation.is_read_only && conversation.guardians_can_read));
    listed.page.items.iter().map(|conversation| conversation.id).collect()
}

contract! {
    fn a_guardian_reads_and_does_not_write_a_childs_conversations_with_tutors(world: World) {
        let [parent, tutor] = [Role::Parent, Role::Tutor].map(|role| world.person(role));
        let (child, facts) = ward(&world, &parent);
        let friend = world.person(Role::Student);
        let (lessons, private) = (direct(&world, &child, &tutor), direct(&world, &child, &friend));
        say(&world, &tutor, lessons, "Hello");
        assert_eq!(of_child(&world, &parent, &child), [lessons]);
        let seen = block_on(chat(&world).conversation(&parent, lessons)).unwrap().conversation;
        assert!(seen.is_read_only && seen.guardians_can_read);
        assert_eq!(seen.other.map(|other| other.user_id), Some(tutor.user_id));
        let own = block_on(chat(&world).conversation(&tutor, lessons)).unwrap().conversation;
        assert!(own.guardians_can_read && !own.is_read_only, "the conversation says so");
        assert!(!block_on(chat(&world).conversation(&child, private)).unwrap().conversation.guardians_can_read);
        let refused = ChatRefusal::NotAParticipant;
        assert_eq!(refusal(block_on(chat(&world).conversation(&parent, private))), refused);
        assert_eq!(refusal(block_on(chat(&world).send(&parent, text(lessons, "Hello")))), refused);
        assert_eq!(refusal(block_on(chat(&world).mark_read(&parent, lessons, None))), refused);
        assert!(matches!(
            block_on(chat(&world).set_preferences(&parent, lessons, Some(true), None)),
            Err(ChatError::Refused(ChatRefusal::NotAParticipant))
        ));
        let plan = transition(open(&world, parent.user_id, facts.guardianship.student).unwrap(), GuardianshipTransition::End);
        block_on(FamilyRepository::apply(&world.database, plan)).unwrap();
        assert_eq!(of_child(&world, &parent, &child), []);
        assert_eq!(refusal(block_on(chat(&world).conversation(&parent, lessons))), refused);
    }

    fn strangers_read_nothing_of_a_child(world: World) {
        let [parent, other, tutor] = [Role::Parent, Role::Parent, Role::Tutor].map(|role| world.person(role));
        let (child, _) = ward(&world, &parent);
        let lessons = direct(&world, &child, &tutor);
        assert_eq!(of_child(&world, &other, &child), []);
        assert_eq!(refusal(block_on(chat(&world).conversation(&other, lessons))), ChatRefusal::NotAParticipant);
    }
}
