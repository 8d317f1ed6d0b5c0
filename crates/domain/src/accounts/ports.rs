//! What accounts need from outside.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    Actor, CreateAccountError, Device, EmailAddress, HashingError, NewAccount, NewDevice, ProfileChanges, RefreshToken,
    RefreshTokenState, Role, User,
};
use crate::RepositoryError;
use crate::ids::{DeviceId, UserId};

/// What a login is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose they are.
    pub user_id: UserId,
    /// In PHC string format; none for an account that cannot log in.
    pub password_hash: Option<String>,
    /// Whether the account may be used.
    pub is_active: bool,
}

/// A change of the role in which a user acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChange {
    /// Whose.
    pub user_id: UserId,
    /// Which is to be active.
    pub role: Role,
    /// Whether the user is to take it, or has it.
    pub takes: bool,
    /// The device that is to be told by its tokens.
    pub device_id: DeviceId,
    /// The device's next refresh token.
    pub token: RefreshToken,
    /// When, an instant.
    pub at: DateTime<Utc>,
}

/// Keeps accounts.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait AccountRepository: Send + Sync {
    /// Writes an account, a profile for each of its roles, its calendar, and the device it signs in on,
    /// atomically. MUST answer `EmailTaken` or `UsernameTaken`, with nothing written, where another
    /// account has the address or the folded handle.
    async fn create(
        &self,
        account: NewAccount,
        device: NewDevice,
        token: RefreshToken,
    ) -> Result<(User, DeviceId), CreateAccountError>;

    /// Looks an account up.
    async fn find(&self, id: UserId) -> Result<Option<User>, RepositoryError>;

    /// Looks up what a login is checked against.
    async fn credentials(&self, email: EmailAddress) -> Result<Option<Credentials>, RepositoryError>;

    /// Looks up the password hash of an account.
    async fn password_hash(&self, id: UserId) -> Result<Option<String>, RepositoryError>;

    /// Writes the fields that are given and answers with the account as it is then.
    ///
    /// MUST, where the account goes public, accept the follows that wait for its consent.
    async fn update(&self, id: UserId, changes: ProfileChanges, now: DateTime<Utc>) -> Result<User, RepositoryError>;

    /// Makes a role active, with its profile where the user is to take it, and gives the device a refresh
    /// token in the place of those it has, atomically. MUST answer `Conflict` where the user has a role that
    /// is to be taken, does not have one that is only to be active, or where the device is signed out.
    async fn change_role(&self, change: RoleChange) -> Result<User, RepositoryError>;

    /// Replaces the password hash and signs out every device but `keep`, atomically. MUST answer `Conflict`
    /// where the hash is no longer the one that the current password was checked against.
    async fn change_password(
        &self,
        id: UserId,
        checked_hash: Option<String>,
        password_hash: String,
        keep: DeviceId,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError>;
}

/// Keeps the devices that users are signed in on, and their refresh tokens.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait DeviceRepository: Send + Sync {
    /// Signs a user in on a device with its first refresh token. MUST answer `Conflict` where the account may
    /// not be used, or its hash is no longer the one that the password was checked against.
    async fn open(
        &self,
        user_id: UserId,
        checked_hash: Option<String>,
        device: NewDevice,
        token: RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<DeviceId, RepositoryError>;

    /// Looks up a refresh token by its digest.
    async fn find_token(&self, digest: String) -> Result<Option<RefreshTokenState>, RepositoryError>;

    /// Marks a token used and keeps its successor, atomically. MUST answer `Conflict`, with nothing
    /// written, where the token was used or its device signed out in the meantime.
    async fn rotate(&self, digest: String, successor: RefreshToken, now: DateTime<Utc>) -> Result<(), RepositoryError>;

    /// Signs a device of this user out; false where there is none to sign out.
    async fn revoke(&self, user_id: UserId, device: DeviceId, now: DateTime<Utc>) -> Result<bool, RepositoryError>;

    /// Whether a device is signed in and its user's account may be used.
    async fn is_signed_in(&self, device: DeviceId) -> Result<bool, RepositoryError>;

    /// The devices on which a user is signed in, the last used first.
    async fn list(&self, user_id: UserId) -> Result<Vec<Device>, RepositoryError>;
}

/// Hashes passwords, slowly and on threads of its own.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// A salted hash in PHC string format.
    async fn hash(&self, password: String) -> Result<String, HashingError>;

    /// Whether the password is the one that was hashed. MUST take as long where `hash` is none, so that
    /// nobody can tell by the clock whether an account exists; answers false then.
    async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, HashingError>;
}

/// Makes tokens.
#[cfg_attr(feature = "test-util", mockall::automock)]
pub trait TokenIssuer: Send + Sync {
    /// A signed access token that says who the actor is.
    fn access_token(&self, actor: &Actor, now: DateTime<Utc>) -> String;

    /// How long access tokens live, in seconds.
    fn access_lifetime(&self) -> i64;

    /// A fresh, unguessable refresh token.
    fn refresh_token(&self) -> RefreshToken;

    /// The successor of a refresh token. MUST be the same at every call for the same secret, so that a
    /// repeated exchange gives the same answer, and unguessable without the server's key.
    fn successor(&self, secret: &str) -> RefreshToken;

    /// The digest under which a presented secret is kept.
    fn digest(&self, secret: &str) -> String;
}
