//! Errors of the use cases and ports of accounts.

use super::Role;
use crate::RepositoryError;

/// The reason why a registration was rejected.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Another account has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Another account has the handle.
    #[error("the username is taken")]
    UsernameTaken,
    /// The password could not be hashed or verified.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed or reported a conflict.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<CreateAccountError> for RegisterError {
    fn from(error: CreateAccountError) -> Self {
        match error {
            CreateAccountError::EmailTaken => Self::EmailTaken,
            CreateAccountError::UsernameTaken => Self::UsernameTaken,
            CreateAccountError::Repository(error) => Self::Repository(error),
        }
    }
}

/// The reason why a login was rejected.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The account does not exist, the password is wrong, or the account is inactive. Callers cannot tell which.
    #[error("the credentials are wrong")]
    WrongCredentials,
    /// The password could not be hashed or verified.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed or reported a conflict.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The reason why a refresh was rejected.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token is unknown or expired, or its device is signed out.
    #[error("the refresh token is not valid")]
    Invalid,
    /// The token was exchanged before, and its device has been signed out.
    #[error("the refresh token was used before")]
    Reused,
    /// The store failed or reported a conflict.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The reason why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password is wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The password could not be hashed or verified.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed or reported a conflict.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The reason why a role was neither added nor switched to.
#[derive(Debug, thiserror::Error)]
pub enum RoleChangeError {
    /// The user already has the role to add.
    #[error("the user already has the role {}", .0.as_str())]
    AlreadyHeld(Role),
    /// The user does not have the role to switch to.
    #[error("the user does not have the role {}", .0.as_str())]
    NotHeld(Role),
    /// The password that confirms an addition is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// The caller's device was signed out in the meantime.
    #[error("the device is signed out")]
    SignedOut,
    /// The password could not be hashed or verified.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed or reported a conflict.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The reason why an account was not returned.
#[derive(Debug, thiserror::Error)]
pub enum MeError {
    /// The account no longer exists, although the access token is valid.
    #[error("the account no longer exists")]
    Gone,
    /// The store failed or reported a conflict.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The rejection of a call that requires a role which the caller does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the caller does not have the role {}", .0.as_str())]
pub struct RoleRequired(pub Role);

/// The reason why an account was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// Another account has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Another account has the handle, in whatever case.
    #[error("the username is taken")]
    UsernameTaken,
    /// The store failed or reported a conflict.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The reason why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Too many passwords are waiting to be hashed.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The hash function failed.
    #[error("hashing failed: {0}")]
    Failed(String),
}
