use std::collections::BTreeMap;

mod events;
mod guardianships;
mod properties;

use super::*;
use crate::connections::{ProfileFacts, Standing};

/// A model of the store: three users and their connections, which only plans change.
#[derive(Default)]
struct World {
    edges: Vec<Edge>,
    counters: BTreeMap<UserId, Counters>,
    private: BTreeMap<UserId, bool>,
    next: i64,
}

impl World {
    fn pair(&self, actor: UserId, other: UserId) -> Pair {
        let between = |edge: &&Edge| edge.side(actor).is_some() && edge.other(actor) == other;
        Pair {
            actor,
            other,
            profile: ProfileFacts::of_stranger(true, self.private.get(&other).copied().unwrap_or_default()),
            edges: self.edges.iter().filter(between).copied().collect(),
            guardianships: Vec::new(),
        }
    }

    fn apply(&mut self, plan: &RelationPlan) {
        for (user, delta) in plan.counter_changes() {
            self.counters.entry(user).or_default().add(delta, 1);
        }
        let Pair { actor, other, .. } = plan.seen;
        for change in &plan.changes {
            match *change {
                EdgeChange::Insert(kind, status) => {
                    self.next += 1;
                    let id = ConnectionId::new(self.next);
                    self.edges.push(Edge { id, kind, initiator: actor, recipient: other, status, since: plan.at });
                }
                EdgeChange::Update(id, status) => {
                    let edge = self.edges.iter_mut().find(|edge| edge.id == id).unwrap();
                    (edge.status, edge.since) = (status, plan.at);
                }
                EdgeChange::Restart(id, status) => {
                    let edge = self.edges.iter_mut().find(|edge| edge.id == id).unwrap();
                    (edge.initiator, edge.recipient, edge.status, edge.since) = (actor, other, status, plan.at);
                }
                EdgeChange::Delete(id) => self.edges.retain(|edge| edge.id != id),
            }
        }
    }

    fn check(&self) {
        for (index, edge) in self.edges.iter().enumerate() {
            assert_ne!(edge.initiator, edge.recipient);
            for other in &self.edges[index + 1..] {
                let same_pair = other.side(edge.initiator).is_some() && other.side(edge.recipient).is_some();
                let same_direction = same_pair && edge.initiator == other.initiator;
                assert!(!(same_direction && edge.kind == other.kind), "at most one connection of a kind each way");
                let friends = edge.kind == Kind::Friend && other.kind == Kind::Friend;
                assert!(!(same_pair && friends), "one friendship for each unordered pair");
            }
            if edge.kind == Kind::Block {
                let pair = self.pair(edge.initiator, edge.recipient);
                let rest = pair.edges.iter().filter(|other| other.id != edge.id);
                assert!(
                    rest.into_iter().all(|other| other.status == Status::Rejected),
                    "nothing but rejections remains beside a block"
                );
            }
        }
        for (user, counters) in &self.counters {
            let mut counted = Counters::default();
            for edge in &self.edges {
                if let Some(side) = edge.side(*user) {
                    counted.add(Counters::of(edge.kind, edge.status, side), 1);
                }
            }
            assert_eq!(*counters, counted, "counters equal lists");
        }
    }
}

fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

fn user(number: i64) -> UserId {
    UserId::new(number)
}

fn request(world: &mut World, actor: i64, other: i64, kind: Kind) -> Result<(), Refusal> {
    request_at(world, actor, other, kind, now())
}

fn request_at(world: &mut World, actor: i64, other: i64, kind: Kind, at: DateTime<Utc>) -> Result<(), Refusal> {
    let plan = plan_request(world.pair(user(actor), user(other)), kind, None, at)?;
    world.apply(&plan);
    world.check();
    Ok(())
}

/// Answers the oldest connection between two users.
fn answer(world: &mut World, actor: i64, other: i64, answer: Answer) -> Result<(), Refusal> {
    let pair = world.pair(user(actor), user(other));
    let id = pair.edges.first().map_or(ConnectionId::new(0), |edge| edge.id);
    let plan = plan_answer(pair, id, answer, now())?;
    world.apply(&plan);
    world.check();
    Ok(())
}

