use chrono::TimeDelta;

use super::*;
use crate::chat::MessagePolicy;
use crate::chat::fixtures::{CONVERSATION, ME, OTHER, audience, block, contact, direct, group, now, stranger};
use crate::connections::Edge;

const NOTICE: MessageId = MessageId::new(9);

fn change(seen: ConversationFacts, change: GroupChange) -> Result<Option<GroupPlan>, ChatRefusal> {
    plan_group_change(ME, seen, change, now())
}

fn planned(seen: ConversationFacts, made: GroupChange) -> GroupPlan {
    change(seen, made).unwrap().unwrap()
}

fn strangers(users: impl IntoIterator<Item = i64>) -> Vec<Contact> {
    users.into_iter().map(stranger).collect()
}

fn numbers<'a>(contacts: impl IntoIterator<Item = &'a Contact>) -> Vec<i64> {
    contacts.into_iter().map(|contact| contact.user.get()).collect()
}

fn create(contacts: Vec<Contact>) -> Result<GroupCreationPlan, ChatRefusal> {
    plan_group(ME, "Chess club".to_owned(), contacts, now())
}

fn errors<T: std::fmt::Debug>(outcome: Result<T, ChatRefusal>) -> Vec<(String, &'static str)> {
    let Err(ChatRefusal::Invalid(violations)) = outcome else { panic!("the fields are valid") };
    violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect()
}

/// Users of whom only the first and the last can be reached, for different reasons.
fn mixed() -> Vec<Contact> {
    let [three, four] = [3, 4].map(UserId::new);
    let blocked = Edge { recipient: three, ..block(ME) };
    vec![
        stranger(11),
        contact(three, MessagePolicy::Everyone, vec![blocked]),
        contact(four, MessagePolicy::Everyone, vec![block(four)]),
        Contact { pair: None, ..stranger(5) },
        contact(UserId::new(6), MessagePolicy::Nobody, Vec::new()),
        stranger(12),
    ]
}

