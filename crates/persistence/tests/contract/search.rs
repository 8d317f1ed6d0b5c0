use astegni_domain::accounts::{AccountRepository, Actor, NewAccount, ProfileChanges, Role};
use astegni_domain::change::Change;
use astegni_domain::connections::{Connection, ConnectionFilter, Direction, Kind, Viewer};
use astegni_domain::ids::UserId;
use astegni_domain::page::{PageRequest, PageSize};
use futures_executor::block_on;

use crate::connections::{request, service};
use crate::harness::{World, contract, now};

fn named(world: &World, first: &str, last: &str) -> Actor {
    let account = World::account(&[Role::Student]);
    let profile = ProfileChanges {
        first_name: Change::Set(first.to_owned()),
        last_name: Change::Set(last.to_owned()),
        ..ProfileChanges::default()
    };
    world.register(NewAccount { profile, ..account }).1
}

fn rename(world: &World, actor: &Actor, first: &str) {
    let changes = ProfileChanges { first_name: Change::Set(first.to_owned()), ..ProfileChanges::default() };
    block_on(AccountRepository::update(&world.database, actor.user_id, changes, now())).unwrap();
}

fn searching(text: &str) -> ConnectionFilter {
    ConnectionFilter { search: Some(text.to_owned()), ..ConnectionFilter::default() }
}

/// Returns the other participants of all connections that a filter selects, page by page.
fn pages(world: &World, viewer: &Actor, filter: &ConnectionFilter, size: i64) -> Vec<Vec<UserId>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest { size: PageSize::new(size).unwrap(), after };
        let page = block_on(service(world).list(viewer, filter.clone(), page)).unwrap();
        let other = |connection: &Connection| connection.edge.other(viewer.user_id);
        pages.push(page.items.iter().map(other).collect());
        after = page.next;
        if after.is_none() {
            return pages;
        }
    }
}

fn found(world: &World, viewer: &Actor, text: &str) -> Vec<UserId> {
    pages(world, viewer, &searching(text), 100).concat()
}

/// Adds users who follow a user, with names that a query in SQL derives from `n`, from 1 to `count`. Returns the id of the
/// first; the others follow.
fn add_followers(world: &World, owner: &Actor, count: i64, name: &str) -> i64 {
    let numbers =
        format!("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})");
    world.execute(&format!(
        "{numbers} INSERT INTO users (password_hash, display_name, display_name_folded, roles, time_zone, created_at,
                                      updated_at)
         SELECT 'x', {name}, LOWER({name}), '[]', 'UTC', '2026-01-01 00:00:00', '2026-01-01 00:00:00' FROM numbers"
    ));
    let first = world.number("SELECT MAX(id) FROM users") - count + 1;
    let owner = owner.user_id;
    world.execute(&format!(
        "INSERT INTO name_endings (ending, user_id) SELECT display_name_folded, id FROM users WHERE id >= {first};
         INSERT INTO connection_counters (user_id) SELECT id FROM users WHERE id >= {first};
         INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
         SELECT id, {owner}, 'follow', 'accepted', id, created_at, created_at FROM users WHERE id >= {first} ORDER BY id;
         UPDATE connection_counters SET followers_count = followers_count + {count} WHERE user_id = {owner}"
    ));
    first
}

