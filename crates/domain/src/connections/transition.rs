//! The transition table of a single connection.

use super::{Kind, Refusal, Side, Standing, Status};
use crate::cooldown::Cooldown;

/// An actor's position in a connection of some kind with another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    /// The connection does not exist.
    Unconnected,
    /// The connection has this status, and the actor is on this side.
    Connected(Status, Side),
}

/// An action on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum ConnectionTransition {
    /// Follows, offers friendship or blocks.
    Request,
    /// Accepts a request.
    Accept,
    /// Declines a request.
    Reject,
    /// Unfollows, ends a friendship, cancels a request or unblocks.
    End,
}

/// The effect of a transition on the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The connection is created with this status, the actor being its initiator.
    Create(Status),
    /// The connection changes to this status.
    Update(Status),
    /// The connection starts over with this status, the actor being its initiator.
    Restart(Status),
    /// The connection is deleted.
    Delete,
}

/// Everything that a transition of a connection depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionState {
    /// The kind of the connection.
    pub kind: Kind,
    /// The actor's position in it.
    pub position: Position,
    /// The blocks between the two users.
    pub standing: Standing,
    /// Whether the other user decides on each follow.
    pub needs_consent: bool,
    /// The wait of a rejected initiator, unless it is over.
    pub cooldown: Option<Cooldown>,
}

impl ConnectionState {
    /// Returns the effect of a transition. The table is total: every combination has an outcome or a refusal.
    pub fn apply(self, transition: ConnectionTransition) -> Result<Outcome, Refusal> {
        use ConnectionTransition::{Accept, End, Reject, Request};
        use Position::{Connected, Unconnected};
        use Side::{Initiator, Recipient};
        use Status::{Accepted, Pending, Rejected};

        self.check_standing(transition)?;
        match (self.kind, transition, self.position) {
            (_, Request, Unconnected) => Ok(Outcome::Create(self.initial_status())),
            // Requests in both directions are an agreement.
            (Kind::Friend, Request, Connected(Pending, Recipient)) => Ok(Outcome::Update(Accepted)),
            // A user who has declined can offer friendship at any time.
            (Kind::Friend, Request, Connected(Rejected, Recipient)) => Ok(Outcome::Restart(self.initial_status())),
            // The account has gone public since and no longer decides on followers.
            (Kind::Follow, Request, Connected(Rejected, _)) if !self.needs_consent => {
                Ok(Outcome::Restart(self.initial_status()))
            }
            (_, Request, Connected(Rejected, _)) => match self.cooldown {
                Some(cooldown) => Err(Refusal::Cooldown(cooldown)),
                None => Ok(Outcome::Restart(self.initial_status())),
            },
            (_, Request, Connected(status @ (Pending | Accepted), _)) => Err(Refusal::AlreadyExists(status)),

            (Kind::Block, Accept | Reject | End, Connected(_, Recipient)) => Err(Refusal::NotAParticipant),
            (_, _, Unconnected) | (_, Accept | Reject | End, Connected(Rejected, Initiator)) => {
                Err(Refusal::ConnectionNotFound)
            }
            (_, Accept | Reject, Connected(Pending | Accepted, Initiator)) => Err(Refusal::RecipientOnly),
            (_, Accept, Connected(Pending, Recipient)) => Ok(Outcome::Update(Accepted)),
            (_, Reject, Connected(Pending, Recipient)) => Ok(Outcome::Update(Rejected)),
            (_, Accept | Reject, Connected(status @ (Accepted | Rejected), Recipient)) => {
                Err(Refusal::AlreadyAnswered(status))
            }
            (_, End, Connected(_, _)) => Ok(Outcome::Delete),
        }
    }

    /// Fails if a block between the two users forbids the transition.
    fn check_standing(self, transition: ConnectionTransition) -> Result<(), Refusal> {
        let requests = transition == ConnectionTransition::Request;
        let ends = transition == ConnectionTransition::End;
        match self.standing {
            // A request that the actor has rejected stays in their list, where they can still delete it.
            Standing::BlockedByThem
                if self.position == Position::Connected(Status::Rejected, Side::Recipient) && !requests =>
            {
                Ok(())
            }
            Standing::BlockedByThem if requests => Err(Refusal::UserNotFound),
            Standing::BlockedByThem => Err(Refusal::ConnectionNotFound),
            Standing::BlockedByYou if self.kind != Kind::Block && !ends => Err(Refusal::BlockedByYou),
            Standing::BlockedByYou | Standing::Open => Ok(()),
        }
    }

