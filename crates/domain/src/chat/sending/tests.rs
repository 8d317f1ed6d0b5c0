use strum::VariantArray;

use super::*;
use crate::chat::fixtures::{CONVERSATION, ME, OTHER, audience, block, contact, direct, group, now, stranger};
use crate::chat::{Contact, MessagePolicy, Unreachable};
use crate::events::Subject;

const MESSAGE: MessageId = MessageId::new(9);
const TICK: TimeDelta = TimeDelta::microseconds(1);

fn draft() -> MessageDraft {
    MessageDraft {
        conversation: CONVERSATION,
        message_type: MessageType::Text,
        content: Some("Hello".to_owned()),
        media_url: None,
        metadata: None,
        reply_to: None,
        client_message_id: Some("a-1".to_owned()),
    }
}

fn facts(conversation: ConversationFacts) -> SendingFacts {
    SendingFacts { conversation: Some(conversation), has_reply_target: false, repeated: None }
}

fn send(conversation: ConversationFacts) -> Result<Sending, ChatRefusal> {
    plan_message(ME, draft(), facts(conversation), now())
}

/// A direct conversation in which `user` has written.
fn written_by(user: UserId, other: Contact) -> ConversationFacts {
    let mut conversation = direct(other);
    for member in &mut conversation.members {
        member.has_written = member.user == user;
    }
    conversation
}

fn own(conversation: ConversationFacts) -> MessageFacts {
    MessageFacts {
        id: MESSAGE,
        sender: ME,
        message_type: MessageType::Text,
        is_deleted: false,
        created_at: now(),
        conversation,
    }
}

fn edit(facts: MessageFacts) -> Result<MessageChangePlan, ChatRefusal> {
    plan_edit(ME, "Edited".to_owned(), facts, now())
}

fn delete(facts: MessageFacts) -> Result<Option<MessageChangePlan>, ChatRefusal> {
    plan_deletion(ME, facts, now())
}

fn blocked_by(user: UserId) -> Contact {
    contact(OTHER, MessagePolicy::Everyone, vec![block(user)])
}

fn reserved() -> Contact {
    contact(OTHER, MessagePolicy::Nobody, Vec::new())
}

#[test]
fn a_message_is_sent_as_it_was_drafted() {
    for seen in [direct(stranger(2)), group(&[2], &[1, 3])] {
        let plan = MessagePlan { seen: seen.clone(), sender: ME, draft: draft(), at: now() };
        assert_eq!(send(seen), Ok(Sending::New(Box::new(plan))));
    }
}

#[test]
fn a_message_is_refused_for_one_reason_at_a_time() {
    let missing = SendingFacts { conversation: None, ..facts(direct(stranger(2))) };
    assert_eq!(plan_message(ME, draft(), missing, now()), Err(ChatRefusal::NotFound));
    let inactive = Contact { pair: None, ..stranger(2) };
    let cases = [
        (group(&[2], &[3]), ChatRefusal::NotAParticipant),
        (direct(blocked_by(ME)), ChatRefusal::Unreachable(Unreachable::BlockedByYou)),
        (direct(blocked_by(OTHER)), ChatRefusal::Unreachable(Unreachable::NotFound)),
        (direct(inactive.clone()), ChatRefusal::Unreachable(Unreachable::NotFound)),
        (direct(reserved()), ChatRefusal::Unreachable(Unreachable::NotAdmitted)),
        // The sender's own messages admit nobody.
        (written_by(ME, reserved()), ChatRefusal::Unreachable(Unreachable::NotAdmitted)),
        // A block outlasts the answers of the recipient.
        (written_by(OTHER, blocked_by(ME)), ChatRefusal::Unreachable(Unreachable::BlockedByYou)),
        (written_by(OTHER, blocked_by(OTHER)), ChatRefusal::Unreachable(Unreachable::NotFound)),
        (written_by(OTHER, inactive), ChatRefusal::Unreachable(Unreachable::NotFound)),
    ];
    for (conversation, refusal) in cases {
        assert_eq!(send(conversation.clone()), Err(refusal), "{conversation:?}");
    }
}

#[test]
fn a_guardian_who_reads_along_cannot_write() {
    let guardian = UserId::new(7);
    let written = plan_message(guardian, draft(), facts(direct(stranger(2))), now());
    assert_eq!(written, Err(ChatRefusal::NotAParticipant));
    let deleted = plan_deletion(guardian, own(direct(stranger(2))), now());
    assert_eq!(deleted, Err(ChatRefusal::NotAParticipant));
}

#[test]
fn a_recipient_who_has_written_has_admitted_the_sender() {
    for policy in MessagePolicy::VARIANTS {
        assert!(send(written_by(OTHER, contact(OTHER, *policy, Vec::new()))).is_ok(), "{policy:?}");
    }
}

#[test]
fn a_reply_needs_a_message_of_the_conversation() {
    let reply = MessageDraft { reply_to: Some(MESSAGE), ..draft() };
    let replying = |has_reply_target| {
        let facts = SendingFacts { has_reply_target, ..facts(direct(stranger(2))) };
        plan_message(ME, reply.clone(), facts, now())
    };
    assert!(replying(true).is_ok());
    let Err(ChatRefusal::Invalid(violations)) = replying(false) else { panic!("the reply is not refused") };
    let errors: Vec<_> = violations.errors().iter().map(|error| (error.field.as_str(), error.code)).collect();
    assert_eq!(errors, [("reply_to_id", "unknown_message")]);
    let blocked = plan_message(ME, reply.clone(), facts(direct(blocked_by(OTHER))), now());
    assert_eq!(blocked, Err(ChatRefusal::Unreachable(Unreachable::NotFound)), "a block hides the messages");
}

