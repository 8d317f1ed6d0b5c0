//! The use cases of connections.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    Answer, Connection, ConnectionCheck, ConnectionError, ConnectionFilter, ConnectionQueries, ConnectionRepository,
    Counters, Kind, Pair, Refusal, RelationGate, RelationPlan, Viewer, plan_answer, plan_end, plan_removal,
    plan_request,
};
use crate::accounts::Actor;
use crate::ids::{ConnectionId, UserId};
use crate::page::{Page, PageRequest};
use crate::{Clock, RepositoryError, retry_on_conflict};

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

    /// Follows a user, offers friendship or blocks, and returns the connection.
    pub async fn request(
        &self,
        actor: &Actor,
        other: UserId,
        kind: Kind,
        message: Option<String>,
    ) -> Result<Connection, ConnectionError> {
        let decide = |pair: Pair, now| plan_request(pair, kind, message.clone(), now);
        let (plan, created) = self.change(actor.user_id, other, decide).await?;
        let id = created.or_else(|| plan.seen.own(kind).map(|edge| edge.id)).ok_or(Refusal::ConnectionNotFound)?;
        self.load(actor, other, id).await
    }

    /// Like [`Self::request`], but succeeds if the connection exists. Returns everything between the two.
    pub async fn ensure(&self, actor: &Actor, other: UserId, kind: Kind) -> Result<Vec<Connection>, ConnectionError> {
        match self.change(actor.user_id, other, |pair, now| plan_request(pair, kind, None, now)).await {
            Ok(_) | Err(ConnectionError::Refused(Refusal::AlreadyExists(_))) => {}
            Err(error) => return Err(error),
        }
        Ok(self.queries.between(actor.user_id, vec![other]).await?)
    }

    /// Ends the actor's own connection of a kind, if there is one. Returns everything left between the two.
    pub async fn ensure_removed(
        &self,
        actor: &Actor,
        other: UserId,
        kind: Kind,
    ) -> Result<Vec<Connection>, ConnectionError> {
        match self.change(actor.user_id, other, |pair, now| plan_removal(pair, kind, now)).await {
            Ok(_) | Err(ConnectionError::Refused(Refusal::ConnectionNotFound)) => {}
            Err(error) => return Err(error),
        }
        Ok(self.queries.between(actor.user_id, vec![other]).await?)
    }

    /// Answers a connection that was addressed to the actor. Returns it, or the block that took its place.
    pub async fn answer(&self, actor: &Actor, id: ConnectionId, answer: Answer) -> Result<Connection, ConnectionError> {
        let other = self.counterpart(actor, id).await?;
        let (_, created) = self.change(actor.user_id, other, |pair, now| plan_answer(pair, id, answer, now)).await?;
        self.load(actor, other, created.unwrap_or(id)).await
    }

    /// Ends a connection.
    pub async fn end(&self, actor: &Actor, id: ConnectionId) -> Result<(), ConnectionError> {
        let other = self.counterpart(actor, id).await?;
        self.change(actor.user_id, other, |pair, now| plan_end(pair, id, now)).await.map(drop)
    }

    /// Returns one of the actor's connections.
    pub async fn find(&self, actor: &Actor, id: ConnectionId) -> Result<Connection, ConnectionError> {
        let other = self.counterpart(actor, id).await?;
        let pair = self.connections.pair(actor.user_id, other).await?.ok_or(Refusal::ConnectionNotFound)?;
        pair.find_visible(id)?;
        self.load(actor, other, id).await
    }

    /// Returns a page of the actor's own connections, newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError> {
        self.queries.list(actor.user_id, filter, page).await
    }

    /// Returns the numbers of the actor's own connections.
    pub async fn counters(&self, actor: &Actor) -> Result<Counters, RepositoryError> {
        self.queries.counters(actor.user_id).await
    }

    /// Returns the actor's connections with each of some users. Users who do not exist, who are hidden or who have
    /// blocked the actor are not connected.
    pub async fn check(
        &self,
        actor: &Actor,
        others: Vec<UserId>,
    ) -> Result<BTreeMap<UserId, ConnectionCheck>, RepositoryError> {
        let mut by_user: BTreeMap<UserId, Vec<Connection>> = others.iter().map(|user| (*user, Vec::new())).collect();
        for connection in self.queries.between(actor.user_id, others).await? {
            by_user.entry(connection.edge.other(actor.user_id)).or_default().push(connection);
        }
        let check = |(user, connections)| (user, ConnectionCheck::new(actor.user_id, connections));
        Ok(by_user.into_iter().map(check).collect())
    }

    /// Returns a page of a user's public connections, newest first. The list of a private account is hidden from
    /// users whom its owner has not accepted.
    pub async fn public_list(
        &self,
        viewer: Viewer,
        owner: UserId,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, ConnectionError> {
        let profile = self.gate.open(viewer, owner).await?;
        if !profile.shows_connections() {
            return Err(Refusal::UserNotFound.into());
        }
        Ok(self.queries.public_list(owner, viewer, filter, page).await?)
    }

    /// Returns the numbers of a user's public connections, as the viewer sees them.
    pub async fn public_counters(&self, viewer: Viewer, owner: UserId) -> Result<Counters, ConnectionError> {
        self.gate.open(viewer, owner).await?;
        Ok(self.queries.public_counters(owner, viewer).await?)
    }

    /// Returns the other participant of one of the actor's connections.
    async fn counterpart(&self, actor: &Actor, id: ConnectionId) -> Result<UserId, ConnectionError> {
        let edge = self.connections.find(id).await?.ok_or(Refusal::ConnectionNotFound)?;
        edge.side(actor.user_id).ok_or(Refusal::NotAParticipant)?;
        Ok(edge.other(actor.user_id))
    }

    async fn load(&self, actor: &Actor, other: UserId, id: ConnectionId) -> Result<Connection, ConnectionError> {
        let connections = self.queries.between(actor.user_id, vec![other]).await?;
        let found = connections.into_iter().find(|connection| connection.edge.id == id);
        Ok(found.ok_or(Refusal::ConnectionNotFound)?)
    }

    async fn change(
        &self,
        actor: UserId,
        other: UserId,
        decide: impl Fn(Pair, DateTime<Utc>) -> Result<RelationPlan, Refusal>,
    ) -> Result<(RelationPlan, Option<ConnectionId>), ConnectionError> {
        retry_on_conflict(async || {
            let pair = self.connections.pair(actor, other).await?.ok_or(Refusal::UserNotFound)?;
            let plan = decide(pair, self.clock.now())?;
            Ok(self.connections.apply(plan.clone()).await.map(|created| (plan, created)))
        })
        .await
    }
}
