use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
pub(super) struct Deed {
    actor: i64,
    other: i64,
    kind: Kind,
    transition: ConnectionTransition,
    private: bool,
    pub(super) days: i64,
    edge: usize,
}

fn deed() -> impl Strategy<Value = Deed> {
    use ConnectionTransition::{Accept, End, Reject, Request};
    let kinds = prop::sample::select(vec![Kind::Follow, Kind::Friend, Kind::Block]);
    let transitions = prop::sample::select(vec![Request, Accept, Reject, End]);
    (1_i64..=3, 1_i64..=3, kinds, transitions, any::<bool>(), 0_i64..4, 0_usize..4).prop_map(
        |(actor, other, kind, transition, private, days, edge)| Deed {
            actor,
            other,
            kind,
            transition,
            private,
            days,
            edge,
        },
    )
}

/// Random actions of three users over some days.
pub(super) fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec(deed(), 1..60)
}

/// Decides on a deed in the present state of the world.
pub(super) fn planned(world: &mut World, deed: &Deed, now: DateTime<Utc>) -> Result<RelationPlan, Refusal> {
    let (actor, other) = (user(deed.actor), user(deed.other));
    world.private.insert(other, deed.private);
    let pair = world.pair(actor, other);
    let edge = pair.edges.get(deed.edge).map(|edge| edge.id);
    match (deed.transition, edge) {
        (ConnectionTransition::Request, _) => plan_request(pair, deed.kind, None, now),
        (ConnectionTransition::Accept, Some(id)) => plan_answer(pair, id, Answer::Accept, now),
        (ConnectionTransition::Reject, Some(id)) => plan_answer(pair, id, Answer::Reject, now),
        (ConnectionTransition::End, Some(id)) => plan_end(pair, id, now),
        (_, None) => plan_removal(pair, deed.kind, now),
    }
}

proptest! {
    #[test]
    fn whatever_three_users_do_the_invariants_hold(deeds in deeds()) {
        let mut world = World::default();
        let mut now = now();
        for deed in deeds {
            now += TimeDelta::days(deed.days);
            let before = world.edges.clone();
            if let Ok(plan) = planned(&mut world, &deed, now) {
                world.apply(&plan);
            } else {
                prop_assert_eq!(&world.edges, &before, "nothing changes on a refusal");
            }
            world.check();
        }
    }
}