/// Ends the oldest connection between two users.
fn end(world: &mut World, actor: i64, other: i64) -> Result<(), Refusal> {
    let pair = world.pair(user(actor), user(other));
    let id = pair.edges.first().map_or(ConnectionId::new(0), |edge| edge.id);
    let plan = plan_end(pair, id, now())?;
    world.apply(&plan);
    world.check();
    Ok(())
}

#[test]
fn requests_in_both_directions_make_a_friendship() {
    let mut world = World::default();
    request(&mut world, 1, 2, Kind::Friend).unwrap();
    request(&mut world, 2, 1, Kind::Friend).unwrap();
    assert_eq!(world.edges.len(), 1);
    assert_eq!(world.edges[0].status, Status::Accepted);
    assert_eq!(world.counters[&user(1)], Counters { friends: 1, ..Counters::default() });
    assert_eq!(request(&mut world, 1, 2, Kind::Friend), Err(Refusal::AlreadyExists(Status::Accepted)));
}

#[test]
fn users_cannot_connect_with_themselves() {
    for kind in [Kind::Follow, Kind::Friend, Kind::Block] {
        assert_eq!(request(&mut World::default(), 1, 1, kind), Err(Refusal::OwnAccount));
        assert_eq!(plan_removal(World::default().pair(user(1), user(1)), kind, now()), Err(Refusal::OwnAccount));
    }
}

#[test]
fn a_plan_carries_what_it_was_decided_on() {
    let pair = World::default().pair(user(1), user(2));
    let plan = plan_request(pair.clone(), Kind::Friend, Some("Hello".to_owned()), now()).unwrap();
    let expected = RelationPlan {
        seen: pair.clone(),
        changes: vec![EdgeChange::Insert(Kind::Friend, Status::Pending)],
        message: Some("Hello".to_owned()),
        ends: Vec::new(),
        expires_requests: false,
        at: now(),
    };
    assert_eq!(plan, expected);
    let block = plan_request(pair, Kind::Block, Some("Bye".to_owned()), now()).unwrap();
    let changes = vec![EdgeChange::Insert(Kind::Block, Status::Accepted)];
    assert_eq!(block, RelationPlan { changes, message: Some("Bye".to_owned()), expires_requests: true, ..expected });
}

#[test]
fn a_rejected_initiator_waits_seven_days_and_the_recipient_does_not() {
    let mut world = World::default();
    request(&mut world, 1, 2, Kind::Friend).unwrap();
    answer(&mut world, 2, 1, Answer::Reject).unwrap();
    let again_at = now() + TimeDelta::days(7);
    let cooldown = Cooldown { again_at, retry_after: 604_800 };
    assert_eq!(request(&mut world, 1, 2, Kind::Friend), Err(Refusal::Cooldown(cooldown)));
    assert_eq!(end(&mut world, 1, 2), Err(Refusal::ConnectionNotFound), "to its initiator it is gone");
    request_at(&mut world, 1, 2, Kind::Friend, again_at).unwrap();
    answer(&mut world, 2, 1, Answer::Reject).unwrap();
    request(&mut world, 2, 1, Kind::Friend).unwrap();
    assert_eq!(world.edges[0].initiator, user(2));
}

#[test]
fn a_block_ends_everything_and_unblocking_restores_nothing() {
    let mut world = World::default();
    request(&mut world, 1, 2, Kind::Follow).unwrap();
    request(&mut world, 2, 1, Kind::Follow).unwrap();
    request(&mut world, 1, 2, Kind::Friend).unwrap();
    request(&mut world, 2, 1, Kind::Block).unwrap();
    assert_eq!(world.edges.len(), 1);
    let blocked = world.pair(user(1), user(2));
    assert_eq!(blocked.standing(), Standing::BlockedByThem);
    assert!(!blocked.edges.iter().any(|edge| blocked.sees(edge)));
    for kind in [Kind::Follow, Kind::Friend, Kind::Block] {
        assert_eq!(request(&mut world, 1, 2, kind), Err(Refusal::UserNotFound));
        assert_eq!(plan_removal(blocked.clone(), kind, now()), Err(Refusal::UserNotFound));
    }
    assert_eq!(request(&mut world, 2, 1, Kind::Follow), Err(Refusal::BlockedByYou));
    assert_eq!(end(&mut world, 1, 2), Err(Refusal::NotAParticipant));
    assert_eq!(answer(&mut world, 1, 2, Answer::Block), Err(Refusal::NotAParticipant));
    end(&mut world, 2, 1).unwrap();
    assert!(world.edges.is_empty());
    assert!(world.counters.values().all(|counters| *counters == Counters::default()));
}

