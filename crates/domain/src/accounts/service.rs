//! The use cases of accounts.

use std::sync::Arc;

use chrono_tz::Tz;

use super::{
    AccountRepository, Actor, CreateAccountError, DeviceRepository, EmailAddress, HashingError, NewAccount, NewDevice,
    Password, PasswordHasher, ProfileChanges, RefreshVerdict, Role, TokenIssuer, User, Username, judge_refresh,
};
use crate::ids::{DeviceId, UserId};
use crate::{Clock, RepositoryError};

/// What a person gives to register, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The name to log in by.
    pub email: EmailAddress,
    /// In the clear until it is hashed.
    pub password: Password,
    /// See [`User::username`].
    pub username: Option<Username>,
    /// Names, phone, birth and zone.
    pub profile: ProfileChanges,
    /// Roles to begin with; the first is active.
    pub roles: Vec<Role>,
}

/// A user with fresh tokens for one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub user: User,
    /// For the `Authorization` header.
    pub access_token: String,
    /// To be exchanged for the next pair.
    pub refresh_token: String,
    /// How long the access token lives, in seconds.
    pub expires_in: i64,
}

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

/// The use cases of accounts.
#[derive(Clone)]
pub struct AccountService {
    accounts: Arc<dyn AccountRepository>,
    devices: Arc<dyn DeviceRepository>,
    hasher: Arc<dyn PasswordHasher>,
    tokens: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
    default_zone: Tz,
}

impl AccountService {
    /// Wires the use cases to their ports. `default_zone` is where the clock hangs of who names no zone.
    pub fn new(
        accounts: Arc<dyn AccountRepository>,
        devices: Arc<dyn DeviceRepository>,
        hasher: Arc<dyn PasswordHasher>,
        tokens: Arc<dyn TokenIssuer>,
        clock: Arc<dyn Clock>,
        default_zone: Tz,
    ) -> Self {
        Self { accounts, devices, hasher, tokens, clock, default_zone }
    }

    /// Makes an account and signs it in.
    pub async fn register(&self, registration: Registration, device: NewDevice) -> Result<SignedIn, RegisterError> {
        let password_hash = self.hasher.hash(registration.password.expose().to_owned()).await?;
        let account = NewAccount {
            email: Some(registration.email),
            username: registration.username,
            password_hash: Some(password_hash),
            time_zone: registration.profile.time_zone.unwrap_or(self.default_zone),
            profile: registration.profile,
            roles: registration.roles,
            created_at: self.clock.now(),
        };
        let token = self.tokens.refresh_token();
        let secret = token.secret.clone();
        let (user, device_id) = self.accounts.create(account, device, token).await.map_err(|error| match error {
            CreateAccountError::EmailTaken => RegisterError::EmailTaken,
            CreateAccountError::UsernameTaken => RegisterError::UsernameTaken,
            CreateAccountError::Repository(error) => RegisterError::Repository(error),
        })?;
        Ok(self.signed_in(user, device_id, secret))
    }

    /// Signs a user in on a device.
    ///
    /// `password` comes as it was typed: an old password may break today's rule. Whether the account
    /// exists shows neither in the answer nor in its time.
    pub async fn login(
        &self,
        email: Option<EmailAddress>,
        password: String,
        device: NewDevice,
    ) -> Result<SignedIn, LoginError> {
        let credentials = match email {
            Some(email) => self.accounts.credentials(email).await?,
            None => None,
        };
        let hash = credentials.as_ref().and_then(|known| known.password_hash.clone());
        let matches = self.hasher.verify(password, hash).await?;
        let user_id = credentials
            .filter(|known| matches && known.is_active)
            .map(|known| known.user_id)
            .ok_or(LoginError::WrongCredentials)?;
        let user = self.accounts.find(user_id).await?.ok_or(LoginError::WrongCredentials)?;
        let token = self.tokens.refresh_token();
        let secret = token.secret.clone();
        let device_id = self.devices.open(user_id, device, token, self.clock.now()).await?;
        Ok(self.signed_in(user, device_id, secret))
    }

