//! The differences between the two databases. No other module matches on a connection.

use astegni_domain::families::GuardianshipStatus;
use astegni_domain::ids::UserId;
use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Nullable};
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, SqliteConnection};

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{connection_counters, conversations, guardianships, requested_sessions, users};
use crate::statement::{self, Statement};

/// The number of parameters that a statement may carry on either database, with room for a few others.
pub(crate) const MAX_PARAMETERS: usize = 10_000;

/// Runs the same query on either connection, for statements that Diesel does not support on the enum.
macro_rules! on_backend {
    ($conn:expr, |$inner:ident| $query:expr) => {
        match $conn {
            AnyConnection::Pg($inner) => $query,
            AnyConnection::Sqlite($inner) => $query,
        }
    };
}

/// Begins a transaction that will write. SQLite takes the write lock at once, because upgrading to it later fails
/// instead of waiting.
pub(crate) fn begin_write(conn: &mut AnyConnection) -> QueryResult<()> {
    match conn {
        AnyConnection::Pg(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN"),
        AnyConnection::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE"),
    }
}

/// Runs a statement and returns its rows.
pub(crate) fn load<'q, Q, Row>(conn: &mut AnyConnection, query: Q) -> QueryResult<Vec<Row>>
where
    Q: LoadQuery<'q, PgConnection, Row> + LoadQuery<'q, SqliteConnection, Row>,
{
    on_backend!(conn, |inner| query.internal_load(inner)?.collect())
}

/// Runs a statement and returns the number of affected rows.
pub(crate) fn execute<Q>(conn: &mut AnyConnection, query: Q) -> QueryResult<usize>
where
    Q: QueryFragment<Pg> + QueryFragment<Sqlite> + QueryId,
{
    on_backend!(conn, |inner| inner.execute_returning_count(&query))
}

/// Returns whether a query can refer to the rows of another one in the same `FROM`.
pub(crate) fn has_lateral_joins(conn: &AnyConnection) -> bool {
    matches!(conn, AnyConnection::Pg(_))
}

/// Returns whether a query can read the rows that an `INSERT`, `UPDATE` or `DELETE` in its `WITH` clause returns.
pub(crate) fn has_writing_ctes(conn: &AnyConnection) -> bool {
    matches!(conn, AnyConnection::Pg(_))
}

/// Lets the statements of a connection be planned anew at their next execution. SQLite, built without STAT4, chooses its plans
/// by the schema and by stored statistics.
pub(crate) fn discard_plans(conn: &mut AnyConnection) -> QueryResult<()> {
    match conn {
        AnyConnection::Pg(inner) => inner.batch_execute("DISCARD PLANS"),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Checks that the database responds and can be written to.
pub(crate) fn probe(conn: &mut AnyConnection) -> Result<(), StoreError> {
    match conn {
        AnyConnection::Pg(inner) => {
            let read_only: bool = diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(
                "current_setting('transaction_read_only')::boolean",
            ))
            .get_result(inner)?;
            if read_only { Err(StoreError::Unavailable("the server is read-only".to_owned())) } else { Ok(()) }
        }
        // Taking the write lock fails where the file or the disk does not allow it.
        AnyConnection::Sqlite(inner) => Ok(inner.batch_execute("BEGIN IMMEDIATE; ROLLBACK")?),
    }
}

/// Returns the statement that counts up the versions of calendars, which locks them in ascending user order, and returns
/// their users.
pub(crate) fn lock_calendars(conn: &AnyConnection, users: &[UserId]) -> Statement<'static, BigInt> {
    let count = statement::padded(users.len());
    let places = vec!["?"; count].join(", ");
    let text = match conn {
        AnyConnection::Pg(_) => format!(
            "UPDATE calendars SET version = version + 1 FROM (SELECT user_id FROM calendars WHERE user_id IN ({places}) \
             ORDER BY user_id FOR UPDATE) AS locked WHERE calendars.user_id = locked.user_id RETURNING calendars.user_id"
        ),
        // SQLite has a single writer.
        AnyConnection::Sqlite(_) => {
            format!("UPDATE calendars SET version = version + 1 WHERE user_id IN ({places}) RETURNING user_id")
        }
    };
    let padding = std::iter::repeat_n(0, count - users.len());
    Statement::new(text).bind_all(users.iter().map(|user| user.get()).chain(padding))
}

/// The strength of a lock on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LockMode {
    /// The transaction relies on the row: others may share the lock, and writers wait.
    Share,
    /// The transaction changes the row, or the facts that it guards; all other transactions wait.
    Exclusive,
}

