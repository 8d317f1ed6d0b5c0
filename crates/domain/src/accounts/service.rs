//! The use cases of accounts.

use std::sync::Arc;

use chrono_tz::Tz;

use super::{
    AccountRepository, Actor, ChangePasswordError, Device, DeviceRepository, EmailAddress, LoginError, MeError,
    NewAccount, NewDevice, Password, PasswordHasher, ProfileChanges, RefreshError, RefreshVerdict, RegisterError, Role,
    RoleChange, RoleChangeError, TokenIssuer, User, Username, judge_refresh, plan_role_change,
};
use crate::ids::{DeviceId, UserId};
use crate::{Clock, RepositoryError, retry_on_conflict};

/// A parsed registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The address to log in with.
    pub email: EmailAddress,
    /// The password in the clear, until it is hashed.
    pub password: Password,
    /// The public handle.
    pub username: Option<Username>,
    /// The personal fields.
    pub profile: ProfileChanges,
    /// The roles, without repetitions; the first becomes active.
    pub roles: Vec<Role>,
}

/// A user with fresh tokens for one device.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The account that the tokens belong to.
    pub user: User,
    /// The token for the `Authorization` header.
    pub access_token: String,
    /// The token to exchange for the next pair.
    pub refresh_token: String,
    /// The lifetime of the access token in seconds.
    pub expires_in: i64,
}

/// The use cases of accounts, over their ports.
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
    /// Wires the use cases to their ports. Accounts that choose no time zone get `default_zone`.
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

    /// Creates an account and signs it in on the caller's device.
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
        let (user, device_id) = self.accounts.create(account, device, token).await?;
        Ok(self.signed_in(user, device_id, secret))
    }

    /// Signs a user in on a device.
    ///
    /// The password is not parsed, because an old one may violate today's rule. Neither the answer nor the time it
    /// takes reveals whether the account exists.
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
            // The password was changed or the account closed after the check.
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
            RefreshVerdict::Rotate => {
                match self.devices.rotate(token.device_id, digest.clone(), successor.clone(), now).await {
                    Ok(()) => {}
                    // A concurrent exchange stored the same successor, unless the device was signed out.
                    Err(RepositoryError::Conflict) => {
                        let token = self.devices.find_token(digest).await?.ok_or(RefreshError::Invalid)?;
                        if judge_refresh(&token, now) != RefreshVerdict::Repeat {
                            return Err(RefreshError::Invalid);
                        }
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        let user = self.accounts.find(token.user_id).await?.filter(|user| user.is_active);
        Ok(self.signed_in(user.ok_or(RefreshError::Invalid)?, token.device_id, successor.secret))
    }

    /// Signs out the caller's device.
    pub async fn logout(&self, actor: &Actor) -> Result<(), RepositoryError> {
        self.devices.revoke(actor.user_id, actor.device_id, self.clock.now()).await.map(drop)
    }

    /// Returns the caller's account.
    pub async fn me(&self, id: UserId) -> Result<User, MeError> {
        self.accounts.find(id).await?.ok_or(MeError::Gone)
    }

    /// Changes the caller's account. If it is to be public, the first of the follows that wait for it are accepted, which
    /// are all of them in most cases; [`Self::accept_waiting_follows`] accepts the others.
    pub async fn update(&self, id: UserId, changes: ProfileChanges) -> Result<User, MeError> {
        let goes_public = changes.is_private == Some(false);
        let update = async || Ok(self.accounts.update(id, changes.clone(), self.clock.now()).await);
        let user: Result<User, MeError> = retry_on_conflict(update).await;
        if goes_public && user.is_ok() {
            // The change is made. A failure here leaves the follows to the background, which accepts the rest as well.
            drop(self.accept_follows(id).await);
        }
        user
    }

    /// Accepts all follows that wait for accounts that have gone public, part by part. A failure concerning one account
    /// does not keep the others waiting; the first one is returned.
    pub async fn accept_waiting_follows(&self) -> Result<(), RepositoryError> {
        let mut outcome = Ok(());
        for id in self.accounts.accepting_follows().await? {
            let accepted = async {
                while self.accept_follows(id).await? {}
                Ok(())
            };
            outcome = outcome.and(accepted.await);
        }
        outcome
    }

    async fn accept_follows(&self, id: UserId) -> Result<bool, RepositoryError> {
        retry_on_conflict(async || Ok(self.accounts.accept_follows(id, self.clock.now()).await)).await
    }

    /// Replaces the caller's password and signs out their other devices.
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

    /// Adds a role with its profile to the caller's account and makes it active. The password confirms the change.
    pub async fn add_role(&self, actor: &Actor, role: Role, password: String) -> Result<SignedIn, RoleChangeError> {
        let checked_hash = self.accounts.password_hash(actor.user_id).await?;
        if !self.hasher.verify(password, checked_hash.clone()).await? {
            return Err(RoleChangeError::WrongPassword);
        }
        self.change_role(actor, RoleChange::Add { role, checked_hash }).await
    }

    /// Makes one of the caller's roles the active one.
    pub async fn switch_role(&self, actor: &Actor, role: Role) -> Result<SignedIn, RoleChangeError> {
        self.change_role(actor, RoleChange::Switch(role)).await
    }

    async fn change_role(&self, actor: &Actor, change: RoleChange) -> Result<SignedIn, RoleChangeError> {
        let (device, token) = (actor.device_id, self.tokens.refresh_token());
        let user = retry_on_conflict(async || {
            if !self.devices.is_signed_in(device).await? {
                return Err(RoleChangeError::SignedOut);
            }
            let user = self.accounts.find(actor.user_id).await?.ok_or(RoleChangeError::SignedOut)?;
            let plan = plan_role_change(&user, change.clone())?;
            Ok(self.accounts.change_role(plan, device, token.clone(), self.clock.now()).await)
        });
        Ok(self.signed_in(user.await?, device, token.secret.clone()))
    }

    /// Returns the devices on which the caller is signed in, the most recently used first.
    pub async fn devices(&self, actor: &Actor) -> Result<Vec<Device>, RepositoryError> {
        self.devices.list(actor.user_id).await
    }

    /// Signs out one of the caller's devices. Returns false where the caller is not signed in on it.
    pub async fn sign_out(&self, actor: &Actor, device: DeviceId) -> Result<bool, RepositoryError> {
        self.devices.revoke(actor.user_id, device, self.clock.now()).await
    }

    /// Issues an access token for a user and a device that has just received a refresh token.
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
