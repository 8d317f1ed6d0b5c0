use proptest::prelude::*;

use super::super::request::tests::{now, request};
use super::*;

/// The users of every test.
const USERS: std::ops::RangeInclusive<i64> = 1..=5;

fn numbers(users: &[UserId]) -> Vec<i64> {
    users.iter().map(|user| user.get()).collect()
}

/// The users whom an event is for, and those whose guardians are.
pub(in crate::requests) fn audience(event: &Event) -> (Vec<i64>, Vec<i64>) {
    (numbers(&event.audience.users), numbers(&event.audience.guardians_of))
}

#[test]
fn an_expiry_has_no_actor_and_everyone_is_told() {
    let expiring = ExpiringRequest { id: RequestId::new(1), involved: (&request()).into(), is_blocked: false };
    let expected = Event {
        kind: EventKind::RequestExpired,
        subject: Subject::Request { request: RequestId::new(1), status: RequestStatus::Expired },
        actor: None,
        audience: Audience::of([1, 3, 6].map(UserId::new)).with_guardians_of([UserId::new(6)]),
        at: now(),
    };
    assert_eq!(expiring.event(now()), Some(expected));
    assert_eq!(ExpiringRequest { is_blocked: true, ..expiring }.event(now()), None, "a block is silent");
}

#[test]
fn each_status_has_its_kind() {
    let kind = |status| Involved::from(&request()).changed(RequestId::new(1), status, None, now()).kind;
    let table = [
        (RequestStatus::Pending, EventKind::RequestSent),
        (RequestStatus::Accepted, EventKind::RequestAnswered),
        (RequestStatus::Rejected, EventKind::RequestAnswered),
        (RequestStatus::Withdrawn, EventKind::RequestWithdrawn),
        (RequestStatus::Expired, EventKind::RequestExpired),
    ];
    assert_eq!(table.map(|(status, _)| kind(status)), table.map(|(_, kind)| kind));
}

#[test]
fn messages_are_for_the_participants_and_the_guardians_of_the_requester() {
    let (conversation, message, actor) = (ConversationId::new(5), MessageId::new(9), UserId::new(6));
    let event = Involved::from(&request()).told(conversation, message, actor, now());
    assert_eq!((event.kind, event.subject), (EventKind::MessageSent, Subject::Message { conversation, message }));
    assert_eq!((event.actor, event.at), (Some(actor), now()));
    assert_eq!(audience(&event), (vec![1, 3], vec![1]), "neither the child nor other guardians read the conversation");
}

proptest! {
    #[test]
    fn exactly_those_who_may_see_a_request_are_told_apart_from_the_actor(
        tutor in USERS,
        student in USERS,
        requester in USERS,
        actor in prop::option::of(USERS),
        guardians in prop::collection::btree_set(USERS, 0..4),
    ) {
        let parties = Parties { tutor: UserId::new(tutor), student: UserId::new(student) };
        let request = SessionRequest { requester_id: UserId::new(requester), parties, ..request() };
        let actor = actor.map(UserId::new);
        let audience = Involved::from(&request).audience(actor);
        prop_assert_eq!(numbers(&audience.guardians_of), [student]);
        for user in USERS {
            let is_guardian = guardians.contains(&user);
            let user = UserId::new(user);
            // The write looks up the guardians, and leaves out the actor.
            let told = audience.users.contains(&user) || is_guardian && actor != Some(user);
            prop_assert_eq!(told, request.is_visible_to(user, is_guardian) && actor != Some(user), "{:?}", user);
        }
    }
}