fn places(codes: [(usize, &'static str); 4]) -> Vec<(String, &'static str)> {
    codes.iter().map(|(place, code)| (format!("participant_user_ids.{place}"), *code)).collect()
}

#[test]
fn a_direct_conversation_begins_with_an_admitted_user_and_both_are_told() {
    let plan = plan_direct(ME, stranger(2), now()).unwrap();
    assert_eq!(plan, DirectPlan { creator: ME, contact: stranger(2), at: now() });
    let events = plan.events(CONVERSATION);
    assert_eq!(
        events.iter().map(|event| (event.kind, audience(event))).collect::<Vec<_>>(),
        [(EventKind::ConversationChanged, (vec![1, 2], Vec::new()))]
    );
    let refused = |contact| plan_direct(ME, contact, now()).unwrap_err();
    let reserved = contact(OTHER, MessagePolicy::Nobody, Vec::new());
    assert_eq!(refused(reserved), ChatRefusal::Unreachable(Unreachable::NotAdmitted));
    let blocked = contact(OTHER, MessagePolicy::Everyone, vec![block(ME)]);
    assert_eq!(refused(blocked), ChatRefusal::Unreachable(Unreachable::BlockedByYou));
}

#[test]
fn a_group_begins_with_a_notice_and_everyone_is_told() {
    let plan = create(strangers([2, 3])).unwrap();
    let users = vec![UserId::new(2), UserId::new(3)];
    let notice = GroupNotice { kind: NoticeKind::GroupCreated, users, content: "Group created".to_owned() };
    let name = "Chess club".to_owned();
    assert_eq!(plan, GroupCreationPlan { creator: ME, name, contacts: strangers([2, 3]), notice, at: now() });
    let events = plan.events(CONVERSATION, NOTICE);
    assert!(events.iter().all(|event| event.actor == Some(ME) && event.at == now()));
    assert!(events.iter().all(|event| audience(event) == (vec![1, 2, 3], Vec::new())), "{events:?}");
    assert_eq!(
        subjects(&events),
        [
            (EventKind::ConversationChanged, Subject::Conversation { conversation: CONVERSATION }),
            (EventKind::MessageSent, Subject::Message { conversation: CONVERSATION, message: NOTICE }),
        ]
    );
}

fn subjects(events: &[Event]) -> Vec<(EventKind, Subject)> {
    events.iter().map(|event| (event.kind, event.subject)).collect()
}

#[test]
fn a_group_has_at_most_100_participants_each_of_them_once() {
    assert_eq!(create(strangers(2..=100)).unwrap().contacts.len(), 99);
    assert_eq!(errors(create(strangers(2..=101))), [("participant_user_ids".to_owned(), "too_many")]);
    let repeated = create(strangers([3, 1, 2, 3])).unwrap();
    assert_eq!(numbers(&repeated.contacts), [3, 2]);
    assert_eq!(repeated.notice.users, [UserId::new(3), UserId::new(2)]);
    assert!(create(strangers((1..=100).chain(1..=100))).is_ok());
}

#[test]
fn users_who_cannot_be_reached_are_named_by_their_places() {
    let expected = [(1, "blocked_by_you"), (2, "unreachable"), (3, "unreachable"), (4, "unreachable")];
    assert_eq!(errors(create(mixed())), places(expected));
    let added = |contacts| errors(change(group(&[1], &[2]), GroupChange::Add(contacts)));
    assert_eq!(added(mixed()), places(expected));
    let behind_a_participant = [vec![stranger(2)], mixed()].concat();
    assert_eq!(added(behind_a_participant), places(expected.map(|(place, code)| (place + 1, code))));
}

#[test]
fn direct_conversations_strangers_and_members_are_refused() {
    let changes =
        || [GroupChange::Rename("Chess".to_owned()), GroupChange::Add(mixed()), GroupChange::Remove(UserId::new(2))];
    for made in changes() {
        assert_eq!(change(direct(stranger(2)), made.clone()), Err(ChatRefusal::NotAGroup), "{made:?}");
        assert_eq!(change(group(&[2], &[1]), made.clone()), Err(ChatRefusal::AdminOnly), "{made:?}");
        assert_eq!(change(group(&[2], &[3]), made.clone()), Err(ChatRefusal::NotAParticipant), "{made:?}");
    }
    let leave = || GroupChange::Remove(ME);
    assert_eq!(change(direct(stranger(2)), leave()), Err(ChatRefusal::NotAGroup));
    assert_eq!(change(group(&[2], &[3]), leave()), Err(ChatRefusal::NotAParticipant));
    let absent = GroupChange::Remove(UserId::new(8));
    assert_eq!(change(group(&[2], &[1]), absent), Err(ChatRefusal::AdminOnly), "membership of others is checked later");
}

/// A plan that changes nothing yet.
fn unchanged(seen: ConversationFacts) -> GroupPlan {
    GroupPlan {
        seen,
        actor: ME,
        name: None,
        adds: Vec::new(),
        removes: None,
        promotes: None,
        notices: Vec::new(),
        at: now(),
    }
}

fn notice(kind: NoticeKind, users: &[i64], content: &str) -> GroupNotice {
    let users = users.iter().map(|user| UserId::new(*user)).collect();
    GroupNotice { kind, users, content: content.to_owned() }
}

#[test]
fn an_admin_renames_a_group() {
    let seen = group(&[1], &[2]);
    let plan = GroupPlan {
        name: Some("Go".to_owned()),
        notices: vec![notice(NoticeKind::GroupRenamed, &[], "Group renamed to Go")],
        ..unchanged(seen.clone())
    };
    assert_eq!(change(seen, GroupChange::Rename("Go".to_owned())), Ok(Some(plan)));
}

#[test]
fn an_admin_adds_users_who_do_not_participate_yet() {
    let seen = group(&[1], &[2]);
    let add = |contacts| change(seen.clone(), GroupChange::Add(contacts));
    let plan = GroupPlan {
        adds: strangers([4, 3]),
        notices: vec![notice(NoticeKind::ParticipantsAdded, &[4, 3], "Participants added")],
        ..unchanged(seen.clone())
    };
    assert_eq!(add(strangers([4, 2, 3, 1, 4])), Ok(Some(plan)));
    assert_eq!(add(strangers([1, 2])), Ok(None));
    assert_eq!(add(Vec::new()), Ok(None));
    let reserved = contact(OTHER, MessagePolicy::Nobody, Vec::new());
    assert_eq!(add(vec![reserved]), Ok(None), "participants need not be admitted again");
}

#[test]
fn additions_need_room() {
    let of_98 = group(&[1], &(2..=98).collect::<Vec<_>>());
    let add = |users: &[i64]| change(of_98.clone(), GroupChange::Add(strangers(users.iter().copied())));
    assert_eq!(numbers(&add(&[101, 5, 102]).unwrap().unwrap().adds), [101, 102]);
    assert_eq!(errors(add(&[101, 102, 103])), [("participant_user_ids".to_owned(), "too_many")]);
    let full = group(&[1], &(2..=100).collect::<Vec<_>>());
    assert_eq!(change(full.clone(), GroupChange::Add(strangers([2]))), Ok(None));
    assert_eq!(
        errors(change(full, GroupChange::Add(strangers([101])))),
        [("participant_user_ids".to_owned(), "too_many")]
    );
}

#[test]
fn an_admin_removes_a_participant() {
    for seen in [group(&[1], &[2, 3]), group(&[1, 2], &[3])] {
        let plan = GroupPlan {
            removes: Some(OTHER),
            notices: vec![notice(NoticeKind::ParticipantRemoved, &[2], "Participant removed")],
            ..unchanged(seen.clone())
        };
        assert_eq!(change(seen.clone(), GroupChange::Remove(OTHER)), Ok(Some(plan)));
        assert_eq!(change(seen, GroupChange::Remove(UserId::new(8))), Ok(None), "the user has left already");
    }
}

#[test]
fn the_last_admin_has_a_successor_and_the_last_participant_leaves_without_a_notice() {
    let joined = |seen: ConversationFacts, minutes: &[(i64, i64)]| {
        let mut seen = seen;
        for (user, minute) in minutes {
            let member = seen.members.iter_mut().find(|member| member.user.get() == *user).unwrap();
            member.joined_at = now() + TimeDelta::minutes(*minute);
        }
        seen
    };
    let table = [
        (group(&[2], &[1, 3]), None, false),
        (group(&[1, 2], &[3]), None, false),
        (group(&[1], &[2, 3]), Some(2), false),
        (joined(group(&[1], &[2, 3, 4]), &[(2, 9), (3, 8), (4, 8)]), Some(3), false),
        (joined(group(&[1], &[2, 3]), &[(2, 5), (3, 5)]), Some(2), false),
        (group(&[1], &[]), None, true),
    ];
    for (seen, successor, is_last) in table {
        let promotes = successor.map(UserId::new);
        let appointed = successor.map(|user| notice(NoticeKind::AdminAppointed, &[user], "Admin appointed"));
        let left = (!is_last).then(|| notice(NoticeKind::ParticipantLeft, &[1], "Participant left"));
        let notices = left.into_iter().chain(appointed).collect();
        let plan = GroupPlan { removes: Some(ME), promotes, notices, ..unchanged(seen.clone()) };
        assert_eq!(change(seen, GroupChange::Remove(ME)), Ok(Some(plan)));
    }
}

#[test]
fn those_who_leave_are_told_of_the_change_and_not_of_messages() {
    let rename = || GroupChange::Rename("Go".to_owned());
    let table = [
        (planned(group(&[1], &[2]), rename()), vec![1, 2], vec![1, 2]),
        (planned(group(&[1], &[2]), GroupChange::Add(strangers([3]))), vec![1, 2, 3], vec![1, 2, 3]),
        (planned(group(&[1], &[2, 3]), GroupChange::Remove(OTHER)), vec![1, 2, 3], vec![1, 3]),
        (planned(group(&[2], &[1, 3]), GroupChange::Remove(ME)), vec![1, 2, 3], vec![2, 3]),
        (planned(group(&[1], &[2, 3]), GroupChange::Remove(ME)), vec![1, 2, 3], vec![2, 3]),
        (planned(group(&[1], &[]), GroupChange::Remove(ME)), vec![1], vec![]),
    ];
    for (plan, concerned, remaining) in table {
        let ids: Vec<MessageId> = (1_i64..).map(MessageId::new).take(plan.notices.len()).collect();
        let events = plan.events(&ids);
        let (changed, sent) = events.split_first().unwrap();
        assert_eq!((changed.kind, audience(changed)), (EventKind::ConversationChanged, (concerned, Vec::new())));
        assert_eq!(sent.len(), ids.len());
        for (event, message) in sent.iter().zip(ids) {
            assert_eq!(event.subject, Subject::Message { conversation: CONVERSATION, message });
            assert_eq!((event.kind, audience(event)), (EventKind::MessageSent, (remaining.clone(), Vec::new())));
        }
        assert!(events.iter().all(|event| event.actor == Some(ME) && event.at == now()));
    }
}

proptest::proptest! {
    #[test]
    fn a_group_never_stays_without_an_admin(admins in 1_u8..16, members in 0_u8..16, leaving in 1_i64..=4) {
        let of = |bits: u8, users: [i64; 4]| {
            (0_u8..).zip(users).filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, user)| user).collect::<Vec<_>>()
        };
        let seen = group(&of(admins, [1, 2, 3, 4]), &of(members, [5, 6, 7, 8]));
        let actor = UserId::new(leaving);
        if let Ok(Some(plan)) = plan_group_change(actor, seen.clone(), GroupChange::Remove(actor), now()) {
            let rest: Vec<_> = seen.members.iter().filter(|member| member.user != actor).collect();
            let is_admin = |member: &&&Member| member.role == ParticipantRole::Admin || plan.promotes == Some(member.user);
            proptest::prop_assert_eq!(rest.is_empty(), plan.notices.is_empty());
            proptest::prop_assert!(rest.is_empty() || rest.iter().any(|member| is_admin(&member)));
        }
    }
}