/// Locks the relation counters of users in ascending order until the transaction ends, and with them every
/// connection of these users. Fails if a user has no counters, because nothing would be locked.
///
/// SQLite has a single writer, so that reading the rows is enough.
pub(crate) fn lock_relations(conn: &mut AnyConnection, mut users: Vec<(i64, LockMode)>) -> Result<(), StoreError> {
    users.sort_by_key(|(user, _)| *user);
    if let (AnyConnection::Pg(_), [low, high]) = (&*conn, users.as_slice()) {
        return lock_two_relations(conn, *low, *high);
    }
    for (user, mode) in users {
        let row = connection_counters::table.find(user).select(connection_counters::user_id);
        let locked: Option<i64> = match (&mut *conn, mode) {
            (AnyConnection::Pg(inner), LockMode::Share) => row.for_share().first(inner).optional()?,
            (AnyConnection::Pg(inner), LockMode::Exclusive) => row.for_update().first(inner).optional()?,
            (AnyConnection::Sqlite(inner), _) => row.first(inner).optional()?,
        };
        locked.ok_or_else(|| StoreError::missing_row("connection_counters", user))?;
    }
    Ok(())
}

/// Locks the relation counters of two users on PostgreSQL. The look-up of the second row depends on the first one, which
/// has been locked by the time that it is returned; its comparison is always true.
fn lock_two_relations(conn: &mut AnyConnection, low: (i64, LockMode), high: (i64, LockMode)) -> Result<(), StoreError> {
    let strength = |mode| match mode {
        LockMode::Share => "SHARE",
        LockMode::Exclusive => "UPDATE",
    };
    let text = format!(
        "SELECT low.user_id, high.user_id FROM (SELECT user_id FROM connection_counters WHERE user_id = ? FOR {}) \
         AS low LEFT JOIN LATERAL (SELECT user_id FROM connection_counters WHERE user_id = ? \
         AND user_id >= low.user_id FOR {}) AS high ON TRUE",
        strength(low.1),
        strength(high.1),
    );
    let locked: Option<(i64, Option<i64>)> =
        Statement::<(BigInt, Nullable<BigInt>)>::new(text).bind_all([low.0, high.0]).first(conn)?;
    match locked {
        Some((_, Some(_))) => Ok(()),
        Some((_, None)) => Err(StoreError::missing_row("connection_counters", high.0)),
        None => Err(StoreError::missing_row("connection_counters", low.0)),
    }
}

/// Locks the relation counters of many users in one mode, like [`lock_relations`].
pub(crate) fn lock_all_relations(conn: &mut AnyConnection, users: &[i64], mode: LockMode) -> Result<(), StoreError> {
    let mut users = users.to_vec();
    users.sort_unstable();
    users.dedup();
    for users in users.chunks(MAX_PARAMETERS) {
        let rows = connection_counters::table
            .filter(connection_counters::user_id.eq_any(users))
            .order(connection_counters::user_id)
            .select(connection_counters::user_id);
        let locked: Vec<i64> = match (&mut *conn, mode) {
            (AnyConnection::Pg(inner), LockMode::Share) => rows.for_share().load(inner)?,
            (AnyConnection::Pg(inner), LockMode::Exclusive) => rows.for_update().load(inner)?,
            (AnyConnection::Sqlite(inner), _) => rows.load(inner)?,
        };
        if let Some(user) = users.iter().find(|user| locked.binary_search(user).is_err()) {
            return Err(StoreError::missing_row("connection_counters", *user));
        }
    }
    Ok(())
}

/// Locks every open guardianship over some students in ascending order until the transaction ends, so that no
/// two guardians of a child leave at the same time. SQLite has a single writer.
pub(crate) fn lock_guardianships(conn: &mut AnyConnection, students: &[i64]) -> Result<(), StoreError> {
    let AnyConnection::Pg(inner) = conn else { return Ok(()) };
    guardianships::table
        .filter(guardianships::student_id.eq_any(students))
        .filter(guardianships::status.eq_any(GuardianshipStatus::OPEN.map(GuardianshipStatus::as_str)))
        .order(guardianships::id)
        .select(guardianships::id)
        .for_update()
        .load::<i64>(inner)?;
    Ok(())
}

