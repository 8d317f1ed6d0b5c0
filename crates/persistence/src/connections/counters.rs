//! The counters of users' lists, less the connections that a viewer may not see.

use astegni_domain::connections::{Counters, Kind, ProfileAccess, Side, Status, SubjectAccount, Viewer, is_public};
use astegni_domain::ids::UserId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::facts;
use super::rows::EdgeRow;
use crate::columns;
use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::StoreError;
use crate::schema::{connections, guardianships, student_profiles, users};
use crate::statement::Statement;

/// Returns the numbers of a viewer's own connections.
pub(super) async fn own(database: &Database, viewer: UserId) -> Result<Counters, StoreError> {
    let head = database.list_head(viewer).await?;
    if !head.has_guarded {
        return Ok(head.counters);
    }
    let hidden = database.read(move |conn| hidden_wards(conn, viewer)).await?;
    Ok(head.counters.without(hidden))
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
pub(super) async fn public(database: &Database, owner: UserId, viewer: Viewer) -> Result<Counters, StoreError> {
    let counters = database.list_head(owner).await?.counters;
    let Some(viewer) = viewer.user() else { return Ok(counters) };
    let hidden = database.read(move |conn| with_blocked(conn, owner, viewer)).await?;
    Ok(counters.without(hidden))
}

/// Counts the public connections between an owner and users with whom a viewer has a block, in either direction.
fn with_blocked(conn: &mut AnyConnection, owner: UserId, viewer: UserId) -> Result<Counters, StoreError> {
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
    Ok(hidden)
}
