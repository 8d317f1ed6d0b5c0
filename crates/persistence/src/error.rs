//! Classification of database errors.

use astegni_domain::RepositoryError;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

/// Error of a database job.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A fact that the write relied on has changed since it was read.
    #[error("a fact that the write relied on has changed")]
    Conflict,
    /// A value that has to be unique is in use already.
    #[error("the value of a unique key is in use already")]
    UniqueViolation(UniqueKey),
    /// A query failed for a reason that needs attention.
    #[error("a query failed")]
    Query(#[source] DieselError),
    /// The server cannot be reached, or every connection is in use.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The job panicked; its changes were rolled back.
    #[error("a database job panicked")]
    Panicked,
    /// A row holds a value that no released version writes.
    #[error("{column} holds {value:?}")]
    #[expect(missing_docs, reason = "the fields are table.column and its value")]
    Corrupt { column: &'static str, value: String },
}

/// The unique keys whose violation callers are told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueKey {
    /// The e-mail address of an account.
    UsersEmail,
    /// The case-folded handle of an account.
    UsersUsername,
}

/// Each key with the name of its PostgreSQL constraint and the columns that SQLite, which reports no constraint names,
/// mentions in its message.
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
    /// Returns whether the job itself refused to write; the connection and the transaction around it are sound.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Conflict | Self::UniqueViolation(_))
    }

    /// Creates the error for a row that should exist for every user.
    pub(crate) fn missing_row(table: &'static str, user: i64) -> Self {
        Self::Corrupt { column: table, value: format!("no row for user {user}") }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
                UniqueKey::of(information.as_ref()).map_or(Self::Conflict, Self::UniqueViolation)
            }
            // The referenced row is gone, or the transaction lost against a concurrent one and may be retried.
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
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection is broken".to_owned()),
            error => Self::Query(error),
        }
    }
}

/// Returns whether a message reports a temporary outage. Diesel does not expose the SQLSTATE.
fn is_outage(message: &str) -> bool {
    const OUTAGES: [&str; 9] = [
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
    OUTAGES.iter().any(|outage| message.contains(outage))
}

impl From<StoreError> for RepositoryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict | StoreError::UniqueViolation(_) => Self::Conflict,
            StoreError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            StoreError::Query(_) | StoreError::Panicked | StoreError::Corrupt { .. } => {
                Self::Unexpected(Box::new(error))
            }
        }
    }
}
