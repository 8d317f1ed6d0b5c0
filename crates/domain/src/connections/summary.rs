//! Summaries of all connections between a viewer and another user.

use super::{Connection, Edge, Kind, Side, Status, is_public};
use crate::ids::UserId;

/// The connections between a viewer and another user, ranked by relevance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionCheck {
    /// Every connection between the two that the viewer may see, by relevance, highest first.
    pub connections: Vec<Connection>,
}

impl ConnectionCheck {
    /// Ranks the connections between a viewer and another user: accepted follows and friendships, then pending
    /// ones, then blocks, then rejections. Within a rank, friendships precede others, and connections that the
    /// viewer initiated precede received ones.
    pub fn new(viewer: UserId, mut connections: Vec<Connection>) -> Self {
        connections.sort_by_key(|connection| rank(viewer, &connection.edge));
        Self { connections }
    }

    /// Returns the connection that represents the two users.
    pub fn primary(&self) -> Option<&Connection> {
        self.connections.first()
    }

    /// Returns whether the two have an accepted follow or friendship.
    pub fn is_connected(&self) -> bool {
        self.primary().is_some_and(|connection| is_public(connection.edge.kind, connection.edge.status))
    }
}

fn rank(viewer: UserId, edge: &Edge) -> (u8, bool, bool) {
    let status = match edge.status {
        Status::Accepted if edge.kind != Kind::Block => 0,
        Status::Pending => 1,
        Status::Accepted => 2,
        Status::Rejected => 3,
    };
    (status, edge.kind != Kind::Friend, edge.initiator != viewer)
}

/// The statuses of the connections between a viewer and another user, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RelationSummary {
    /// The status of the viewer's follow.
    pub follow: Option<Status>,
    /// The status of the other user's follow.
    pub followed_by: Option<Status>,
    /// The status of the friendship, unless the viewer has rejected it.
    pub friend: Option<Status>,
    /// Whether the viewer has blocked the other user.
    pub is_blocked: bool,
}

