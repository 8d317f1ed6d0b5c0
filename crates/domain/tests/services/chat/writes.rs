use astegni_domain::RepositoryError;
use astegni_domain::chat::{
    DirectPlan, Message, MessageChangePlan, MessageDraft, MessageFacts, MessagePlan, MessageType, OpenedConversation,
    ReadingFacts, ReadingPlan, SendingFacts, Unreachable,
};
use astegni_domain::ids::MessageId;
use chrono::TimeDelta;
use futures_executor::block_on;
use mockall::Sequence;

use super::*;
use crate::support::student;

const MESSAGE: MessageId = MessageId::new(9);

fn draft() -> MessageDraft {
    MessageDraft {
        conversation: CONVERSATION,
        message_type: MessageType::Text,
        content: Some("Hello".to_owned()),
        media_url: None,
        metadata: None,
        reply_to: Some(MessageId::new(8)),
        client_message_id: Some("a-1".to_owned()),
    }
}

fn message() -> Message {
    Message {
        id: MESSAGE,
        conversation_id: CONVERSATION,
        seq: 1,
        sender_user_id: USER,
        sender_name: "Sara".to_owned(),
        sender_avatar: None,
        message_type: MessageType::Text,
        content: Some("Hello".to_owned()),
        media_url: None,
        metadata: None,
        request: None,
        reply_to_id: None,
        client_message_id: None,
        edited_at: None,
        is_deleted: false,
        is_read: false,
        created_at: now(),
        updated_at: now(),
    }
}

fn open() -> Contact {
    contact(MessagePolicy::Everyone, Vec::new())
}

fn sending_facts(repeated: Option<MessageId>) -> SendingFacts {
    SendingFacts { conversation: Some(direct(open())), has_reply_target: true, repeated }
}

fn own_message() -> MessageFacts {
    MessageFacts {
        id: MESSAGE,
        sender: USER,
        message_type: MessageType::Text,
        is_deleted: false,
        created_at: now() - TimeDelta::hours(1),
        conversation: direct(open()),
    }
}

impl Ports {
    /// Expects one look at the facts about the message to be sent.
    fn with_sending_facts(mut self, order: &mut Sequence, facts: SendingFacts) -> Self {
        let MessageDraft { conversation, reply_to, client_message_id, .. } = draft();
        self.chat
            .expect_sending_facts()
            .with(eq(USER), eq(conversation), eq(reply_to), eq(client_message_id))
            .once()
            .in_sequence(order)
            .return_once(|_, _, _, _| Ok(facts));
        self
    }

    fn sending(mut self, order: &mut Sequence, outcome: Result<MessageId, RepositoryError>) -> Self {
        let plan = MessagePlan { seen: direct(open()), sender: USER, draft: draft(), at: now() };
        self.chat.expect_send().with(eq(plan)).once().in_sequence(order).return_once(|_| outcome);
        self
    }

    fn with_message_facts(mut self, facts: Option<MessageFacts>) -> Self {
        self.chat.expect_message_facts().with(eq(USER), eq(MESSAGE)).once().return_once(|_, _| Ok(facts));
        self
    }

    fn changing(mut self, content: Option<&str>) -> Self {
        let content = content.map(str::to_owned);
        let plan = MessageChangePlan { seen: own_message(), content, at: now() };
        self.chat.expect_change_message().with(eq(plan)).once().return_once(|_| Ok(()));
        self
    }

    fn reading(mut self, found: Option<Message>) -> Self {
        self.queries.expect_message().with(eq(MESSAGE), eq(USER), eq(now())).once().return_once(|_, _, _| Ok(found));
        self
    }
}

#[test]
fn a_message_is_sent_and_returned() {
    let mut order = Sequence::new();
    let ports = Ports::default().with_sending_facts(&mut order, sending_facts(None)).sending(&mut order, Ok(MESSAGE));
    assert_eq!(block_on(ports.reading(Some(message())).service().send(&student(), draft())).unwrap(), message());
}

#[test]
fn a_repeated_message_is_returned_and_not_written() {
    let mut order = Sequence::new();
    let ports = Ports::default().with_sending_facts(&mut order, sending_facts(Some(MESSAGE)));
    assert_eq!(block_on(ports.reading(Some(message())).service().send(&student(), draft())).unwrap(), message());
}

#[test]
fn a_message_that_another_device_sends_at_the_same_time_is_decided_on_again() {
    let mut order = Sequence::new();
    let ports = Ports::default()
        .with_sending_facts(&mut order, sending_facts(None))
        .sending(&mut order, Err(RepositoryError::Conflict))
        .with_sending_facts(&mut order, sending_facts(Some(MESSAGE)));
    assert_eq!(block_on(ports.reading(Some(message())).service().send(&student(), draft())).unwrap(), message());
}

#[test]
fn a_block_between_two_attempts_refuses_the_message() {
    let mut order = Sequence::new();
    let blocked = direct(contact(MessagePolicy::Everyone, vec![block()]));
    let ports = Ports::default()
        .with_sending_facts(&mut order, sending_facts(None))
        .sending(&mut order, Err(RepositoryError::Conflict))
        .with_sending_facts(&mut order, SendingFacts { conversation: Some(blocked), ..sending_facts(None) });
    let sent = block_on(ports.service().send(&student(), draft()));
    assert_refused(sent, &ChatRefusal::Unreachable(Unreachable::NotFound));
}

