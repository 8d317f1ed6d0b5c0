//! Plans: everything that a transition changes between two users.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    ConnectionState, ConnectionTransition, Counters, Edge, Kind, Outcome, Pair, Refusal, Side, Standing, Status,
};
use crate::cooldown::Cooldown;
use crate::events::{Audience, Event, EventKind, Subject};
use crate::families::GuardianshipFacts;
use crate::ids::{ConnectionId, UserId};

/// The wait of a rejected initiator before the next request.
const COOLDOWN: TimeDelta = TimeDelta::days(7);

/// A recipient's answer to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The connection comes into force.
    Accept,
    /// The connection is declined, which its initiator cannot see.
    Reject,
    /// The initiator is blocked.
    Block,
}

/// A change of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeChange {
    /// The connection is created by the actor.
    Insert(Kind, Status),
    /// The status changes.
    Update(ConnectionId, Status),
    /// The connection starts over with the actor as its initiator.
    Restart(ConnectionId, Status),
    /// The connection is deleted.
    Delete(ConnectionId),
}

/// The changes between two users. The write re-checks `seen` under the locks of both users' relations and of the
/// guardianships that end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationPlan {
    /// The facts that the decision was based on.
    pub seen: Pair,
    /// The changes of connections, in this order.
    pub changes: Vec<EdgeChange>,
    /// The message that accompanies a new request.
    pub message: Option<String>,
    /// The guardianships that the actor ends, by id.
    pub ends: Vec<GuardianshipFacts>,
    /// Whether pending session requests between the two expire.
    pub expires_requests: bool,
    /// The instant of the decision.
    pub at: DateTime<Utc>,
}

impl RelationPlan {
    fn new(seen: Pair, changes: Vec<EdgeChange>, at: DateTime<Utc>) -> Self {
        Self { seen, changes, message: None, ends: Vec::new(), expires_requests: false, at }
    }

    /// Returns the differences that the plan makes to the counters of the actor and of the other user.
    pub fn counter_changes(&self) -> [(UserId, Counters); 2] {
        let Pair { actor, other, .. } = self.seen;
        [actor, other].map(|user| {
            let mut difference = Counters::default();
            for change in &self.changes {
                let (before, after) = self.states(*change);
                for (state, times) in [(before, -1), (after, 1)] {
                    if let Some((kind, status, initiator)) = state {
                        let side = if user == initiator { Side::Initiator } else { Side::Recipient };
                        difference.add(Counters::of(kind, status, side), times);
                    }
                }
            }
            (user, difference)
        })
    }

    /// Returns the events of the plan, given the connection that the write has created. Only the other user is told.
    ///
    /// A block, anything behind one, and a rejection are silent. So is the end of a request by its recipient, who rejects it
    /// by other means.
    pub fn events(&self, created: Option<ConnectionId>) -> Vec<Event> {
        let is_block = |change: &EdgeChange| matches!(change, EdgeChange::Insert(Kind::Block, _));
        if self.seen.standing() != Standing::Open || self.changes.iter().any(is_block) {
            return Vec::new();
        }
        self.changes.iter().filter_map(|change| self.event(*change, created)).collect()
    }

    fn event(&self, change: EdgeChange, created: Option<ConnectionId>) -> Option<Event> {
        let Pair { actor, other, .. } = self.seen;
        let id = match change {
            EdgeChange::Insert(..) => created?,
            EdgeChange::Update(id, _) | EdgeChange::Restart(id, _) | EdgeChange::Delete(id) => id,
        };
        let (before, after) = self.states(change);
        let (kind, event) = match (before, after) {
            (_, Some((kind, Status::Pending, _))) => (kind, EventKind::ConnectionRequested),
            (_, Some((kind, Status::Accepted, _))) => (kind, EventKind::ConnectionAccepted),
            (Some((kind, Status::Accepted, _)), None) => (kind, EventKind::ConnectionEnded),
            (Some((kind, Status::Pending, initiator)), None) if initiator == actor => {
                (kind, EventKind::ConnectionEnded)
            }
            _ => return None,
        };
        Some(connection_event(event, id, kind, actor, other, self.at))
    }

