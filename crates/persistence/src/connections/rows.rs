//! Rows of connections with both participants, and the part of them that a viewer may see.

use astegni_domain::connections::{
    Connection, Edge, ProfileAccess, ProfileCard, ProfileFacts, Standing, SubjectAccount, Viewer,
};
use astegni_domain::ids::{ConnectionId, UserId};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

use super::facts;
use crate::accounts::roles;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;

/// The columns of [`ListedRow`]: `p` is the other participant, `c` the connection. Two flags follow: whether `p` has
/// blocked the viewer, and whether the viewer has blocked `p`.
pub(super) const COLUMNS: &str = "p.id, p.display_name, p.profile_picture, p.roles, \
    p.password_hash IS NOT NULL, p.is_private, \
    c.id, c.user_id_1, c.user_id_2, c.connection_type, c.status, c.updated_at, \
    c.connection_message, c.created_at, c.accepted_at";

/// The SQL type of [`Person`].
pub(super) type PersonColumns = (BigInt, Text, Nullable<Text>, Text);

/// The SQL type of [`EdgeRow`].
pub(super) type EdgeColumns = (BigInt, BigInt, BigInt, Text, Text, Timestamp);

/// The SQL type of [`ListedRow`].
pub(super) type ListedColumns =
    ((PersonColumns, (Bool, Bool)), (EdgeColumns, (Nullable<Text>, Timestamp, Nullable<Timestamp>)), (Bool, Bool));

/// The columns of a user that a card consists of.
#[derive(Queryable)]
pub(super) struct Person {
    pub(super) id: i64,
    name: String,
    profile_picture: Option<String>,
    roles: String,
}

impl Person {
    pub(super) fn card(self) -> Result<ProfileCard, StoreError> {
        Ok(ProfileCard {
            id: UserId::new(self.id),
            name: Some(self.name),
            profile_picture: self.profile_picture,
            roles: roles(&self.roles)?,
        })
    }
}

/// The columns of a connection as the rules see it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = crate::schema::connections)]
pub(super) struct EdgeRow {
    id: i64,
    user_id_1: i64,
    user_id_2: i64,
    connection_type: String,
    status: String,
    updated_at: NaiveDateTime,
}

impl EdgeRow {
    pub(super) fn edge(&self) -> Result<Edge, StoreError> {
        Ok(Edge {
            id: ConnectionId::new(self.id),
            kind: columns::parse_column("connections.connection_type", &self.connection_type)?,
            initiator: UserId::new(self.user_id_1),
            recipient: UserId::new(self.user_id_2),
            status: columns::parse_column("connections.status", &self.status)?,
            since: instant(self.updated_at),
        })
    }
}

/// A connection in the list of a user.
#[derive(Queryable)]
pub(super) struct ListedRow {
    other: (Person, (bool, bool)),
    connection: (EdgeRow, (Option<String>, NaiveDateTime, Option<NaiveDateTime>)),
    /// Whether the other participant has blocked the viewer, and the reverse.
    blocks: (bool, bool),
}

impl ListedRow {
    pub(super) fn connection_id(&self) -> i64 {
        self.connection.0.id
    }

    pub(super) fn edge(&self) -> Result<Edge, StoreError> {
        self.connection.0.edge()
    }

    pub(super) fn subject(&self) -> SubjectAccount {
        let (other, (has_login, is_private)) = &self.other;
        SubjectAccount { id: UserId::new(other.id), has_login: *has_login, is_private: *is_private }
    }

    /// Returns the blocks between the viewer and the other participant.
    pub(super) fn standing(&self) -> Standing {
        match self.blocks {
            (true, _) => Standing::BlockedByThem,
            (false, true) => Standing::BlockedByYou,
            (false, false) => Standing::Open,
        }
    }

    /// Returns the connection in the list of its owner, or none if the other participant is hidden.
    fn shown(self, owner: &ProfileCard, edge: Edge, access: ProfileAccess) -> Result<Option<Connection>, StoreError> {
        let Some(other) = self.other.0.card()?.visible_with(access) else { return Ok(None) };
        let owner = owner.clone();
        let (initiator, recipient) = if edge.initiator == owner.id { (owner, other) } else { (other, owner) };
        let (message, created_at, accepted_at) = self.connection.1;
        let (created_at, accepted_at) = (instant(created_at), accepted_at.map(instant));
        Ok(Some(Connection { edge, initiator, recipient, message, created_at, accepted_at }))
    }
}

/// Returns the connections in the list of an owner that a rule lets a viewer see, given the connection, the account of
/// the other participant, the blocks between the two, and the access to that participant's profile. Whoever may see the
/// list may see its owner.
pub(super) fn visible(
    conn: &mut AnyConnection,
    owner: &ProfileCard,
    viewer: Viewer,
    rows: Vec<ListedRow>,
    rule: impl Fn(&Edge, &SubjectAccount, Standing, ProfileAccess) -> bool,
) -> Result<Vec<Connection>, StoreError> {
    let subjects: Vec<SubjectAccount> = rows.iter().map(ListedRow::subject).collect();
    let profiles = facts::profiles(conn, viewer, &subjects)?;
    let mut connections = Vec::with_capacity(rows.len());
    for row in rows {
        let (edge, subject) = (row.edge()?, row.subject());
        let access = profiles.get(&subject.id).map_or(ProfileAccess::Hidden, ProfileFacts::access);
        if rule(&edge, &subject, row.standing(), access) {
            connections.extend(row.shown(owner, edge, access)?);
        }
    }
    Ok(connections)
}
