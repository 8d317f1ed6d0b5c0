//! The facts about two users that a decision between them needs.

use super::{Edge, Kind, Position, ProfileAccess, ProfileFacts, Refusal, Side, Standing, is_visible};
use crate::families::GuardianshipFacts;
use crate::ids::{ConnectionId, UserId};

/// Everything between an actor and another user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The user who acts.
    pub actor: UserId,
    /// The target of the action.
    pub other: UserId,
    /// The facts that decide what the actor may see of the other user.
    pub profile: ProfileFacts,
    /// Every connection between the two, by id.
    pub edges: Vec<Edge>,
    /// The open guardianships between the two, in either direction, by id.
    pub guardianships: Vec<GuardianshipFacts>,
}

impl Pair {
    /// Returns the blocks between the two, as the actor may learn of them.
    pub fn standing(&self) -> Standing {
        Standing::between(self.actor, self.other, &self.edges)
    }

    /// Fails unless the actor can tell that the other user exists.
    pub(super) fn check_exists(&self) -> Result<(), Refusal> {
        if self.profile.access() == ProfileAccess::Hidden || self.standing() == Standing::BlockedByThem {
            return Err(Refusal::UserNotFound);
        }
        Ok(())
    }

    /// Returns the connection of a kind that the actor's own actions concern: the single friendship, or the
    /// follow or block that the actor initiated.
    pub fn own(&self, kind: Kind) -> Option<&Edge> {
        self.edges.iter().find(|edge| edge.kind == kind && (kind == Kind::Friend || edge.initiator == self.actor))
    }

    /// Returns the actor's position in a connection.
    pub fn position(&self, edge: Option<&Edge>) -> Position {
        match edge.and_then(|edge| edge.side(self.actor).map(|side| (edge.status, side))) {
            Some((status, side)) => Position::Connected(status, side),
            None => Position::Unconnected,
        }
    }

    /// Returns whether the actor may see a connection of the pair.
    pub fn sees(&self, edge: &Edge) -> bool {
        let visible = |side| is_visible(edge.kind, edge.status, side, self.standing());
        self.profile.access() != ProfileAccess::Hidden && edge.side(self.actor).is_some_and(visible)
    }

    /// Returns a connection of the pair that the actor may see. To the recipient of a block, the block is a
    /// connection between other users.
    pub fn find_visible(&self, id: ConnectionId) -> Result<&Edge, Refusal> {
        let edge = self.edges.iter().find(|edge| edge.id == id).ok_or(Refusal::ConnectionNotFound)?;
        match edge.side(self.actor) {
            Some(Side::Recipient) if edge.kind == Kind::Block => Err(Refusal::NotAParticipant),
            _ if self.sees(edge) => Ok(edge),
            _ => Err(Refusal::ConnectionNotFound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::Status;
    use crate::connections::fixtures::{ME, OTHER, edge};

    fn pair(edges: Vec<Edge>) -> Pair {
        let profile = ProfileFacts::of_stranger(true, false);
        Pair { actor: ME, other: OTHER, profile, edges, guardianships: Vec::new() }
    }

    #[test]
    fn own_returns_the_friendship_or_the_connection_that_the_actor_initiated() {
        let mixed = pair(vec![
            edge(1, Kind::Follow, Status::Accepted, OTHER),
            edge(2, Kind::Follow, Status::Accepted, ME),
            edge(3, Kind::Friend, Status::Pending, OTHER),
            edge(4, Kind::Block, Status::Accepted, OTHER),
        ]);
        let own = |kind| mixed.own(kind).map(|edge| edge.id.get());
        assert_eq!((own(Kind::Follow), own(Kind::Friend), own(Kind::Block)), (Some(2), Some(3), None));
    }

    #[test]
    fn a_position_is_a_status_and_a_side() {
        let pair = pair(vec![edge(1, Kind::Follow, Status::Pending, OTHER)]);
        let stranger = Edge { initiator: UserId::new(7), recipient: UserId::new(8), ..pair.edges[0] };
        assert_eq!(pair.position(None), Position::Unconnected);
        assert_eq!(pair.position(Some(&stranger)), Position::Unconnected);
        assert_eq!(pair.position(pair.edges.first()), Position::Connected(Status::Pending, Side::Recipient));
    }

    #[test]
    fn a_visible_connection_is_found_and_a_hidden_one_is_not() {
        let found = |pair: &Pair, id| pair.find_visible(ConnectionId::new(id)).map(|edge| edge.id.get());
        let open = pair(vec![
            edge(1, Kind::Follow, Status::Pending, ME),
            edge(2, Kind::Friend, Status::Rejected, ME),
            edge(3, Kind::Follow, Status::Rejected, OTHER),
        ]);
        assert_eq!(found(&open, 1), Ok(1));
        assert_eq!(found(&open, 2), Err(Refusal::ConnectionNotFound), "a rejection is hidden from its initiator");
        assert_eq!(found(&open, 3), Ok(3));
        assert_eq!(found(&open, 4), Err(Refusal::ConnectionNotFound));

        let blocked = pair(vec![
            edge(1, Kind::Block, Status::Accepted, OTHER),
            edge(2, Kind::Friend, Status::Rejected, OTHER),
            edge(3, Kind::Follow, Status::Accepted, ME),
        ]);
        assert_eq!(found(&blocked, 1), Err(Refusal::NotAParticipant));
        assert_eq!(found(&blocked, 2), Ok(2));
        assert_eq!(found(&blocked, 3), Err(Refusal::ConnectionNotFound));
        assert_eq!(blocked.check_exists(), Err(Refusal::UserNotFound));

        let own_block = pair(vec![edge(1, Kind::Block, Status::Accepted, ME)]);
        assert_eq!((found(&own_block, 1), own_block.check_exists()), (Ok(1), Ok(())));

        let child = Pair { profile: ProfileFacts::of_stranger(false, true), ..open };
        assert_eq!(found(&child, 1), Err(Refusal::ConnectionNotFound), "connections with a hidden user are hidden");
        assert_eq!(child.check_exists(), Err(Refusal::UserNotFound));
    }
}
