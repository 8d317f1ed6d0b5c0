//! Errors of the use cases and ports of accounts.

use super::Role;
use crate::RepositoryError;

/// Why a registration is refused.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Another account has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Another account has the handle.
    #[error("the username is taken")]
    UsernameTaken,
    /// See [`HashingError`].
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a login is refused.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// No such account, a wrong password or an account that may not be used: the caller cannot tell.
    #[error("the credentials are wrong")]
    WrongCredentials,
    /// See [`HashingError`].
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a refresh is refused.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// Unknown, expired or signed out.
    #[error("the refresh token is not valid")]
    Invalid,
    /// It was exchanged before: the device's whole family is ended.
    #[error("the refresh token was used before")]
    Reused,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a password stays.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password is not the one given.
    #[error("the current password is wrong")]
    WrongPassword,
    /// See [`HashingError`].
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a role is not added.
#[derive(Debug, thiserror::Error)]
pub enum AddRoleError {
    /// The user has it.
    #[error("the user has the role already")]
    AlreadyHeld(Role),
    /// The password is not the user's.
    #[error("the password is wrong")]
    WrongPassword,
    /// See [`HashingError`].
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a role is not made active.
#[derive(Debug, thiserror::Error)]
pub enum SwitchRoleError {
    /// The user does not have it.
    #[error("the user does not have the role")]
    NotHeld(Role),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why an account is not shown.
#[derive(Debug, thiserror::Error)]
pub enum MeError {
    /// The token outlived its account.
    #[error("the account is gone")]
    Gone,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The refusal of a call that requires a role which the caller does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the caller does not have the role {}", .0.as_str())]
pub struct RoleRequired(pub Role);

/// Why an account could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// Another account has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Another account has the handle, in whatever case.
    #[error("the username is taken")]
    UsernameTaken,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// More wait for a hash than will be served in time.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash cannot be read or made.
    #[error("hashing failed: {0}")]
    Failed(String),
}
