//! The counters of users' lists, less the connections that a viewer may not see.

use std::collections::BTreeMap;

use astegni_domain::connections::{Counters, Kind, ProfileAccess, Side, Status, SubjectAccount, Viewer, is_public};
use astegni_domain::ids::UserId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::facts;
use super::rows::EdgeRow;
use crate::columns;
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::error::StoreError;
use crate::schema::{connections, guardianships, student_profiles, users};
use crate::statement::{self, Statement};

type CounterColumns = (BigInt, BigInt, BigInt, BigInt, BigInt, BigInt);
type CounterRow = (i64, i64, i64, i64, i64, i64);

fn counters((followers, following, friends, pending_received, pending_sent, blocked): CounterRow) -> Counters {
    Counters { followers, following, friends, pending_received, pending_sent, blocked }
}

/// Loads the stored counters of some users, which include hidden connections, and whether each has ever been a
/// guardian.
fn stored(conn: &mut AnyConnection, ids: &[UserId]) -> Result<BTreeMap<UserId, (Counters, bool)>, StoreError> {
    let places = vec!["?"; statement::padded(ids.len())].join(",");
    let text = format!(
        "SELECT c.user_id, (EXISTS (SELECT 1 FROM guardianships g WHERE g.parent_user_id = c.user_id)), \
         c.followers_count, c.following_count, c.friends_count, c.pending_received_count, c.pending_sent_count, \
         c.blocked_count FROM connection_counters c WHERE c.user_id IN ({places})"
    );
    let padding = std::iter::repeat_n(0, statement::padded(ids.len()) - ids.len());
    let rows: Vec<(i64, bool, CounterRow)> = Statement::<(BigInt, Bool, CounterColumns)>::new(text)
        .bind_all(ids.iter().map(|id| id.get()).chain(padding))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, is_guardian, row)| (UserId::new(id), (counters(row), is_guardian))).collect())
}

/// Returns the numbers of each viewer's own connections.
pub(crate) fn own(conn: &mut AnyConnection, viewers: &[UserId]) -> Results<Counters> {
    let stored = stored(conn, viewers)?;
    let visible = |viewer: &UserId| {
        let found = stored.get(viewer).copied();
        let (counters, is_guardian) =
            found.ok_or_else(|| StoreError::missing_row("connection_counters", viewer.get()))?;
        Ok(if is_guardian { counters.without(hidden_wards(conn, *viewer)?) } else { counters })
    };
    Ok(viewers.iter().map(visible).collect())
}

/// Counts a viewer's connections with children without a login whom the viewer no longer sees, because the
/// guardianship has ended.
fn hidden_wards(conn: &mut AnyConnection, viewer: UserId) -> Result<Counters, StoreError> {
    let wards = guardianships::table
        .inner_join(student_profiles::table)
        .filter(guardianships::parent_user_id.eq(viewer.get()))
        .select(student_profiles::user_id);
    let rows: Vec<(EdgeRow, bool)> = connections::table
        .inner_join(users::table.on(users::id.eq(connections::user_id_2)))
        .filter(connections::user_id_1.eq(viewer.get()))
        .filter(connections::user_id_2.eq_any(wards))
        .filter(users::password_hash.is_null())
        .select((EdgeRow::as_select(), users::is_private))
        .load(conn)?;
    let mut edges = Vec::with_capacity(rows.len());
    let mut subjects = Vec::with_capacity(rows.len());
    for (row, is_private) in rows {
        let edge = row.edge()?;
        subjects.push(SubjectAccount { id: edge.recipient, has_login: false, is_private });
        edges.push(edge);
    }
    let profiles = facts::profiles(conn, Viewer::User(viewer), &subjects)?;
    let mut hidden = Counters::default();
    for edge in edges {
        if profiles.get(&edge.recipient).is_none_or(|profile| profile.access() == ProfileAccess::Hidden) {
            hidden.add(Counters::of(edge.kind, edge.status, Side::Initiator), 1);
        }
    }
    Ok(hidden)
}

/// Returns the numbers of a user's public connections, as a viewer sees them.
///
/// The viewer's blocks, made and received, are probed for connections with the owner. Children without a login
/// need no probe: they consent to nothing, so that no public connection leads to them.
pub(super) fn public(conn: &mut AnyConnection, owner: UserId, viewer: Viewer) -> Result<Counters, StoreError> {
    let (stored, _) = stored(conn, &[owner])?
        .remove(&owner)
        .ok_or_else(|| StoreError::missing_row("connection_counters", owner.get()))?;
    let Some(viewer) = viewer.user() else { return Ok(stored) };
    let text = "WITH blocked(id) AS (\
            SELECT user_id_2 FROM connections WHERE user_id_1 = ? AND connection_type = 'block' \
            UNION SELECT user_id_1 FROM connections WHERE user_id_2 = ? AND connection_type = 'block') \
        SELECT TRUE, c.connection_type, c.status, COUNT(*) FROM blocked \
            JOIN connections c ON c.user_id_1 = ? AND c.user_id_2 = blocked.id GROUP BY c.connection_type, c.status \
        UNION ALL SELECT FALSE, c.connection_type, c.status, COUNT(*) FROM blocked \
            JOIN connections c ON c.user_id_1 = blocked.id AND c.user_id_2 = ? GROUP BY c.connection_type, c.status";
    let rows: Vec<(bool, String, String, i64)> = Statement::<(Bool, Text, Text, BigInt)>::new(text)
        .bind_all([viewer, viewer, owner, owner].map(UserId::get))
        .load(conn)?;
    let mut hidden = Counters::default();
    for (initiated, kind, status, count) in rows {
        let kind: Kind = columns::parse_column("connections.connection_type", &kind)?;
        let status: Status = columns::parse_column("connections.status", &status)?;
        let side = if initiated { Side::Initiator } else { Side::Recipient };
        if is_public(kind, status) {
            hidden.add(Counters::of(kind, status, side), count);
        }
    }
    Ok(stored.without(hidden))
}
