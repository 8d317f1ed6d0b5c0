use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{AccountRepository, Actor, ProfileChanges, Role};
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{
    Answer, Connection, ConnectionError, ConnectionFilter, ConnectionService, Counters, Direction, Kind, Refusal,
    Status, Viewer,
};
use astegni_domain::ids::UserId;
use astegni_domain::page::{PageRequest, PageSize};
use futures_executor::block_on;

use crate::harness::{World, contract, now, race};

pub(crate) fn service(world: &World) -> ConnectionService {
    let database = Arc::new(world.database.clone());
    ConnectionService::new(database.clone(), database, Arc::new(ManualClock::new(now())))
}

pub(crate) fn request(world: &World, actor: &Actor, other: &Actor, kind: Kind) -> Result<Connection, Refusal> {
    refusal(block_on(service(world).request(actor, other.user_id, kind, None)))
}

pub(crate) fn refusal<T>(outcome: Result<T, ConnectionError>) -> Result<T, Refusal> {
    outcome.map_err(|error| match error {
        ConnectionError::Refused(refusal) => refusal,
        ConnectionError::Repository(error) => panic!("{error:?}"),
    })
}

pub(crate) fn counters(world: &World, who: &Actor) -> Counters {
    block_on(service(world).counters(who)).unwrap()
}

fn list(world: &World, who: &Actor, filter: ConnectionFilter) -> Vec<Connection> {
    block_on(service(world).list(who, filter, PageRequest::FIRST)).unwrap().items
}

