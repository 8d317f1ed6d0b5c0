//! The use cases of connections.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    Action, Connection, ConnectionError, ConnectionFilter, ConnectionQueries, ConnectionRepository, Counters, Edge,
    Kind, Pair, Refusal, RelationGate, RelationPlan, Side, Status, plan_answer, plan_ask, plan_end,
};
use crate::accounts::Actor;
use crate::ids::{ConnectionId, UserId};
use crate::page::{Page, PageRequest};
use crate::{Clock, RepositoryError, retry_on_conflict};

/// What a recipient says to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Yes.
    Accept,
    /// No.
    Reject,
    /// No, and never again.
    Block,
}

/// The use cases of connections.
#[derive(Clone)]
pub struct ConnectionService {
    connections: Arc<dyn ConnectionRepository>,
    queries: Arc<dyn ConnectionQueries>,
    gate: RelationGate,
    clock: Arc<dyn Clock>,
}

impl ConnectionService {
    /// Wires the use cases to their ports.
    pub fn new(
        connections: Arc<dyn ConnectionRepository>,
        queries: Arc<dyn ConnectionQueries>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { gate: RelationGate::new(connections.clone()), connections, queries, clock }
    }

    /// Follows, asks to be friends, or blocks. Answers with the connection.
    pub async fn ask(
        &self,
        actor: &Actor,
        other: UserId,
        kind: Kind,
        message: Option<String>,
    ) -> Result<Connection, ConnectionError> {
        let decide = |pair: Pair, now| plan_ask(pair, kind, message.clone(), now);
        let (plan, begun) = self.change(actor.user_id, other, decide).await?;
        let id = begun.or_else(|| plan.seen.own(kind).map(|edge| edge.id)).ok_or(Refusal::NoSuchConnection)?;
        self.queries.one(id).await?.ok_or(Refusal::NoSuchConnection.into())
    }

    /// Like [`Self::ask`], but content where it is so already.
    pub async fn ensure(&self, actor: &Actor, other: UserId, kind: Kind) -> Result<Vec<Connection>, ConnectionError> {
        match self.change(actor.user_id, other, |pair, now| plan_ask(pair, kind, None, now)).await {
            Ok(_) | Err(ConnectionError::Refused(Refusal::AlreadyThere(_))) => {}
            Err(error) => return Err(error),
        }
        Ok(self.queries.between(actor.user_id, vec![other]).await?)
    }

    /// Ends the actor's own connection of a kind; content where there is none.
    pub async fn ensure_not(
        &self,
        actor: &Actor,
        other: UserId,
        kind: Kind,
    ) -> Result<Vec<Connection>, ConnectionError> {
        if other == actor.user_id {
            return Err(Refusal::Yourself.into());
        }
        match self.gate.open(Some(actor.user_id), other).await {
            Ok(_) | Err(ConnectionError::Refused(Refusal::BlockedByYou)) => {}
            Err(error) => return Err(error),
        }
        match self.change(actor.user_id, other, |pair, now| plan_end(pair, kind, now)).await {
            Ok(_) | Err(ConnectionError::Refused(Refusal::NoSuchConnection)) => {}
            Err(error) => return Err(error),
        }
        Ok(self.queries.between(actor.user_id, vec![other]).await?)
    }

    /// Answers a connection that was begun towards the actor.
    pub async fn answer(&self, actor: &Actor, id: ConnectionId, reply: Reply) -> Result<Connection, ConnectionError> {
        let edge = self.known_edge(actor, id).await?;
        let other = edge.other(actor.user_id);
        let action = match reply {
            Reply::Accept => Action::Accept,
            Reply::Reject => Action::Reject,
            Reply::Block if edge.side(actor.user_id) == Some(Side::Initiator) => {
                return Err(Refusal::OnlyRecipient.into());
            }
            Reply::Block => return self.ask(actor, other, Kind::Block, None).await,
        };
        self.change(actor.user_id, other, |pair, now| plan_answer(pair, id, action, now)).await?;
        self.queries.one(id).await?.ok_or(Refusal::NoSuchConnection.into())
    }

    /// Ends a connection by its id.
    pub async fn end(&self, actor: &Actor, id: ConnectionId) -> Result<(), ConnectionError> {
        let other = self.known_edge(actor, id).await?.other(actor.user_id);
        self.change(actor.user_id, other, |pair, now| plan_answer(pair, id, Action::End, now)).await.map(drop)
    }

    /// One of the actor's connections.
    pub async fn find(&self, actor: &Actor, id: ConnectionId) -> Result<Connection, ConnectionError> {
        self.known_edge(actor, id).await?;
        self.queries.one(id).await?.ok_or(Refusal::NoSuchConnection.into())
    }

    /// A connection that the actor has part in, and may know of having it.
    async fn known_edge(&self, actor: &Actor, id: ConnectionId) -> Result<Edge, ConnectionError> {
        let edge = self.connections.find(id).await?.ok_or(Refusal::NoSuchConnection)?;
        match edge.side(actor.user_id) {
            // Whom a block is against gets the answer of somebody who has no part in it.
            None => Err(Refusal::NotYours.into()),
            Some(Side::Recipient) if edge.kind == Kind::Block => Err(Refusal::NotYours.into()),
            Some(Side::Initiator) if edge.status == Status::Rejected => Err(Refusal::NoSuchConnection.into()),
            Some(_) => Ok(edge),
        }
    }

    async fn change(
        &self,
        actor: UserId,
        other: UserId,
        decide: impl Fn(Pair, DateTime<Utc>) -> Result<RelationPlan, Refusal>,
    ) -> Result<(RelationPlan, Option<ConnectionId>), ConnectionError> {
        retry_on_conflict(async || {
            let pair = self.connections.pair(actor, other).await?.ok_or(Refusal::NoSuchUser)?;
            let plan = decide(pair, self.clock.now())?;
            Ok(self.connections.apply(plan.clone()).await.map(|begun| (plan, begun)))
        })
        .await
    }

    /// A page of the actor's own connections, the newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError> {
        self.queries.list(actor.user_id, filter, page).await
    }

    /// What the actor's own lists count to.
    pub async fn counters(&self, actor: &Actor) -> Result<Counters, RepositoryError> {
        self.queries.counters(actor.user_id).await
    }

    /// Everything that the actor may know between the actor and some others. Users who are not there, or who
    /// blocked the actor, have nothing to do with the actor.
    pub async fn between(&self, actor: &Actor, others: Vec<UserId>) -> Result<Vec<Connection>, RepositoryError> {
        self.queries.between(actor.user_id, others).await
    }

    /// A page of somebody's accepted follows and friendships, the newest first. A private account's are for
    /// those it accepted.
    pub async fn public_list(
        &self,
        viewer: Option<UserId>,
        owner: UserId,
        kind: Option<Kind>,
        page: PageRequest,
    ) -> Result<Page<Connection>, ConnectionError> {
        let pair = self.gate.open(viewer, owner).await?;
        let accepted =
            |edge: &Edge| edge.status == Status::Accepted && (edge.kind == Kind::Friend || edge.recipient == owner);
        let is_owner = viewer == Some(owner);
        if pair.other_is_private && !is_owner && !pair.edges.iter().any(accepted) {
            return Err(Refusal::NoSuchUser.into());
        }
        Ok(self.queries.public_list(owner, viewer, kind, page).await?)
    }

    /// What somebody's lists count to, for the public.
    pub async fn public_counters(&self, viewer: Option<UserId>, owner: UserId) -> Result<Counters, ConnectionError> {
        self.gate.open(viewer, owner).await?;
        Ok(self.queries.counters(owner).await?)
    }
}
