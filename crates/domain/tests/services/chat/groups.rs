use astegni_domain::RepositoryError;
use astegni_domain::chat::{GroupCreationPlan, GroupPlan, OpenedConversation};
use futures_executor::block_on;
use mockall::Sequence;

use super::*;
use crate::support::student;

const FOUR: UserId = UserId::new(4);

fn stranger(user: UserId) -> Contact {
    Contact { user, ..contact(MessagePolicy::Everyone, Vec::new()) }
}

impl Ports {
    fn with_facts(mut self, order: &mut Sequence, facts: Option<ConversationFacts>) -> Self {
        let load = self.chat.expect_conversation_facts().with(eq(USER), eq(CONVERSATION)).once().in_sequence(order);
        load.return_once(|_, _| Ok(facts));
        self
    }

    fn with_contacts(mut self, order: &mut Sequence, users: Vec<UserId>) -> Self {
        let load = self.chat.expect_contacts().with(eq(USER), eq(users)).once().in_sequence(order);
        load.returning(|_, users| Ok(users.into_iter().map(stranger).collect()));
        self
    }

    fn changing_group(
        mut self,
        order: &mut Sequence,
        expected: fn(&GroupPlan) -> bool,
        outcome: Result<(), RepositoryError>,
    ) -> Self {
        self.chat.expect_change_group().withf(expected).once().in_sequence(order).return_once(|_| outcome);
        self
    }
}

#[test]
fn a_group_is_created_and_returned() {
    let mut order = Sequence::new();
    let mut ports = Ports::default().with_contacts(&mut order, vec![OTHER]).looking_up(Ok(found()));
    let expected = |plan: &GroupCreationPlan| plan.creator == USER && plan.name == "Chess" && plan.at == now();
    ports.chat.expect_create_group().withf(expected).once().in_sequence(&mut order).return_once(|_| Ok(CONVERSATION));
    let created = block_on(ports.service().create_group(&student(), "Chess".to_owned(), vec![OTHER])).unwrap();
    assert_eq!(created, OpenedConversation { details: details(), existing: false });
}

#[test]
fn a_change_of_a_group_is_decided_again_on_a_conflict() {
    let mut order = Sequence::new();
    let admin = || Some(group(ParticipantRole::Admin));
    let renames: fn(&GroupPlan) -> bool = |plan| plan.name.as_deref() == Some("Go");
    let ports = Ports::default()
        .with_facts(&mut order, admin())
        .changing_group(&mut order, renames, Err(RepositoryError::Conflict))
        .with_facts(&mut order, admin())
        .changing_group(&mut order, renames, Ok(()));
    block_on(ports.service().rename(&student(), CONVERSATION, "Go".to_owned())).unwrap();

    let mut order = Sequence::new();
    let ports = Ports::default()
        .with_facts(&mut order, admin())
        .changing_group(&mut order, renames, Err(RepositoryError::Conflict))
        .with_facts(&mut order, Some(group(ParticipantRole::Member)));
    let refused = block_on(ports.service().rename(&student(), CONVERSATION, "Go".to_owned()));
    assert_refused(refused, &ChatRefusal::AdminOnly);
}

#[test]
fn additions_count_those_who_did_not_participate() {
    let add = |users: &[UserId], writes: bool| {
        let mut order = Sequence::new();
        let ports = Ports::default()
            .with_facts(&mut order, Some(group(ParticipantRole::Admin)))
            .with_contacts(&mut order, users.to_vec());
        let ports = if writes { ports.changing_group(&mut order, |plan| plan.adds.len() == 1, Ok(())) } else { ports };
        block_on(ports.service().add_participants(&student(), CONVERSATION, users.to_vec())).unwrap()
    };
    assert_eq!(add(&[OTHER, FOUR], true), 1);
    assert_eq!(add(&[OTHER], false), 0);
}

#[test]
fn a_participant_leaves_and_a_removal_that_changes_nothing_is_not_written() {
    let mut order = Sequence::new();
    let leaves = Ports::default().with_facts(&mut order, Some(group(ParticipantRole::Member))).changing_group(
        &mut order,
        |plan| plan.removes == Some(USER),
        Ok(()),
    );
    block_on(leaves.service().remove_participant(&student(), CONVERSATION, USER)).unwrap();
    let mut order = Sequence::new();
    let gone = Ports::default().with_facts(&mut order, Some(group(ParticipantRole::Admin)));
    block_on(gone.service().remove_participant(&student(), CONVERSATION, FOUR)).unwrap();
    let mut order = Sequence::new();
    let missing = Ports::default().with_facts(&mut order, None);
    let refused = block_on(missing.service().remove_participant(&student(), CONVERSATION, FOUR));
    assert_refused(refused, &ChatRefusal::NotFound);
}

#[test]
fn preferences_are_those_of_participants() {
    let set = |is_participant, ports: Ports| {
        let mut ports = ports;
        let wanted = (eq(USER), eq(CONVERSATION), eq(Some(true)), eq(None));
        ports
            .chat
            .expect_set_preferences()
            .with(wanted.0, wanted.1, wanted.2, wanted.3)
            .once()
            .return_once(move |_, _, _, _| Ok(is_participant));
        block_on(ports.service().set_preferences(&student(), CONVERSATION, Some(true), None))
    };
    let refused = |right| set(false, Ports::default().with_right(right));
    assert_eq!(set(true, Ports::default().looking_up(Ok(found()))).unwrap(), details());
    // A guardian may read the conversation, and has no preferences in it.
    assert_refused(refused(ReadingRight::Granted), &ChatRefusal::NotAParticipant);
    assert_refused(refused(ReadingRight::Refused), &ChatRefusal::NotAParticipant);
    assert_refused(refused(ReadingRight::Missing), &ChatRefusal::NotFound);
}
