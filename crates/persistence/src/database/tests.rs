//! Jobs that fail or panic, run as they are in production: through the queue, on the database threads.

use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Waker};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use futures_executor::block_on;

use super::*;
use crate::connection::connect;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

type Job = fn(&mut AnyConnection) -> Result<(), StoreError>;

/// A SQLite database with a table of unique names, and the folder that it lives in.
fn names() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("test.db"));
    connect(&url, Access::Write).unwrap().batch_execute("CREATE TABLE names (name TEXT NOT NULL UNIQUE)").unwrap();
    (Database::open(&url, DatabaseSettings { threads: 1 }).unwrap(), folder)
}

fn insert(conn: &mut AnyConnection, name: &str) -> Result<(), StoreError> {
    conn.batch_execute(&format!("INSERT INTO names VALUES ('{name}')"))?;
    Ok(())
}

fn stored(database: &Database) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let names =
        database.read(|conn| Ok(diesel::sql_query("SELECT name FROM names ORDER BY rowid").load::<Name>(conn)?));
    block_on(names).unwrap().into_iter().map(|row| row.name).collect()
}

/// Submits a write that inserts "first" and holds the writer until `jobs` are queued behind it, so that all of them
/// share its batch. Returns the results.
fn batch<const N: usize>(database: &Database, jobs: [Job; N]) -> (Result<(), StoreError>, [Result<(), StoreError>; N]) {
    let mut context = Context::from_waker(Waker::noop());
    let (release, released) = mpsc::channel::<()>();
    let mut first = pin!(database.write(move |conn| {
        released.recv().unwrap();
        insert(conn, "first")
    }));
    assert!(first.as_mut().poll(&mut context).is_pending());
    let mut queued = jobs.map(|job| Box::pin(database.write(job)));
    for write in &mut queued {
        assert!(write.as_mut().poll(&mut context).is_pending());
    }
    release.send(()).unwrap();
    (block_on(first), queued.map(block_on))
}

#[test]
fn a_panicking_write_is_rolled_back_alone_and_its_neighbours_are_committed() {
    let (database, _folder) = names();
    let (first, [before, panicking, after]) = batch(
        &database,
        [
            |conn| insert(conn, "before"),
            |conn| {
                insert(conn, "panicking")?;
                panic!("test panic in a batch")
            },
            |conn| insert(conn, "after"),
        ],
    );
    assert!(first.is_ok() && before.is_ok(), "{first:?}, {before:?}");
    assert!(matches!(panicking, Err(StoreError::Panicked)), "{panicking:?}");
    assert!(after.is_ok(), "{after:?}");
    assert_eq!(stored(&database), ["first", "before", "after"]);
}

#[test]
fn a_panic_is_an_unexpected_error_of_the_repository() {
    let error = astegni_domain::RepositoryError::from(StoreError::Panicked);
    assert!(matches!(error, astegni_domain::RepositoryError::Unexpected(_)), "{error:?}");
}

#[test]
fn a_refused_or_failed_write_leaves_the_rest_of_its_batch_alone() {
    let (database, _folder) = names();
    let (first, [refused, failed, corrupt, after]) = batch(
        &database,
        [
            |conn| insert(conn, "refused").and_then(|()| insert(conn, "first")),
            |conn| insert(conn, "failed").and_then(|()| Ok(conn.batch_execute("no SQL at all")?)),
            |conn| {
                insert(conn, "corrupt")?;
                Err(StoreError::Corrupt { column: "names.name", value: "?".to_owned() })
            },
            |conn| insert(conn, "after"),
        ],
    );
    assert!(first.is_ok(), "{first:?}");
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert!(matches!(failed, Err(StoreError::Query(_))), "{failed:?}");
    assert!(matches!(corrupt, Err(StoreError::Corrupt { .. })), "{corrupt:?}");
    assert!(after.is_ok(), "{after:?}");
    assert_eq!(stored(&database), ["first", "after"]);
}

#[test]
fn a_batch_whose_transaction_is_lost_is_unavailable_and_the_next_one_is_not() {
    let (database, _folder) = names();
    // SQLite ends the transaction by itself on errors such as a full disk.
    let (first, [refused, lost]) = batch(
        &database,
        [
            |conn| insert(conn, "first"),
            |conn| {
                conn.batch_execute("ROLLBACK")?;
                panic!("test panic without a savepoint to return to")
            },
        ],
    );
    for result in [first, refused] {
        assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    }
    assert!(matches!(lost, Err(StoreError::Panicked)), "{lost:?}");
    assert_eq!(stored(&database), Vec::<String>::new());
    block_on(database.write(|conn| insert(conn, "next"))).unwrap();
    assert_eq!(stored(&database), ["next"]);
}

#[test]
fn a_panicking_write_on_postgresql_is_rolled_back_and_its_connection_is_replaced() {
    #[derive(QueryableByName)]
    struct Relation {
        #[diesel(sql_type = Nullable<Text>)]
        name: Option<String>,
    }
    let Some(url) = postgres_url() else { return };
    let database = Database::open(&url, DatabaseSettings { threads: 1 }).unwrap();
    let process = || {
        let query = diesel::sql_query("SELECT CAST(pg_backend_pid() AS BIGINT) AS n");
        block_on(database.write(|conn| Ok(query.get_result::<Number>(conn)?.n))).unwrap()
    };
    let before = process();
    assert_eq!(process(), before, "connections are kept");
    let table = format!("astegni_panicked_{}", std::process::id());
    let create = format!("CREATE TABLE {table} (id BIGINT)");
    let panicked = block_on(database.write::<()>(move |conn| {
        conn.batch_execute(&create)?;
        panic!("test panic on PostgreSQL")
    }));
    assert!(matches!(panicked, Err(StoreError::Panicked)), "{panicked:?}");
    assert_ne!(process(), before);
    let query = diesel::sql_query(format!("SELECT CAST(to_regclass('{table}') AS TEXT) AS name"));
    let relation: Relation = block_on(database.read(|conn| Ok(query.get_result(conn)?))).unwrap();
    assert_eq!(relation.name, None);
}

/// Returns the URL of the PostgreSQL server for tests, or `None` if it does not respond and is not required.
fn postgres_url() -> Option<DatabaseUrl> {
    let url = std::env::var("TEST_POSTGRES_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres?connect_timeout=3".to_owned());
    let url = url.parse().unwrap();
    match connect(&url, Access::Write) {
        Ok(_) => Some(url),
        Err(error) => {
            let required = std::env::var("REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
            assert!(!required, "PostgreSQL is required but cannot be reached: {error}");
            eprintln!("PostgreSQL cannot be reached; this test is SKIPPED: {error}");
            None
        }
    }
}