    /// Exchanges a refresh token for the next pair of tokens.
    pub async fn refresh(&self, secret: &str) -> Result<SignedIn, RefreshError> {
        let digest = self.tokens.digest(secret);
        let successor = self.tokens.successor(secret);
        let now = self.clock.now();
        let token = self.devices.find_token(digest.clone()).await?.ok_or(RefreshError::Invalid)?;
        match judge_refresh(&token, now) {
            RefreshVerdict::Dead => return Err(RefreshError::Invalid),
            RefreshVerdict::Reused => {
                self.devices.revoke(token.user_id, token.device_id, now).await?;
                return Err(RefreshError::Reused);
            }
            RefreshVerdict::Repeat => {}
            RefreshVerdict::Rotate => match self.devices.rotate(digest.clone(), successor.clone(), now).await {
                Ok(()) => {}
                // Two exchanges at once: the other one wrote the very same successor, unless the device
                // was signed out.
                Err(RepositoryError::Conflict) => {
                    let token = self.devices.find_token(digest).await?.ok_or(RefreshError::Invalid)?;
                    if judge_refresh(&token, now) != RefreshVerdict::Repeat {
                        return Err(RefreshError::Invalid);
                    }
                }
                Err(error) => return Err(error.into()),
            },
        }
        let user = self.accounts.find(token.user_id).await?.filter(|user| user.is_active);
        Ok(self.signed_in(user.ok_or(RefreshError::Invalid)?, token.device_id, successor.secret))
    }

    /// Signs the caller's device out.
    pub async fn logout(&self, actor: &Actor) -> Result<(), RepositoryError> {
        self.devices.revoke(actor.user_id, actor.device_id, self.clock.now()).await.map(drop)
    }

    /// The caller's account.
    pub async fn me(&self, id: UserId) -> Result<User, MeError> {
        self.accounts.find(id).await?.ok_or(MeError::Gone)
    }

    /// Changes the caller's account.
    pub async fn update(&self, id: UserId, changes: ProfileChanges) -> Result<User, MeError> {
        Ok(self.accounts.update(id, changes, self.clock.now()).await?)
    }

    /// Replaces the caller's password and signs the other devices out.
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: String,
        new: Password,
    ) -> Result<(), ChangePasswordError> {
        let hash = self.accounts.password_hash(actor.user_id).await?;
        if !self.hasher.verify(current, hash).await? {
            return Err(ChangePasswordError::WrongPassword);
        }
        let hash = self.hasher.hash(new.expose().to_owned()).await?;
        Ok(self.accounts.change_password(actor.user_id, hash, actor.device_id, self.clock.now()).await?)
    }

    /// Gives the caller another role, with its profile, and makes it active.
    pub async fn add_role(&self, actor: &Actor, role: Role, password: String) -> Result<SignedIn, AddRoleError> {
        let hash = self.accounts.password_hash(actor.user_id).await?;
        if !self.hasher.verify(password, hash).await? {
            return Err(AddRoleError::WrongPassword);
        }
        let holds = |user: &User| user.roles.contains(&role);
        if self.accounts.find(actor.user_id).await?.as_ref().is_some_and(holds) {
            return Err(AddRoleError::AlreadyHeld(role));
        }
        let user = self.accounts.add_role(actor.user_id, role, self.clock.now()).await?;
        self.sign_in_anew(user, actor).await.map_err(AddRoleError::Repository)
    }

    /// Makes one of the caller's roles the active one.
    pub async fn switch_role(&self, actor: &Actor, role: Role) -> Result<SignedIn, SwitchRoleError> {
        let user =
            self.accounts.switch_role(actor.user_id, role, self.clock.now()).await.map_err(|error| match error {
                RepositoryError::Conflict => SwitchRoleError::NotHeld(role),
                error => SwitchRoleError::Repository(error),
            })?;
        self.sign_in_anew(user, actor).await.map_err(SwitchRoleError::Repository)
    }

    /// The devices on which the caller is signed in.
    pub async fn devices(&self, actor: &Actor) -> Result<Vec<super::Device>, RepositoryError> {
        self.devices.list(actor.user_id).await
    }

    /// Signs one of the caller's devices out; false where there is none such.
    pub async fn sign_out(&self, actor: &Actor, device: DeviceId) -> Result<bool, RepositoryError> {
        self.devices.revoke(actor.user_id, device, self.clock.now()).await
    }

    /// Tokens that say what has just changed, for the device in use.
    async fn sign_in_anew(&self, user: User, actor: &Actor) -> Result<SignedIn, RepositoryError> {
        let token = self.tokens.refresh_token();
        let secret = token.secret.clone();
        self.devices.extend(actor.device_id, token, self.clock.now()).await?;
        Ok(self.signed_in(user, actor.device_id, secret))
    }

    fn signed_in(&self, user: User, device_id: DeviceId, refresh_token: String) -> SignedIn {
        let actor = Actor { user_id: user.id, device_id, active_role: user.active_role, profiles: user.profiles };
        SignedIn {
            access_token: self.tokens.access_token(&actor, self.clock.now()),
            refresh_token,
            expires_in: self.tokens.access_lifetime(),
            user,
        }
    }
}
