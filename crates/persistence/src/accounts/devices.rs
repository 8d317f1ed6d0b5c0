//! [`DeviceRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Device, DeviceRepository, NewDevice, RefreshToken, RefreshTokenState};
use astegni_domain::ids::{DeviceId, UserId};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::Database;
use crate::columns::instant;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{auth_sessions, refresh_tokens, users};

#[async_trait]
impl DeviceRepository for Database {
    async fn open(
        &self,
        user_id: UserId,
        checked_hash: Option<String>,
        device: NewDevice,
        token: RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<DeviceId, RepositoryError> {
        let opened = self.write(move |conn| {
            guard_password(conn, user_id.get(), checked_hash.as_deref())?;
            insert(conn, user_id, device, &token, now)
        });
        Ok(opened.await?)
    }

    async fn find_token(&self, digest: String) -> Result<Option<RefreshTokenState>, RepositoryError> {
        type Row = (i64, i64, Option<NaiveDateTime>, NaiveDateTime, Option<NaiveDateTime>);
        let row: Option<Row> = self
            .read(move |conn| {
                Ok(refresh_tokens::table
                    .inner_join(auth_sessions::table)
                    .filter(refresh_tokens::token_digest.eq(digest))
                    .select((
                        auth_sessions::user_id,
                        auth_sessions::id,
                        auth_sessions::revoked_at,
                        refresh_tokens::expires_at,
                        refresh_tokens::used_at,
                    ))
                    .first(conn)
                    .optional()?)
            })
            .await?;
        Ok(row.map(|(user_id, device_id, revoked_at, expires_at, used_at)| RefreshTokenState {
            user_id: UserId::new(user_id),
            device_id: DeviceId::new(device_id),
            device_revoked: revoked_at.is_some(),
            expires_at: instant(expires_at),
            used_at: used_at.map(instant),
        }))
    }

    async fn rotate(&self, digest: String, successor: RefreshToken, now: DateTime<Utc>) -> Result<(), RepositoryError> {
        let done = self.write(move |conn| {
            let unused = refresh_tokens::table
                .filter(refresh_tokens::token_digest.eq(digest))
                .filter(refresh_tokens::used_at.is_null());
            let device: i64 = diesel::update(unused)
                .set(refresh_tokens::used_at.eq(now.naive_utc()))
                .returning(refresh_tokens::session_id)
                .get_result(conn)
                .optional()?
                .ok_or(StoreError::Conflict)?;
            touch(conn, device, now)?;
            // What nobody can present any more is of no use to anybody.
            let dead = refresh_tokens::table
                .filter(refresh_tokens::session_id.eq(device))
                .filter(refresh_tokens::expires_at.le(now.naive_utc()));
            diesel::delete(dead).execute(conn)?;
            insert_token(conn, device, &successor, now)
        });
        Ok(done.await?)
    }

    async fn revoke(&self, user_id: UserId, device: DeviceId, now: DateTime<Utc>) -> Result<bool, RepositoryError> {
        let revoked = self.write(move |conn| {
            let alive = auth_sessions::table
                .find(device.get())
                .filter(auth_sessions::user_id.eq(user_id.get()))
                .filter(auth_sessions::revoked_at.is_null());
            Ok(diesel::update(alive).set(auth_sessions::revoked_at.eq(now.naive_utc())).execute(conn)? > 0)
        });
        Ok(revoked.await?)
    }

    async fn is_signed_in(&self, device: DeviceId) -> Result<bool, RepositoryError> {
        let signed_in = self.read(move |conn| {
            let alive = auth_sessions::table
                .inner_join(users::table)
                .filter(auth_sessions::id.eq(device.get()))
                .filter(auth_sessions::revoked_at.is_null())
                .filter(users::is_active.eq(true));
            Ok(diesel::select(exists(alive)).get_result(conn)?)
        });
        Ok(signed_in.await?)
    }

    async fn list(&self, user_id: UserId) -> Result<Vec<Device>, RepositoryError> {
        type Row = (i64, Option<String>, Option<String>, NaiveDateTime, NaiveDateTime);
        let rows: Vec<Row> = self
            .read(move |conn| {
                Ok(auth_sessions::table
                    .filter(auth_sessions::user_id.eq(user_id.get()))
                    .filter(auth_sessions::revoked_at.is_null())
                    .order((auth_sessions::last_used_at.desc(), auth_sessions::id.desc()))
                    .limit(100)
                    .select((
                        auth_sessions::id,
                        auth_sessions::user_agent,
                        auth_sessions::ip_address,
                        auth_sessions::created_at,
                        auth_sessions::last_used_at,
                    ))
                    .load(conn)?)
            })
            .await?;
        let device = |(id, user_agent, ip_address, created_at, last_used_at): Row| Device {
            id: DeviceId::new(id),
            user_agent,
            ip_address,
            created_at: instant(created_at),
            last_used_at: instant(last_used_at),
        };
        Ok(rows.into_iter().map(device).collect())
    }
}

/// Signs a user in on a device with its first refresh token.
pub(crate) fn insert(
    conn: &mut AnyConnection,
    user: UserId,
    device: NewDevice,
    token: &RefreshToken,
    now: DateTime<Utc>,
) -> Result<DeviceId, StoreError> {
    let id: i64 = diesel::insert_into(auth_sessions::table)
        .values((
            auth_sessions::user_id.eq(user.get()),
            auth_sessions::user_agent.eq(device.user_agent),
            auth_sessions::ip_address.eq(device.ip_address),
            auth_sessions::created_at.eq(now.naive_utc()),
            auth_sessions::last_used_at.eq(now.naive_utc()),
        ))
        .returning(auth_sessions::id)
        .get_result(conn)?;
    insert_token(conn, id, token, now)?;
    Ok(DeviceId::new(id))
}

/// Takes an account's row lock, if it may be used and its password is still the one that was checked.
pub(super) fn guard_password(
    conn: &mut AnyConnection,
    user: i64,
    checked_hash: Option<&str>,
) -> Result<(), StoreError> {
    let usable = users::table.find(user).filter(users::is_active.eq(true));
    let hash: Option<Option<String>> = diesel::update(usable)
        .set(users::updated_at.eq(users::updated_at))
        .returning(users::password_hash)
        .get_result(conn)
        .optional()?;
    if hash.is_some_and(|hash| hash.as_deref() == checked_hash) { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Gives a signed-in device a refresh token in the place of those it has, which count as exchanged for it.
pub(super) fn replace_tokens(
    conn: &mut AnyConnection,
    device: i64,
    token: &RefreshToken,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    touch(conn, device, now)?;
    let unused =
        refresh_tokens::table.filter(refresh_tokens::session_id.eq(device)).filter(refresh_tokens::used_at.is_null());
    diesel::update(unused).set(refresh_tokens::used_at.eq(now.naive_utc())).execute(conn)?;
    insert_token(conn, device, token, now)
}

/// Notes that a device was used; a conflict where it is signed out.
fn touch(conn: &mut AnyConnection, device: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    let alive = auth_sessions::table.find(device).filter(auth_sessions::revoked_at.is_null());
    let touched = diesel::update(alive).set(auth_sessions::last_used_at.eq(now.naive_utc())).execute(conn)?;
    if touched == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

fn insert_token(
    conn: &mut AnyConnection,
    device: i64,
    token: &RefreshToken,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::session_id.eq(device),
            refresh_tokens::token_digest.eq(&token.digest),
            refresh_tokens::issued_at.eq(now.naive_utc()),
            refresh_tokens::expires_at.eq(RefreshToken::expiry(now).naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}
