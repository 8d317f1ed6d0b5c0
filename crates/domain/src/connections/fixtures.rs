//! Connections between two users, shared by the tests of this context.

use chrono::DateTime;

use super::{Edge, Kind, Status};
use crate::ids::{ConnectionId, UserId};

pub(super) const ME: UserId = UserId::new(1);
pub(super) const OTHER: UserId = UserId::new(2);

/// Returns a connection between [`ME`] and [`OTHER`], initiated by one of them.
pub(super) fn edge(id: i64, kind: Kind, status: Status, initiator: UserId) -> Edge {
    let recipient = if initiator == ME { OTHER } else { ME };
    Edge { id: ConnectionId::new(id), kind, initiator, recipient, status, since: DateTime::UNIX_EPOCH }
}
