//! The contract of `FeedRepository`.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::ids::FeedId;
use astegni_domain::schedule::{CalendarFeed, FeedRepository, FeedScope, MAX_FEEDS, NewFeed};
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{Household, book, household, leave, sessions, versatile};
use crate::harness::{World, contract, dates, now, race};

fn create(world: &World, owner: &Actor, digest: &str) -> Option<FeedId> {
    let new = NewFeed {
        owner: owner.user_id,
        scope: FeedScope::Full,
        name: Some("Lessons".to_owned()),
        digest: digest.to_owned(),
        at: now(),
    };
    block_on(world.database.create_feed(new)).unwrap()
}

fn find(world: &World, digest: &str) -> Option<CalendarFeed> {
    block_on(world.database.find_feed(digest)).unwrap()
}

contract! {
    fn a_feed_is_found_while_its_owner_is_active(world: World) {
        let owner = world.person(Role::Student);
        let id = create(&world, &owner, "secret").unwrap();
        let name = Some("Lessons".to_owned());
        let feed = CalendarFeed { id, owner: owner.user_id, scope: FeedScope::Full, name, created_at: now() };
        assert_eq!((find(&world, "secret"), find(&world, "Secret")), (Some(feed.clone()), None));
        let set_active =
            |value| world.execute(&format!("UPDATE users SET is_active = {value} WHERE id = {}", owner.user_id));
        set_active("FALSE");
        assert_eq!(find(&world, "secret"), None);
        set_active("TRUE");
        assert_eq!(find(&world, "secret"), Some(feed));
        world.execute(&format!("DELETE FROM users WHERE id = {}", owner.user_id));
        assert_eq!(find(&world, "secret"), None);
    }

    fn feeds_created_at_once_stay_within_the_limit(world: World) {
        let (owner, other) = (world.person(Role::Student), world.person(Role::Student));
        create(&world, &other, "of another user").unwrap();
        let created = race(30, |number| create(&world, &owner, &number.to_string()));
        assert_eq!(created.iter().flatten().count(), usize::try_from(MAX_FEEDS).unwrap());
        let feeds = block_on(world.database.feeds(owner.user_id)).unwrap();
        let mut ids: Vec<FeedId> = created.into_iter().flatten().collect();
        ids.sort_unstable();
        ids.reverse();
        assert_eq!(feeds.iter().map(|feed| feed.id).collect::<Vec<_>>(), ids, "newest first");
        let oldest = ids.pop().unwrap();
        assert!(!block_on(world.database.delete_feed(other.user_id, oldest)).unwrap());
        assert!(block_on(world.database.delete_feed(owner.user_id, oldest)).unwrap());
        assert!(create(&world, &owner, "next").is_some());
        assert!(create(&world, &owner, "one too many").is_none());
    }

    fn an_installation_gets_one_identity(world: World) {
        let identities =
            race(10, |number| block_on(world.database.installation(&format!("proposal {number}"))).unwrap());
        assert!(identities.iter().all(|identity| *identity == identities[0]), "{identities:?}");
        assert_eq!(block_on(world.database.installation("later")).unwrap(), identities[0]);
    }

    fn a_feed_shows_the_sessions_of_every_side(world: World) {
        let Household { tutor, child, parent, guardian } = household(&world);
        let since =
            |user: &Actor, from, limit| block_on(world.database.sessions_since(user.user_id, from, limit)).unwrap();
        let all = sessions(&world, &tutor);
        leave(&world, &guardian, &child);
        for reader in [&tutor, &child, &parent] {
            assert_eq!(since(reader, now(), 5000), all);
        }
        assert!(since(&guardian, now(), 5000).is_empty());
        let first = all[0].occurrence.period();
        assert_eq!(since(&tutor, first.ends_at, 5000), all[1..]);
        assert_eq!(since(&tutor, first.ends_at - TimeDelta::seconds(1), 5000), all);
        assert_eq!(since(&tutor, now(), 2), all[..2]);
        let [one, other] = [versatile(&world), versatile(&world)];
        book(&world, &one, &other, dates(&["2026-02-03", "2026-02-05"], 10, 12));
        book(&world, &other, &one, dates(&["2026-02-02", "2026-02-04"], 10, 12));
        let dates: Vec<_> =
            since(&one, now(), 5000).iter().map(|session| session.occurrence.date.to_string()).collect();
        assert_eq!(dates, ["2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05"]);
    }
}