#[test]
fn an_edit_and_a_deletion_return_the_message() {
    let ports = || Ports::default().with_message_facts(Some(own_message())).reading(Some(message()));
    let edited = ports().changing(Some("Edited")).service();
    assert_eq!(block_on(edited.edit(&student(), MESSAGE, "Edited".to_owned())).unwrap(), message());
    let deleted = ports().changing(None).service();
    assert_eq!(block_on(deleted.delete(&student(), MESSAGE)).unwrap(), message());
}

#[test]
fn a_repeated_deletion_writes_nothing() {
    let facts = MessageFacts { is_deleted: true, ..own_message() };
    let ports = Ports::default().with_message_facts(Some(facts)).reading(Some(message()));
    assert_eq!(block_on(ports.service().delete(&student(), MESSAGE)).unwrap(), message());
}

#[test]
fn an_unknown_message_is_neither_edited_nor_deleted() {
    let service = || Ports::default().with_message_facts(None).service();
    assert_refused(block_on(service().edit(&student(), MESSAGE, "x".to_owned())), &ChatRefusal::MessageNotFound);
    assert_refused(block_on(service().delete(&student(), MESSAGE)), &ChatRefusal::MessageNotFound);
    let hidden = Ports::default().with_message_facts(Some(own_message())).changing(None).reading(None);
    assert_refused(block_on(hidden.service().delete(&student(), MESSAGE)), &ChatRefusal::MessageNotFound);
}

#[test]
fn a_conversation_is_read_up_to_a_message_or_its_end() {
    for message in [None, Some(MESSAGE)] {
        let facts = ReadingFacts { conversation: direct(open()), seq: Some(4), read_receipts: true };
        let plan = ReadingPlan { seen: direct(open()), reader: USER, seq: 4, is_shown: true, at: now() };
        let mut ports = Ports::default().looking_up(Ok(found()));
        let wanted = (eq(USER), eq(CONVERSATION), eq(message));
        ports
            .chat
            .expect_reading_facts()
            .with(wanted.0, wanted.1, wanted.2)
            .once()
            .return_once(|_, _, _| Ok(Some(facts)));
        ports.chat.expect_mark_read().with(eq(plan)).once().return_once(|_| Ok(()));
        assert_eq!(block_on(ports.service().mark_read(&student(), CONVERSATION, message)).unwrap(), details());
    }
    let mut ports = Ports::default();
    ports.chat.expect_reading_facts().once().return_once(|_, _, _| Ok(None));
    assert_refused(block_on(ports.service().mark_read(&student(), CONVERSATION, None)), &ChatRefusal::NotFound);
}

impl Ports {
    fn finding_direct(mut self, order: &mut Sequence, found: Option<ConversationId>) -> Self {
        let find = self.chat.expect_find_direct().with(eq(USER), eq(OTHER)).once().in_sequence(order);
        find.return_once(move |_, _| Ok(found));
        self
    }

    fn with_contact(mut self, order: &mut Sequence, contact: Contact) -> Self {
        let load = self.chat.expect_contacts().with(eq(USER), eq(vec![OTHER])).once().in_sequence(order);
        load.return_once(|_, _| Ok(vec![contact]));
        self
    }

    fn creating_direct(mut self, order: &mut Sequence, outcome: Result<ConversationId, RepositoryError>) -> Self {
        let plan = DirectPlan { creator: USER, contact: open(), at: now() };
        self.chat.expect_create_direct().with(eq(plan)).once().in_sequence(order).return_once(|_| outcome);
        self
    }
}

#[test]
fn a_direct_conversation_is_opened_once() {
    let opened = |ports: Ports| block_on(ports.service().open_direct(&student(), OTHER)).unwrap();
    let mut order = Sequence::new();
    let existing = Ports::default().finding_direct(&mut order, Some(CONVERSATION)).looking_up(Ok(found()));
    assert_eq!(opened(existing), OpenedConversation { details: details(), existing: true });

    let mut order = Sequence::new();
    let created = Ports::default()
        .finding_direct(&mut order, None)
        .with_contact(&mut order, open())
        .creating_direct(&mut order, Ok(CONVERSATION))
        .looking_up(Ok(found()));
    assert_eq!(opened(created), OpenedConversation { details: details(), existing: false });

    let mut order = Sequence::new();
    let raced = Ports::default()
        .finding_direct(&mut order, None)
        .with_contact(&mut order, open())
        .creating_direct(&mut order, Err(RepositoryError::Conflict))
        .finding_direct(&mut order, Some(CONVERSATION))
        .looking_up(Ok(found()));
    assert!(opened(raced).existing);
}

#[test]
fn no_conversation_is_opened_with_oneself_or_with_users_who_cannot_be_reached() {
    let own = block_on(Ports::default().service().open_direct(&student(), USER));
    assert_refused(own, &ChatRefusal::OwnAccount);
    let reserved = contact(MessagePolicy::Nobody, Vec::new());
    for (contact, reason) in
        [(reserved, Unreachable::NotAdmitted), (Contact { pair: None, ..open() }, Unreachable::NotFound)]
    {
        let mut order = Sequence::new();
        let ports = Ports::default().finding_direct(&mut order, None).with_contact(&mut order, contact);
        let refused = block_on(ports.service().open_direct(&student(), OTHER));
        assert_refused(refused, &ChatRefusal::Unreachable(reason));
    }
}
