//! Connections on the wire.

use astegni_domain::accounts::Role;
use astegni_domain::connections::{Connection, Kind, PersonRef, Side, Status};
use astegni_domain::ids::UserId;
use astegni_domain::validation::Invalid;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A connection between two users.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ConnectionBody {
    id: i64,
    /// Who began it.
    user_id_1: i64,
    user_id_2: i64,
    /// `follow`, `friend` or `block`.
    connection_type: &'static str,
    /// `pending`, `accepted` or `rejected`.
    status: &'static str,
    initiated_by: i64,
    connection_message: Option<String>,
    /// Instant.
    created_at: String,
    /// Instant.
    accepted_at: Option<String>,
    /// Instant.
    updated_at: String,
    user_1_name: String,
    user_2_name: String,
    user_1_profile_picture: Option<String>,
    user_2_profile_picture: Option<String>,
    user_1_roles: Vec<&'static str>,
    user_2_roles: Vec<&'static str>,
}

fn role_words(person: &PersonRef) -> Vec<&'static str> {
    person.roles.iter().copied().map(Role::as_str).collect()
}

impl ConnectionBody {
    /// A connection as those see it who have no part in it: without what was said.
    pub(super) fn public(connection: Connection) -> Self {
        Self { connection_message: None, ..Self::from(connection) }
    }
}

impl From<Connection> for ConnectionBody {
    fn from(connection: Connection) -> Self {
        let edge = connection.edge;
        Self {
            id: edge.id.get(),
            user_id_1: edge.initiator.get(),
            user_id_2: edge.recipient.get(),
            connection_type: edge.kind.as_str(),
            status: edge.status.as_str(),
            initiated_by: edge.initiator.get(),
            connection_message: connection.message,
            created_at: wire::instant(connection.created_at),
            accepted_at: connection.accepted_at.map(wire::instant),
            updated_at: wire::instant(edge.since),
            user_1_roles: role_words(&connection.initiator),
            user_2_roles: role_words(&connection.recipient),
            user_1_name: connection.initiator.name,
            user_2_name: connection.recipient.name,
            user_1_profile_picture: connection.initiator.profile_picture,
            user_2_profile_picture: connection.recipient.profile_picture,
        }
    }
}

/// How you stand to somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own on the wire")]
pub(crate) struct RelationBody {
    user_id: i64,
    is_following: bool,
    /// `pending` or `accepted` where you follow, or asked to.
    follow_status: Option<&'static str>,
    is_followed_by: bool,
    is_friend: bool,
    /// `pending` or `accepted` where one of you asked.
    friend_status: Option<&'static str>,
    /// Whether you blocked them.
    is_blocked: bool,
    /// Everything between the two that you may know.
    connections: Vec<ConnectionBody>,
}

impl RelationBody {
    pub(super) fn new(viewer: UserId, other: UserId, between: Vec<Connection>) -> Self {
        let status = |kind, side: Option<Side>| {
            between
                .iter()
                .map(|connection| connection.edge)
                .find(|edge| edge.kind == kind && side.is_none_or(|side| edge.side(viewer) == Some(side)))
                .map(|edge| edge.status)
        };
        let following = status(Kind::Follow, Some(Side::Initiator));
        let followed_by = status(Kind::Follow, Some(Side::Recipient));
        let friend = status(Kind::Friend, None).filter(|status| *status != Status::Rejected);
        Self {
            user_id: other.get(),
            is_following: following == Some(Status::Accepted),
            follow_status: following.map(Status::as_str),
            is_followed_by: followed_by == Some(Status::Accepted),
            is_friend: friend == Some(Status::Accepted),
            friend_status: friend.map(Status::as_str),
            is_blocked: status(Kind::Block, Some(Side::Initiator)).is_some(),
            connections: between.into_iter().map(ConnectionBody::from).collect(),
        }
    }
}

/// Reads a kind of connection.
pub(super) fn kind(word: &str) -> Result<Kind, Invalid> {
    word.parse().map_err(|_| Invalid::new("unknown_type", "must be follow, friend or block"))
}

/// Reads where a connection stands.
pub(super) fn status(word: &str) -> Result<Status, Invalid> {
    word.parse().map_err(|_| Invalid::new("unknown_status", "must be pending, accepted, rejected or all"))
}
