//! Connections, their kinds and statuses, and the blocks between two users.

use chrono::{DateTime, Utc};

use super::ProfileAccess;
use crate::accounts::Role;
use crate::ids::{ConnectionId, UserId};

/// The kind of a connection.
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
    /// The initiator hears from the recipient.
    Follow,
    /// The two users know each other.
    Friend,
    /// The initiator no longer sees or hears from the recipient.
    Block,
}

impl Kind {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The status of a connection.
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
pub enum Status {
    /// The recipient has not answered yet.
    Pending,
    /// The connection is in force.
    Accepted,
    /// The recipient has declined, which the initiator cannot see.
    Rejected,
}

impl Status {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The side of a connection that a user is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum Side {
    /// The user who requested the connection.
    Initiator,
    /// The user to whom the connection is addressed.
    Recipient,
}

/// A connection as the rules see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The identity of the row, which survives a new request after a rejection.
    pub id: ConnectionId,
    /// The kind, fixed for life.
    pub kind: Kind,
    /// The author of the latest request.
    pub initiator: UserId,
    /// The user to whom the latest request is addressed.
    pub recipient: UserId,
    /// The current status.
    pub status: Status,
    /// The instant of the latest change of status.
    pub since: DateTime<Utc>,
}

impl Edge {
    /// Returns the participant other than `user`.
    pub fn other(&self, user: UserId) -> UserId {
        if self.initiator == user { self.recipient } else { self.initiator }
    }

    /// Returns the side that a user is on, or nothing for a third party.
    pub fn side(&self, user: UserId) -> Option<Side> {
        if self.initiator == user {
            Some(Side::Initiator)
        } else if self.recipient == user {
            Some(Side::Recipient)
        } else {
            None
        }
    }

    /// Returns whether the connection leads from one user to another.
    pub fn leads(&self, from: UserId, to: UserId) -> bool {
        self.initiator == from && self.recipient == to
    }
}

/// The blocks between two users, as one of them may learn of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Standing {
    /// Neither has blocked the other.
    Open,
    /// The viewer has blocked the other user.
    BlockedByYou,
    /// The other user has blocked the viewer, who must not be able to tell this from an account that does not
    /// exist.
    BlockedByThem,
}

impl Standing {
    /// Derives the standing of a viewer towards a subject from the connections between them.
    pub fn between(viewer: UserId, subject: UserId, edges: &[Edge]) -> Self {
        let blocks = |from, to| edges.iter().any(|edge| edge.kind == Kind::Block && edge.leads(from, to));
        if blocks(subject, viewer) {
            Self::BlockedByThem
        } else if blocks(viewer, subject) {
            Self::BlockedByYou
        } else {
            Self::Open
        }
    }
}

/// A participant as a list shows them. Hidden fields are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileCard {
    /// The account, which is never hidden within a visible connection.
    pub id: UserId,
    /// The display name, unless it is hidden from the viewer.
    pub name: Option<String>,
    /// The URL of the picture, if there is one and it is not hidden.
    pub profile_picture: Option<String>,
    /// The roles, or none if they are hidden.
    pub roles: Vec<Role>,
}

impl ProfileCard {
    /// Returns the part of the card that a viewer may see; nothing if the user is hidden.
    pub fn visible_with(self, access: ProfileAccess) -> Option<Self> {
        match access {
            ProfileAccess::Full => Some(self),
            ProfileAccess::Restricted => {
                Some(Self { id: self.id, name: None, profile_picture: None, roles: Vec::new() })
            }
            ProfileAccess::Hidden => None,
        }
    }
}

/// A connection with its participants, as a viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The connection as the rules see it.
    pub edge: Edge,
    /// The author of the latest request.
    pub initiator: ProfileCard,
    /// The user to whom the latest request is addressed.
    pub recipient: ProfileCard,
    /// The message sent along with the latest request.
    pub message: Option<String>,
    /// The instant of the latest request.
    pub created_at: DateTime<Utc>,
    /// The instant of the acceptance.
    pub accepted_at: Option<DateTime<Utc>>,
}

impl Connection {
    /// Returns the participant other than `user`.
    pub fn other(&self, user: UserId) -> &ProfileCard {
        if self.edge.initiator == user { &self.recipient } else { &self.initiator }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: UserId = UserId::new(1);
    const OTHER: UserId = UserId::new(2);
    const THIRD: UserId = UserId::new(3);

    fn edge(kind: Kind, initiator: UserId, recipient: UserId) -> Edge {
        let id = ConnectionId::new(9);
        Edge { id, kind, initiator, recipient, status: Status::Accepted, since: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn an_edge_knows_its_sides_and_its_direction() {
        let edge = edge(Kind::Follow, ME, OTHER);
        assert_eq!((edge.other(ME), edge.other(OTHER)), (OTHER, ME));
        assert_eq!(edge.side(ME), Some(Side::Initiator));
        assert_eq!(edge.side(OTHER), Some(Side::Recipient));
        assert_eq!(edge.side(THIRD), None);
        assert!(edge.leads(ME, OTHER));
        assert!(!edge.leads(OTHER, ME) && !edge.leads(ME, THIRD) && !edge.leads(THIRD, OTHER));
    }

    #[test]
    fn a_received_block_takes_precedence() {
        let standing = |edges: &[Edge]| Standing::between(ME, OTHER, edges);
        let (mine, theirs) = (edge(Kind::Block, ME, OTHER), edge(Kind::Block, OTHER, ME));
        assert_eq!(standing(&[]), Standing::Open);
        assert_eq!(standing(&[edge(Kind::Follow, ME, OTHER), edge(Kind::Friend, OTHER, ME)]), Standing::Open);
        assert_eq!(standing(&[mine]), Standing::BlockedByYou);
        assert_eq!(standing(&[theirs]), Standing::BlockedByThem);
        assert_eq!(standing(&[mine, theirs]), Standing::BlockedByThem);
        assert_eq!(standing(&[edge(Kind::Block, ME, THIRD), edge(Kind::Block, THIRD, ME)]), Standing::Open);
    }

    #[test]
    fn a_restricted_card_keeps_the_id_alone() {
        let card = ProfileCard {
            id: ME,
            name: Some("Abebe".to_owned()),
            profile_picture: Some("https://example.com/a.png".to_owned()),
            roles: vec![Role::Tutor],
        };
        assert_eq!(card.clone().visible_with(ProfileAccess::Full), Some(card.clone()));
        let restricted = ProfileCard { id: ME, name: None, profile_picture: None, roles: Vec::new() };
        assert_eq!(card.clone().visible_with(ProfileAccess::Restricted), Some(restricted));
        assert_eq!(card.visible_with(ProfileAccess::Hidden), None);
    }

    #[test]
    fn kinds_and_statuses_keep_the_names_of_the_old_platform() {
        assert_eq!([Kind::Follow, Kind::Friend, Kind::Block].map(Kind::as_str), ["follow", "friend", "block"]);
        let statuses = [Status::Pending, Status::Accepted, Status::Rejected];
        assert_eq!(statuses.map(Status::as_str), ["pending", "accepted", "rejected"]);
    }
}
