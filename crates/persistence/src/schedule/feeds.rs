//! [`FeedRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::ids::{FeedId, UserId};
use astegni_domain::schedule::{CalendarFeed, FeedRepository, MAX_FEEDS, NewFeed, Session, SessionFilter};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use super::scan::SessionScan;
use crate::Database;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::statement::Statement;

type Columns = (BigInt, BigInt, Text, Nullable<Text>, Timestamp);
type Row = (i64, i64, String, Option<String>, NaiveDateTime);

#[async_trait]
impl FeedRepository for Database {
    async fn create_feed(&self, feed: NewFeed) -> Result<Option<FeedId>, RepositoryError> {
        Ok(self.write(move |conn| create(conn, &feed)).await?)
    }

    async fn feeds(&self, owner: UserId) -> Result<Vec<CalendarFeed>, RepositoryError> {
        let text = "SELECT id, user_id, scope, name, created_at FROM calendar_feeds WHERE user_id = ? ORDER BY id DESC";
        let feeds = self.read(move |conn| {
            let rows: Vec<Row> = Statement::<Columns>::new(text).bind(owner.get()).load(conn)?;
            rows.into_iter().map(feed).collect()
        });
        Ok(feeds.await?)
    }

    async fn delete_feed(&self, owner: UserId, id: FeedId) -> Result<bool, RepositoryError> {
        let deleted = self.write(move |conn| {
            let text = "DELETE FROM calendar_feeds WHERE id = ? AND user_id = ?";
            Ok(Statement::<()>::new(text).bind_all([id.get(), owner.get()]).execute(conn)? > 0)
        });
        Ok(deleted.await?)
    }

    async fn find_feed(&self, digest: &str) -> Result<Option<CalendarFeed>, RepositoryError> {
        let digest = digest.to_owned();
        let found = self.read(move |conn| {
            let text = "SELECT f.id, f.user_id, f.scope, f.name, f.created_at FROM calendar_feeds f \
                JOIN users u ON u.id = f.user_id WHERE f.token_digest = ? AND u.is_active";
            let row: Option<Row> = Statement::<Columns>::new(text).bind(digest.as_str()).first(conn)?;
            row.map(feed).transpose()
        });
        Ok(found.await?)
    }

    async fn sessions_since(
        &self,
        reader: UserId,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Session>, RepositoryError> {
        let filter = SessionFilter { from: Some(since), ..SessionFilter::ALL };
        Ok(self.sessions(SessionScan { viewer: reader, filter, after: None, limit }).await?)
    }

    async fn installation(&self, proposed: &str) -> Result<String, RepositoryError> {
        let find = "SELECT identity FROM installation";
        let found = self.read(move |conn| Ok(Statement::<Text>::new(find).first::<String>(conn)?)).await?;
        if let Some(identity) = found {
            return Ok(identity);
        }
        let proposed = proposed.to_owned();
        let identity = self.write(move |conn| {
            let text = "INSERT INTO installation (id, identity) VALUES (1, ?) ON CONFLICT (id) DO NOTHING";
            Statement::<()>::new(text).bind(proposed.as_str()).execute(conn)?;
            Statement::<Text>::new(find).first::<String>(conn)?.ok_or(StoreError::Conflict)
        });
        Ok(identity.await?)
    }
}

/// Creates a feed, unless the owner has the largest number of them. The lock on the account serialises the feeds of one owner.
fn create(conn: &mut AnyConnection, feed: &NewFeed) -> Result<Option<FeedId>, StoreError> {
    dialect::lock_account(conn, feed.owner.get())?;
    let count = "SELECT COUNT(*) FROM calendar_feeds WHERE user_id = ?";
    let count: Option<i64> = Statement::<BigInt>::new(count).bind(feed.owner.get()).first(conn)?;
    if count.unwrap_or_default() >= MAX_FEEDS {
        return Ok(None);
    }
    let text = "INSERT INTO calendar_feeds (user_id, scope, name, token_digest, created_at) VALUES (?, ?, ?, ?, ?) \
        RETURNING id";
    let id: Option<i64> = Statement::<BigInt>::new(text)
        .bind(feed.owner.get())
        .bind(feed.scope.as_str())
        .bind_all([feed.name.as_deref(), Some(feed.digest.as_str())])
        .bind(feed.at.naive_utc())
        .first(conn)?;
    Ok(id.map(FeedId::new))
}

fn feed((id, owner, scope, name, created_at): Row) -> Result<CalendarFeed, StoreError> {
    Ok(CalendarFeed {
        id: FeedId::new(id),
        owner: UserId::new(owner),
        scope: columns::parse_column("calendar_feeds.scope", &scope)?,
        name,
        created_at: instant(created_at),
    })
}
