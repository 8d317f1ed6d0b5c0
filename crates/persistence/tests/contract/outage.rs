use astegni_domain::RepositoryError;
use astegni_domain::accounts::AccountRepository;
use astegni_domain::health::HealthProbe;
use astegni_domain::ids::UserId;
use astegni_persistence::{Database, DatabaseSettings};
use futures_executor::block_on;

use crate::harness::World;

#[test]
fn an_unreachable_server_is_unavailable_without_a_hang() {
    let url = "postgres://postgres@127.0.0.1:1/nowhere".parse().unwrap();
    let database = Database::open(&url, DatabaseSettings { threads: 2 }).unwrap();
    let found = block_on(AccountRepository::find(&database, UserId::new(1)));
    assert!(matches!(found, Err(RepositoryError::Unavailable(_))), "{found:?}");
    assert!(!block_on(database.is_reachable()));
}

#[test]
fn connections_that_the_server_closed_are_replaced() {
    let Some(world) = World::postgres() else { return };
    assert!(block_on(AccountRepository::find(&world.database, UserId::new(1))).unwrap().is_none());
    assert!(block_on(world.database.is_reachable()));
    world.execute(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid() AND application_name = '{}'",
        world.name()
    ));
    // The first job on each dead connection may fail.
    let mut answers = (0..20).map(|_| block_on(AccountRepository::find(&world.database, UserId::new(1))));
    assert!(answers.any(|answer| answer.is_ok()));
    let mut probes = (0..20).map(|_| block_on(world.database.is_reachable()));
    assert!(probes.any(|reachable| reachable));
}
