use astegni_domain::RepositoryError;
use astegni_domain::chat::{ChatSettings, ConversationsPage, MessagesFrom, MessagesPage, ReadReceipt, SettingsChange};
use astegni_domain::ids::{MessageId, StudentId};
use astegni_domain::page::{CountedPage, Page, PageRequest};
use futures_executor::block_on;

use super::*;
use crate::support::student;

const WANTED: MessagesPage = MessagesPage { page: PageRequest::FIRST, from: MessagesFrom::Before(MessageId::new(7)) };

fn counted<T>(total: i64) -> CountedPage<T> {
    CountedPage { page: Page { items: Vec::new(), next: None }, total }
}

#[test]
fn conversations_are_listed_for_the_caller_or_a_child() {
    for student_id in [None, Some(StudentId::new(4))] {
        let wanted = ConversationsPage { page: PageRequest::FIRST, offset: 3, student: student_id };
        let mut ports = Ports::default();
        ports.queries.expect_conversations().with(eq(USER), eq(wanted)).once().returning(|_, _| Ok(counted(4)));
        assert_eq!(block_on(ports.service().conversations(&student(), wanted)).unwrap().total, 4);
    }
}

#[test]
fn a_conversation_is_returned_to_its_participants() {
    let ports = Ports::default().looking_up(Ok(found()));
    assert_eq!(block_on(ports.service().conversation(&student(), CONVERSATION)).unwrap(), details());
}

#[test]
fn a_conversation_of_others_is_forbidden_and_a_missing_one_is_not_found() {
    let read = |result| block_on(Ports::default().looking_up(result).service().conversation(&student(), CONVERSATION));
    assert_refused(read(Ok(ConversationLookup::Missing)), &ChatRefusal::NotFound);
    assert_refused(read(Ok(ConversationLookup::NotAParticipant)), &ChatRefusal::NotAParticipant);
    assert!(matches!(read(Err(RepositoryError::Conflict)), Err(ChatError::Repository(_))));
}

#[test]
fn messages_are_read_as_of_now() {
    let mut ports = Ports::default().with_right(ReadingRight::Granted);
    ports
        .queries
        .expect_messages()
        .with(eq(CONVERSATION), eq(USER), eq(WANTED), eq(now()))
        .once()
        .returning(|_, _, _, _| Ok(counted(9)));
    assert_eq!(block_on(ports.service().messages(&student(), CONVERSATION, WANTED)).unwrap().total, 9);
}

#[test]
fn messages_and_receipts_of_others_are_not_read() {
    let service = || Ports::default().with_right(ReadingRight::Refused).service();
    assert_refused(block_on(service().messages(&student(), CONVERSATION, WANTED)), &ChatRefusal::NotAParticipant);
    assert_refused(block_on(service().read_receipts(&student(), CONVERSATION)), &ChatRefusal::NotAParticipant);
}

#[test]
fn receipts_are_returned_to_those_who_may_read_the_conversation() {
    let receipt = ReadReceipt { user_id: OTHER, last_read_seq: 0, last_read_message_id: None, last_read_at: None };
    let mut ports = Ports::default().with_right(ReadingRight::Granted);
    ports.queries.expect_read_receipts().with(eq(CONVERSATION)).once().returning(move |_| Ok(vec![receipt]));
    assert_eq!(block_on(ports.service().read_receipts(&student(), CONVERSATION)).unwrap(), [receipt]);
}

#[test]
fn settings_are_the_callers_own() {
    let quiet = ChatSettings { read_receipts: false, ..ChatSettings::default() };
    let mut ports = Ports::default();
    ports.chat.expect_settings().with(eq(USER)).once().returning(move |_| Ok(quiet));
    assert_eq!(block_on(ports.service().settings(&student())).unwrap(), quiet);
    let change = SettingsChange { read_receipts: Some(false), ..SettingsChange::default() };
    let mut ports = Ports::default();
    ports.chat.expect_change_settings().with(eq(USER), eq(change)).once().returning(move |_, _| Ok(quiet));
    assert_eq!(block_on(ports.service().change_settings(&student(), change)).unwrap(), quiet);
}

/// The users who are told that the caller is typing, given a setting that is looked up if it matters.
fn typing(facts: Option<ConversationFacts>, setting: Option<bool>) -> Vec<UserId> {
    let mut ports = Ports::default();
    ports.chat.expect_conversation_facts().with(eq(USER), eq(CONVERSATION)).once().return_once(|_, _| Ok(facts));
    if let Some(typing_indicators) = setting {
        let settings = ChatSettings { typing_indicators, ..ChatSettings::default() };
        ports.chat.expect_settings().with(eq(USER)).once().returning(move |_| Ok(settings));
    }
    // In a group, user 3 has blocked the caller.
    ports.chat.expect_contacts().returning(|_, users| {
        let edges = |user| if user == OTHER { Vec::new() } else { vec![block()] };
        Ok(users.into_iter().map(|user| contact_with(user, edges(user))).collect())
    });
    block_on(ports.service().typing_audience(&student(), CONVERSATION)).unwrap()
}

fn contact_with(user: UserId, edges: Vec<Edge>) -> Contact {
    let edges = edges.into_iter().map(|edge| Edge { initiator: user, ..edge }).collect();
    let contact = contact(MessagePolicy::Everyone, edges);
    Contact { user, pair: contact.pair.map(|pair| Pair { other: user, ..pair }), ..contact }
}

#[test]
fn the_other_participants_are_told_of_typing() {
    let open = || direct(contact(MessagePolicy::Everyone, Vec::new()));
    assert_eq!(typing(Some(open()), Some(true)), [OTHER]);
    assert_eq!(typing(Some(group(ParticipantRole::Member)), Some(true)), [OTHER]);
    assert_eq!(typing(Some(open()), Some(false)), []);
}

#[test]
fn a_caller_who_could_not_send_a_message_tells_none_of_typing() {
    let foreign =
        ConversationFacts { members: vec![member(2, ParticipantRole::Admin)], ..group(ParticipantRole::Admin) };
    let blocked = direct(contact(MessagePolicy::Everyone, vec![block()]));
    let reserved = direct(contact(MessagePolicy::Nobody, Vec::new()));
    for facts in [None, Some(foreign), Some(blocked), Some(reserved.clone())] {
        assert_eq!(typing(facts, None), []);
    }
    let mut answered = reserved;
    answered.members[1].has_written = true;
    assert_eq!(typing(Some(answered), Some(true)), [OTHER]);
}