#[test]
fn a_repeated_id_wins_over_everything() {
    let reply = MessageDraft { reply_to: Some(MESSAGE), ..draft() };
    let conversations = [None, Some(group(&[2], &[3])), Some(direct(blocked_by(OTHER))), Some(direct(reserved()))];
    for conversation in conversations {
        let facts = SendingFacts { conversation, has_reply_target: false, repeated: Some(MESSAGE) };
        assert_eq!(plan_message(ME, reply.clone(), facts, now()), Ok(Sending::Repeated(MESSAGE)));
    }
}

#[test]
fn an_edit_replaces_the_content_within_24_hours() {
    let message = own(direct(stranger(2)));
    let plan = MessageChangePlan { seen: message.clone(), content: Some("Edited".to_owned()), at: now() };
    assert_eq!(edit(message.clone()), Ok(plan));
    let aged = |age| edit(MessageFacts { created_at: now() - age, ..message.clone() }).map(drop);
    assert_eq!(aged(TimeDelta::hours(24) - TICK), Ok(()));
    assert_eq!(aged(TimeDelta::hours(24)), Err(ChatRefusal::TooLateToEdit));
    assert_eq!(aged(TimeDelta::hours(24) + TICK), Err(ChatRefusal::TooLateToEdit));
}

#[test]
fn edits_and_deletions_are_refused_for_one_reason_at_a_time() {
    let message = || own(direct(stranger(2)));
    let of_type = |message_type| MessageFacts { message_type, ..message() };
    let old = now() - TimeDelta::days(9);
    let unreachable = |reason| Err(ChatRefusal::Unreachable(reason));
    #[rustfmt::skip]
    let table = [
        // the message                                    edit,                                  deletion
        (own(group(&[1], &[2])),                          Ok(()),                                Ok(true)),
        (own(group(&[2], &[3])),                          Err(ChatRefusal::NotAParticipant),     Err(ChatRefusal::NotAParticipant)),
        (MessageFacts { sender: OTHER, ..message() },     Err(ChatRefusal::SenderOnly),          Err(ChatRefusal::SenderOnly)),
        (MessageFacts { sender: OTHER, is_deleted: true, ..message() }, Err(ChatRefusal::SenderOnly), Err(ChatRefusal::SenderOnly)),
        (MessageFacts { sender: OTHER, ..own(group(&[1], &[2])) }, Err(ChatRefusal::SenderOnly), Err(ChatRefusal::SenderOnly)),
        (of_type(MessageType::System),                    Err(ChatRefusal::NotChangeable),       Err(ChatRefusal::NotChangeable)),
        (of_type(MessageType::SessionRequest),            Err(ChatRefusal::NotChangeable),       Err(ChatRefusal::NotChangeable)),
        (MessageFacts { is_deleted: true, ..message() },  Err(ChatRefusal::MessageDeleted),      Ok(false)),
        (MessageFacts { is_deleted: true, created_at: old, ..message() }, Err(ChatRefusal::MessageDeleted), Ok(false)),
        (MessageFacts { created_at: old, ..message() },   Err(ChatRefusal::TooLateToEdit),       Ok(true)),
        (own(direct(blocked_by(ME))),                     unreachable(Unreachable::BlockedByYou), Ok(true)),
        (own(direct(blocked_by(OTHER))),                  unreachable(Unreachable::NotFound),    Ok(true)),
        (own(direct(reserved())),                         unreachable(Unreachable::NotAdmitted), Ok(true)),
        (own(written_by(OTHER, reserved())),              Ok(()),                                Ok(true)),
    ];
    for (message, edited, deleted) in table {
        assert_eq!(edit(message.clone()).map(drop), edited, "{message:?}");
        assert_eq!(delete(message.clone()).map(|plan| plan.is_some()), deleted, "{message:?}");
    }
}

#[test]
fn a_deletion_leaves_a_tombstone_once() {
    let message = own(direct(blocked_by(OTHER)));
    let plan = MessageChangePlan { seen: message.clone(), content: None, at: now() };
    assert_eq!(plan.conversation(), CONVERSATION);
    assert_eq!(delete(message.clone()), Ok(Some(plan)));
    assert_eq!(delete(MessageFacts { is_deleted: true, ..message }), Ok(None));
}

#[test]
fn participants_and_guardians_are_told_of_every_change() {
    for (conversation, told) in
        [(direct(stranger(2)), (vec![1, 2], vec![1])), (group(&[2], &[1, 3]), (vec![1, 2, 3], Vec::new()))]
    {
        let Ok(Sending::New(sent)) = send(conversation.clone()) else { panic!("the message is not sent") };
        let edited = edit(own(conversation.clone())).unwrap();
        let deleted = delete(own(conversation)).unwrap().unwrap();
        let announced = [
            (EventKind::MessageSent, sent.events(MESSAGE)),
            (EventKind::MessageEdited, edited.events()),
            (EventKind::MessageDeleted, deleted.events()),
        ];
        for (kind, events) in announced {
            let [event] = events.as_slice() else { panic!("{kind:?} has {} events", events.len()) };
            assert_eq!((event.kind, event.actor, event.at), (kind, Some(ME), now()));
            assert_eq!(event.subject, Subject::Message { conversation: CONVERSATION, message: MESSAGE });
            assert_eq!(audience(event), told, "{kind:?}");
        }
    }
}
