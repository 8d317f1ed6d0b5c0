use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{AccountRepository, Actor, ProfileChanges, Role};
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{
    Connection, ConnectionError, ConnectionFilter, ConnectionService, Counters, Direction, Kind, Refusal, Reply, Status,
};
use astegni_domain::ids::UserId;
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::requests::{CreateRequestError, CreationRefusal, RequestStatus};
use astegni_domain::validation::Violations;
use futures_executor::block_on;

use crate::harness::{World, contract, draft, now, race};

fn service(world: &World) -> ConnectionService {
    let database = Arc::new(world.database.clone());
    ConnectionService::new(database.clone(), database, Arc::new(ManualClock::new(now())))
}

fn ask(world: &World, actor: &Actor, other: &Actor, kind: Kind) -> Result<Connection, Refusal> {
    refusal(block_on(service(world).ask(actor, other.user_id, kind, None)))
}

fn refusal<T>(outcome: Result<T, ConnectionError>) -> Result<T, Refusal> {
    outcome.map_err(|error| match error {
        ConnectionError::Refused(refusal) => refusal,
        ConnectionError::Repository(error) => panic!("{error:?}"),
    })
}

fn counters(world: &World, who: &Actor) -> Counters {
    block_on(service(world).counters(who)).unwrap()
}

fn list(world: &World, who: &Actor, filter: ConnectionFilter) -> Vec<Connection> {
    block_on(service(world).list(who, filter, PageRequest::FIRST)).unwrap().items
}

