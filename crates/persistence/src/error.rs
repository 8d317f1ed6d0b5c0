//! From what a database says to what a port may fail with.

use astegni_domain::RepositoryError;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

/// What a job fails with.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A fact that the write relied on no longer holds.
    #[error("a fact that the write relied on has changed")]
    Conflict,
    /// A value that must stand once stands twice.
    #[error("a unique key is violated")]
    Taken(UniqueKey),
    /// A query failed.
    #[error("a query failed")]
    Query(#[source] DieselError),
    /// No connection is to be had, or too many wait for one.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A job panicked.
    #[error("a job panicked")]
    Panicked,
    /// A row holds what no version of ours writes.
    #[error("{column} holds {value:?}")]
    Corrupt {
        /// Table and column.
        column: &'static str,
        /// What it holds.
        value: String,
    },
}

/// The unique keys whose violation has a meaning of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueKey {
    /// Two accounts with one address.
    UsersEmail,
    /// Two accounts with one handle.
    UsersUsername,
}

/// How each database names each key: PostgreSQL by its constraint, SQLite, which names none, by its words.
const UNIQUE_KEYS: [(UniqueKey, &str, &str); 2] = [
    (UniqueKey::UsersEmail, "users_email_key", "users.email"),
    (UniqueKey::UsersUsername, "users_username_folded_key", "users.username_folded"),
];

impl UniqueKey {
    fn of(violation: &dyn DatabaseErrorInformation) -> Option<Self> {
        let constraint = violation.constraint_name();
        let message = violation.message();
        UNIQUE_KEYS.iter().find_map(|(key, postgres, sqlite)| {
            let named = constraint.map_or_else(|| message.ends_with(sqlite), |name| name == *postgres);
            named.then_some(*key)
        })
    }
}

impl StoreError {
    /// Whether the job itself said no, on a database that is well.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Conflict | Self::Taken(_))
    }

    /// A row that every user has is not there.
    pub(crate) fn missing_row(table: &'static str, user: i64) -> Self {
        Self::Corrupt { column: table, value: format!("no row for user {user}") }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
                UniqueKey::of(information.as_ref()).map_or(Self::Conflict, Self::Taken)
            }
            // What was referred to is gone; or two queued up for each other, and one is to try again.
            DieselError::DatabaseError(
                DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::SerializationFailure,
                _,
            ) => Self::Conflict,
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction,
                information,
            ) => Self::Unavailable(information.message().to_owned()),
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
                let message = information.message();
                if message.contains("deadlock detected") {
                    Self::Conflict
                } else if is_outage(message) {
                    Self::Unavailable(message.to_owned())
                } else {
                    Self::Query(DieselError::DatabaseError(DatabaseErrorKind::Unknown, information))
                }
            }
            DieselError::BrokenTransactionManager => Self::Unavailable("a connection broke".to_owned()),
            error => Self::Query(error),
        }
    }
}

/// Words by which the databases say that they cannot serve now. Neither has codes for them that Diesel
/// hands on.
fn is_outage(message: &str) -> bool {
    const WORDS: [&str; 9] = [
        "database is locked",
        "disk is full",
        "database or disk is full",
        "server closed the connection",
        "terminating connection",
        "no connection to the server",
        "statement timeout",
        "lock timeout",
        "could not receive data",
    ];
    WORDS.iter().any(|word| message.contains(word))
}

impl From<StoreError> for RepositoryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict | StoreError::Taken(_) => Self::Conflict,
            StoreError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            StoreError::Query(_) | StoreError::Panicked | StoreError::Corrupt { .. } => {
                Self::Unexpected(Box::new(error))
            }
        }
    }
}
