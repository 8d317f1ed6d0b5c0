//! JSON representations of connections.

use astegni_domain::accounts::Role;
use astegni_domain::connections::{Connection, Edge, Kind, ProfileCard, RelationSummary, Status};
use astegni_domain::ids::UserId;
use astegni_domain::validation::Invalid;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A connection between two users. Names, pictures and roles of private users are null or empty for callers who may
/// not see their profiles.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ConnectionBody {
    /// Id of the connection.
    id: i64,
    /// User id of the initiator.
    user_id_1: i64,
    /// User id of the recipient.
    user_id_2: i64,
    /// `follow`, `friend` or `block`.
    connection_type: &'static str,
    /// `pending`, `accepted` or `rejected`.
    status: &'static str,
    /// User id of the initiator, like `user_id_1`.
    initiated_by: i64,
    /// Message sent along with the request. Null in public lists.
    connection_message: Option<String>,
    /// RFC 3339 instant in UTC of the latest request.
    created_at: String,
    /// RFC 3339 instant in UTC of the acceptance.
    accepted_at: Option<String>,
    /// RFC 3339 instant in UTC of the latest change of status.
    updated_at: String,
    /// Display name of the initiator, null if hidden from the caller.
    user_1_name: Option<String>,
    /// Display name of the recipient, null if hidden from the caller.
    user_2_name: Option<String>,
    /// URL of the initiator's picture, null if there is none or it is hidden from the caller.
    user_1_profile_picture: Option<String>,
    /// URL of the recipient's picture, null if there is none or it is hidden from the caller.
    user_2_profile_picture: Option<String>,
    /// Roles of the initiator, empty if hidden from the caller.
    user_1_roles: Vec<&'static str>,
    /// Roles of the recipient, empty if hidden from the caller.
    user_2_roles: Vec<&'static str>,
}

fn role_names(card: &ProfileCard) -> Vec<&'static str> {
    card.roles.iter().copied().map(Role::as_str).collect()
}

impl ConnectionBody {
    /// Renders a connection for third parties, without the participants' message.
    pub(super) fn public(connection: Connection) -> Self {
        Self { connection_message: None, ..Self::from(connection) }
    }
}

impl From<Connection> for ConnectionBody {
    fn from(connection: Connection) -> Self {
        let Connection { edge, initiator, recipient, message, created_at, accepted_at } = connection;
        Self {
            id: edge.id.get(),
            user_id_1: edge.initiator.get(),
            user_id_2: edge.recipient.get(),
            connection_type: edge.kind.as_str(),
            status: edge.status.as_str(),
            initiated_by: edge.initiator.get(),
            connection_message: message,
            created_at: wire::instant(created_at),
            accepted_at: accepted_at.map(wire::instant),
            updated_at: wire::instant(edge.since),
            user_1_roles: role_names(&initiator),
            user_2_roles: role_names(&recipient),
            user_1_name: initiator.name,
            user_2_name: recipient.name,
            user_1_profile_picture: initiator.profile_picture,
            user_2_profile_picture: recipient.profile_picture,
        }
    }
}

/// The relation of the caller to another user.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of the JSON contract")]
pub(crate) struct RelationBody {
    /// Id of the other user.
    user_id: i64,
    /// Whether the caller's follow is accepted.
    is_following: bool,
    /// `pending` or `accepted`, null if the caller does not follow the user.
    follow_status: Option<&'static str>,
    /// Whether the user follows the caller.
    is_followed_by: bool,
    /// Whether the two are friends.
    is_friend: bool,
    /// `pending` or `accepted`, null if neither has offered friendship.
    friend_status: Option<&'static str>,
    /// Whether the caller has blocked the user.
    is_blocked: bool,
    /// All connections between the two that the caller may see, oldest first.
    connections: Vec<ConnectionBody>,
}

impl RelationBody {
    pub(super) fn new(viewer: UserId, other: UserId, connections: Vec<Connection>) -> Self {
        let edges: Vec<Edge> = connections.iter().map(|connection| connection.edge).collect();
        let summary = RelationSummary::new(viewer, &edges);
        Self {
            user_id: other.get(),
            is_following: summary.is_following(),
            follow_status: summary.follow.map(Status::as_str),
            is_followed_by: summary.is_followed_by(),
            is_friend: summary.is_friend(),
            friend_status: summary.friend.map(Status::as_str),
            is_blocked: summary.is_blocked,
            connections: connections.into_iter().map(ConnectionBody::from).collect(),
        }
    }
}

/// Parses a kind of connection.
pub(super) fn kind(word: &str) -> Result<Kind, Invalid> {
    word.parse().map_err(|_| Invalid::new("unknown_type", "must be follow, friend or block"))
}

/// Parses a status of a connection.
pub(super) fn status(word: &str) -> Result<Status, Invalid> {
    word.parse().map_err(|_| Invalid::new("unknown_status", "must be pending, accepted, rejected or all"))
}

/// Removes the values by which old clients ask for no filter: an empty one and `all`.
pub(super) fn chosen(input: Option<String>) -> Option<String> {
    input.filter(|word| !matches!(word.trim(), "" | "all"))
}