/// What the rows count to, whatever the counters say.
fn assert_counters_equal_rows(world: &World) {
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
            match ask(&world, actor, other, Kind::Friend) {
                Ok(_) | Err(Refusal::AlreadyThere(_)) => {}
                Err(refusal) => panic!("{refusal:?}"),
            }
        });
        assert_eq!(world.number("SELECT COUNT(*) FROM connections"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM connections WHERE status = 'accepted'"), 1);
        assert_eq!(counters(&world, &people[0]), Counters { friends: 1, ..Counters::default() });
        assert_counters_equal_rows(&world);
    }

    fn blocking_and_accepting_at_once_never_leave_both(world: World) {
        for _ in 0..10 {
            let (asker, asked) = (world.person(Role::Student), world.person(Role::Tutor));
            let id = ask(&world, &asker, &asked, Kind::Friend).unwrap().edge.id;
            race(2, |number| {
                if number == 0 {
                    drop(refusal(block_on(service(&world).answer(&asked, id, Reply::Accept))));
                } else {
                    ask(&world, &asker, &asked, Kind::Block).map(drop).unwrap();
                }
            });
            let between = block_on(service(&world).between(&asker, vec![asked.user_id])).unwrap();
            assert_eq!(between.iter().map(|one| one.edge.kind).collect::<Vec<_>>(), [Kind::Block]);
        }
        assert_counters_equal_rows(&world);
    }

    fn fifty_follows_of_one_account_at_once_count_fifty(world: World) {
        let celebrity = world.person(Role::Tutor);
        let followers: Vec<_> = (0..50).map(|_| world.person(Role::Student)).collect();
        race(50, |number| ask(&world, &followers[number], &celebrity, Kind::Follow).map(drop).unwrap());
        assert_eq!(counters(&world, &celebrity).followers, 50);
        assert_eq!(counters(&world, &followers[7]).following, 1);
        assert_counters_equal_rows(&world);
    }

    fn two_who_block_each_other_at_once_are_blocked_once(world: World) {
        for _ in 0..5 {
            let people = [world.person(Role::Student), world.person(Role::Tutor)];
            race(2, |number| drop(ask(&world, &people[number], &people[1 - number], Kind::Block)));
            let blocks = format!(
                "SELECT COUNT(*) FROM connections WHERE connection_type = 'block' AND user_id_1 IN ({}, {})",
                people[0].user_id, people[1].user_id
            );
            assert_eq!(world.number(&blocks), 1);
        }
    }

    fn the_database_itself_refuses_a_second_friendship(world: World) {
        let (one, other) = (world.person(Role::Student), world.person(Role::Tutor));
        ask(&world, &one, &other, Kind::Friend).unwrap();
        let mirror = format!(
            "INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
             SELECT user_id_2, user_id_1, connection_type, status, user_id_2, created_at, updated_at
             FROM connections WHERE user_id_1 = {}", one.user_id
        );
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.execute(&mirror))).is_err());
    }

    fn lists_hold_what_their_viewer_may_know(world: World) {
        let (me, friend, admirer, rejected, enemy) = (
            world.person(Role::Student), world.person(Role::Student), world.person(Role::Student),
            world.person(Role::Student), world.person(Role::Student),
        );
        let id = ask(&world, &friend, &me, Kind::Friend).unwrap().edge.id;
        refusal(block_on(service(&world).answer(&me, id, Reply::Accept))).unwrap();
        ask(&world, &admirer, &me, Kind::Follow).unwrap();
        ask(&world, &me, &admirer, Kind::Follow).unwrap();
        let id = ask(&world, &rejected, &me, Kind::Friend).unwrap().edge.id;
        refusal(block_on(service(&world).answer(&me, id, Reply::Reject))).unwrap();
        ask(&world, &me, &enemy, Kind::Block).unwrap();

        let count = |who: &Actor, filter| list(&world, who, filter).len();
        let all = ConnectionFilter::default;
        assert_eq!(count(&me, all()), 5);
        assert_eq!(count(&me, ConnectionFilter { direction: Direction::Followers, ..all() }), 1);
        assert_eq!(count(&me, ConnectionFilter { direction: Direction::Following, ..all() }), 1);
        assert_eq!(count(&me, ConnectionFilter { direction: Direction::Outgoing, ..all() }), 2);
        assert_eq!(count(&me, ConnectionFilter { kind: Some(Kind::Block), ..all() }), 1);
        assert_eq!(count(&me, ConnectionFilter { status: Some(Status::Rejected), ..all() }), 1);
        assert_eq!(count(&rejected, all()), 0, "a rejection is gone to its sender");
        assert_eq!(count(&enemy, all()), 0, "a block is its maker's alone");
        let name = |who: &Actor| {
            let user = block_on(AccountRepository::find(&world.database, who.user_id)).unwrap().unwrap();
            user.first_name.unwrap().to_uppercase()
        };
        let search = ConnectionFilter { search: Some(name(&friend)), ..all() };
        assert_eq!(count(&me, search), 1);

        let public = |viewer: Option<&Actor>| {
            let viewer = viewer.map(|actor| actor.user_id);
            block_on(service(&world).public_list(viewer, me.user_id, None, PageRequest::FIRST))
        };
        assert_eq!(public(None).unwrap().items.len(), 3, "a friendship and two follows");
        assert!(matches!(public(Some(&enemy)), Err(ConnectionError::Refused(Refusal::NoSuchUser))));
        ask(&world, &friend, &admirer, Kind::Block).unwrap();
        assert_eq!(public(Some(&friend)).unwrap().items.len(), 1, "whom the viewer blocked is left out");
        assert_eq!(public(Some(&admirer)).unwrap().items.len(), 2, "who blocked the viewer is left out");
    }

    fn pages_of_both_directions_follow_each_other(world: World) {
        let me = world.person(Role::Student);
        for number in 0..7 {
            let other = world.person(Role::Student);
            if number % 2 == 0 { ask(&world, &me, &other, Kind::Follow) } else { ask(&world, &other, &me, Kind::Follow) }.unwrap();
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest { size: PageSize::new(3).unwrap(), after };
            let page = block_on(service(&world).list(&me, ConnectionFilter::default(), page)).unwrap();
            seen.extend(page.items.iter().map(|one| one.edge.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 7);
        assert!(seen.is_sorted_by(|a, b| a > b));
    }

    fn a_private_account_consents_and_going_public_accepts_who_waits(world: World) {
        let celebrity = world.person(Role::Tutor);
        let set_private = |is_private| {
            let changes = ProfileChanges { is_private: Some(is_private), ..ProfileChanges::default() };
            block_on(AccountRepository::update(&world.database, celebrity.user_id, changes, now())).unwrap();
        };
        set_private(true);
        let followers: Vec<_> = (0..3).map(|_| world.person(Role::Student)).collect();
        for follower in &followers {
            assert_eq!(ask(&world, follower, &celebrity, Kind::Follow).unwrap().edge.status, Status::Pending);
        }
        assert_eq!(counters(&world, &celebrity), Counters { pending_received: 3, ..Counters::default() });
        let viewer = Some(followers[0].user_id);
        let hidden = block_on(service(&world).public_list(viewer, celebrity.user_id, None, PageRequest::FIRST));
        assert!(matches!(hidden, Err(ConnectionError::Refused(Refusal::NoSuchUser))));
        let first = list(&world, &followers[0], ConnectionFilter::default())[0].edge.id;
        refusal(block_on(service(&world).answer(&celebrity, first, Reply::Accept))).unwrap();
        let shown = block_on(service(&world).public_list(viewer, celebrity.user_id, None, PageRequest::FIRST));
        assert_eq!(shown.unwrap().items.len(), 1);
        set_private(false);
        assert_eq!(counters(&world, &celebrity), Counters { followers: 3, ..Counters::default() });
        assert_counters_equal_rows(&world);
    }

    fn a_block_expires_requests_in_both_directions_and_refuses_new_ones(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let sent = block_on(world.requests().create(&student, draft(&tutor, None), Violations::new())).unwrap().0;
        ask(&world, &tutor, &student, Kind::Block).unwrap();
        let mine = block_on(world.requests().mine(&student, PageRequest::FIRST)).unwrap().items;
        assert_eq!((mine[0].request.id, mine[0].request.status), (sent.request_id, RequestStatus::Expired));
        let again = |who: &Actor| block_on(world.requests().create(who, draft(&tutor, None), Violations::new()));
        assert!(matches!(again(&student), Err(CreateRequestError::Refused(CreationRefusal::TutorNotFound))));
        block_on(service(&world).ensure_not(&tutor, student.user_id, Kind::Block)).unwrap();
        ask(&world, &student, &tutor, Kind::Block).unwrap();
        assert!(matches!(again(&student), Err(CreateRequestError::Refused(CreationRefusal::BlockedByYou))));
    }

    fn a_block_is_silent_in_the_conversation_and_expires_requests_for_a_child(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        block_on(world.requests().create(&student, draft(&tutor, None), Violations::new())).unwrap();
        ask(&world, &student, &tutor, Kind::Block).unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 1, "only the request itself");

        let (parent, tutor) = (world.person(Role::Parent), world.person(Role::Tutor));
        let child = world.register(World::account(&[Role::Student])).1;
        let profile = child.profiles.student.unwrap();
        world.execute(&format!(
            "INSERT INTO guardianships (parent_user_id, student_id, status, origin, created_at)
             VALUES ({}, {profile}, 'active', 'invited', '2026-01-01 00:00:00')", parent.user_id
        ));
        let mut for_child = draft(&tutor, None);
        for_child.student_id = Some(profile);
        let send = || block_on(world.requests().create(&parent, for_child.clone(), Violations::new()));
        send().unwrap();
        ask(&world, &child, &tutor, Kind::Block).unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM requested_sessions WHERE status = 'pending'"), 0);
        assert!(matches!(send(), Err(CreateRequestError::Refused(CreationRefusal::NotForThisChild))));
    }

    fn asking_and_blocking_at_once_never_leave_a_pending_request(world: World) {
        for _ in 0..10 {
            let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
            race(2, |number| {
                if number == 0 {
                    drop(block_on(world.requests().create(&student, draft(&tutor, None), Violations::new())));
                } else {
                    ask(&world, &tutor, &student, Kind::Block).map(drop).unwrap();
                }
            });
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM requested_sessions WHERE status = 'pending'"), 0);
    }

    fn a_missing_counter_row_is_an_error_that_names_the_row(world: World) {
        let (one, other) = (world.person(Role::Student), world.person(Role::Student));
        world.execute(&format!("DELETE FROM connection_counters WHERE user_id = {}", other.user_id));
        let failed = block_on(service(&world).ask(&one, other.user_id, Kind::Follow, None));
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
        ask(&world, &one, &celebrity, Kind::Follow).unwrap();
        world.execute(&format!("DELETE FROM connection_counters WHERE user_id = {}", one.user_id));
        let Err(RepositoryError::Unexpected(source)) = set_private(false) else { panic!("must name the row") };
        assert_eq!(source.to_string(), format!("connection_counters holds \"no row for user {}\"", one.user_id));
        assert_eq!(world.number("SELECT COUNT(*) FROM connections WHERE status = 'pending'"), 1);
    }

    fn nobody_connects_with_nobody(world: World) {
        let me = world.person(Role::Student);
        let nobody = refusal(block_on(service(&world).ask(&me, UserId::new(999_999), Kind::Follow, None)));
        assert_eq!(nobody, Err(Refusal::NoSuchUser));
        let myself = refusal(block_on(service(&world).ask(&me, me.user_id, Kind::Follow, None)));
        assert_eq!(myself, Err(Refusal::Yourself));
    }
}
