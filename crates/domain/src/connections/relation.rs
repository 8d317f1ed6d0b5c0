//! What stands between two users.

use chrono::{DateTime, Utc};

use super::{Held, Side};
use crate::accounts::Role;
use crate::ids::{ConnectionId, UserId};

/// What kind of connection it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// One listens to the other.
    Follow,
    /// Both know each other.
    Friend,
    /// One is rid of the other.
    Block,
}

impl Kind {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// Waits for the recipient.
    Pending,
    /// Holds.
    Accepted,
    /// The recipient said no. To the initiator it looks gone.
    Rejected,
}

impl Status {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A connection, as far as the rules know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Which connection.
    pub id: ConnectionId,
    /// What kind.
    pub kind: Kind,
    /// Who began it; of a friendship, who asked last.
    pub initiator: UserId,
    /// The other.
    pub recipient: UserId,
    /// Where it stands.
    pub status: Status,
    /// Since when it stands so, an instant.
    pub since: DateTime<Utc>,
}

impl Edge {
    /// The other of the two.
    pub fn other(&self, user: UserId) -> UserId {
        if self.initiator == user { self.recipient } else { self.initiator }
    }

    /// On which side of it a user stands; none where on neither.
    pub fn side(&self, user: UserId) -> Option<Side> {
        if self.initiator == user {
            Some(Side::Initiator)
        } else if self.recipient == user {
            Some(Side::Recipient)
        } else {
            None
        }
    }

    /// Whether a user may know of it: a block is its maker's alone, a rejection its recipient's.
    pub fn is_known_to(&self, user: UserId) -> bool {
        match (self.side(user), self.kind, self.status) {
            (None, _, _) | (Some(Side::Recipient), Kind::Block, _) => false,
            (Some(Side::Initiator), _, status) => status != Status::Rejected,
            (Some(Side::Recipient), Kind::Follow | Kind::Friend, _) => true,
        }
    }
}

/// Everything that stands between an actor and another user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Who acts.
    pub actor: UserId,
    /// With whom.
    pub other: UserId,
    /// Whether a follow needs the other's consent.
    pub other_is_private: bool,
    /// Every connection between the two, by id.
    pub edges: Vec<Edge>,
}

/// Whether two users may have to do with each other, as one of them learns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They may.
    Open,
    /// The actor blocked the other.
    BlockedByYou,
    /// The other blocked the actor, who must not be able to tell: the other does not exist.
    BlockedByThem,
}

impl Pair {
    /// What the blocks between the two come to.
    pub fn standing(&self) -> Standing {
        let blocked_by = |user| self.edges.iter().any(|edge| edge.kind == Kind::Block && edge.initiator == user);
        if blocked_by(self.other) {
            Standing::BlockedByThem
        } else if blocked_by(self.actor) {
            Standing::BlockedByYou
        } else {
            Standing::Open
        }
    }

    /// The connection of a kind that the actor's own actions are about: the one friendship, or the one that
    /// goes out from the actor.
    pub fn own(&self, kind: Kind) -> Option<&Edge> {
        self.edges.iter().find(|edge| edge.kind == kind && (kind == Kind::Friend || edge.initiator == self.actor))
    }

    /// How the actor holds a connection.
    pub fn held(&self, edge: Option<&Edge>) -> Held {
        match edge.and_then(|edge| edge.side(self.actor).map(|side| (edge.status, side))) {
            Some((status, side)) => Held::As(status, side),
            None => Held::Nothing,
        }
    }

    /// The connections that the actor may know of.
    pub fn known(&self) -> impl Iterator<Item = &Edge> {
        let open = self.standing() != Standing::BlockedByThem;
        self.edges.iter().filter(move |edge| open && edge.is_known_to(self.actor))
    }
}

/// One side of a connection, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRef {
    /// The user.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their picture, a URL.
    pub profile_picture: Option<String>,
    /// Their roles.
    pub roles: Vec<Role>,
}

/// A connection with the names that a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The connection.
    pub edge: Edge,
    /// Who began it.
    pub initiator: PersonRef,
    /// The other.
    pub recipient: PersonRef,
    /// Words that came with it.
    pub message: Option<String>,
    /// When it was begun, an instant.
    pub created_at: DateTime<Utc>,
    /// When it was accepted, an instant.
    pub accepted_at: Option<DateTime<Utc>>,
}