/// Accepts the follows that wait for an account that has gone public. A conflict is caused by another thread.
pub(crate) fn accept_follows(world: &World, owner: &Actor) {
    loop {
        match block_on(AccountRepository::accept_follows(&world.database, owner.user_id, now())) {
            Ok(true) | Err(RepositoryError::Conflict) => {}
            Ok(false) => return,
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Compares every counter with the rows that it counts.
pub(crate) fn assert_counters_equal_rows(world: &World) {
    let counts = [
        ("followers_count", "user_id_2 = c.user_id AND connection_type = 'follow' AND status = 'accepted'"),
        ("following_count", "user_id_1 = c.user_id AND connection_type = 'follow' AND status = 'accepted'"),
        ("friends_count", "c.user_id IN (user_id_1, user_id_2) AND connection_type = 'friend' AND status = 'accepted'"),
        ("pending_received_count", "user_id_2 = c.user_id AND status = 'pending'"),
        ("pending_sent_count", "user_id_1 = c.user_id AND status = 'pending'"),
        ("blocked_count", "user_id_1 = c.user_id AND connection_type = 'block'"),
    ];
    for (column, condition) in counts {
        let wrong = format!(
            "SELECT COUNT(*) FROM connection_counters c
             WHERE c.{column} <> (SELECT COUNT(*) FROM connections WHERE {condition})"
        );
        assert_eq!(world.number(&wrong), 0, "{column}");
    }
}

contract! {
    fn fifty_mixed_requests_between_two_leave_one_friendship(world: World) {
        let people = [world.person(Role::Student), world.person(Role::Tutor)];
        race(50, |number| {
            let (actor, other) = (&people[number % 2], &people[(number + 1) % 2]);
            match request(&world, actor, other, Kind::Friend) {
                Ok(_) | Err(Refusal::AlreadyExists(_)) => {}
                Err(refusal) => panic!("{refusal:?}"),
            }
        });
        assert_eq!(world.number("SELECT COUNT(*) FROM connections"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM connections WHERE status = 'accepted'"), 1);
        assert_eq!(counters(&world, &people[0]), Counters { friends: 1, ..Counters::default() });
        assert_counters_equal_rows(&world);
    }

    fn a_block_and_an_acceptance_at_once_never_leave_both(world: World) {
        for _ in 0..10 {
            let (initiator, recipient) = (world.person(Role::Student), world.person(Role::Tutor));
            let id = request(&world, &initiator, &recipient, Kind::Friend).unwrap().edge.id;
            race(2, |number| {
                if number == 0 {
                    drop(refusal(block_on(service(&world).answer(&recipient, id, Answer::Accept))));
                } else {
                    request(&world, &initiator, &recipient, Kind::Block).map(drop).unwrap();
                }
            });
            let listed = list(&world, &initiator, ConnectionFilter::default());
            assert_eq!(listed.iter().map(|connection| connection.edge.kind).collect::<Vec<_>>(), [Kind::Block]);
        }
        assert_counters_equal_rows(&world);
    }

    fn fifty_follows_of_one_account_at_once_count_fifty(world: World) {
        let celebrity = world.person(Role::Tutor);
        let followers: Vec<_> = (0..50).map(|_| world.person(Role::Student)).collect();
        race(50, |number| request(&world, &followers[number], &celebrity, Kind::Follow).map(drop).unwrap());
        assert_eq!(counters(&world, &celebrity).followers, 50);
        assert_eq!(counters(&world, &followers[7]).following, 1);
        assert_counters_equal_rows(&world);
    }

    fn lists_that_are_read_at_the_same_time_keep_to_their_filters(world: World) {
        let (hub, other, third) = (world.person(Role::Student), world.person(Role::Tutor), world.person(Role::Student));
        request(&world, &hub, &other, Kind::Follow).unwrap();
        request(&world, &third, &hub, Kind::Friend).unwrap();
        request(&world, &hub, &third, Kind::Follow).unwrap();
        let expected = [None, Some(Kind::Follow), Some(Kind::Friend), Some(Kind::Block)]
            .map(|kind| (ConnectionFilter { kind, ..ConnectionFilter::default() }, kind));
        race(16, |number| {
            let (filter, kind) = &expected[number % expected.len()];
            for _ in 0..20 {
                let found = list(&world, &hub, filter.clone());
                let counts = [(None, 3), (Some(Kind::Follow), 2), (Some(Kind::Friend), 1), (Some(Kind::Block), 0)];
                let count = counts.iter().find(|(of, _)| of == kind).unwrap().1;
                assert_eq!(found.len(), count, "{kind:?}");
                assert!(found.iter().all(|connection| kind.is_none_or(|kind| connection.edge.kind == kind)));
                assert_eq!(list(&world, &other, ConnectionFilter::default()).len(), 1);
            }
        });
    }

    fn two_users_who_block_each_other_at_once_leave_one_block(world: World) {
        for _ in 0..5 {
            let people = [world.person(Role::Student), world.person(Role::Tutor)];
            race(2, |number| drop(request(&world, &people[number], &people[1 - number], Kind::Block)));
            let blocks = format!(
                "SELECT COUNT(*) FROM connections WHERE connection_type = 'block' AND user_id_1 IN ({}, {})",
                people[0].user_id, people[1].user_id
            );
            assert_eq!(world.number(&blocks), 1);
        }
    }

    fn the_database_itself_refuses_a_second_friendship(world: World) {
        let (one, other) = (world.person(Role::Student), world.person(Role::Tutor));
        request(&world, &one, &other, Kind::Friend).unwrap();
        let mirror = format!(
            "INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
             SELECT user_id_2, user_id_1, connection_type, status, user_id_2, created_at, updated_at
             FROM connections WHERE user_id_1 = {}", one.user_id
        );
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.execute(&mirror))).is_err());
    }

    fn a_list_shows_what_its_viewer_may_see(world: World) {
        let (me, friend, admirer, rejected, enemy) = (
            world.person(Role::Student), world.person(Role::Student), world.person(Role::Student),
            world.person(Role::Student), world.person(Role::Student),
        );
        let id = request(&world, &friend, &me, Kind::Friend).unwrap().edge.id;
        refusal(block_on(service(&world).answer(&me, id, Answer::Accept))).unwrap();
        request(&world, &admirer, &me, Kind::Follow).unwrap();
        request(&world, &me, &admirer, Kind::Follow).unwrap();
        let id = request(&world, &rejected, &me, Kind::Friend).unwrap().edge.id;
        refusal(block_on(service(&world).answer(&me, id, Answer::Reject))).unwrap();
        request(&world, &me, &enemy, Kind::Block).unwrap();

        let count = |who: &Actor, filter| list(&world, who, filter).len();
        let all = ConnectionFilter::default;
        assert_eq!(count(&me, all()), 5);
        assert_eq!(count(&me, ConnectionFilter { direction: Direction::Followers, ..all() }), 1);
        assert_eq!(count(&me, ConnectionFilter { direction: Direction::Following, ..all() }), 1);
        assert_eq!(count(&me, ConnectionFilter { direction: Direction::Outgoing, ..all() }), 2);
        assert_eq!(count(&me, ConnectionFilter { kind: Some(Kind::Block), ..all() }), 1);
        assert_eq!(count(&me, ConnectionFilter { status: Some(Status::Rejected), ..all() }), 1);
        assert_eq!(count(&rejected, all()), 0, "a rejection is hidden from its initiator");
        assert_eq!(count(&enemy, all()), 0, "a block is visible to its initiator only");
        let name = |who: &Actor| {
            let user = block_on(AccountRepository::find(&world.database, who.user_id)).unwrap().unwrap();
            user.first_name.unwrap().to_uppercase()
        };
        let search = ConnectionFilter { search: Some(name(&friend)), ..all() };
        assert_eq!(count(&me, search), 1);

        let public = |viewer: Option<&Actor>| {
            let viewer = Viewer::from(viewer.map(|actor| actor.user_id));
            block_on(service(&world).public_list(viewer, me.user_id, all(), PageRequest::FIRST))
        };
        assert_eq!(public(None).unwrap().items.len(), 3, "a friendship and two follows");
        assert!(matches!(public(Some(&enemy)), Err(ConnectionError::Refused(Refusal::UserNotFound))));
        request(&world, &friend, &admirer, Kind::Block).unwrap();
        assert_eq!(public(Some(&friend)).unwrap().items.len(), 1, "users whom the viewer has blocked are left out");
        assert_eq!(public(Some(&admirer)).unwrap().items.len(), 2, "users who have blocked the viewer are left out");
    }

    fn pages_of_both_directions_are_merged(world: World) {
        let me = world.person(Role::Student);
        for number in 0..7 {
            let other = world.person(Role::Student);
            if number % 2 == 0 { request(&world, &me, &other, Kind::Follow) } else { request(&world, &other, &me, Kind::Follow) }.unwrap();
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest { size: PageSize::new(3).unwrap(), after };
            let page = block_on(service(&world).list(&me, ConnectionFilter::default(), page)).unwrap();
            seen.extend(page.items.iter().map(|connection| connection.edge.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 7);
        assert!(seen.is_sorted_by(|a, b| a > b));
    }

    fn going_public_accepts_the_follows_that_wait(world: World) {
        let celebrity = world.person(Role::Tutor);
        let set_private = |is_private| {
            let changes = ProfileChanges { is_private: Some(is_private), ..ProfileChanges::default() };
            block_on(AccountRepository::update(&world.database, celebrity.user_id, changes, now())).unwrap();
        };
        set_private(true);
        let followers: Vec<_> = (0..3).map(|_| world.person(Role::Student)).collect();
        for follower in &followers {
            assert_eq!(request(&world, follower, &celebrity, Kind::Follow).unwrap().edge.status, Status::Pending);
        }
        assert_eq!(counters(&world, &celebrity), Counters { pending_received: 3, ..Counters::default() });
        let viewer = Viewer::User(followers[0].user_id);
        let public = || {
            let filter = ConnectionFilter::default();
            block_on(service(&world).public_list(viewer, celebrity.user_id, filter, PageRequest::FIRST))
        };
        let hidden = public();
        assert!(matches!(hidden, Err(ConnectionError::Refused(Refusal::UserNotFound))));
        let first = list(&world, &followers[0], ConnectionFilter::default())[0].edge.id;
        refusal(block_on(service(&world).answer(&celebrity, first, Answer::Accept))).unwrap();
        assert_eq!(public().unwrap().items.len(), 1);
        set_private(false);
        assert_eq!(counters(&world, &celebrity).pending_received, 2, "the change itself accepts none");
        accept_follows(&world, &celebrity);
        assert_eq!(counters(&world, &celebrity), Counters { followers: 3, ..Counters::default() });
        assert_counters_equal_rows(&world);
    }

    fn a_public_account_never_keeps_a_follow_pending(world: World) {
        const TOGGLES: usize = 6;
        for _ in 0..4 {
            let owner = world.person(Role::Tutor);
            let followers: Vec<_> = (0..6).map(|_| world.person(Role::Student)).collect();
            // Every conflict is caused by a change of another thread, so their number is bounded.
            let attempts = || 0..=followers.len() + 2 * TOGGLES;
            let set_private = |is_private| {
                let changes = ProfileChanges { is_private: Some(is_private), ..ProfileChanges::default() };
                let update = || AccountRepository::update(&world.database, owner.user_id, changes.clone(), now());
                let is_set = attempts().any(|_| match block_on(update()) {
                    Ok(_) => true,
                    Err(RepositoryError::Conflict) => false,
                    Err(error) => panic!("{error:?}"),
                });
                assert!(is_set, "the privacy cannot be changed");
                accept_follows(&world, &owner);
            };
            let follow = |follower: &Actor| {
                let follow = || block_on(service(&world).request(follower, owner.user_id, Kind::Follow, None));
                let is_sent = attempts().any(|_| match follow() {
                    Ok(_) => true,
                    Err(ConnectionError::Repository(RepositoryError::Conflict)) => false,
                    Err(error) => panic!("{error:?}"),
                });
                assert!(is_sent, "the follow cannot be sent");
            };
            race(followers.len() + 2, |number| match followers.get(number) {
                Some(follower) => follow(follower),
                None => (0..TOGGLES).for_each(|toggle| set_private((toggle + number) % 2 == 0)),
            });
            let stuck = "SELECT COUNT(*) FROM connections JOIN users ON users.id = user_id_2
                         WHERE connections.status = 'pending' AND NOT is_private
                         AND users.id NOT IN (SELECT user_id FROM follow_acceptances)";
            assert_eq!(world.number(stuck), 0);
            set_private(false);
            assert_eq!(world.number("SELECT COUNT(*) FROM follow_acceptances"), 0);
            assert_eq!(counters(&world, &owner), Counters { followers: 6, ..Counters::default() });
        }
        assert_counters_equal_rows(&world);
    }

    fn a_missing_counter_row_is_an_error_that_names_the_row(world: World) {
        let (one, other) = (world.person(Role::Student), world.person(Role::Student));
        world.execute(&format!("DELETE FROM connection_counters WHERE user_id = {}", other.user_id));
        let failed = block_on(service(&world).request(&one, other.user_id, Kind::Follow, None));
        let Err(ConnectionError::Repository(RepositoryError::Unexpected(source))) = failed else {
            panic!("{failed:?}")
        };
        assert_eq!(source.to_string(), format!("connection_counters holds \"no row for user {}\"", other.user_id));
        assert_eq!(world.number("SELECT COUNT(*) FROM connections"), 0);

        let celebrity = world.person(Role::Tutor);
        let set_private = |is_private| {
            let changes = ProfileChanges { is_private: Some(is_private), ..ProfileChanges::default() };
            block_on(AccountRepository::update(&world.database, celebrity.user_id, changes, now()))
        };
        set_private(true).unwrap();
        request(&world, &one, &celebrity, Kind::Follow).unwrap();
        world.execute(&format!("DELETE FROM connection_counters WHERE user_id = {}", one.user_id));
        set_private(false).unwrap();
        let accepted = block_on(AccountRepository::accept_follows(&world.database, celebrity.user_id, now()));
        let Err(RepositoryError::Unexpected(source)) = accepted else { panic!("must name the row") };
        assert_eq!(source.to_string(), format!("connection_counters holds \"no row for user {}\"", one.user_id));
        assert_eq!(world.number("SELECT COUNT(*) FROM connections WHERE status = 'pending'"), 1);
    }

    fn unknown_users_and_oneself_cannot_be_connected_with(world: World) {
        let me = world.person(Role::Student);
        let unknown = refusal(block_on(service(&world).request(&me, UserId::new(999_999), Kind::Follow, None)));
        assert_eq!(unknown, Err(Refusal::UserNotFound));
        let myself = refusal(block_on(service(&world).request(&me, me.user_id, Kind::Follow, None)));
        assert_eq!(myself, Err(Refusal::OwnAccount));
    }
}