    fn initial_status(self) -> Status {
        match self.kind {
            Kind::Follow if self.needs_consent => Status::Pending,
            Kind::Follow | Kind::Block => Status::Accepted,
            Kind::Friend => Status::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use ConnectionTransition::{Accept, End, Reject, Request};
    use chrono::DateTime;
    use strum::VariantArray;

    use super::*;

    const COOLDOWN: Cooldown = Cooldown { again_at: DateTime::UNIX_EPOCH, retry_after: 1 };

    fn positions() -> Vec<Position> {
        let sides = |status: &Status| {
            let status = *status;
            Side::VARIANTS.iter().map(move |side| Position::Connected(status, *side))
        };
        std::iter::once(Position::Unconnected).chain(Status::VARIANTS.iter().flat_map(sides)).collect()
    }

    fn open(kind: Kind, position: Position) -> ConnectionState {
        ConnectionState { kind, position, standing: Standing::Open, needs_consent: false, cooldown: None }
    }

    #[test]
    fn the_whole_table_of_an_open_pair() {
        use Kind::{Block, Follow, Friend};
        use Outcome::{Create, Delete, Restart, Update};
        use Position::{Connected, Unconnected};
        use Refusal::{AlreadyAnswered, AlreadyExists, ConnectionNotFound, NotAParticipant, RecipientOnly};
        use Side::{Initiator, Recipient};
        use Status::{Accepted, Pending, Rejected};

        #[rustfmt::skip]
        let table = [
            // position               follow                       friend                      block
            (Unconnected,                 Request, Ok(Create(Accepted)),             Ok(Create(Pending)),              Ok(Create(Accepted))),
            (Connected(Pending, Initiator),  Request, Err(AlreadyExists(Pending)),      Err(AlreadyExists(Pending)),      Err(AlreadyExists(Pending))),
            (Connected(Pending, Recipient),  Request, Err(AlreadyExists(Pending)),      Ok(Update(Accepted)),            Err(AlreadyExists(Pending))),
            (Connected(Accepted, Initiator), Request, Err(AlreadyExists(Accepted)),     Err(AlreadyExists(Accepted)),     Err(AlreadyExists(Accepted))),
            (Connected(Accepted, Recipient), Request, Err(AlreadyExists(Accepted)),     Err(AlreadyExists(Accepted)),     Err(AlreadyExists(Accepted))),
            (Connected(Rejected, Initiator), Request, Ok(Restart(Accepted)),         Ok(Restart(Pending)),          Ok(Restart(Accepted))),
            (Connected(Rejected, Recipient), Request, Ok(Restart(Accepted)),         Ok(Restart(Pending)),          Ok(Restart(Accepted))),
            (Unconnected,                 Accept, Err(ConnectionNotFound),        Err(ConnectionNotFound),           Err(ConnectionNotFound)),
            (Connected(Pending, Initiator),  Accept, Err(RecipientOnly),           Err(RecipientOnly),              Err(RecipientOnly)),
            (Connected(Pending, Recipient),  Accept, Ok(Update(Accepted)),         Ok(Update(Accepted)),            Err(NotAParticipant)),
            (Connected(Accepted, Initiator), Accept, Err(RecipientOnly),           Err(RecipientOnly),              Err(RecipientOnly)),
            (Connected(Accepted, Recipient), Accept, Err(AlreadyAnswered(Accepted)), Err(AlreadyAnswered(Accepted)), Err(NotAParticipant)),
            (Connected(Rejected, Initiator), Accept, Err(ConnectionNotFound),        Err(ConnectionNotFound),           Err(ConnectionNotFound)),
            (Connected(Rejected, Recipient), Accept, Err(AlreadyAnswered(Rejected)), Err(AlreadyAnswered(Rejected)), Err(NotAParticipant)),
            (Unconnected,                 Reject, Err(ConnectionNotFound),        Err(ConnectionNotFound),           Err(ConnectionNotFound)),
            (Connected(Pending, Initiator),  Reject, Err(RecipientOnly),           Err(RecipientOnly),              Err(RecipientOnly)),
            (Connected(Pending, Recipient),  Reject, Ok(Update(Rejected)),         Ok(Update(Rejected)),            Err(NotAParticipant)),
            (Connected(Accepted, Initiator), Reject, Err(RecipientOnly),           Err(RecipientOnly),              Err(RecipientOnly)),
            (Connected(Accepted, Recipient), Reject, Err(AlreadyAnswered(Accepted)), Err(AlreadyAnswered(Accepted)), Err(NotAParticipant)),
            (Connected(Rejected, Initiator), Reject, Err(ConnectionNotFound),        Err(ConnectionNotFound),           Err(ConnectionNotFound)),
            (Connected(Rejected, Recipient), Reject, Err(AlreadyAnswered(Rejected)), Err(AlreadyAnswered(Rejected)), Err(NotAParticipant)),
            (Unconnected,                 End, Err(ConnectionNotFound),           Err(ConnectionNotFound),           Err(ConnectionNotFound)),
            (Connected(Pending, Initiator),  End, Ok(Delete),                        Ok(Delete),                        Ok(Delete)),
            (Connected(Pending, Recipient),  End, Ok(Delete),                        Ok(Delete),                        Err(NotAParticipant)),
            (Connected(Accepted, Initiator), End, Ok(Delete),                        Ok(Delete),                        Ok(Delete)),
            (Connected(Accepted, Recipient), End, Ok(Delete),                        Ok(Delete),                        Err(NotAParticipant)),
            (Connected(Rejected, Initiator), End, Err(ConnectionNotFound),           Err(ConnectionNotFound),           Err(ConnectionNotFound)),
            (Connected(Rejected, Recipient), End, Ok(Delete),                        Ok(Delete),                        Err(NotAParticipant)),
        ];
        assert_eq!(table.len(), positions().len() * ConnectionTransition::VARIANTS.len(), "a cell is missing");
        for (position, transition, follow, friend, block) in table {
            for (kind, expected) in [(Follow, follow), (Friend, friend), (Block, block)] {
                assert_eq!(open(kind, position).apply(transition), expected, "{kind:?} {position:?} {transition:?}");
            }
        }
    }

    #[test]
    fn a_blocked_actor_finds_nothing_except_their_own_rejections() {
        let rejected = Position::Connected(Status::Rejected, Side::Recipient);
        for &kind in Kind::VARIANTS {
            for position in positions() {
                for &transition in ConnectionTransition::VARIANTS {
                    let state = open(kind, position);
                    let outcome = ConnectionState { standing: Standing::BlockedByThem, ..state }.apply(transition);
                    let expected = match transition {
                        Request => Err(Refusal::UserNotFound),
                        Accept | Reject | End if position == rejected => state.apply(transition),
                        Accept | Reject | End => Err(Refusal::ConnectionNotFound),
                    };
                    assert_eq!(outcome, expected, "{kind:?} {position:?} {transition:?}");
                }
            }
        }
    }

    #[test]
    fn a_blocker_must_unblock_before_anything_but_an_end() {
        for &kind in Kind::VARIANTS {
            for position in positions() {
                for &transition in ConnectionTransition::VARIANTS {
                    let state = open(kind, position);
                    let outcome = ConnectionState { standing: Standing::BlockedByYou, ..state }.apply(transition);
                    let refused = kind != Kind::Block && transition != End;
                    let expected = if refused { Err(Refusal::BlockedByYou) } else { state.apply(transition) };
                    assert_eq!(outcome, expected, "{kind:?} {position:?} {transition:?}");
                }
            }
        }
    }

    #[test]
    fn a_rejected_initiator_waits_and_the_recipient_does_not() {
        let request = |kind, side, needs_consent| {
            let state = open(kind, Position::Connected(Status::Rejected, side));
            ConnectionState { needs_consent, cooldown: Some(COOLDOWN), ..state }.apply(Request)
        };
        for needs_consent in [false, true] {
            let friend = |side| request(Kind::Friend, side, needs_consent);
            assert_eq!(friend(Side::Initiator), Err(Refusal::Cooldown(COOLDOWN)));
            assert_eq!(friend(Side::Recipient), Ok(Outcome::Restart(Status::Pending)));
        }
        for side in [Side::Initiator, Side::Recipient] {
            assert_eq!(request(Kind::Follow, side, true), Err(Refusal::Cooldown(COOLDOWN)));
            let public = request(Kind::Follow, side, false);
            assert_eq!(public, Ok(Outcome::Restart(Status::Accepted)), "a public account decides on nobody");
        }
    }

    #[test]
    fn consent_matters_to_new_follows_alone() {
        for &kind in Kind::VARIANTS {
            for position in positions() {
                for &transition in ConnectionTransition::VARIANTS {
                    let state = open(kind, position);
                    let private = ConnectionState { needs_consent: true, ..state }.apply(transition);
                    let expected = match (kind, transition, state.apply(transition)) {
                        (Kind::Follow, Request, Ok(Outcome::Create(_))) => Ok(Outcome::Create(Status::Pending)),
                        (Kind::Follow, Request, Ok(Outcome::Restart(_))) => Ok(Outcome::Restart(Status::Pending)),
                        (_, _, public) => public,
                    };
                    assert_eq!(private, expected, "{kind:?} {position:?} {transition:?}");
                }
            }
        }
    }
}