    /// Returns kind, status and initiator of a connection before and after a change.
    fn states(&self, change: EdgeChange) -> (Option<EdgeState>, Option<EdgeState>) {
        let actor = self.seen.actor;
        let seen = |id: ConnectionId| {
            let edge = self.seen.edges.iter().find(|edge| edge.id == id);
            edge.map(|edge| (edge.kind, edge.status, edge.initiator))
        };
        match change {
            EdgeChange::Insert(kind, status) => (None, Some((kind, status, actor))),
            EdgeChange::Update(id, status) => {
                (seen(id), seen(id).map(|(kind, _, initiator)| (kind, status, initiator)))
            }
            EdgeChange::Restart(id, status) => (seen(id), seen(id).map(|(kind, ..)| (kind, status, actor))),
            EdgeChange::Delete(id) => (seen(id), None),
        }
    }
}

fn connection_event(
    event: EventKind,
    connection: ConnectionId,
    kind: Kind,
    actor: UserId,
    other: UserId,
    at: DateTime<Utc>,
) -> Event {
    let subject = Subject::Connection { connection, kind, with: actor };
    Event { kind: event, subject, actor: Some(actor), audience: Audience::one(other), at }
}

type EdgeState = (Kind, Status, UserId);

/// Decides on a follow, an offer of friendship or a block.
///
/// A block deletes pending and accepted connections in both directions, ends guardianships between the two and
/// expires pending session requests. Rejections remain, so that a block cannot shorten a cooldown.
pub fn plan_request(
    pair: Pair,
    kind: Kind,
    message: Option<String>,
    now: DateTime<Utc>,
) -> Result<RelationPlan, Refusal> {
    if pair.actor == pair.other {
        return Err(Refusal::OwnAccount);
    }
    pair.check_exists()?;
    let edge = pair.own(kind).copied();
    let change = decide(&pair, kind, edge.as_ref(), ConnectionTransition::Request, now)?;
    if kind != Kind::Block {
        return Ok(RelationPlan { message, ..RelationPlan::new(pair, vec![change], now) });
    }
    if pair.guardianships.iter().any(GuardianshipFacts::is_last_guardian) {
        return Err(Refusal::LastGuardian);
    }
    let open = pair.edges.iter().filter(|edge| edge.kind != Kind::Block && edge.status != Status::Rejected);
    let changes = open.map(|edge| EdgeChange::Delete(edge.id)).chain([change]).collect();
    let ends = pair.guardianships.clone();
    Ok(RelationPlan { message, ends, expires_requests: true, ..RelationPlan::new(pair, changes, now) })
}

/// Decides on an answer to a connection.
pub fn plan_answer(pair: Pair, id: ConnectionId, answer: Answer, now: DateTime<Utc>) -> Result<RelationPlan, Refusal> {
    let transition = match answer {
        Answer::Accept => ConnectionTransition::Accept,
        Answer::Reject => ConnectionTransition::Reject,
        Answer::Block if pair.find_visible(id)?.initiator == pair.actor => return Err(Refusal::RecipientOnly),
        Answer::Block => return plan_request(pair, Kind::Block, None, now),
    };
    plan_transition(pair, id, transition, now)
}

/// Decides on the end of a connection.
pub fn plan_end(pair: Pair, id: ConnectionId, now: DateTime<Utc>) -> Result<RelationPlan, Refusal> {
    plan_transition(pair, id, ConnectionTransition::End, now)
}

/// Decides on the end of the actor's own connection of a kind. Fails with [`Refusal::ConnectionNotFound`] if the
/// actor sees none.
pub fn plan_removal(pair: Pair, kind: Kind, now: DateTime<Utc>) -> Result<RelationPlan, Refusal> {
    if pair.actor == pair.other {
        return Err(Refusal::OwnAccount);
    }
    pair.check_exists()?;
    let id = pair.own(kind).map(|edge| edge.id).ok_or(Refusal::ConnectionNotFound)?;
    plan_end(pair, id, now)
}

