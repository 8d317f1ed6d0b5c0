//! The counters of users' lists, less the connections that a viewer may not see.

use std::collections::BTreeSet;

use astegni_domain::connections::{Counters, Edge, Kind, Side, Viewer, is_public};
use astegni_domain::ids::UserId;
use diesel::prelude::*;

use super::facts::{EdgeRow, edge};
use super::people;
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::schema::connection_counters as counters;
use crate::schema::{connections, guardianships, student_profiles, users};

/// Loads the stored counters, which include hidden connections.
fn stored(conn: &mut AnyConnection, user: UserId) -> Result<Counters, StoreError> {
    type Row = (i64, i64, i64, i64, i64, i64);
    let row: Option<Row> = counters::table
        .find(user.get())
        .select((
            counters::followers_count,
            counters::following_count,
            counters::friends_count,
            counters::pending_received_count,
            counters::pending_sent_count,
            counters::blocked_count,
        ))
        .first(conn)
        .optional()?;
    let row = row.ok_or_else(|| StoreError::missing_row("connection_counters", user.get()))?;
    let (followers, following, friends, pending_received, pending_sent, blocked) = row;
    Ok(Counters { followers, following, friends, pending_received, pending_sent, blocked })
}

/// Returns the numbers of a viewer's own connections.
///
/// A connection with a child without a login is hidden once a guardianship over the child has ended; only the
/// viewer's guardianships are searched for such children.
pub(super) fn own(conn: &mut AnyConnection, viewer: UserId) -> Result<Counters, StoreError> {
    let wards = guardianships::table
        .inner_join(student_profiles::table.inner_join(users::table))
        .filter(guardianships::parent_user_id.eq(viewer.get()))
        .filter(users::password_hash.is_null())
        .select(users::id);
    let rows: Vec<EdgeRow> = connections::table
        .filter(connections::user_id_1.eq(viewer.get()))
        .filter(connections::user_id_2.eq_any(wards))
        .select(EdgeRow::as_select())
        .load(conn)?;
    let edges = rows.iter().map(edge).collect::<Result<Vec<Edge>, _>>()?;
    let stored = stored(conn, viewer)?;
    if edges.is_empty() {
        return Ok(stored);
    }
    let children: Vec<i64> = edges.iter().map(|edge| edge.recipient.get()).collect();
    let visible = people::cards(conn, Viewer::User(viewer), &children)?;
    let mut hidden = Counters::default();
    for edge in edges.iter().filter(|edge| !visible.contains_key(&edge.recipient)) {
        hidden.add(Counters::of(edge.kind, edge.status, Side::Initiator), 1);
    }
    Ok(stored.without(hidden))
}

/// Returns the numbers of a user's public connections, as a viewer sees them.
///
/// The viewer's blocks, made and received, are probed for connections with the owner. Children without a login
/// need no probe: they consent to nothing, so that no public connection leads to them.
pub(super) fn public(conn: &mut AnyConnection, owner: UserId, viewer: Viewer) -> Result<Counters, StoreError> {
    let stored = stored(conn, owner)?;
    let Some(viewer) = viewer.user() else { return Ok(stored) };
    let mut hidden = Counters::default();
    for edge in with_blocked(conn, owner.get(), viewer.get())? {
        if let Some(side) = edge.side(owner).filter(|_| is_public(edge.kind, edge.status)) {
            hidden.add(Counters::of(edge.kind, edge.status, side), 1);
        }
    }
    Ok(stored.without(hidden))
}

/// Loads the connections between an owner and every user with whom a viewer has a block, in either direction.
fn with_blocked(conn: &mut AnyConnection, owner: i64, viewer: i64) -> Result<Vec<Edge>, StoreError> {
    let blocks = connections::table.filter(connections::connection_type.eq(Kind::Block.as_str()));
    let made: Vec<i64> = blocks.filter(connections::user_id_1.eq(viewer)).select(connections::user_id_2).load(conn)?;
    let received: Vec<i64> =
        blocks.filter(connections::user_id_2.eq(viewer)).select(connections::user_id_1).load(conn)?;
    let users: Vec<i64> = made.into_iter().chain(received).collect::<BTreeSet<_>>().into_iter().collect();
    let mut rows: Vec<EdgeRow> = Vec::new();
    for users in users.chunks(dialect::MAX_PARAMETERS) {
        let there = connections::user_id_1.eq(owner).and(connections::user_id_2.eq_any(users));
        let back = connections::user_id_2.eq(owner).and(connections::user_id_1.eq_any(users));
        let edges = connections::table.select(EdgeRow::as_select());
        rows.extend(edges.filter(there).load::<EdgeRow>(conn)?);
        rows.extend(edges.filter(back).load::<EdgeRow>(conn)?);
    }
    rows.iter().map(edge).collect()
}
