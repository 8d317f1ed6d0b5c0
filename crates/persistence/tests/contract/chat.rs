use astegni_domain::accounts::Role;
use astegni_domain::chat::{ChatQueries, Found, MessageType};
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::requests::{Acceptance, RequestStatus};
use astegni_domain::validation::Violations;
use futures_executor::block_on;

use crate::harness::{contract, draft, now};

contract! {
    fn a_request_is_a_message_whose_status_follows_it(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let (sent, _) = block_on(world.requests().create(&student, draft(&tutor, None), Violations::new())).unwrap();
        let messages = || {
            let size = PageSize::MAX;
            let page = world.database.messages(sent.conversation_id, tutor.user_id, None, size, now());
            block_on(page).unwrap().0.items
        };
        let first = messages().pop().unwrap();
        assert_eq!((first.id, first.seq, first.sender_user_id), (sent.message_id, 1, student.user_id));
        assert_eq!(first.content.as_deref(), Some("Fractions"));
        assert_eq!(first.request.map(|card| (card.request_id, card.status)), Some((sent.request_id, RequestStatus::Pending)));
        block_on(world.requests().accept(&tutor, sent.request_id, Acceptance::default())).unwrap();
        let after = messages();
        assert_eq!(after.iter().map(|message| message.seq).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(after[0].message_type, MessageType::System);
        assert_eq!(after[1].request.as_ref().map(|card| card.status), Some(RequestStatus::Accepted));
    }

    fn a_conversation_is_its_participants_alone(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let (sent, _) = block_on(world.requests().create(&student, draft(&tutor, None), Violations::new())).unwrap();
        let look = |who: &astegni_domain::accounts::Actor, id| block_on(world.database.conversation(who.user_id, id)).unwrap();
        let Found::Conversation(conversation, people) = look(&tutor, sent.conversation_id) else { panic!("not found") };
        assert_eq!(conversation.unread_count, 1);
        assert_eq!(conversation.other.map(|other| other.user_id), Some(student.user_id));
        assert_eq!(people.len(), 2);
        assert_eq!(look(&world.person(Role::Student), sent.conversation_id), Found::NotYours);
        let nowhere = astegni_domain::ids::ConversationId::new(999_999);
        assert_eq!(look(&tutor, nowhere), Found::Nothing);
        let list = |who: &astegni_domain::accounts::Actor| {
            block_on(world.database.conversations(who.user_id, PageRequest::FIRST, 0)).unwrap()
        };
        assert_eq!(list(&student).1, 1);
        assert_eq!(list(&student).0.items[0].unread_count, 0);
        assert_eq!(list(&world.person(Role::Student)).1, 0);
    }
}
