//! Opening connections to either database, and the pool's checks on them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use crate::dialect;

/// Idle time after which a connection is pinged at checkout. Pinging at every checkout costs a quarter of the
/// throughput; without any ping, a dead connection would never be replaced.
const IDLE_BEFORE_PING: Duration = Duration::from_secs(1);

/// Time for which a new connection keeps the plans of its statements. One that was made while a table was nearly empty may
/// read the whole table, and has to be replaced soon after the table has grown. Each replacement, which takes a connection
/// some tens of milliseconds, doubles the time, because a table grows from nothing only once.
const FIRST_LIFETIME_OF_PLANS: Duration = Duration::from_secs(10);

/// The longest time for which plans are kept. PostgreSQL itself replaces them after a table has been analysed.
const MAX_LIFETIME_OF_PLANS: Duration = Duration::from_secs(600);

/// A connection to the configured database. Only `dialect.rs` matches on the variant.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Pg(PgConnection),
    Sqlite(SqliteConnection),
}

/// The location of the database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The path of a SQLite file.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL server, as libpq accepts it.
    Postgres(String),
}

/// Error returned when a database URL is not supported.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidDatabaseUrl {
    /// The scheme is neither SQLite's nor PostgreSQL's.
    #[error("must begin with sqlite:// or postgres://")]
    UnknownScheme,
    /// The path of the SQLite file is missing.
    #[error("must name a file, as in sqlite://astegni.db")]
    NoFile,
    /// Each connection would see a database of its own.
    #[error("an in-memory database cannot be shared by several connections; name a file")]
    InMemory,
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite:").ok_or(InvalidDatabaseUrl::UnknownScheme)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        match path {
            "" => Err(InvalidDatabaseUrl::NoFile),
            ":memory:" => Err(InvalidDatabaseUrl::InMemory),
            path => Ok(Self::Sqlite(PathBuf::from(path))),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    /// Formats the URL without user, password and parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let authority_end = rest.find('/').unwrap_or(rest.len());
                let host = rest.get(..authority_end).and_then(|authority| authority.rsplit_once('@'));
                let rest = host.and_then(|(user, _)| rest.get(user.len() + 1..)).unwrap_or(rest);
                let rest = rest.split('?').next().unwrap_or(rest);
                write!(f, "{scheme}://{rest}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The intended use of a connection. SQLite has one writer alongside its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Opens a connection.
///
/// The constructor that Diesel derives for the enum tries one backend after the other and hides the first error.
pub(crate) fn connect(url: &DatabaseUrl, access: Access) -> Result<AnyConnection, ConnectionError> {
    match url {
        DatabaseUrl::Postgres(url) => {
            let mut conn = PgConnection::establish(&with_timeouts(url))?;
            conn.batch_execute("SET TIME ZONE 'UTC'; SET statement_timeout = '15s'; SET lock_timeout = '5s'; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET random_page_cost = 1.1; SET jit = off")
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(AnyConnection::Pg(conn))
        }
        DatabaseUrl::Sqlite(path) => {
            let path = path.to_str().ok_or_else(|| ConnectionError::BadConnection("the path is not UTF-8".into()))?;
            if access == Access::Write {
                keep_private(path);
            }
            let mut conn = SqliteConnection::establish(path)?;
            let query_only = if access == Access::Read { "PRAGMA query_only = ON;" } else { "" };
            conn.batch_execute(&format!(
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000; {query_only}"
            ))
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(AnyConnection::Sqlite(conn))
        }
    }
}

/// Creates a missing database file with access for its owner only, since it will hold password hashes and contact
/// data; SQLite would make it world-readable. Errors are left for SQLite to report.
fn keep_private(path: &str) {
    use std::os::unix::fs::OpenOptionsExt;
    drop(std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path));
}

/// Adds network timeouts to a URL that sets none; libpq would otherwise wait for as long as TCP does.
fn with_timeouts(url: &str) -> String {
    let defaults = [("connect_timeout", "3"), ("tcp_user_timeout", "15000"), ("keepalives_idle", "30")];
    defaults.iter().filter(|(name, _)| !url.contains(name)).fold(url.to_owned(), |url, (name, value)| {
        let mark = if url.contains('?') { '&' } else { '?' };
        format!("{url}{mark}{name}={value}")
    })
}

/// A connection in the pool.
pub(crate) struct Pooled {
    pub(crate) conn: AnyConnection,
    /// Closes the connection instead of returning it to the pool.
    pub(crate) discard: bool,
    checked_at: Instant,
    planned_at: Instant,
    lifetime_of_plans: Duration,
}

/// Opens connections for the pool and checks them at checkout and return.
#[derive(Debug)]
pub(crate) struct ConnectionSource {
    pub(crate) url: DatabaseUrl,
    pub(crate) access: Access,
}

impl r2d2::ManageConnection for ConnectionSource {
    type Connection = Pooled;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Pooled, Self::Error> {
        let conn = connect(&self.url, self.access).map_err(diesel::r2d2::Error::ConnectionError)?;
        let now = Instant::now();
        let lifetime_of_plans = FIRST_LIFETIME_OF_PLANS;
        Ok(Pooled { conn, discard: false, checked_at: now, planned_at: now, lifetime_of_plans })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Self::Error> {
        if pooled.checked_at.elapsed() > IDLE_BEFORE_PING {
            pooled.conn.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)?;
        }
        if pooled.planned_at.elapsed() > pooled.lifetime_of_plans {
            dialect::discard_plans(&mut pooled.conn).map_err(diesel::r2d2::Error::QueryError)?;
            pooled.planned_at = Instant::now();
            pooled.lifetime_of_plans = MAX_LIFETIME_OF_PLANS.min(pooled.lifetime_of_plans * 2);
        }
        pooled.checked_at = Instant::now();
        Ok(())
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.discard
            || <AnyConnection as Connection>::TransactionManager::is_broken_transaction_manager(&mut pooled.conn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_chooses_the_database() {
        assert_eq!("sqlite://a.db".parse(), Ok(DatabaseUrl::Sqlite("a.db".into())));
        assert_eq!("sqlite:///tmp/a.db".parse(), Ok(DatabaseUrl::Sqlite("/tmp/a.db".into())));
        let url = "postgresql://h/d";
        assert_eq!(url.parse(), Ok(DatabaseUrl::Postgres(url.to_owned())));
        for (url, error) in [
            ("mysql://h/d", InvalidDatabaseUrl::UnknownScheme),
            ("sqlite://", InvalidDatabaseUrl::NoFile),
            ("sqlite://:memory:", InvalidDatabaseUrl::InMemory),
        ] {
            assert_eq!(url.parse::<DatabaseUrl>(), Err(error), "{url}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let url: DatabaseUrl = "postgres://ann:s3c@ret@db:5432/astegni?sslpassword=x".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://db:5432/astegni");
    }
}
