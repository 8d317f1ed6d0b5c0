use proptest::prelude::*;

use super::properties::{deeds, planned};
use super::*;
use crate::connections::fixtures::{ME, OTHER, edge};

const FIRST: ConnectionId = ConnectionId::new(1);
const CREATED: ConnectionId = ConnectionId::new(9);

#[derive(Debug, Clone, Copy)]
enum Act {
    Ask(Kind),
    Reply(Answer),
    End,
    Remove(Kind),
}

fn plan(act: Act, is_private: bool, edges: &[Edge]) -> RelationPlan {
    let profile = ProfileFacts::of_stranger(true, is_private);
    let pair = Pair { actor: ME, other: OTHER, profile, edges: edges.to_vec(), guardianships: Vec::new() };
    match act {
        Act::Ask(kind) => plan_request(pair, kind, None, now()),
        Act::Reply(answer) => plan_answer(pair, FIRST, answer, now()),
        Act::End => plan_end(pair, FIRST, now()),
        Act::Remove(kind) => plan_removal(pair, kind, now()),
    }
    .unwrap()
}

#[test]
fn the_whole_table_of_announcements() {
    use Act::{Ask, End, Remove, Reply};
    use EventKind::{ConnectionAccepted, ConnectionEnded, ConnectionRequested};
    use Kind::{Block, Follow, Friend};
    use Status::{Accepted, Pending, Rejected};
    let first = |kind, status, initiator| vec![edge(1, kind, status, initiator)];
    let second = |kind, status, initiator| edge(2, kind, status, initiator);
    #[rustfmt::skip]
    let table = [
        // act                  connections                         public account,                        private account
        (Ask(Follow),           Vec::new(),                         Some((ConnectionAccepted, Follow)),    Some((ConnectionRequested, Follow))),
        (Ask(Follow),           first(Follow, Rejected, ME),        Some((ConnectionAccepted, Follow)),    Some((ConnectionRequested, Follow))),
        (Ask(Friend),           Vec::new(),                         Some((ConnectionRequested, Friend)),   Some((ConnectionRequested, Friend))),
        (Ask(Friend),           first(Friend, Rejected, ME),        Some((ConnectionRequested, Friend)),   Some((ConnectionRequested, Friend))),
        (Ask(Friend),           first(Friend, Rejected, OTHER),     Some((ConnectionRequested, Friend)),   Some((ConnectionRequested, Friend))),
        (Ask(Friend),           first(Friend, Pending, OTHER),      Some((ConnectionAccepted, Friend)),    Some((ConnectionAccepted, Friend))),
        (Reply(Answer::Accept), first(Follow, Pending, OTHER),      Some((ConnectionAccepted, Follow)),    Some((ConnectionAccepted, Follow))),
        (Reply(Answer::Accept), first(Friend, Pending, OTHER),      Some((ConnectionAccepted, Friend)),    Some((ConnectionAccepted, Friend))),
        (Reply(Answer::Reject), first(Follow, Pending, OTHER),      None,                                  None),
        (Reply(Answer::Reject), first(Friend, Pending, OTHER),      None,                                  None),
        (Reply(Answer::Block),  first(Friend, Pending, OTHER),      None,                                  None),
        (Reply(Answer::Block),  first(Follow, Accepted, OTHER),     None,                                  None),
        (End,                   first(Follow, Accepted, ME),        Some((ConnectionEnded, Follow)),       Some((ConnectionEnded, Follow))),
        (End,                   first(Follow, Accepted, OTHER),     Some((ConnectionEnded, Follow)),       Some((ConnectionEnded, Follow))),
        (End,                   first(Friend, Accepted, ME),        Some((ConnectionEnded, Friend)),       Some((ConnectionEnded, Friend))),
        (End,                   first(Friend, Accepted, OTHER),     Some((ConnectionEnded, Friend)),       Some((ConnectionEnded, Friend))),
        (End,                   first(Friend, Pending, ME),         Some((ConnectionEnded, Friend)),       Some((ConnectionEnded, Friend))),
        (Remove(Follow),        first(Follow, Pending, ME),         Some((ConnectionEnded, Follow)),       Some((ConnectionEnded, Follow))),
        (Remove(Friend),        first(Friend, Accepted, OTHER),     Some((ConnectionEnded, Friend)),       Some((ConnectionEnded, Friend))),
        (End,                   first(Follow, Pending, OTHER),      None,                                  None),
        (End,                   first(Friend, Pending, OTHER),      None,                                  None),
        (End,                   first(Friend, Rejected, OTHER),     None,                                  None),
        (Ask(Block),            Vec::new(),                         None,                                  None),
        (Ask(Block),            first(Follow, Accepted, ME),        None,                                  None),
        (Ask(Block),            first(Friend, Accepted, OTHER),     None,                                  None),
        (Ask(Block),            first(Friend, Pending, ME),         None,                                  None),
        (End,                   first(Block, Accepted, ME),         None,                                  None),
        (Remove(Block),         first(Block, Accepted, ME),         None,                                  None),
        (End, [first(Follow, Accepted, ME), vec![second(Block, Accepted, ME)]].concat(),       None,       None),
        (End, [first(Friend, Rejected, OTHER), vec![second(Block, Accepted, OTHER)]].concat(), None,       None),
    ];
    for (act, edges, public, private) in table {
        for (is_private, expected) in [(false, public), (true, private)] {
            let plan = plan(act, is_private, &edges);
            let connection = if edges.is_empty() { CREATED } else { FIRST };
            let event = expected.map(|(event, kind)| Event {
                kind: event,
                subject: Subject::Connection { connection, kind, with: ME },
                actor: Some(ME),
                audience: Audience::one(OTHER),
                at: now(),
            });
            assert_eq!(plan.events(Some(CREATED)), Vec::from_iter(event), "{act:?} {edges:?}");
        }
    }
}

