use astegni_domain::accounts::{AccountRepository, Actor, ProfileChanges, Role};
use astegni_domain::connections::{Answer, Counters, Kind, Status};
use astegni_domain::ids::UserId;
use astegni_persistence::{Database, DatabaseSettings};
use futures_executor::block_on;

use crate::connections::{accept_follows, assert_counters_equal_rows, counters, refusal, request, service};
use crate::harness::{World, contract, now, race};

fn set_private(world: &World, owner: &Actor, is_private: bool) {
    let changes = ProfileChanges { is_private: Some(is_private), ..ProfileChanges::default() };
    block_on(AccountRepository::update(&world.database, owner.user_id, changes, now())).unwrap();
}

/// Accepts one part and returns whether more may be waiting.
fn accept_part(world: &World, owner: &Actor) -> bool {
    block_on(AccountRepository::accept_follows(&world.database, owner.user_id, now())).unwrap()
}

fn marked(world: &World) -> Vec<UserId> {
    block_on(AccountRepository::accepting_follows(&world.database)).unwrap()
}

/// Registers a private account, whom `count` users without accounts to act for want to follow.
fn private_account(world: &World, count: i64) -> Actor {
    let owner = world.person(Role::Tutor);
    set_private(world, &owner, true);
    let id = owner.user_id;
    world.execute(&format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         INSERT INTO users (username, password_hash, display_name, display_name_folded, roles, time_zone, created_at,
                            updated_at)
         SELECT 'fan' || n || 'of{id}', 'x', 'Fan', 'fan', '[]', 'UTC', '2026-01-01 00:00:00', '2026-01-01 00:00:00'
         FROM numbers;
         INSERT INTO connection_counters (user_id, pending_sent_count)
         SELECT id, 1 FROM users WHERE username LIKE 'fan%of{id}';
         INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
         SELECT id, {id}, 'follow', 'pending', id, created_at, created_at FROM users WHERE username LIKE 'fan%of{id}'
         ORDER BY id DESC;
         UPDATE connection_counters SET pending_received_count = pending_received_count + {count} WHERE user_id = {id}"
    ));
    owner
}

fn accepted(followers: i64) -> Counters {
    Counters { followers, ..Counters::default() }
}