/// Locks an account until the transaction ends, so that changes of its login and of its claim codes follow one
/// another. References to it stay possible meanwhile. SQLite has a single writer.
pub(crate) fn lock_account(conn: &mut AnyConnection, user: i64) -> Result<(), StoreError> {
    let AnyConnection::Pg(inner) = conn else { return Ok(()) };
    users::table.filter(users::id.eq(user)).select(users::id).for_no_key_update().load::<i64>(inner)?;
    Ok(())
}

/// Locks an active guardianship in share mode until the transaction ends, and returns whether there is one.
pub(crate) fn share_active_guardianship(conn: &mut AnyConnection, parent: i64, student: i64) -> QueryResult<bool> {
    let active = guardianships::table
        .filter(guardianships::parent_user_id.eq(parent))
        .filter(guardianships::student_id.eq(student))
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()))
        .select(guardianships::id);
    let found: Option<i64> = match conn {
        AnyConnection::Pg(inner) => active.for_share().first(inner).optional()?,
        AnyConnection::Sqlite(inner) => active.first(inner).optional()?,
    };
    Ok(found.is_some())
}

/// Locks session requests in ascending order until the transaction ends. SQLite has a single writer.
pub(crate) fn lock_requests(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<()> {
    let AnyConnection::Pg(inner) = conn else { return Ok(()) };
    requested_sessions::table
        .filter(requested_sessions::id.eq_any(ids))
        .order(requested_sessions::id)
        .select(requested_sessions::id)
        .for_update()
        .load::<i64>(inner)?;
    Ok(())
}

/// Locks a conversation until the transaction ends, and with it its participants and the places of its messages. SQLite has a
/// single writer.
pub(crate) fn lock_conversation(conn: &mut AnyConnection, id: i64) -> QueryResult<()> {
    let AnyConnection::Pg(inner) = conn else { return Ok(()) };
    conversations::table.find(id).select(conversations::id).for_update().load::<i64>(inner)?;
    Ok(())
}

/// Locks the direct conversations of pairs of users, the lower id first, in ascending order of the conversations until the
/// transaction ends. SQLite has a single writer.
pub(crate) fn lock_direct_conversations(conn: &mut AnyConnection, pairs: &[[i64; 2]]) -> QueryResult<()> {
    let AnyConnection::Pg(_) = conn else { return Ok(()) };
    let text = format!(
        "SELECT id FROM conversations WHERE (direct_user_low, direct_user_high) IN ({}) ORDER BY id FOR UPDATE",
        statement::rows(pairs.len(), 2)
    );
    Statement::<BigInt>::new(text).bind_all(pairs.iter().copied().flatten()).load::<i64>(conn)?;
    Ok(())
}

/// Returns the end of a query that locks the rows it finds in share mode until the transaction ends: changing them waits,
/// other transactions that share the lock do not. SQLite has a single writer.
pub(crate) fn share(conn: &AnyConnection) -> &'static str {
    match conn {
        AnyConnection::Pg(_) => "FOR SHARE",
        AnyConnection::Sqlite(_) => "",
    }
}

/// Returns the expression for the position of an event that is being written.
pub(crate) fn event_position(conn: &AnyConnection) -> &'static str {
    match conn {
        AnyConnection::Pg(_) => "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)",
        AnyConnection::Sqlite(_) => "(SELECT COALESCE(MAX(position), 0) + 1 FROM events)",
    }
}

/// The parts of the query for new events that differ between the databases.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewEvents {
    /// The conditions of the events that are new, each met by other events. They may name `@next` and `@in_progress`.
    pub(crate) conditions: &'static [&'static str],
    pub(crate) next: i64,
    pub(crate) in_progress: String,
}

/// Returns the expression for the present position in all logs together.
pub(crate) fn tail_position(conn: &AnyConnection) -> &'static str {
    match conn {
        AnyConnection::Pg(_) => "CAST(pg_current_snapshot() AS TEXT)",
        AnyConnection::Sqlite(_) => "CAST((SELECT COALESCE(MAX(position), 0) FROM events) AS TEXT)",
    }
}

