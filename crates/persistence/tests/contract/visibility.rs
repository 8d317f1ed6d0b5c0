//! Comparison of the SQL of lists with the rules of visibility and of profiles, over all cases.

use std::collections::BTreeMap;

use astegni_domain::accounts::{Actor, NewAccount, ProfileChanges, Role};
use astegni_domain::change::Change;
use astegni_domain::connections::{
    Connection, ConnectionFilter, ConnectionQueries, ConnectionRepository, Counters, Direction, Kind, ProfileAccess,
    ProfileFacts, Refusal, Side, Standing, Status, Viewer, is_public, is_visible,
};
use astegni_domain::ids::UserId;
use astegni_domain::page::PageRequest;
use futures_executor::block_on;
use strum::VariantArray;

use crate::blocks::guardianship;
use crate::connections::{request, service};
use crate::harness::{World, contract, draft};

/// Returns a statement that inserts a connection without any rule.
fn insertion(kind: Kind, status: Status, (from, to): (UserId, UserId)) -> String {
    format!(
        "INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
         VALUES ({from}, {to}, '{}', '{}', {from}, '2026-01-01 00:00:00', '2026-01-01 00:00:00');",
        kind.as_str(),
        status.as_str()
    )
}

fn own_list(world: &World, viewer: UserId, filter: ConnectionFilter) -> Vec<Connection> {
    block_on(ConnectionQueries::list(&world.database, viewer, filter, PageRequest::FIRST)).unwrap().items
}

fn public_list(world: &World, owner: &Actor, viewer: Viewer) -> Vec<Connection> {
    let filter = ConnectionFilter::default();
    block_on(world.database.public_list(owner.user_id, viewer, filter, PageRequest::FIRST)).unwrap().items
}

/// A connection of some state between a viewer and a user, who may have blocked each other.
#[derive(Debug, Clone, Copy)]
struct Case {
    kind: Kind,
    status: Status,
    side: Side,
    blocks: (bool, bool),
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for &kind in Kind::VARIANTS {
        for &status in Status::VARIANTS {
            // The database holds blocks in force only.
            if kind == Kind::Block && status != Status::Accepted {
                continue;
            }
            for &side in Side::VARIANTS {
                for blocks in [(false, false), (true, false), (false, true), (true, true)] {
                    cases.push(Case { kind, status, side, blocks });
                }
            }
        }
    }
    cases
}

fn standing((by_viewer, by_other): (bool, bool)) -> Standing {
    match (by_viewer, by_other) {
        (_, true) => Standing::BlockedByThem,
        (true, false) => Standing::BlockedByYou,
        (false, false) => Standing::Open,
    }
}

/// A user whose profile opens, or not, for one reason at a time or for several.
struct Subject {
    actor: Actor,
    name: String,
    facts: ProfileFacts,
}

