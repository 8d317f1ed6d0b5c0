//! One end of somebody's connections, read along an index of its own: an `OR` over both ends would sort a
//! celebrity's million rows for every page.

use astegni_domain::connections::{Connection, Kind, PersonRef, Status};
use astegni_domain::ids::UserId;
use astegni_domain::text::fold;
use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::relations::{EdgeRow, edge};
use crate::accounts::roles;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{connections, users};

/// A user's id, name, picture and roles.
pub(super) type PersonColumns = (i64, String, Option<String>, String);

/// A connection's words and instants.
pub(super) type DetailColumns = (Option<String>, NaiveDateTime, Option<NaiveDateTime>);

pub(super) type ConnectionColumns = (EdgeRow, DetailColumns, PersonColumns, PersonColumns);

fn person((id, name, profile_picture, role_words): PersonColumns) -> Result<PersonRef, StoreError> {
    Ok(PersonRef { id: UserId::new(id), name, profile_picture, roles: roles(&role_words)? })
}

pub(super) fn connection_of((row, details, initiator, recipient): ConnectionColumns) -> Result<Connection, StoreError> {
    let (message, created_at, accepted_at) = details;
    Ok(Connection {
        edge: edge(&row)?,
        initiator: person(initiator)?,
        recipient: person(recipient)?,
        message,
        created_at: instant(created_at),
        accepted_at: accepted_at.map(instant),
    })
}

/// From which end a list is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Initiator,
    Recipient,
}

/// Whose connections, and which of them.
#[derive(Clone)]
pub(super) struct Narrow {
    pub(super) whose: i64,
    pub(super) end: End,
    pub(super) kinds: Vec<Kind>,
    pub(super) statuses: Vec<Status>,
    pub(super) search: Option<String>,
    /// Whose blocks, given or received, hide people.
    pub(super) viewer: Option<i64>,
    /// Only with these.
    pub(super) others: Option<Vec<i64>>,
    pub(super) after: Option<i64>,
    /// The newest so many; none for all, in no order.
    pub(super) limit: Option<i64>,
}

impl Narrow {
    /// The same, one status at a time where it is of one kind: each along an index that holds nothing else, so
    /// that a rare status is found as fast among a million rows as among ten.
    pub(super) fn by_status(self) -> Vec<Self> {
        if self.kinds.len() != 1 {
            return vec![self];
        }
        let of_status = |status: &Status| Self { statuses: vec![*status], ..self.clone() };
        self.statuses.iter().map(of_status).collect()
    }
}

/// Reads one end.
pub(super) fn load(conn: &mut AnyConnection, narrow: &Narrow) -> Result<Vec<Connection>, StoreError> {
    if narrow.kinds.is_empty() || narrow.statuses.is_empty() {
        return Ok(Vec::new());
    }
    let (initiators, recipients) = diesel::alias!(users as initiators, users as recipients);
    let blocks = diesel::alias!(connections as blocks);
    let mut query = connections::table
        .inner_join(initiators.on(initiators.field(users::id).eq(connections::user_id_1)))
        .inner_join(recipients.on(recipients.field(users::id).eq(connections::user_id_2)))
        .select((
            EdgeRow::as_select(),
            (connections::connection_message, connections::created_at, connections::accepted_at),
            initiators.fields((users::id, users::display_name, users::profile_picture, users::roles)),
            recipients.fields((users::id, users::display_name, users::profile_picture, users::roles)),
        ))
        .into_boxed();
    // Without an order where none is needed: it would lead SQLite away from the unique key.
    if let Some(limit) = narrow.limit {
        query = query.order(connections::id.desc()).limit(limit);
    }
    query = match narrow.end {
        End::Initiator => query.filter(connections::user_id_1.eq(narrow.whose)),
        End::Recipient => query.filter(connections::user_id_2.eq(narrow.whose)),
    };
    query = match narrow.kinds.as_slice() {
        [kind] => query.filter(connections::connection_type.eq(kind.as_str())),
        kinds => query.filter(connections::connection_type.eq_any(kinds.iter().map(|kind| kind.as_str()))),
    };
    query = match narrow.statuses.as_slice() {
        [status] => query.filter(connections::status.eq(status.as_str())),
        statuses => query.filter(connections::status.eq_any(statuses.iter().map(|status| status.as_str()))),
    };
    if let Some(text) = &narrow.search {
        let pattern = columns::containing(&fold(text));
        query = match narrow.end {
            End::Initiator => query.filter(recipients.field(users::display_name_folded).like(pattern).escape('\\')),
            End::Recipient => query.filter(initiators.field(users::display_name_folded).like(pattern).escape('\\')),
        };
    }
    if let Some(others) = &narrow.others {
        query = match narrow.end {
            End::Initiator => query.filter(connections::user_id_2.eq_any(others.clone())),
            End::Recipient => query.filter(connections::user_id_1.eq_any(others.clone())),
        };
    }
    if let Some(viewer) = narrow.viewer {
        // Each a probe of the unique key, however many blocked the viewer.
        let is_block = || blocks.field(connections::connection_type).eq(Kind::Block.as_str());
        let (maker, target) = (blocks.field(connections::user_id_1), blocks.field(connections::user_id_2));
        let rejected = connections::status.eq(Status::Rejected.as_str());
        query = match narrow.end {
            End::Initiator => query.filter(not(exists(
                blocks.filter(maker.eq(connections::user_id_2)).filter(target.eq(viewer)).filter(is_block()),
            ))),
            // What the viewer rejected stays to be seen: were it gone, that would tell of the block.
            End::Recipient => query.filter(rejected.or(not(exists(
                blocks.filter(maker.eq(connections::user_id_1)).filter(target.eq(viewer)).filter(is_block()),
            )))),
        };
        // One's own blocks are listed as such: they hide nobody in one's own list.
        if viewer != narrow.whose {
            query = match narrow.end {
                End::Initiator => query.filter(not(exists(
                    blocks.filter(maker.eq(viewer)).filter(target.eq(connections::user_id_2)).filter(is_block()),
                ))),
                End::Recipient => query.filter(not(exists(
                    blocks.filter(maker.eq(viewer)).filter(target.eq(connections::user_id_1)).filter(is_block()),
                ))),
            };
        }
    }
    if let Some(after) = narrow.after {
        query = query.filter(connections::id.lt(after));
    }
    query.load::<ConnectionColumns>(conn)?.into_iter().map(connection_of).collect()
}
