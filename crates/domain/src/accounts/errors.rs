//! What each use case may answer instead.

use super::{HashingError, Role};
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