/// Registers a user of every combination of the facts that decide on a profile, each with a pending follow by the
/// viewer, which decides nothing, and an accepted follow of a public account.
fn subjects(world: &World, viewer: &Actor, hub: &Actor) -> Vec<Subject> {
    let mut statements = String::new();
    let mut subject = |number: u8| {
        let bit = |place: u8| (number >> place) & 1 == 1;
        let facts = ProfileFacts {
            is_ward: bit(2),
            has_requested_sessions: bit(3),
            has_accepted_viewer: bit(4),
            has_contacted_viewer: bit(5),
            is_blocked: bit(6),
            ..ProfileFacts::of_stranger(bit(0), bit(1))
        };
        let name = format!("Subject{number}x");
        let account = World::account(&[Role::Student]);
        let profile = ProfileChanges {
            first_name: Change::Set(name.clone()),
            is_private: Some(facts.is_private),
            profile_picture: Change::Set("https://example.com/p.png".to_owned()),
            ..ProfileChanges::default()
        };
        let password_hash = account.password_hash.clone().filter(|_| facts.has_login);
        let actor = world.register(NewAccount { profile, password_hash, ..account }).1;
        if facts.is_ward {
            guardianship(world, viewer, &actor, "active");
        }
        if facts.has_requested_sessions {
            block_on(world.requests().create(&actor, draft(viewer, None))).unwrap();
        }
        let (there, back) = ((viewer.user_id, actor.user_id), (actor.user_id, viewer.user_id));
        statements += &insertion(Kind::Follow, Status::Pending, there);
        if facts.has_accepted_viewer {
            statements += &insertion(Kind::Friend, Status::Accepted, there);
        }
        if facts.has_contacted_viewer {
            statements += &insertion(Kind::Follow, Status::Rejected, back);
        }
        if facts.is_blocked {
            statements += &insertion(Kind::Block, Status::Accepted, there);
        }
        statements += &insertion(Kind::Follow, Status::Accepted, (actor.user_id, hub.user_id));
        Subject { actor, name, facts }
    };
    let subjects = (0..128).map(&mut subject).collect();
    world.execute(&statements);
    world.recount();
    subjects
}

