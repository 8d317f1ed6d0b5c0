//! [`AccountRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AccountRepository, CreateAccountError, Credentials, EmailAddress, NewAccount, NewDevice, ProfileChanges,
    RefreshToken, Role, RoleChange, User,
};
use astegni_domain::ids::{DeviceId, UserId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{devices, rows};
use crate::Database;
use crate::connection::AnyConnection;
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
        Ok(self.read(move |conn| rows::find(conn, id.get())).await?)
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

    async fn change_role(&self, change: RoleChange) -> Result<User, RepositoryError> {
        let user = self.write(move |conn| {
            let RoleChange { user_id, role, takes, device_id, token, at } = change;
            let mut roles = lock_roles(conn, user_id.get(), at)?;
            if roles.contains(&role) == takes {
                return Err(StoreError::Conflict);
            }
            if takes {
                roles.push(role);
                rows::insert_profile(conn, user_id.get(), role, at.naive_utc())?;
            }
            diesel::update(users::table.find(user_id.get()))
                .set((users::roles.eq(rows::json_roles(&roles)), users::active_role.eq(role.as_str())))
                .execute(conn)?;
            devices::replace_tokens(conn, device_id.get(), &token, at)?;
            rows::refresh_names(conn, user_id.get())
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

/// Takes the row's lock by writing to it, then reads: two changes of one user's roles follow each other.
fn lock_roles(conn: &mut AnyConnection, id: i64, now: DateTime<Utc>) -> Result<Vec<Role>, StoreError> {
    let roles: Option<String> = diesel::update(users::table.find(id))
        .set(users::updated_at.eq(now.naive_utc()))
        .returning(users::roles)
        .get_result(conn)
        .optional()?;
    rows::roles(&roles.ok_or(StoreError::Conflict)?)
}
