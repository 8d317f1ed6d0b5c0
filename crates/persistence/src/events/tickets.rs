//! [`TicketRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::Actor;
use astegni_domain::events::{Ticket, TicketRepository};
use astegni_domain::ids::DeviceId;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamp};

use crate::Database;
use crate::accounts;
use crate::columns::instant;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{auth_sessions, users};
use crate::statement::Statement;

#[async_trait]
impl TicketRepository for Database {
    async fn issue(
        &self,
        digest: String,
        ticket: Ticket,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError> {
        let issued = self.write(move |conn| {
            Statement::new("DELETE FROM socket_tickets WHERE expires_at <= ?").bind(now.naive_utc()).execute(conn)?;
            let text = "INSERT INTO socket_tickets (digest, user_id, auth_session_id, token_expires_at, expires_at) \
                VALUES (?, ?, ?, ?, ?)";
            Statement::new(text)
                .bind(digest.as_str())
                .bind_all([ticket.actor.user_id.get(), ticket.actor.device_id.get()])
                .bind_all([ticket.token_expires_at.naive_utc(), expires_at.naive_utc()])
                .execute(conn)?;
            Ok(())
        });
        Ok(issued.await?)
    }

    async fn redeem(&self, digest: String, now: DateTime<Utc>) -> Result<Option<Ticket>, RepositoryError> {
        type Row = (i64, i64, NaiveDateTime, NaiveDateTime);
        let redeemed = self.write(move |conn| {
            let text = "DELETE FROM socket_tickets WHERE digest = ? \
                RETURNING user_id, auth_session_id, token_expires_at, expires_at";
            let row: Option<Row> =
                Statement::<(BigInt, BigInt, Timestamp, Timestamp)>::new(text).bind(digest.as_str()).first(conn)?;
            let Some((user, device, token_expires_at, _)) = row.filter(|(.., at)| *at > now.naive_utc()) else {
                return Ok(None);
            };
            if signed_in(conn, vec![device])?.is_empty() {
                return Ok(None);
            }
            let Some(user) = accounts::find_user(conn, user)? else { return Ok(None) };
            let actor = Actor {
                user_id: user.id,
                device_id: DeviceId::new(device),
                active_role: user.active_role,
                profiles: user.profiles,
            };
            Ok(Some(Ticket { actor, token_expires_at: instant(token_expires_at) }))
        });
        Ok(redeemed.await?)
    }

    async fn signed_out(&self, devices: Vec<DeviceId>) -> Result<Vec<DeviceId>, RepositoryError> {
        let wanted: Vec<i64> = devices.iter().map(|device| device.get()).collect();
        let signed_in = self.read(move |conn| signed_in(conn, wanted)).await?;
        Ok(devices.into_iter().filter(|device| !signed_in.contains(&device.get())).collect())
    }
}

/// Returns those of some devices that are signed in, and whose owner's account may be used.
fn signed_in(conn: &mut AnyConnection, devices: Vec<i64>) -> Result<Vec<i64>, StoreError> {
    Ok(auth_sessions::table
        .inner_join(users::table)
        .filter(auth_sessions::id.eq_any(devices))
        .filter(auth_sessions::revoked_at.is_null())
        .filter(users::is_active.eq(true))
        .select(auth_sessions::id)
        .load(conn)?)
}