contract! {
    fn follows_are_accepted_in_parts_the_oldest_first(world: World) {
        let owner = private_account(&world, 1200);
        assert!(!accept_part(&world, &owner), "a private account is not marked");
        assert_eq!(counters(&world, &owner), Counters { pending_received: 1200, ..Counters::default() });
        set_private(&world, &owner, false);
        assert_eq!(marked(&world), [owner.user_id]);
        for (done, more) in [(512, true), (1024, true), (1200, false)] {
            assert_eq!(accept_part(&world, &owner), more);
            let pending = Counters { pending_received: 1200 - done, ..accepted(done) };
            assert_eq!(counters(&world, &owner), pending);
            let order = "SELECT COUNT(*) FROM connections a JOIN connections p ON p.id < a.id
                         WHERE a.status = 'accepted' AND p.status = 'pending'";
            assert_eq!(world.number(order), 0);
            assert_counters_equal_rows(&world);
        }
        assert_eq!(marked(&world), []);
        assert_eq!(world.number("SELECT COUNT(*) FROM connections WHERE accepted_at IS NULL OR accepted_at <> updated_at"), 0);
        assert!(!accept_part(&world, &owner));
    }

    fn parts_that_a_stopped_server_left_are_accepted_after_its_restart(world: World) {
        let owner = private_account(&world, 600);
        set_private(&world, &owner, false);
        assert!(accept_part(&world, &owner));
        let restarted = Database::open(&world.url, DatabaseSettings::default()).unwrap();
        assert_eq!(block_on(AccountRepository::accepting_follows(&restarted)).unwrap(), [owner.user_id]);
        assert!(!block_on(AccountRepository::accept_follows(&restarted, owner.user_id, now())).unwrap());
        assert_eq!(counters(&world, &owner), accepted(600));
        assert_counters_equal_rows(&world);
    }

    fn a_part_that_fails_changes_nothing_and_is_repeated(world: World) {
        let owner = private_account(&world, 600);
        set_private(&world, &owner, false);
        let fan = world.number("SELECT MAX(user_id) FROM connection_counters");
        world.execute(&format!("DELETE FROM connection_counters WHERE user_id = {fan}"));
        block_on(AccountRepository::accept_follows(&world.database, owner.user_id, now())).unwrap_err();
        assert_eq!(counters(&world, &owner), Counters { pending_received: 600, ..Counters::default() });
        assert_eq!(marked(&world), [owner.user_id]);
        world.execute(&format!("INSERT INTO connection_counters (user_id, pending_sent_count) VALUES ({fan}, 1)"));
        accept_follows(&world, &owner);
        assert_eq!(counters(&world, &owner), accepted(600));
        assert_counters_equal_rows(&world);
    }

    fn withdrawals_answers_and_blocks_between_parts_take_precedence(world: World) {
        let owner = private_account(&world, 512);
        let fans = [(); 4].map(|()| world.person(Role::Student));
        let ids = fans.each_ref().map(|fan| request(&world, fan, &owner, Kind::Follow).unwrap().edge.id);
        set_private(&world, &owner, false);
        assert!(accept_part(&world, &owner));
        refusal(block_on(service(&world).end(&fans[0], ids[0]))).unwrap();
        refusal(block_on(service(&world).answer(&owner, ids[1], Answer::Reject))).unwrap();
        request(&world, &owner, &fans[2], Kind::Block).unwrap();
        let newcomer = world.person(Role::Student);
        assert_eq!(request(&world, &newcomer, &owner, Kind::Follow).unwrap().edge.status, Status::Accepted);
        assert_eq!(refusal(block_on(service(&world).find(&fans[3], ids[3]))).unwrap().edge.status, Status::Pending);
        assert!(!accept_part(&world, &owner));
        assert_eq!(refusal(block_on(service(&world).find(&fans[3], ids[3]))).unwrap().edge.status, Status::Accepted);
        assert_eq!(counters(&world, &owner), Counters { blocked: 1, ..accepted(514) });
        assert_eq!(world.number("SELECT COUNT(*) FROM connections WHERE status = 'rejected'"), 1);
        assert_counters_equal_rows(&world);
    }

    fn an_account_that_becomes_private_again_keeps_the_rest_waiting(world: World) {
        let owner = private_account(&world, 600);
        set_private(&world, &owner, false);
        assert!(accept_part(&world, &owner));
        set_private(&world, &owner, true);
        assert_eq!(marked(&world), []);
        assert!(!accept_part(&world, &owner));
        let rest = Counters { pending_received: 88, ..accepted(512) };
        assert_eq!(counters(&world, &owner), rest);
        set_private(&world, &owner, false);
        set_private(&world, &owner, false);
        assert_eq!(marked(&world), [owner.user_id]);
        accept_follows(&world, &owner);
        assert_eq!(counters(&world, &owner), accepted(600));
        assert_counters_equal_rows(&world);
    }

    fn acceptances_withdrawals_and_changes_of_privacy_at_once_agree(world: World) {
        let owner = private_account(&world, 1100);
        let fans = [(); 6].map(|()| world.person(Role::Student));
        let ids = fans.each_ref().map(|fan| request(&world, fan, &owner, Kind::Follow).unwrap().edge.id);
        set_private(&world, &owner, false);
        let conflicts_end = |attempt: &dyn Fn() -> bool| assert!((0..50).any(|_| attempt()), "too many conflicts");
        race(10, |number| match number {
            0..6 => conflicts_end(&|| block_on(service(&world).end(&fans[number], ids[number])).is_ok()),
            6..9 => accept_follows(&world, &owner),
            _ => {
                set_private(&world, &owner, true);
                set_private(&world, &owner, false);
            }
        });
        accept_follows(&world, &owner);
        assert_eq!(counters(&world, &owner), accepted(1100));
        assert_eq!(marked(&world), []);
        assert_counters_equal_rows(&world);
    }

    fn other_writes_proceed_between_parts(world: World) {
        let owner = private_account(&world, 2000);
        let fan = world.person(Role::Student);
        set_private(&world, &owner, false);
        for part in 1..=4 {
            let other = world.person(Role::Student);
            request(&world, &fan, &other, Kind::Follow).unwrap();
            assert_eq!(counters(&world, &fan).following, part);
            assert_eq!(accept_part(&world, &owner), part < 4);
            assert_eq!(counters(&world, &owner), Counters {
                pending_received: (2000 - 512 * part).max(0),
                ..accepted((512 * part).min(2000))
            });
        }
        assert_eq!(request(&world, &fan, &owner, Kind::Follow).unwrap().edge.status, Status::Accepted);
        assert_eq!(counters(&world, &owner), accepted(2001));
        assert_counters_equal_rows(&world);
    }
}