#[test]
fn a_block_is_silent_about_everything_that_it_ends() {
    let edges = [
        edge(1, Kind::Follow, Status::Accepted, ME),
        edge(2, Kind::Follow, Status::Pending, OTHER),
        edge(3, Kind::Friend, Status::Accepted, OTHER),
    ];
    for act in [Act::Ask(Kind::Block), Act::Reply(Answer::Block)] {
        let mut edges = edges;
        if matches!(act, Act::Reply(_)) {
            (edges[0].initiator, edges[0].recipient, edges[1].initiator, edges[1].recipient) = (OTHER, ME, ME, OTHER);
        }
        let plan = plan(act, false, &edges);
        assert_eq!(plan.changes.len(), 4);
        assert_eq!(plan.events(Some(CREATED)), []);
    }
}

#[test]
fn going_public_is_announced_to_each_follower_whose_follow_waited() {
    let follows = vec![(ConnectionId::new(4), user(2)), (ConnectionId::new(5), user(3))];
    let expected = follows.clone().into_iter().map(|(connection, follower)| Event {
        kind: EventKind::ConnectionAccepted,
        subject: Subject::Connection { connection, kind: Kind::Follow, with: user(1) },
        actor: Some(user(1)),
        audience: Audience::one(follower),
        at: now(),
    });
    let expected: Vec<_> = expected.collect();
    assert_eq!(plan_going_public(user(1), follows, now()).events(), expected);
    assert_eq!(plan_going_public(user(1), Vec::new(), now()).events(), []);
}

proptest! {
    #[test]
    fn only_the_other_user_is_told_and_never_across_a_block(deeds in deeds()) {
        let mut world = World::default();
        let mut now = now();
        for deed in deeds {
            now += TimeDelta::days(deed.days);
            let Ok(plan) = planned(&mut world, &deed, now) else { continue };
            let was_open = plan.seen.standing() == Standing::Open;
            world.apply(&plan);
            let is_open = world.pair(plan.seen.actor, plan.seen.other).standing() == Standing::Open;
            let events = plan.events(Some(ConnectionId::new(world.next)));
            prop_assert!(events.len() <= 1, "one act is announced once");
            prop_assert!(events.is_empty() || was_open && is_open, "blocks are silent");
            for event in events {
                prop_assert_eq!(event.audience, Audience::one(plan.seen.other));
                prop_assert_eq!(event.actor, Some(plan.seen.actor));
                let Subject::Connection { connection, kind, with } = event.subject else { panic!("another subject") };
                prop_assert!(with == plan.seen.actor && kind != Kind::Block);
                let remains = world.edges.iter().find(|edge| edge.id == connection).map(|edge| edge.status);
                let expected = match event.kind {
                    EventKind::ConnectionRequested => Some(Status::Pending),
                    EventKind::ConnectionAccepted => Some(Status::Accepted),
                    _ => None,
                };
                prop_assert_eq!(remains, expected);
            }
        }
    }
}