impl RelationSummary {
    /// Summarises the connections between a viewer and another user that the viewer may see.
    pub fn new<'a>(viewer: UserId, edges: impl IntoIterator<Item = &'a Edge>) -> Self {
        edges.into_iter().fold(Self::default(), |summary, edge| match (edge.kind, edge.side(viewer)) {
            (Kind::Follow, Some(Side::Initiator)) => Self { follow: Some(edge.status), ..summary },
            (Kind::Follow, _) => Self { followed_by: Some(edge.status), ..summary },
            (Kind::Friend, _) if edge.status == Status::Rejected => summary,
            (Kind::Friend, _) => Self { friend: Some(edge.status), ..summary },
            (Kind::Block, side) => Self { is_blocked: summary.is_blocked || side == Some(Side::Initiator), ..summary },
        })
    }

    /// Returns whether the viewer's follow is accepted.
    pub fn is_following(&self) -> bool {
        self.follow == Some(Status::Accepted)
    }

    /// Returns whether the other user's follow is accepted.
    pub fn is_followed_by(&self) -> bool {
        self.followed_by == Some(Status::Accepted)
    }

    /// Returns whether the two are friends.
    pub fn is_friend(&self) -> bool {
        self.friend == Some(Status::Accepted)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::connections::ProfileCard;
    use crate::connections::fixtures::{ME, OTHER, edge};

    fn connection(edge: Edge) -> Connection {
        let card = |id| ProfileCard { id, name: None, profile_picture: None, roles: Vec::new() };
        Connection {
            edge,
            initiator: card(edge.initiator),
            recipient: card(edge.recipient),
            message: None,
            created_at: DateTime::UNIX_EPOCH,
            accepted_at: None,
        }
    }

    #[test]
    fn connections_are_ranked_by_relevance() {
        use Kind::{Block, Follow, Friend};
        use Status::{Accepted, Pending, Rejected};
        let ranked = [
            edge(1, Friend, Accepted, OTHER),
            edge(2, Follow, Accepted, ME),
            edge(3, Follow, Accepted, OTHER),
            edge(4, Friend, Pending, ME),
            edge(5, Friend, Pending, OTHER),
            edge(6, Follow, Pending, ME),
            edge(7, Follow, Pending, OTHER),
            edge(8, Block, Accepted, ME),
            edge(9, Friend, Rejected, OTHER),
            edge(10, Follow, Rejected, OTHER),
        ];
        let connections: Vec<Connection> = ranked.into_iter().rev().map(connection).collect();
        let check = ConnectionCheck::new(ME, connections);
        let ids: Vec<i64> = check.connections.iter().map(|connection| connection.edge.id.get()).collect();
        assert_eq!(ids, (1..=10).collect::<Vec<_>>());
        assert_eq!(check.primary().unwrap().edge, ranked[0]);
    }

    #[test]
    fn users_are_connected_by_an_accepted_follow_or_friendship() {
        let is_connected =
            |edges: &[Edge]| ConnectionCheck::new(ME, edges.iter().copied().map(connection).collect()).is_connected();
        assert!(!is_connected(&[]));
        assert!(is_connected(&[edge(1, Kind::Follow, Status::Accepted, OTHER)]));
        assert!(is_connected(&[edge(1, Kind::Friend, Status::Accepted, ME)]));
        assert!(is_connected(&[
            edge(1, Kind::Friend, Status::Pending, ME),
            edge(2, Kind::Follow, Status::Accepted, ME)
        ]));
        for (kind, status) in [
            (Kind::Follow, Status::Pending),
            (Kind::Friend, Status::Pending),
            (Kind::Friend, Status::Rejected),
            (Kind::Block, Status::Accepted),
        ] {
            assert!(!is_connected(&[edge(1, kind, status, ME)]), "{kind:?} {status:?}");
        }
    }

    #[test]
    fn a_summary_tells_each_kind_and_direction_apart() {
        use Status::{Accepted, Pending, Rejected};
        let summary = |edges: &[Edge]| RelationSummary::new(ME, edges);
        let none = RelationSummary::default();
        assert_eq!(summary(&[]), none);
        let follow = edge(1, Kind::Follow, Pending, ME);
        assert_eq!(summary(&[follow]), RelationSummary { follow: Some(Pending), ..none });
        let followed = edge(2, Kind::Follow, Rejected, OTHER);
        assert_eq!(summary(&[followed]), RelationSummary { followed_by: Some(Rejected), ..none });
        for initiator in [ME, OTHER] {
            let friend = edge(3, Kind::Friend, Accepted, initiator);
            assert_eq!(summary(&[friend]), RelationSummary { friend: Some(Accepted), ..none });
            assert_eq!(summary(&[edge(3, Kind::Friend, Rejected, initiator)]), none);
        }
        let (block, blocked) = (edge(4, Kind::Block, Accepted, ME), edge(5, Kind::Block, Accepted, OTHER));
        assert_eq!(summary(&[block, blocked]), RelationSummary { is_blocked: true, ..none });
        assert_eq!(summary(&[blocked]), none);
        let all = summary(&[follow, followed, edge(3, Kind::Friend, Pending, ME)]);
        assert_eq!((all.follow, all.followed_by, all.friend), (Some(Pending), Some(Rejected), Some(Pending)));
    }

    #[test]
    fn only_accepted_connections_make_followers_and_friends() {
        let none = RelationSummary::default();
        for status in [None, Some(Status::Pending), Some(Status::Rejected), Some(Status::Accepted)] {
            let expected = status == Some(Status::Accepted);
            let flags =
                |summary: RelationSummary| (summary.is_following(), summary.is_followed_by(), summary.is_friend());
            assert_eq!(flags(RelationSummary { follow: status, ..none }), (expected, false, false), "{status:?}");
            assert_eq!(flags(RelationSummary { followed_by: status, ..none }), (false, expected, false), "{status:?}");
            assert_eq!(flags(RelationSummary { friend: status, ..none }), (false, false, expected), "{status:?}");
        }
    }
}
