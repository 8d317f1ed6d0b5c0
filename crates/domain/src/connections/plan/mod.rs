//! From a step to what becomes true between two users.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Action, Cooldown, Edge, Kind, Outcome, Pair, Refusal, Side, Status, step};
use crate::ids::{ConnectionId, UserId};

/// How long a rejected asker waits before asking again.
const COOLDOWN: TimeDelta = TimeDelta::days(7);

/// What a user's lists count to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Who follows the user.
    pub followers: i64,
    /// Whom the user follows.
    pub following: i64,
    /// Who is friends with the user.
    pub friends: i64,
    /// What waits for the user.
    pub pending_received: i64,
    /// What the user waits for.
    pub pending_sent: i64,
    /// Whom the user blocked.
    pub blocked: i64,
}

impl Counters {
    /// What one connection in one state counts for somebody on one side of it.
    pub fn of(kind: Kind, status: Status, side: Side) -> Self {
        let none = Self::default();
        match (kind, status, side) {
            (Kind::Block, _, Side::Initiator) => Self { blocked: 1, ..none },
            (Kind::Block, _, Side::Recipient) | (_, Status::Rejected, _) => none,
            (_, Status::Pending, Side::Initiator) => Self { pending_sent: 1, ..none },
            (_, Status::Pending, Side::Recipient) => Self { pending_received: 1, ..none },
            (Kind::Follow, Status::Accepted, Side::Initiator) => Self { following: 1, ..none },
            (Kind::Follow, Status::Accepted, Side::Recipient) => Self { followers: 1, ..none },
            (Kind::Friend, Status::Accepted, _) => Self { friends: 1, ..none },
        }
    }

    /// Counts something, `times` over; less than once takes it away.
    pub fn add(&mut self, what: Self, times: i64) {
        self.followers += what.followers * times;
        self.following += what.following * times;
        self.friends += what.friends * times;
        self.pending_received += what.pending_received * times;
        self.pending_sent += what.pending_sent * times;
        self.blocked += what.blocked * times;
    }

    /// Followers, followed and friends together.
    pub fn total(&self) -> i64 {
        self.followers + self.following + self.friends
    }
}

/// What becomes of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeChange {
    /// A new one, begun by the actor.
    Insert(Kind, Status),
    /// It moves on.
    Update(ConnectionId, Status),
    /// It begins anew, from the actor.
    Restart(ConnectionId, Status),
    /// It is gone.
    Delete(ConnectionId),
}

/// What becomes true between two users. The write makes sure, under the lock of both users' relations, that
/// what stood between them when it was decided still does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationPlan {
    /// What it was decided on.
    pub seen: Pair,
    /// What becomes of their connections, in this order.
    pub changes: Vec<EdgeChange>,
    /// Words that come with a new ask.
    pub message: Option<String>,
    /// Whether pending session requests between the two expire, as they do on a block.
    pub expires_requests: bool,
    /// When, an instant.
    pub at: DateTime<Utc>,
}

impl RelationPlan {
    /// What the plan counts for the actor and for the other, as differences.
    pub fn counter_changes(&self) -> [(UserId, Counters); 2] {
        let Pair { actor, other, .. } = self.seen;
        let mut mine = Counters::default();
        let mut theirs = Counters::default();
        let mut count = |kind, status, initiator: UserId, times| {
            let (my_side, their_side) = if initiator == actor {
                (Side::Initiator, Side::Recipient)
            } else {
                (Side::Recipient, Side::Initiator)
            };
            mine.add(Counters::of(kind, status, my_side), times);
            theirs.add(Counters::of(kind, status, their_side), times);
        };
        let seen = |id: ConnectionId| self.seen.edges.iter().find(|edge| edge.id == id);
        for change in &self.changes {
            match *change {
                EdgeChange::Insert(kind, status) => count(kind, status, actor, 1),
                EdgeChange::Update(id, status) => {
                    if let Some(edge) = seen(id) {
                        count(edge.kind, edge.status, edge.initiator, -1);
                        count(edge.kind, status, edge.initiator, 1);
                    }
                }
                EdgeChange::Restart(id, status) => {
                    if let Some(edge) = seen(id) {
                        count(edge.kind, edge.status, edge.initiator, -1);
                        count(edge.kind, status, actor, 1);
                    }
                }
                EdgeChange::Delete(id) => {
                    if let Some(edge) = seen(id) {
                        count(edge.kind, edge.status, edge.initiator, -1);
                    }
                }
            }
        }
        [(actor, mine), (other, theirs)]
    }
}

/// Decides on a follow, an ask to be friends, or a block. A block ends follows and friendship both ways and
/// what waits; what was rejected stays on record, so that nobody shortens their wait by blocking.
pub fn plan_ask(pair: Pair, kind: Kind, message: Option<String>, now: DateTime<Utc>) -> Result<RelationPlan, Refusal> {
    if pair.actor == pair.other {
        return Err(Refusal::Yourself);
    }
    let edge = pair.own(kind).copied();
    let outcome = decide(&pair, kind, edge.as_ref(), Action::Ask, now)?;
    let mut changes = Vec::new();
    if kind == Kind::Block {
        let open = pair.edges.iter().filter(|edge| edge.kind != Kind::Block && edge.status != Status::Rejected);
        changes.extend(open.map(|edge| EdgeChange::Delete(edge.id)));
    }
    changes.push(change(kind, edge.as_ref(), outcome)?);
    Ok(RelationPlan { seen: pair, changes, message, expires_requests: kind == Kind::Block, at: now })
}

/// Decides on an answer to a connection.
pub fn plan_answer(pair: Pair, id: ConnectionId, action: Action, now: DateTime<Utc>) -> Result<RelationPlan, Refusal> {
    let edge = pair.edges.iter().find(|edge| edge.id == id).copied().ok_or(Refusal::NoSuchConnection)?;
    let outcome = decide(&pair, edge.kind, Some(&edge), action, now)?;
    let changes = vec![change(edge.kind, Some(&edge), outcome)?];
    Ok(RelationPlan { seen: pair, changes, message: None, expires_requests: false, at: now })
}

/// Decides on the end of the actor's own connection of a kind.
pub fn plan_end(pair: Pair, kind: Kind, now: DateTime<Utc>) -> Result<RelationPlan, Refusal> {
    let id = pair.own(kind).map(|edge| edge.id).ok_or(Refusal::NoSuchConnection)?;
    plan_answer(pair, id, Action::End, now)
}

fn decide(
    pair: &Pair,
    kind: Kind,
    edge: Option<&Edge>,
    action: Action,
    now: DateTime<Utc>,
) -> Result<Outcome, Refusal> {
    let cooldown = edge.and_then(|edge| Cooldown::until(edge.since + COOLDOWN, now));
    step(kind, pair.held(edge), action, pair.standing(), pair.other_is_private, cooldown)
}

fn change(kind: Kind, edge: Option<&Edge>, outcome: Outcome) -> Result<EdgeChange, Refusal> {
    match (outcome, edge) {
        (Outcome::Begin(status), _) => Ok(EdgeChange::Insert(kind, status)),
        (Outcome::Become(status), Some(edge)) => Ok(EdgeChange::Update(edge.id, status)),
        (Outcome::BeginAnew(status), Some(edge)) => Ok(EdgeChange::Restart(edge.id, status)),
        (Outcome::Gone, Some(edge)) => Ok(EdgeChange::Delete(edge.id)),
        (Outcome::Become(_) | Outcome::BeginAnew(_) | Outcome::Gone, None) => Err(Refusal::NoSuchConnection),
    }
}

#[cfg(test)]
mod tests;