#[test]
fn blocking_and_unblocking_does_not_shorten_a_cooldown() {
    let mut world = World::default();
    request(&mut world, 1, 2, Kind::Friend).unwrap();
    answer(&mut world, 2, 1, Answer::Reject).unwrap();
    request(&mut world, 1, 2, Kind::Block).unwrap();
    let unblock = plan_removal(world.pair(user(1), user(2)), Kind::Block, now()).unwrap();
    assert!(!unblock.expires_requests);
    world.apply(&unblock);
    assert!(matches!(request(&mut world, 1, 2, Kind::Friend), Err(Refusal::Cooldown(_))));
}

#[test]
fn only_the_recipient_of_a_connection_answers_it_with_a_block() {
    let mut world = World::default();
    request(&mut world, 1, 2, Kind::Follow).unwrap();
    assert_eq!(answer(&mut world, 1, 2, Answer::Block), Err(Refusal::RecipientOnly));
    assert_eq!(answer(&mut world, 1, 2, Answer::Accept), Err(Refusal::RecipientOnly));
    answer(&mut world, 2, 1, Answer::Block).unwrap();
    assert_eq!(
        world.edges.iter().map(|edge| (edge.kind, edge.initiator)).collect::<Vec<_>>(),
        [(Kind::Block, user(2))]
    );
}

#[test]
fn a_removal_concerns_the_actors_own_connection() {
    let mut world = World::default();
    request(&mut world, 2, 1, Kind::Follow).unwrap();
    let pair = world.pair(user(1), user(2));
    assert_eq!(plan_removal(pair, Kind::Follow, now()), Err(Refusal::ConnectionNotFound));
    let plan = plan_removal(world.pair(user(2), user(1)), Kind::Follow, now()).unwrap();
    assert_eq!(plan.changes, [EdgeChange::Delete(ConnectionId::new(1))]);
    let child = Pair { profile: ProfileFacts::of_stranger(false, true), ..world.pair(user(2), user(1)) };
    assert_eq!(plan_removal(child, Kind::Follow, now()), Err(Refusal::UserNotFound));
}

#[test]
fn a_hidden_child_cannot_be_followed_befriended_or_blocked() {
    for kind in [Kind::Follow, Kind::Friend, Kind::Block] {
        let stranger = ProfileFacts::of_stranger(false, true);
        let pair = Pair { profile: stranger, ..World::default().pair(user(1), user(2)) };
        assert_eq!(plan_request(pair, kind, None, now()), Err(Refusal::UserNotFound));
    }
    // A tutor may follow a child, but the follow waits for a consent that only a child with a login can give.
    let tutor = ProfileFacts { has_requested_sessions: true, ..ProfileFacts::of_stranger(false, false) };
    let pair = Pair { profile: tutor, ..World::default().pair(user(1), user(2)) };
    let plan = plan_request(pair, Kind::Follow, None, now()).unwrap();
    assert_eq!(plan.changes, [EdgeChange::Insert(Kind::Follow, Status::Pending)]);
}

#[test]
fn only_an_account_that_was_private_accepts_follows_when_it_becomes_public() {
    assert_eq!(waiting_follows(true, false), WaitingFollows::Accept);
    assert_eq!(waiting_follows(false, false), WaitingFollows::Ignore);
    for was_private in [true, false] {
        assert_eq!(waiting_follows(was_private, true), WaitingFollows::Keep);
    }
}

#[test]
fn going_public_moves_every_waiting_follow_from_pending_to_accepted() {
    let follows = vec![(ConnectionId::new(4), user(2)), (ConnectionId::new(5), user(3))];
    let plan = plan_going_public(user(1), follows.clone(), now());
    let owner_change = Counters { followers: 2, pending_received: -2, ..Counters::default() };
    let follower_change = Counters { following: 1, pending_sent: -1, ..Counters::default() };
    assert_eq!(plan, GoingPublicPlan { owner: user(1), follows, owner_change, follower_change, at: now() });
    assert_eq!(plan_going_public(user(1), Vec::new(), now()).owner_change, Counters::default());
}
