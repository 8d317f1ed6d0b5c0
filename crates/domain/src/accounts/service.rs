//! The use cases of accounts.

use std::sync::Arc;

use chrono_tz::Tz;

use super::{
    AccountRepository, Actor, AddRoleError, ChangePasswordError, CreateAccountError, DeviceRepository, EmailAddress,
    LoginError, MeError, NewAccount, NewDevice, Password, PasswordHasher, ProfileChanges, RefreshError, RefreshVerdict,
    RegisterError, Role, RoleChange, SwitchRoleError, TokenIssuer, User, Username, judge_refresh,
};
use crate::ids::{DeviceId, UserId};
use crate::{Clock, RepositoryError, retry_on_conflict};

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
#[derive(Clone, PartialEq, Eq)]
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
        let matches = self.hasher.verify(password, hash.clone()).await?;
        let user_id = credentials
            .filter(|known| matches && known.is_active)
            .map(|known| known.user_id)
            .ok_or(LoginError::WrongCredentials)?;
        let user = self.accounts.find(user_id).await?.ok_or(LoginError::WrongCredentials)?;
        let token = self.tokens.refresh_token();
        let secret = token.secret.clone();
        match self.devices.open(user_id, hash, device, token, self.clock.now()).await {
            Ok(device_id) => Ok(self.signed_in(user, device_id, secret)),
            // The password has just been changed, or the account closed.
            Err(RepositoryError::Conflict) => Err(LoginError::WrongCredentials),
            Err(error) => Err(error.into()),
        }
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
        // A conflict means that another user has just asked to follow an account that goes public.
        retry_on_conflict(async || Ok(self.accounts.update(id, changes.clone(), self.clock.now()).await)).await
    }

    /// Replaces the caller's password and signs the other devices out.
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: String,
        new: Password,
    ) -> Result<(), ChangePasswordError> {
        let hash = self.accounts.password_hash(actor.user_id).await?;
        if !self.hasher.verify(current, hash.clone()).await? {
            return Err(ChangePasswordError::WrongPassword);
        }
        let new_hash = self.hasher.hash(new.expose().to_owned()).await?;
        let changed = self.accounts.change_password(actor.user_id, hash, new_hash, actor.device_id, self.clock.now());
        changed.await.map_err(|error| match error {
            RepositoryError::Conflict => ChangePasswordError::WrongPassword,
            error => ChangePasswordError::Repository(error),
        })
    }

    /// Gives the caller another role, with its profile, and makes it active.
    pub async fn add_role(&self, actor: &Actor, role: Role, password: String) -> Result<SignedIn, AddRoleError> {
        let hash = self.accounts.password_hash(actor.user_id).await?;
        if !self.hasher.verify(password, hash).await? {
            return Err(AddRoleError::WrongPassword);
        }
        self.change_role(actor, role, true).await.map_err(|error| match error {
            RepositoryError::Conflict => AddRoleError::AlreadyHeld(role),
            error => AddRoleError::Repository(error),
        })
    }

    /// Makes one of the caller's roles the active one.
    pub async fn switch_role(&self, actor: &Actor, role: Role) -> Result<SignedIn, SwitchRoleError> {
        self.change_role(actor, role, false).await.map_err(|error| match error {
            RepositoryError::Conflict => SwitchRoleError::NotHeld(role),
            error => SwitchRoleError::Repository(error),
        })
    }

    async fn change_role(&self, actor: &Actor, role: Role, takes: bool) -> Result<SignedIn, RepositoryError> {
        let token = self.tokens.refresh_token();
        let secret = token.secret.clone();
        let (user_id, device_id, at) = (actor.user_id, actor.device_id, self.clock.now());
        let user = self.accounts.change_role(RoleChange { user_id, role, takes, device_id, token, at }).await?;
        Ok(self.signed_in(user, device_id, secret))
    }

    /// The devices on which the caller is signed in.
    pub async fn devices(&self, actor: &Actor) -> Result<Vec<super::Device>, RepositoryError> {
        self.devices.list(actor.user_id).await
    }

    /// Signs one of the caller's devices out; false where there is none such.
    pub async fn sign_out(&self, actor: &Actor, device: DeviceId) -> Result<bool, RepositoryError> {
        self.devices.revoke(actor.user_id, device, self.clock.now()).await
    }

    /// A user with tokens for a device that has just got this refresh token.
    pub(crate) fn signed_in(&self, user: User, device_id: DeviceId, refresh_token: String) -> SignedIn {
        let actor = Actor { user_id: user.id, device_id, active_role: user.active_role, profiles: user.profiles };
        SignedIn {
            access_token: self.tokens.access_token(&actor, self.clock.now()),
            refresh_token,
            expires_in: self.tokens.access_lifetime(),
            user,
        }
    }
}
