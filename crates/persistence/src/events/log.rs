//! [`EventLog`] on Diesel.

use std::collections::BTreeSet;

use astegni_domain::RepositoryError;
use astegni_domain::events::{Cursor, EventKind, EventLog, LogPage, LoggedEvent, Subject, Tail, TailPosition};
use astegni_domain::ids::UserId;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use super::data;
use crate::Database;
use crate::chat;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::dialect::{self, NewEvents};
use crate::error::StoreError;
use crate::statement::Statement;

/// The largest number of events that a tail returns.
const MAX_TAIL: usize = 5_000;

/// The largest number of events that one call deletes.
const PRUNED: i64 = 1_000;

type Columns = (BigInt, BigInt, Text, Text, Timestamp);
type Row = (i64, i64, String, String, NaiveDateTime);

#[async_trait]
impl EventLog for Database {
    async fn read(
        &self,
        reader: UserId,
        after: Cursor,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Result<LogPage, RepositoryError> {
        Ok(self.read(move |conn| page(conn, reader, after, limit, now)).await?)
    }

    async fn tail(&self, from: Option<TailPosition>) -> Result<Tail, RepositoryError> {
        Ok(self.read(move |conn| tail(conn, from.as_ref())).await?)
    }

    async fn with_messages(
        &self,
        events: Vec<LoggedEvent>,
        now: DateTime<Utc>,
    ) -> Result<Vec<LoggedEvent>, RepositoryError> {
        Ok(self.read(move |conn| with_messages(conn, events, now)).await?)
    }

    async fn committed(&self) {
        self.next_commit().await;
    }

    async fn prune(&self, before: DateTime<Utc>) -> Result<bool, RepositoryError> {
        Ok(self.write(move |conn| prune(conn, before.naive_utc())).await?)
    }
}

fn logged((reader, cursor, kind, data, at): Row) -> Result<LoggedEvent, StoreError> {
    let kind: EventKind = columns::parse_column("events.type", &kind)?;
    Ok(LoggedEvent {
        reader: UserId::new(reader),
        cursor,
        kind,
        subject: data::decode(kind, &data)?,
        message: None,
        created_at: instant(at),
    })
}

/// Reads a part of a user's log. One statement reads the events and both ends, so that they belong together.
fn page(
    conn: &mut AnyConnection,
    reader: UserId,
    after: Cursor,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<LogPage, StoreError> {
    type PageRow = (i64, Option<i64>, Option<Row>);
    let text = "SELECT ends.last, ends.first, e.user_id, e.seq, e.type, e.data, e.created_at FROM (\
        SELECT COALESCE((SELECT last_seq FROM event_logs WHERE user_id = ?), 0) AS last, \
        (SELECT seq FROM events WHERE user_id = ? ORDER BY seq LIMIT 1) AS first) AS ends \
        LEFT JOIN (SELECT * FROM events WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?) AS e ON TRUE \
        ORDER BY e.seq";
    let rows: Vec<PageRow> = Statement::<(BigInt, Nullable<BigInt>, Nullable<Columns>)>::new(text)
        .bind_all([reader.get(); 3])
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .load(conn)?;
    let (end, first) = rows.first().map(|(last, first, _)| (*last, *first)).unwrap_or_default();
    let events = rows.into_iter().filter_map(|(.., row)| row).map(logged).collect::<Result<_, _>>()?;
    Ok(LogPage { events: with_messages(conn, events, now)?, start: first.map_or(end, |first| first - 1), end })
}

/// Returns what has become visible since a position, or nothing and the present position.
fn tail(conn: &mut AnyConnection, from: Option<&TailPosition>) -> Result<Tail, StoreError> {
    let present = dialect::tail_position(conn);
    let Some(TailPosition(from)) = from else {
        let position: Option<String> = Statement::<Text>::new(format!("SELECT {present}")).first(conn)?;
        let position = TailPosition(position.unwrap_or_default());
        return Ok(Tail { events: Vec::new(), position, is_truncated: false });
    };
    let NewEvents { conditions, next, in_progress } = dialect::new_events(conn, from);
    let new: Vec<String> = conditions
        .iter()
        .map(|condition| format!("SELECT user_id, seq, type, data, created_at FROM events WHERE {condition}"))
        .collect();
    let text = format!(
        "SELECT tail.position, e.* FROM (SELECT {present} AS position) AS tail LEFT JOIN (\
         SELECT * FROM ({}) AS new ORDER BY user_id, seq LIMIT @max) AS e ON TRUE ORDER BY e.user_id, e.seq",
        new.join(" UNION ALL ")
    );
    // One more than is returned shows that there are too many.
    let max = i64::try_from(MAX_TAIL).unwrap_or(i64::MAX).saturating_add(1);
    let names = [("@next", next.into()), ("@in_progress", in_progress.as_str().into()), ("@max", max.into())];
    let rows: Vec<(String, Option<Row>)> =
        Statement::<(Text, Nullable<Columns>)>::with_names(&text, &names).load(conn)?;
    let position = TailPosition(rows.first().map_or_else(|| from.clone(), |(position, _)| position.clone()));
    let rows: Vec<Row> = rows.into_iter().filter_map(|(_, row)| row).collect();
    let is_truncated = rows.len() > MAX_TAIL;
    let events = if is_truncated { Vec::new() } else { rows.into_iter().map(logged).collect::<Result<_, _>>()? };
    Ok(Tail { events, position, is_truncated })
}

/// Adds the messages, to readers who are participants of their conversations.
fn with_messages(
    conn: &mut AnyConnection,
    mut events: Vec<LoggedEvent>,
    now: DateTime<Utc>,
) -> Result<Vec<LoggedEvent>, StoreError> {
    let wanted: BTreeSet<(i64, i64)> = events
        .iter()
        .filter_map(|event| match event.subject {
            Subject::Message { message, .. } => Some((message.get(), event.reader.get())),
            _ => None,
        })
        .collect();
    if wanted.is_empty() {
        return Ok(events);
    }
    let messages = chat::messages_of_readers(conn, &wanted, now)?;
    for event in &mut events {
        if let Subject::Message { message, .. } = event.subject {
            let key = (message.get(), event.reader.get());
            // A reader may have several events about one message.
            event.message = messages.get(&key).cloned().map(Box::new);
        }
    }
    Ok(events)
}

/// Deletes the oldest events. Each log loses its beginning, up to the last of its events that is deleted. The very latest
/// event of all is kept, because SQLite continues from its position.
fn prune(conn: &mut AnyConnection, before: NaiveDateTime) -> Result<bool, StoreError> {
    let text = "WITH oldest AS (SELECT user_id, seq, created_at FROM events ORDER BY position LIMIT ?), \
        ends AS (SELECT user_id, MAX(seq) AS seq FROM oldest WHERE created_at < ? GROUP BY user_id) \
        DELETE FROM events WHERE (user_id, seq) IN (SELECT e.user_id, e.seq FROM ends \
        JOIN events e ON e.user_id = ends.user_id AND e.seq <= ends.seq \
        WHERE e.position < (SELECT MAX(position) FROM events))";
    let deleted = Statement::new(text).bind(PRUNED).bind(before).execute(conn)?;
    Ok(deleted > 0)
}
