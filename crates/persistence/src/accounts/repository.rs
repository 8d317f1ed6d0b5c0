//! [`AccountRepository`] on Diesel. Locks are taken in the order that [`super::devices`] documents.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AccountRepository, CreateAccountError, Credentials, EmailAddress, NewAccount, NewDevice, ProfileChanges,
    RefreshToken, RoleChangePlan, User,
};
use astegni_domain::ids::{DeviceId, UserId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{devices, roles, rows};
use crate::Database;
use crate::connection::AnyConnection;
use crate::connections;
use crate::error::{StoreError, UniqueKey};
use crate::schema::{auth_sessions, users};

#[async_trait]
impl AccountRepository for Database {
    async fn create(
        &self,
        account: NewAccount,
        device: NewDevice,
        token: RefreshToken,
    ) -> Result<(User, DeviceId), CreateAccountError> {
        let now = account.created_at;
        self.write(move |conn| {
            let user = rows::insert_account(conn, account)?;
            let device = devices::insert(conn, user.id, device, &token, now)?;
            Ok((user, device))
        })
        .await
        .map_err(|error| match error {
            StoreError::UniqueViolation(UniqueKey::UsersEmail) => CreateAccountError::EmailTaken,
            StoreError::UniqueViolation(UniqueKey::UsersUsername) => CreateAccountError::UsernameTaken,
            error => CreateAccountError::Repository(error.into()),
        })
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, RepositoryError> {
        Ok(self.account(id).await?)
    }

    async fn credentials(&self, email: EmailAddress) -> Result<Option<Credentials>, RepositoryError> {
        let row: Option<(i64, Option<String>, bool)> = self
            .read(move |conn| {
                Ok(users::table
                    .filter(users::email.eq(email.as_str()))
                    .select((users::id, users::password_hash, users::is_active))
                    .first(conn)
                    .optional()?)
            })
            .await?;
        Ok(row.map(|(id, password_hash, is_active)| Credentials { user_id: UserId::new(id), password_hash, is_active }))
    }

    async fn password_hash(&self, id: UserId) -> Result<Option<String>, RepositoryError> {
        let hash: Option<Option<String>> = self
            .read(move |conn| Ok(users::table.find(id.get()).select(users::password_hash).first(conn).optional()?))
            .await?;
        Ok(hash.flatten())
    }

    async fn update(&self, id: UserId, changes: ProfileChanges, now: DateTime<Utc>) -> Result<User, RepositoryError> {
        Ok(self.write(move |conn| rows::update(conn, id.get(), changes, now.naive_utc())).await?)
    }

    async fn accept_follows(&self, id: UserId, now: DateTime<Utc>) -> Result<bool, RepositoryError> {
        Ok(self.write(move |conn| connections::accept_part(conn, id, now.naive_utc())).await?)
    }

    async fn accepting_follows(&self) -> Result<Vec<UserId>, RepositoryError> {
        Ok(self.read(connections::marked).await?)
    }

    async fn change_role(
        &self,
        plan: RoleChangePlan,
        device: DeviceId,
        token: RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<User, RepositoryError> {
        let user = self.write(move |conn| {
            let id = plan.user_id.get();
            let stored_roles = guard_role_change(conn, &plan, now)?;
            if let Some(role) = plan.new_profile {
                rows::insert_profile(conn, id, role, now.naive_utc())?;
            }
            let role_names = roles::json_roles(&plan.roles, &stored_roles)?;
            diesel::update(users::table.find(id))
                .set((users::roles.eq(role_names), users::active_role.eq(plan.active_role.as_str())))
                .execute(conn)?;
            devices::lock(conn, device.get(), now)?;
            devices::add_token(conn, device.get(), &token, now)?;
            rows::refresh_names(conn, id)
        });
        Ok(user.await?)
    }

    async fn change_password(
        &self,
        id: UserId,
        checked_hash: Option<String>,
        password_hash: String,
        keep: DeviceId,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError> {
        let done = self.write(move |conn| {
            devices::guard_password(conn, id.get(), checked_hash.as_deref())?;
            let now = now.naive_utc();
            diesel::update(users::table.find(id.get()))
                .set((users::password_hash.eq(password_hash), users::updated_at.eq(now)))
                .execute(conn)?;
            let others = auth_sessions::table
                .filter(auth_sessions::user_id.eq(id.get()))
                .filter(auth_sessions::id.ne(keep.get()))
                .filter(auth_sessions::revoked_at.is_null());
            diesel::update(others).set(auth_sessions::revoked_at.eq(now)).execute(conn)?;
            Ok(())
        });
        Ok(done.await?)
    }
}

/// Locks an account and returns its stored roles. A conflict where they, or the checked password hash, are no longer
/// those that a role change is based on.
fn guard_role_change(
    conn: &mut AnyConnection,
    plan: &RoleChangePlan,
    now: DateTime<Utc>,
) -> Result<String, StoreError> {
    let usable = users::table.find(plan.user_id.get()).filter(users::is_active.eq(true));
    let facts: Option<(String, Option<String>)> = diesel::update(usable)
        .set(users::updated_at.eq(now.naive_utc()))
        .returning((users::roles, users::password_hash))
        .get_result(conn)
        .optional()?;
    let (roles, hash) = facts.ok_or(StoreError::Conflict)?;
    let same_hash = plan.checked_hash.is_none() || plan.checked_hash == hash;
    if same_hash && roles::roles(&roles)? == plan.held { Ok(roles) } else { Err(StoreError::Conflict) }
}
