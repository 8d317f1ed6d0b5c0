//! [`TicketRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::Actor;
use astegni_domain::events::{Ticket, TicketRepository};
use astegni_domain::ids::DeviceId;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::sql_types::{BigInt, Timestamp};

use crate::Database;
use crate::accounts;
use crate::columns::instant;
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
            let device_id = DeviceId::new(device);
            if !accounts::is_signed_in(conn, device_id)? {
                return Ok(None);
            }
            let Some(user) = accounts::find_user(conn, user)? else { return Ok(None) };
            let actor = Actor { user_id: user.id, device_id, active_role: user.active_role, profiles: user.profiles };
            Ok(Some(Ticket { actor, token_expires_at: instant(token_expires_at) }))
        });
        Ok(redeemed.await?)
    }
}
