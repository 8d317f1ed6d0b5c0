//! Counts of unread messages, compared with counting.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::chat::UnreadFacts;
use astegni_domain::ids::{ConversationId, MessageId, UserId};
use futures_executor::block_on;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{chat, conversations, messages, say};
use crate::harness::{World, contract, race};

/// An action of one of three participants. Numbers stand for one of the messages so far.
#[derive(Debug, Clone, Copy)]
enum Action {
    Send,
    Read(usize),
    Delete(usize),
}

fn actions() -> impl Strategy<Value = Vec<(usize, Action)>> {
    let action = prop_oneof![
        3 => Just(Action::Send),
        2 => any::<usize>().prop_map(Action::Read),
        1 => any::<usize>().prop_map(Action::Delete),
    ];
    vec((0_usize..3, action), 1..40)
}

fn group(world: &World) -> (ConversationId, [Actor; 3]) {
    let members = [Role::Tutor, Role::Student, Role::Parent].map(|role| world.person(role));
    let others = vec![members[1].user_id, members[2].user_id];
    let opened = block_on(chat(world).create_group(&members[0], "Chess club".to_owned(), others)).unwrap();
    (opened.details.conversation.id, members)
}

fn act(world: &World, id: ConversationId, actor: &Actor, action: Action) {
    let chosen = |number: usize, own: Option<UserId>| -> Option<MessageId> {
        let seen = messages(world, id, actor);
        let seen: Vec<_> = seen
            .iter()
            .filter(|message| own.is_none_or(|own| message.sender_user_id == own && message.message_type.is_content()))
            .collect();
        (!seen.is_empty()).then(|| seen[number % seen.len()].id)
    };
    match action {
        Action::Send => drop(say(world, actor, id, "Hello")),
        Action::Read(number) => drop(block_on(chat(world).mark_read(actor, id, chosen(number, None))).unwrap()),
        Action::Delete(number) => {
            if let Some(message) = chosen(number, Some(actor.user_id)) {
                block_on(chat(world).delete(actor, message)).unwrap();
            }
        }
    }
}

/// Compares the count of each participant with what the domain's rule counts.
fn assert_counted(world: &World, id: ConversationId, members: &[Actor]) {
    for viewer in members {
        let last_read_seq = world.number(&format!(
            "SELECT last_read_seq FROM conversation_participants WHERE conversation_id = {id} AND user_id = {}",
            viewer.user_id
        ));
        let is_unread = |message: &&astegni_domain::chat::Message| {
            let facts = UnreadFacts {
                seq: message.seq,
                sender: message.sender_user_id,
                is_deleted: message.is_deleted,
                last_read_seq,
            };
            facts.is_unread_for(viewer.user_id)
        };
        let expected = messages(world, id, viewer).iter().filter(is_unread).count();
        let listed = conversations(world, viewer).into_iter().find(|listed| listed.id == id).unwrap();
        assert_eq!(usize::try_from(listed.unread_count).unwrap(), expected);
    }
}

contract! {
    fn the_stored_count_is_what_counting_gives_after_any_actions(world: World) {
        let config = Config { cases: 6, failure_persistence: None, ..Config::default() };
        TestRunner::new(config)
            .run(&actions(), |actions| {
                let (id, members) = group(&world);
                for (actor, action) in actions {
                    act(&world, id, &members[actor], action);
                }
                assert_counted(&world, id, &members);
                Ok(())
            })
            .unwrap();
    }

    fn the_stored_count_is_what_counting_gives_after_concurrent_actions(world: World) {
        let (id, members) = group(&world);
        race(9, |number| {
            for step in 0..6 {
                let action = match (number + step) % 3 {
                    0 => Action::Send,
                    1 => Action::Read(step),
                    _ => Action::Delete(step),
                };
                act(&world, id, &members[number % 3], action);
            }
        });
        assert_counted(&world, id, &members);
        let places: Vec<i64> = messages(&world, id, &members[0]).iter().map(|message| message.seq).collect();
        assert_eq!(places, (1..=i64::try_from(places.len()).unwrap()).rev().collect::<Vec<_>>());
    }
}
