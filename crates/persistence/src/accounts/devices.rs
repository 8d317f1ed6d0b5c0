//! [`DeviceRepository`] on Diesel.
//!
//! # Lock order
//!
//! The account (`users`), then the device (`auth_sessions`), then the device's tokens (`refresh_tokens`). A
//! transaction that needs none of an account's facts starts with the device; none touches a token without having
//! locked its device by an update, so that all transactions on one family run one after the other.

use std::collections::BTreeSet;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    Device, DeviceRepository, NewDevice, RefreshToken, RefreshTokenState, SPENT_TOKENS_KEPT, surplus_unspent,
};
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

    async fn rotate(
        &self,
        device: DeviceId,
        digest: String,
        successor: RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError> {
        let rotated = self.write(move |conn| {
            lock(conn, device.get(), now)?;
            let unspent = refresh_tokens::table
                .filter(refresh_tokens::token_digest.eq(digest))
                .filter(refresh_tokens::session_id.eq(device.get()))
                .filter(refresh_tokens::used_at.is_null());
            if diesel::update(unspent).set(refresh_tokens::used_at.eq(now.naive_utc())).execute(conn)? == 0 {
                return Err(StoreError::Conflict);
            }
            add_token(conn, device.get(), &successor, now)
        });
        Ok(rotated.await?)
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
        Ok(self.read(move |conn| is_signed_in(conn, device)).await?)
    }

    async fn signed_out(&self, devices: Vec<DeviceId>) -> Result<Vec<DeviceId>, RepositoryError> {
        let wanted: Vec<i64> = devices.iter().map(|device| device.get()).collect();
        let rows: Vec<i64> = self
            .read(move |conn| {
                let among = auth_sessions::id.eq_any(wanted);
                Ok(signed_in().filter(among).select(auth_sessions::id).load(conn)?)
            })
            .await?;
        let signed_in: BTreeSet<i64> = rows.into_iter().collect();
        Ok(devices.into_iter().filter(|device| !signed_in.contains(&device.get())).collect())
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

/// The devices that are signed in, and whose owner's account may be used.
#[diesel::dsl::auto_type]
fn signed_in() -> _ {
    auth_sessions::table
        .inner_join(users::table)
        .filter(auth_sessions::revoked_at.is_null())
        .filter(users::is_active.eq(true))
}

/// Returns whether a device is signed in, and its owner's account may be used.
pub(crate) fn is_signed_in(conn: &mut AnyConnection, device: DeviceId) -> Result<bool, StoreError> {
    let found = exists(signed_in().filter(auth_sessions::id.eq(device.get())));
    Ok(diesel::select(found).get_result(conn)?)
}

/// Adds a device of a user, with its first refresh token.
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

/// Locks an account. A conflict where it may not be used or its password hash is no longer the checked one.
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

/// Locks a device by noting its use. A conflict where it is signed out.
pub(super) fn lock(conn: &mut AnyConnection, device: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    let alive = auth_sessions::table.find(device).filter(auth_sessions::revoked_at.is_null());
    let locked = diesel::update(alive).set(auth_sessions::last_used_at.eq(now.naive_utc())).execute(conn)?;
    if locked == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

/// Adds a token to the family of a locked device and deletes those that the family has beyond its bounds.
pub(super) fn add_token(
    conn: &mut AnyConnection,
    device: i64,
    token: &RefreshToken,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    insert_token(conn, device, token, now)?;
    let expired = refresh_tokens::table
        .filter(refresh_tokens::session_id.eq(device))
        .filter(refresh_tokens::expires_at.le(now.naive_utc()));
    diesel::delete(expired).execute(conn)?;
    let family = refresh_tokens::table.filter(refresh_tokens::session_id.eq(device)).select(refresh_tokens::id);
    let unspent: Vec<i64> = family.filter(refresh_tokens::used_at.is_null()).order(refresh_tokens::id).load(conn)?;
    let surplus = surplus_unspent(&unspent);
    if !surplus.is_empty() {
        diesel::delete(refresh_tokens::table.filter(refresh_tokens::id.eq_any(surplus.to_vec()))).execute(conn)?;
    }
    let newest_surplus: Option<i64> = family
        .filter(refresh_tokens::used_at.is_not_null())
        .order(refresh_tokens::id.desc())
        .offset(SPENT_TOKENS_KEPT)
        .limit(1)
        .first(conn)
        .optional()?;
    if let Some(newest) = newest_surplus {
        let surplus = refresh_tokens::table
            .filter(refresh_tokens::session_id.eq(device))
            .filter(refresh_tokens::used_at.is_not_null())
            .filter(refresh_tokens::id.le(newest));
        diesel::delete(surplus).execute(conn)?;
    }
    Ok(())
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
