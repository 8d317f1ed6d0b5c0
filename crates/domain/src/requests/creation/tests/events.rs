use super::*;
use crate::events::{EventKind, Subject};
use crate::ids::{ConversationId, MessageId};
use crate::requests::announcement::tests::audience;
use crate::requests::{RequestStatus, SentRequest};

#[test]
fn a_request_and_its_message_are_announced() {
    let sent = SentRequest {
        request_id: RequestId::new(7),
        conversation_id: ConversationId::new(5),
        message_id: MessageId::new(9),
        created_at: now(),
    };
    let own = plan(&student(), &draft(), &facts()).unwrap();
    let for_child = plan(&parent(), &for_child(), &with_child(true)).unwrap();
    for (plan, told) in [(own, (vec![3], vec![1])), (for_child, (vec![3, 6], vec![6]))] {
        let events = plan.events(&sent);
        assert!(events.iter().all(|event| event.actor == Some(UserId::new(1)) && event.at == now()));
        let announced: Vec<_> = events.iter().map(|event| (event.kind, event.subject, audience(event))).collect();
        let request = Subject::Request { request: sent.request_id, status: RequestStatus::Pending };
        let message = Subject::Message { conversation: sent.conversation_id, message: sent.message_id };
        let participants = (vec![1, 3], vec![1]);
        let expected = [(EventKind::RequestSent, request, told), (EventKind::MessageSent, message, participants)];
        assert_eq!(announced, expected);
    }
}