contract! {
    fn lists_show_exactly_the_connections_that_the_rule_allows(world: World) {
        for blocks in [(false, false), (true, false), (false, true), (true, true)] {
            let viewer = world.person(Role::Student).user_id;
            let mut expected = Vec::new();
            let mut statements = String::new();
            let mut others = Vec::new();
            for case in cases().into_iter().filter(|case| case.blocks == blocks) {
                let other = world.person(Role::Student).user_id;
                others.push(other);
                let direction = |side| if side == Side::Initiator { (viewer, other) } else { (other, viewer) };
                let mut edges = vec![(case.kind, case.status, case.side)];
                for (exists, side) in [(blocks.0, Side::Initiator), (blocks.1, Side::Recipient)] {
                    let block = (Kind::Block, Status::Accepted, side);
                    if exists && !edges.contains(&block) {
                        edges.push(block);
                    }
                }
                let block_by = |side| edges.contains(&(Kind::Block, Status::Accepted, side));
                let standing = standing((block_by(Side::Initiator), block_by(Side::Recipient)));
                for (kind, status, side) in &edges {
                    statements += &insertion(*kind, *status, direction(*side));
                    if is_visible(*kind, *status, *side, standing) {
                        expected.push((other, *kind, *status, *side));
                    }
                }
            }
            world.execute(&statements);
        world.recount();
            let state = |connection: &Connection| {
                let edge = connection.edge;
                (edge.other(viewer), edge.kind, edge.status, edge.side(viewer).unwrap())
            };
            let sorted = |connections: &[Connection]| {
                let mut states: Vec<_> = connections.iter().map(state).collect();
                states.sort_by_key(|state| format!("{state:?}"));
                states
            };
            expected.sort_by_key(|state| format!("{state:?}"));
            let between = block_on(world.database.between(viewer, others)).unwrap();
            assert_eq!(sorted(&between), expected, "between, {blocks:?}");
            assert_eq!(sorted(&own_list(&world, viewer, ConnectionFilter::default())), expected, "list, {blocks:?}");
            for &direction in Direction::VARIANTS {
                for kind in Kind::VARIANTS.iter().copied().map(Some).chain([None]) {
                    for status in Status::VARIANTS.iter().copied().map(Some).chain([None]) {
                        let filter = ConnectionFilter { kind, status, direction, search: None };
                        let selected: Vec<_> = expected
                            .iter()
                            .copied()
                            .filter(|(_, kind, status, side)| filter.selects(*kind, *status, *side))
                            .collect();
                        assert_eq!(sorted(&own_list(&world, viewer, filter.clone())), selected, "{filter:?}");
                    }
                }
            }
        }
    }

    fn public_lists_show_exactly_the_connections_that_the_rule_allows(world: World) {
        let mut statements = String::new();
        let owner = world.person(Role::Tutor);
        let viewer = world.person(Role::Student);
        let mut expected = Vec::new();
        for case in cases() {
            let other = world.person(Role::Student).user_id;
            let direction = if case.side == Side::Initiator { (owner.user_id, other) } else { (other, owner.user_id) };
            statements += &insertion(case.kind, case.status, direction);
            if case.blocks.0 {
                statements += &insertion(Kind::Block, Status::Accepted, (viewer.user_id, other));
            }
            if case.blocks.1 {
                statements += &insertion(Kind::Block, Status::Accepted, (other, viewer.user_id));
            }
            if is_public(case.kind, case.status) {
                expected.push((other, case.blocks != (false, false)));
            }
        }
        world.execute(&statements);
        world.recount();
        let users = |viewer| {
            let list = public_list(&world, &owner, viewer);
            let mut users: Vec<UserId> = list.iter().map(|connection| connection.edge.other(owner.user_id)).collect();
            users.sort();
            users
        };
        let unblocked = |hide: bool| -> Vec<UserId> {
            expected.iter().filter(|(_, blocked)| !(hide && *blocked)).map(|(user, _)| *user).collect()
        };
        assert_eq!(users(Viewer::Anonymous), unblocked(false));
        assert_eq!(users(Viewer::User(viewer.user_id)), unblocked(true));
    }

    fn profiles_are_shown_in_lists_as_the_rule_allows(world: World) {
        let viewer = world.register(World::account(&[Role::Tutor, Role::Parent])).1;
        let hub = world.person(Role::Tutor);
        let subjects = subjects(&world, &viewer, &hub);
        let listed = public_list(&world, &hub, Viewer::User(viewer.user_id));
        let public: BTreeMap<UserId, Connection> = listed.into_iter().map(|connection| (connection.edge.initiator, connection)).collect();
        let anonymous = public_list(&world, &hub, Viewer::Anonymous);
        for Subject { actor, name, facts } in &subjects {
            let subject = actor.user_id;
            let relation = block_on(world.database.relation(Viewer::User(viewer.user_id), subject)).unwrap().unwrap();
            let pair = block_on(world.database.pair(viewer.user_id, subject)).unwrap().unwrap();
            assert_eq!(pair.profile, relation.profile);
            assert_eq!(relation.profile.access(), facts.access(), "{facts:?}");
            if facts.is_private || !facts.has_login {
                assert_eq!(relation.profile, *facts, "every fact about a guarded account is loaded");
            }
            let expected = match facts.access() {
                ProfileAccess::Hidden => Err(Refusal::UserNotFound),
                _ if facts.is_blocked => Err(Refusal::BlockedByYou),
                _ => Ok(()),
            };
            assert_eq!(relation.check(), expected, "{facts:?}");

            let between = block_on(world.database.between(viewer.user_id, vec![subject])).unwrap();
            let search = ConnectionFilter { search: Some(name.to_uppercase()), ..ConnectionFilter::default() };
            let found = own_list(&world, viewer.user_id, search);
            let shown = match facts.access() {
                ProfileAccess::Hidden => {
                    assert_eq!((between.len(), found.len()), (0, 0), "{facts:?}");
                    continue;
                }
                ProfileAccess::Restricted => (None, None, Vec::new()),
                ProfileAccess::Full => {
                    let picture = Some("https://example.com/p.png".to_owned());
                    (Some(name.clone()), picture, vec![Role::Student])
                }
            };
            let follow = between.iter().find(|connection| connection.edge.status == Status::Pending).unwrap();
            let card = follow.recipient.clone();
            assert_eq!((card.name, card.profile_picture, card.roles), shown, "{facts:?}");
            assert!(follow.initiator.name.is_some(), "users see themselves");
            let rows = if facts.access() == ProfileAccess::Full { between.len() } else { 0 };
            assert_eq!(found.len(), rows, "{facts:?}");

            assert_eq!(public.contains_key(&subject), facts.has_login && !facts.is_blocked, "{facts:?}");
            if let Some(connection) = public.get(&subject) {
                assert_eq!(connection.initiator.name, shown.0, "{facts:?}");
            }
            let row = anonymous.iter().find(|connection| connection.edge.initiator == subject);
            let name_to_anyone = row.map(|connection| connection.initiator.name.clone());
            let expected = facts.has_login.then(|| Some(name.clone()).filter(|_| !facts.is_private));
            assert_eq!(name_to_anyone, expected, "{facts:?}");
        }
    }

    fn public_counts_equal_the_lists_that_each_viewer_sees(world: World) {
        let owner = world.person(Role::Tutor);
        let viewer = world.person(Role::Student);
        for number in 0..16 {
            let other = world.person(Role::Student);
            let (follow, back, friend) = (number % 2 == 0, number % 3 == 0, number % 5 == 0);
            if follow {
                request(&world, &owner, &other, Kind::Follow).unwrap();
            }
            if back {
                request(&world, &other, &owner, Kind::Follow).unwrap();
            }
            if friend {
                request(&world, &owner, &other, Kind::Friend).unwrap();
                request(&world, &other, &owner, Kind::Friend).unwrap();
            }
            match number % 4 {
                0 => drop(request(&world, &viewer, &other, Kind::Block).unwrap()),
                1 => drop(request(&world, &other, &viewer, Kind::Block).unwrap()),
                _ => {}
            }
        }
        // A block in both directions counts once.
        let mutual = world.person(Role::Student);
        request(&world, &mutual, &owner, Kind::Follow).unwrap();
        let mut statements = String::new();
        for direction in [(viewer.user_id, mutual.user_id), (mutual.user_id, viewer.user_id)] {
            statements += &insertion(Kind::Block, Status::Accepted, direction);
        }
        world.execute(&statements);
        world.recount();
        for seen_by in [Viewer::Anonymous, Viewer::User(viewer.user_id), Viewer::User(owner.user_id)] {
            let mut counted = Counters::default();
            for connection in public_list(&world, &owner, seen_by) {
                let edge = connection.edge;
                counted.add(Counters::of(edge.kind, edge.status, edge.side(owner.user_id).unwrap()), 1);
            }
            let counters = block_on(service(&world).public_counters(seen_by, owner.user_id)).unwrap();
            assert_eq!(counters, counted, "{seen_by:?}");
        }
        let seen = |seen_by| block_on(service(&world).public_counters(seen_by, owner.user_id)).unwrap().total();
        assert_eq!((seen(Viewer::Anonymous), seen(Viewer::User(viewer.user_id))), (19, 9));
    }

    fn a_former_guardian_neither_sees_nor_counts_connections_with_the_child(world: World) {
        let (parent, other) = (world.person(Role::Parent), world.person(Role::Parent));
        let account = World::account(&[Role::Student]);
        let child = world.register(NewAccount { email: None, password_hash: None, ..account }).1;
        guardianship(&world, &parent, &child, "active");
        guardianship(&world, &other, &child, "active");
        request(&world, &other, &child, Kind::Follow).unwrap();
        request(&world, &parent, &child, Kind::Follow).unwrap();
        world.execute(&format!(
            "UPDATE guardianships SET status = 'ended' WHERE parent_user_id = {}", parent.user_id
        ));
        let all = |viewer: &Actor| own_list(&world, viewer.user_id, ConnectionFilter::default()).len();
        let counters = |viewer: &Actor| block_on(service(&world).counters(viewer)).unwrap();
        assert_eq!((all(&parent), counters(&parent)), (0, Counters::default()));
        assert_eq!((all(&other), counters(&other)), (1, Counters { pending_sent: 1, ..Counters::default() }));
        request(&world, &world.person(Role::Parent), &child, Kind::Follow).unwrap_err();
    }
}
