//! Ports of accounts: storage, password hashing and tokens.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    Actor, CreateAccountError, Device, EmailAddress, HashingError, NewAccount, NewDevice, ProfileChanges, RefreshToken,
    RefreshTokenState, RoleChangePlan, User,
};
use crate::RepositoryError;
use crate::ids::{DeviceId, UserId};

/// Facts that a login is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The owner of the credentials.
    pub user_id: UserId,
    /// The hash in PHC string format; `None` for an account that cannot log in.
    pub password_hash: Option<String>,
    /// Whether the account may be used.
    pub is_active: bool,
}

/// Stores accounts with their roles and profiles.
///
/// Every writing method locks the account's row before the rows of devices, and a device's row before its refresh
/// tokens.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait AccountRepository: Send + Sync {
    /// Creates an account, a profile for each of its roles, its calendar, and the device it signs in on,
    /// atomically. MUST return `EmailTaken` or `UsernameTaken`, with nothing written, where another account has the
    /// address or the folded handle.
    async fn create(
        &self,
        account: NewAccount,
        device: NewDevice,
        token: RefreshToken,
    ) -> Result<(User, DeviceId), CreateAccountError>;

    /// Returns the account, if it exists.
    async fn find(&self, id: UserId) -> Result<Option<User>, RepositoryError>;

    /// Returns the credentials of the account with an address, if there is one.
    async fn credentials(&self, email: EmailAddress) -> Result<Option<Credentials>, RepositoryError>;

    /// Returns the password hash of an account, if it has one.
    async fn password_hash(&self, id: UserId) -> Result<Option<String>, RepositoryError>;

    /// Writes the changes and returns the resulting account.
    ///
    /// MUST NOT take longer the more follows wait for the account: where they are to be accepted, as
    /// [`waiting_follows`](crate::connections::waiting_follows) decides, the account is marked, and
    /// [`Self::accept_follows`] does the work. An account that becomes private loses the mark.
    async fn update(&self, id: UserId, changes: ProfileChanges, now: DateTime<Utc>) -> Result<User, RepositoryError>;

    /// Accepts some of the follows that wait for a marked account, the oldest first, in one short transaction with the
    /// counters of all users concerned. Returns true where more may be waiting; removes the mark otherwise.
    ///
    /// MUST accept nothing where the account is not marked. MUST NOT accept a follow that was withdrawn, answered or ended
    /// by a block in the meantime. MUST continue where the last part ended, whichever process wrote it.
    async fn accept_follows(&self, id: UserId, now: DateTime<Utc>) -> Result<bool, RepositoryError>;

    /// Returns the marked accounts.
    async fn accepting_follows(&self) -> Result<Vec<UserId>, RepositoryError>;

    /// Writes a role change and adds a refresh token to the caller's device, atomically.
    ///
    /// MUST spend no refresh token. MUST return `Conflict`, with nothing written, where the account's roles or the
    /// checked password hash are no longer those of the plan, or the device is signed out.
    async fn change_role(
        &self,
        plan: RoleChangePlan,
        device: DeviceId,
        token: RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<User, RepositoryError>;

    /// Replaces the password hash and signs out every device but `keep`, atomically. MUST return `Conflict` where
    /// the hash is no longer the one that the current password was checked against.
    async fn change_password(
        &self,
        id: UserId,
        checked_hash: Option<String>,
        password_hash: String,
        keep: DeviceId,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError>;
}

/// Stores the devices that users are signed in on, and their refresh tokens.
///
/// Expired tokens are deleted when their device gets another one, as are those beyond the limits of the domain.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait DeviceRepository: Send + Sync {
    /// Signs a user in on a device with its first refresh token. MUST return `Conflict` where the account may not
    /// be used, or its hash is no longer the one that the password was checked against.
    async fn open(
        &self,
        user_id: UserId,
        checked_hash: Option<String>,
        device: NewDevice,
        token: RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<DeviceId, RepositoryError>;

    /// Returns the state of the refresh token with a digest, if it is known.
    async fn find_token(&self, digest: String) -> Result<Option<RefreshTokenState>, RepositoryError>;

    /// Spends a token of a device and stores its successor, atomically. MUST return `Conflict`, with nothing
    /// written, where the token was spent or its device signed out in the meantime.
    async fn rotate(
        &self,
        device: DeviceId,
        digest: String,
        successor: RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError>;

    /// Signs out a device of a user. Returns false where the user is not signed in on it.
    async fn revoke(&self, user_id: UserId, device: DeviceId, now: DateTime<Utc>) -> Result<bool, RepositoryError>;

    /// Returns whether a device is signed in and its owner's account may be used.
    async fn is_signed_in(&self, device: DeviceId) -> Result<bool, RepositoryError>;

    /// Returns those of some devices that are not signed in, or whose owner's account may not be used.
    async fn signed_out(&self, devices: Vec<DeviceId>) -> Result<Vec<DeviceId>, RepositoryError>;

    /// Returns at most 100 devices on which a user is signed in, the most recently used first.
    async fn list(&self, user_id: UserId) -> Result<Vec<Device>, RepositoryError>;
}

/// Hashes passwords on threads of its own, because it takes long on purpose.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Returns a salted hash in PHC string format.
    async fn hash(&self, password: String) -> Result<String, HashingError>;

    /// Returns whether the password is the one that was hashed. MUST return false, after the same time, where there
    /// is no hash or the hash cannot be parsed, so that response times do not reveal which accounts exist.
    async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, HashingError>;
}

/// Issues access tokens and refresh tokens.
#[cfg_attr(feature = "test-util", mockall::automock)]
pub trait TokenIssuer: Send + Sync {
    /// Returns a signed access token that identifies the actor.
    fn access_token(&self, actor: &Actor, now: DateTime<Utc>) -> String;

    /// Returns the lifetime of access tokens in seconds.
    fn access_lifetime(&self) -> i64;

    /// Returns a fresh, unguessable refresh token.
    fn refresh_token(&self) -> RefreshToken;

    /// Returns the successor of a refresh token. MUST be the same at every call for the same secret, so that a
    /// repeated exchange returns the same answer, and unguessable without the server's key.
    fn successor(&self, secret: &str) -> RefreshToken;

    /// Returns the digest under which a presented secret is stored.
    fn digest(&self, secret: &str) -> String;
}
