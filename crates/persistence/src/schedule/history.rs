//! The history of a session.

use astegni_domain::ids::{SessionId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::schedule::{ChangeKind, HistoryEntry, Period};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamp};

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::Statement;

type Columns = (
    (Integer, Text, Nullable<BigInt>, Nullable<Text>, Nullable<Text>, Text),
    (Nullable<Timestamp>, Nullable<Timestamp>, Timestamp, Timestamp, Timestamp),
);
type Row = (
    (i32, String, Option<i64>, Option<String>, Option<String>, String),
    (Option<NaiveDateTime>, Option<NaiveDateTime>, NaiveDateTime, NaiveDateTime, NaiveDateTime),
);

/// Returns a page of a session's history, newest first. The booking is the oldest entry; its time is that before the first
/// move.
pub(super) fn page(
    conn: &mut AnyConnection,
    id: SessionId,
    page: PageRequest,
) -> Result<Page<HistoryEntry>, StoreError> {
    let before = page.after.map_or(i64::MAX, |after| after.sort.saturating_neg());
    let before = i32::try_from(before).unwrap_or(i32::MAX);
    let text = format!(
        "SELECT h.version, h.kind, h.actor_user_id, u.display_name, h.reason, h.fields, h.old_starts_at, h.old_ends_at, \
         h.new_starts_at, h.new_ends_at, h.created_at FROM (\
         SELECT version, kind, actor_user_id, reason, fields, old_starts_at, old_ends_at, new_starts_at, new_ends_at, \
         created_at FROM session_changes WHERE session_id = @session \
         UNION ALL SELECT 0, 'created', s.tutor_user_id, NULL, '[]', NULL, NULL, \
         COALESCE(first.old_starts_at, s.starts_at), COALESCE(first.old_ends_at, s.ends_at), s.created_at \
         FROM sessions s LEFT JOIN session_changes first ON first.session_id = s.id AND first.version = 1 \
         WHERE s.id = @session) AS h LEFT JOIN users u ON u.id = h.actor_user_id \
         WHERE h.version < @before ORDER BY h.version DESC LIMIT {}",
        page.size.overread()
    );
    let named = [("@session", id.get().into()), ("@before", before.into())];
    let rows: Vec<Row> = Statement::<Columns>::with_names(&text, &named).load(conn)?;
    let entries = rows.into_iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let keyset = |entry: &HistoryEntry| Keyset { sort: -i64::from(entry.version), id: id.get() };
    Ok(Page::from_overread(entries, page.size, keyset))
}

fn entry(row: Row) -> Result<HistoryEntry, StoreError> {
    let ((version, kind, actor, name, reason, fields), (old_start, old_end, new_start, new_end, at)) = row;
    let kind: ChangeKind = columns::parse_column("session_changes.kind", &kind)?;
    let fields = columns::strings("session_changes.fields", &fields)?;
    let from = old_start.zip(old_end);
    Ok(HistoryEntry {
        version,
        kind,
        actor: actor.map(UserId::new).zip(name),
        reason,
        fields: fields
            .iter()
            .map(|field| columns::parse_column("session_changes.fields", field))
            .collect::<Result<_, _>>()?,
        from: from.map(|(starts_at, ends_at)| Period { starts_at: instant(starts_at), ends_at: instant(ends_at) }),
        to: Period { starts_at: instant(new_start), ends_at: instant(new_end) },
        at: instant(at),
    })
}