fn plan_transition(
    pair: Pair,
    id: ConnectionId,
    transition: ConnectionTransition,
    now: DateTime<Utc>,
) -> Result<RelationPlan, Refusal> {
    let edge = *pair.find_visible(id)?;
    let change = decide(&pair, edge.kind, Some(&edge), transition, now)?;
    Ok(RelationPlan::new(pair, vec![change], now))
}

fn decide(
    pair: &Pair,
    kind: Kind,
    edge: Option<&Edge>,
    transition: ConnectionTransition,
    now: DateTime<Utc>,
) -> Result<EdgeChange, Refusal> {
    let state = ConnectionState {
        kind,
        position: pair.position(edge),
        standing: pair.standing(),
        needs_consent: pair.profile.needs_consent(),
        cooldown: edge.and_then(|edge| Cooldown::until(edge.since + COOLDOWN, now)),
    };
    match (state.apply(transition)?, edge) {
        (Outcome::Create(status), _) => Ok(EdgeChange::Insert(kind, status)),
        (Outcome::Update(status), Some(edge)) => Ok(EdgeChange::Update(edge.id, status)),
        (Outcome::Restart(status), Some(edge)) => Ok(EdgeChange::Restart(edge.id, status)),
        (Outcome::Delete, Some(edge)) => Ok(EdgeChange::Delete(edge.id)),
        (Outcome::Update(_) | Outcome::Restart(_) | Outcome::Delete, None) => Err(Refusal::ConnectionNotFound),
    }
}

/// The consequence of a change of privacy for the follows that wait for an answer of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingFollows {
    /// They are accepted. New follows need no answer from now on.
    Accept,
    /// They wait for answers, including those that were about to be accepted.
    Keep,
    /// The change has no consequence for them.
    Ignore,
}

/// Decides on the follows that wait for an account whose privacy is set.
pub fn waiting_follows(was_private: bool, is_private: bool) -> WaitingFollows {
    match (was_private, is_private) {
        (_, true) => WaitingFollows::Keep,
        (true, false) => WaitingFollows::Accept,
        // A child's account is public and yet has follows that wait for consent.
        (false, false) => WaitingFollows::Ignore,
    }
}

/// The acceptance of some of the waiting follows of an account that has gone public. The write re-checks the followers
/// under the locks of all users concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoingPublicPlan {
    /// The account that has gone public.
    pub owner: UserId,
    /// The waiting follows with their initiators.
    pub follows: Vec<(ConnectionId, UserId)>,
    /// The difference to the owner's counters.
    pub owner_change: Counters,
    /// The difference to the counters of each follower.
    pub follower_change: Counters,
    /// The instant of the acceptance.
    pub at: DateTime<Utc>,
}

impl GoingPublicPlan {
    /// Returns the events of the acceptances.
    pub fn events(&self) -> Vec<Event> {
        let accepted = |(connection, follower): &(ConnectionId, UserId)| {
            connection_event(EventKind::ConnectionAccepted, *connection, Kind::Follow, self.owner, *follower, self.at)
        };
        self.follows.iter().map(accepted).collect()
    }
}

/// Accepts follows that wait for an account that has gone public.
pub fn plan_going_public(owner: UserId, follows: Vec<(ConnectionId, UserId)>, at: DateTime<Utc>) -> GoingPublicPlan {
    let change = |side, times: i64| {
        let mut change = Counters::default();
        change.add(Counters::of(Kind::Follow, Status::Pending, side), -times);
        change.add(Counters::of(Kind::Follow, Status::Accepted, side), times);
        change
    };
    let count = i64::try_from(follows.len()).unwrap_or(i64::MAX);
    GoingPublicPlan {
        owner,
        follows,
        owner_change: change(Side::Recipient, count),
        follower_change: change(Side::Initiator, 1),
        at,
    }
}

#[cfg(test)]
mod tests;