contract! {
    fn a_search_finds_beginnings_of_consecutive_words(world: World) {
        let me = world.person(Role::Student);
        let abebe = named(&world, "Abebe Kebede", "Tesema");
        let emile = named(&world, "\u{c9}MILE", "50%_\\");
        request(&world, &me, &abebe, Kind::Follow).unwrap();
        request(&world, &emile, &me, Kind::Follow).unwrap();
        for text in ["abe", "ABEBE k", "abe ke", "a k t", "kebede t", " abebe  ke ", "tesema"] {
            assert_eq!(found(&world, &me, text), [abebe.user_id], "{text}");
        }
        for text in ["\u{e9}mi", "e\u{301}mile", "50%", "50%_\\", "\u{e9}mile 50%_"] {
            assert_eq!(found(&world, &me, text), [emile.user_id], "{text}");
        }
        for text in ["bebe", "abebe t", "kebede abebe", "%", "_", "a%e", "5_%", "\\", "emile", "\u{e9}mile 5_", "tesema x"] {
            assert_eq!(found(&world, &me, text), [], "{text}");
        }
        assert_eq!(found(&world, &abebe, "emile"), []);
        let followers = ConnectionFilter { direction: Direction::Followers, ..searching("abe") };
        assert_eq!(pages(&world, &me, &followers, 100), [[]]);
    }

    fn a_rename_is_found_under_the_new_name_alone(world: World) {
        let me = world.person(Role::Student);
        let other = named(&world, "Abebe", "Tesema");
        request(&world, &me, &other, Kind::Follow).unwrap();
        add_followers(&world, &me, 1100, "'Someone' || n");
        rename(&world, &other, "Bikila Abate");
        let endings = format!("name_endings WHERE user_id = {}", other.user_id);
        assert_eq!(world.number(&format!("SELECT COUNT(*) FROM {endings}")), 3);
        for (text, expected) in [("abebe", 0), ("abate", 1), ("bikila", 1), ("abate tesema", 1), ("tesema", 1)] {
            assert_eq!(found(&world, &me, text).len(), expected, "{text}");
        }
        rename(&world, &other, "Abebe");
        assert_eq!(world.number(&format!("SELECT COUNT(*) FROM {endings} AND ending IN ('abebe tesema', 'tesema')")), 2);
        assert_eq!(found(&world, &me, "bikila"), []);
    }

    fn rare_and_common_names_of_a_long_list_are_found_on_all_pages(world: World) {
        let me = world.person(Role::Student);
        let rare = [(); 3].map(|()| {
            let rare = named(&world, "Lemlem", "Rare");
            request(&world, &me, &rare, Kind::Follow).unwrap();
            request(&world, &rare, &me, Kind::Friend).unwrap();
            rare.user_id
        });
        let first = add_followers(&world, &me, 6200, "CASE WHEN n % 2 = 0 THEN 'Common' ELSE 'Other' END || n");
        let newest_first = |users: Vec<i64>| users.into_iter().rev().map(UserId::new).collect::<Vec<_>>();
        // The three are the oldest of the list, found among all users: each a friend and followed.
        let each_twice: Vec<UserId> = rare.iter().rev().flat_map(|user| [*user, *user]).collect();
        assert_eq!(pages(&world, &me, &searching("lem ra"), 4), [&each_twice[..4], &each_twice[4..]]);
        let follows = ConnectionFilter { direction: Direction::Following, ..searching("rare") };
        assert_eq!(pages(&world, &me, &follows, 2).concat(), newest_first(rare.iter().map(|user| user.get()).collect()));
        assert_eq!(found(&world, &me, "nobody"), []);
        // A name of 3100 users, found by reading the list.
        let common = pages(&world, &me, &searching("common"), 100);
        assert_eq!(common.len(), 31);
        assert_eq!(common.concat(), newest_first((first..first + 6200).filter(|user| (user - first) % 2 == 1).collect()));
        // A common name of which the list holds two, both beyond its first part.
        let other = world.person(Role::Student);
        for number in [2, 4] {
            world.execute(&format!(
                "INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
                 VALUES ({0}, {1}, 'follow', 'accepted', {0}, '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
                other.user_id, first - 1 + number
            ));
        }
        world.execute(&format!("UPDATE connection_counters SET following_count = 2 WHERE user_id = {}", other.user_id));
        add_followers(&world, &other, 1400, "'Someone' || n");
        assert_eq!(pages(&world, &other, &searching("common"), 1), [[UserId::new(first + 3)], [UserId::new(first + 1)]]);
    }

    fn a_search_matches_no_hidden_name_in_a_long_list(world: World) {
        let me = world.person(Role::Student);
        add_followers(&world, &me, 1100, "'Someone' || n");
        let (private, blocker) = (named(&world, "Lemlem", "Private"), named(&world, "Lemlem", "Blocker"));
        request(&world, &me, &private, Kind::Follow).unwrap();
        request(&world, &me, &blocker, Kind::Follow).unwrap();
        assert_eq!(found(&world, &me, "lemlem"), [blocker.user_id, private.user_id]);
        world.execute(&format!("UPDATE users SET is_private = TRUE WHERE id = {}", private.user_id));
        assert_eq!(found(&world, &me, "lemlem").len(), 2, "an accepted follow opens a private profile");
        world.execute(&format!("UPDATE connections SET status = 'pending' WHERE user_id_2 = {}", private.user_id));
        world.execute(&format!("UPDATE connection_counters SET pending_sent_count = 1 WHERE user_id = {}", me.user_id));
        assert_eq!(found(&world, &me, "lemlem"), [blocker.user_id]);
        request(&world, &blocker, &me, Kind::Block).unwrap();
        assert_eq!(found(&world, &me, "lemlem"), []);
        let listed = block_on(service(&world).public_list(
            Viewer::Anonymous, me.user_id, ConnectionFilter::default(), PageRequest::FIRST,
        ));
        assert_eq!(listed.unwrap().items.len(), 100);
    }
}
