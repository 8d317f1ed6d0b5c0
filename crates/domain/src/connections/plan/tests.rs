use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::connections::Standing;

/// Three users and everything between them, changed by plans alone: the model of a store.
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
            other_is_private: self.private.get(&other).copied().unwrap_or_default(),
            edges: self.edges.iter().filter(between).copied().collect(),
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
        for (place, edge) in self.edges.iter().enumerate() {
            assert_ne!(edge.initiator, edge.recipient);
            for other in &self.edges[place + 1..] {
                let same_pair = other.side(edge.initiator).is_some() && other.side(edge.recipient).is_some();
                let same_way = same_pair && edge.initiator == other.initiator;
                assert!(!(same_way && edge.kind == other.kind), "one of a kind each way");
                let friends = edge.kind == Kind::Friend && other.kind == Kind::Friend;
                assert!(!(same_pair && friends), "one friendship for each unordered pair");
            }
            if edge.kind == Kind::Block {
                let pair = self.pair(edge.initiator, edge.recipient);
                let rest = pair.edges.iter().filter(|other| other.id != edge.id);
                assert!(
                    rest.into_iter().all(|other| other.status == Status::Rejected),
                    "nothing stands beside a block"
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
            assert_eq!(*counters, counted, "counts equal lists");
        }
    }
}

fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

fn user(number: i64) -> UserId {
    UserId::new(number)
}

fn ask(world: &mut World, actor: i64, other: i64, kind: Kind) -> Result<(), Refusal> {
    ask_at(world, actor, other, kind, now())
}

fn ask_at(world: &mut World, actor: i64, other: i64, kind: Kind, at: DateTime<Utc>) -> Result<(), Refusal> {
    let plan = plan_ask(world.pair(user(actor), user(other)), kind, None, at)?;
    world.apply(&plan);
    world.check();
    Ok(())
}

fn answer(world: &mut World, actor: i64, other: i64, action: Action) -> Result<(), Refusal> {
    let pair = world.pair(user(actor), user(other));
    let id = pair.edges.first().map_or(ConnectionId::new(0), |edge| edge.id);
    let plan = plan_answer(pair, id, action, now())?;
    world.apply(&plan);
    world.check();
    Ok(())
}

#[test]
fn two_who_ask_each_other_are_friends() {
    let mut world = World::default();
    ask(&mut world, 1, 2, Kind::Friend).unwrap();
    ask(&mut world, 2, 1, Kind::Friend).unwrap();
    assert_eq!(world.edges.len(), 1);
    assert_eq!(world.edges[0].status, Status::Accepted);
    assert_eq!(world.counters[&user(1)], Counters { friends: 1, ..Counters::default() });
    assert_eq!(ask(&mut world, 1, 2, Kind::Friend), Err(Refusal::AlreadyThere(Status::Accepted)));
}

#[test]
fn nobody_connects_with_themselves() {
    for kind in [Kind::Follow, Kind::Friend, Kind::Block] {
        assert_eq!(ask(&mut World::default(), 1, 1, kind), Err(Refusal::Yourself));
    }
}

#[test]
fn a_rejected_asker_waits_seven_days_and_the_rejecter_asks_at_once() {
    let mut world = World::default();
    ask(&mut world, 1, 2, Kind::Friend).unwrap();
    answer(&mut world, 2, 1, Action::Reject).unwrap();
    let again_at = now() + TimeDelta::days(7);
    assert_eq!(
        ask(&mut world, 1, 2, Kind::Friend),
        Err(Refusal::Cooldown(Cooldown { again_at, retry_after: 604_800 }))
    );
    assert_eq!(answer(&mut world, 1, 2, Action::End), Err(Refusal::NoSuchConnection), "to its sender it is gone");
    ask_at(&mut world, 1, 2, Kind::Friend, again_at).unwrap();
    answer(&mut world, 2, 1, Action::Reject).unwrap();
    ask(&mut world, 2, 1, Kind::Friend).unwrap();
    assert_eq!(world.edges[0].initiator, user(2));
}

#[test]
fn a_block_ends_everything_and_unblocking_restores_nothing() {
    let mut world = World::default();
    ask(&mut world, 1, 2, Kind::Follow).unwrap();
    ask(&mut world, 2, 1, Kind::Follow).unwrap();
    ask(&mut world, 1, 2, Kind::Friend).unwrap();
    ask(&mut world, 2, 1, Kind::Block).unwrap();
    assert_eq!(world.edges.len(), 1);
    assert_eq!(world.pair(user(1), user(2)).standing(), Standing::BlockedByThem);
    assert_eq!(world.pair(user(1), user(2)).known().count(), 0);
    for kind in [Kind::Follow, Kind::Friend, Kind::Block] {
        assert_eq!(ask(&mut world, 1, 2, kind), Err(Refusal::NoSuchUser));
    }
    assert_eq!(ask(&mut world, 2, 1, Kind::Follow), Err(Refusal::BlockedByYou));
    assert_eq!(answer(&mut world, 1, 2, Action::End), Err(Refusal::NoSuchConnection));
    answer(&mut world, 2, 1, Action::End).unwrap();
    assert!(world.edges.is_empty());
    assert!(world.counters.values().all(|counters| *counters == Counters::default()));
}

#[test]
fn blocking_and_unblocking_does_not_shorten_a_wait() {
    let mut world = World::default();
    ask(&mut world, 1, 2, Kind::Friend).unwrap();
    answer(&mut world, 2, 1, Action::Reject).unwrap();
    ask(&mut world, 1, 2, Kind::Block).unwrap();
    let pair = world.pair(user(1), user(2));
    let unblock = plan_end(pair, Kind::Block, now()).unwrap();
    world.apply(&unblock);
    assert!(matches!(ask(&mut world, 1, 2, Kind::Friend), Err(Refusal::Cooldown(_))));
}

#[derive(Debug, Clone)]
struct Deed {
    actor: i64,
    other: i64,
    kind: Kind,
    action: Action,
    private: bool,
    days: i64,
    edge: usize,
}

fn deed() -> impl Strategy<Value = Deed> {
    let kinds = prop::sample::select(vec![Kind::Follow, Kind::Friend, Kind::Block]);
    let actions = prop::sample::select(vec![Action::Ask, Action::Accept, Action::Reject, Action::End]);
    (1_i64..=3, 1_i64..=3, kinds, actions, any::<bool>(), 0_i64..4, 0_usize..4).prop_map(
        |(actor, other, kind, action, private, days, edge)| Deed { actor, other, kind, action, private, days, edge },
    )
}

proptest! {
    #[test]
    fn whatever_three_users_do_the_invariants_hold(deeds in prop::collection::vec(deed(), 1..60)) {
        let mut world = World::default();
        let mut now = now();
        for deed in deeds {
            now += TimeDelta::days(deed.days);
            let (actor, other) = (user(deed.actor), user(deed.other));
            world.private.insert(other, deed.private);
            let pair = world.pair(actor, other);
            let edge = pair.edges.get(deed.edge).map(|edge| edge.id);
            let before = world.edges.clone();
            let planned = match (deed.action, edge) {
                (Action::Ask, _) => plan_ask(pair, deed.kind, None, now),
                (action, Some(id)) => plan_answer(pair, id, action, now),
                (_, None) => plan_end(pair, deed.kind, now),
            };
            if let Ok(plan) = planned {
                world.apply(&plan);
            } else {
                prop_assert_eq!(&world.edges, &before, "nothing changes on a refusal");
            }
            world.check();
        }
    }
}