/// Returns the parts of the query for events that have become visible since a position.
///
/// On PostgreSQL a position is a snapshot, written as `xmin:xmax:xip`. Transactions commit in another order than that of their
/// ids, so that neither ids nor a sequence tell what is new. An event is new if its transaction had not begun at the earlier
/// snapshot, or was one of those in progress (`xip`); that it is visible now shows that it has been committed since. A
/// transaction that takes long therefore delays its own events only.
pub(crate) fn new_events(conn: &AnyConnection, from: &str) -> NewEvents {
    match conn {
        AnyConnection::Pg(_) => since_snapshot(from),
        AnyConnection::Sqlite(_) => {
            let next = from.parse::<i64>().unwrap_or_default() + 1;
            NewEvents { conditions: &["position >= @next"], next, in_progress: String::new() }
        }
    }
}

fn since_snapshot(snapshot: &str) -> NewEvents {
    let mut parts = snapshot.split(':').skip(1);
    NewEvents {
        conditions: &[
            // A restored dump has ids of transactions that are still to come.
            "position >= @next AND position < CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)",
            "position = ANY (CAST(@in_progress AS BIGINT[]))",
        ],
        next: parts.next().and_then(|next| next.parse().ok()).unwrap_or(i64::MAX),
        in_progress: format!("{{{}}}", parts.next().unwrap_or_default()),
    }
}

/// The identity clause, which has a different syntax in SQLite.
const IDENTITY: &str = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";

/// The collation by bytes, which is SQLite's default.
const BY_BYTES: &str = " COLLATE \"C\"";

/// Translates the standard SQL of a migration for the database of a connection.
pub(crate) fn portable_sql(conn: &AnyConnection, sql: &str) -> String {
    match conn {
        AnyConnection::Pg(_) => sql.to_owned(),
        AnyConnection::Sqlite(_) => sql.replace(IDENTITY, "INTEGER PRIMARY KEY AUTOINCREMENT").replace(BY_BYTES, ""),
    }
}

/// Prevents other processes from migrating until the connection closes. A SQLite file is migrated by the one process that
/// serves it.
pub(crate) fn lock_schema(conn: &mut AnyConnection) -> QueryResult<()> {
    /// The key of the lock is arbitrary but the same in every replica.
    const LOCK: &str = "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock(4171200311)";
    match conn {
        AnyConnection::Pg(inner) => inner.batch_execute(LOCK),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Gives a connection that writes in bulk a page cache of 256 MiB on SQLite. PostgreSQL's cache is the server's.
pub(crate) fn prepare_bulk_load(conn: &mut AnyConnection) -> QueryResult<()> {
    match conn {
        AnyConnection::Pg(_) => Ok(()),
        AnyConnection::Sqlite(inner) => inner.batch_execute("PRAGMA cache_size = -262144"),
    }
}

/// Lets the generated ids of a table continue after its highest id. SQLite counts inserted ids by itself.
pub(crate) fn continue_ids(conn: &mut AnyConnection, table: &str) -> QueryResult<()> {
    match conn {
        AnyConnection::Pg(inner) => inner
            .batch_execute(&format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}")),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Collects the query planner's statistics of a table. On PostgreSQL, also does the first pass over its new rows, which
/// would otherwise begin in the background soon after a bulk load.
pub(crate) fn analyze(conn: &mut AnyConnection, table: &str) -> QueryResult<()> {
    match conn {
        AnyConnection::Pg(inner) => inner.batch_execute(&format!("VACUUM (ANALYZE) {table}")),
        AnyConnection::Sqlite(inner) => inner.batch_execute(&format!("ANALYZE {table}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_tells_which_transactions_are_new() {
        let since = |snapshot| {
            let NewEvents { next, in_progress, .. } = since_snapshot(snapshot);
            (next, in_progress)
        };
        assert_eq!(since("10:20:10,14,15"), (20, "{10,14,15}".to_owned()));
        assert_eq!(since("10:10:"), (10, "{}".to_owned()));
        assert_eq!(since("?"), (i64::MAX, "{}".to_owned()), "nothing is new");
    }
}
