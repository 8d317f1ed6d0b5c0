//! Ports through which connections are stored and read.

use async_trait::async_trait;

use super::{Connection, ConnectionFilter, Counters, Edge, Pair, Relation, RelationPlan, Viewer};
use crate::RepositoryError;
use crate::ids::{ConnectionId, UserId};
use crate::page::{Page, PageRequest};

/// The store of connections.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait ConnectionRepository: Send + Sync {
    /// Returns everything between an actor and another user; none if the other account is not active.
    async fn pair(&self, actor: UserId, other: UserId) -> Result<Option<Pair>, RepositoryError>;

    /// Returns the facts that decide whether a viewer may reach a user; none if the account is not active.
    async fn relation(&self, viewer: Viewer, subject: UserId) -> Result<Option<Relation>, RepositoryError>;

    /// Returns a connection, regardless of its participants.
    async fn find(&self, id: ConnectionId) -> Result<Option<Edge>, RepositoryError>;

    /// Writes a plan and both users' counters in one transaction, and returns the connection that it created, if
    /// any. Guardianships that the plan ends MUST keep the actor and the instant as evidence; the pending requests
    /// made under them expire and their claim codes are revoked. MUST fail with `Conflict`, with nothing written,
    /// if the facts between the two users are no longer those of the plan.
    async fn apply(&self, plan: RelationPlan) -> Result<Option<ConnectionId>, RepositoryError>;
}

/// Views of connections. Every answer MUST be limited to the connections that [`is_visible`](super::is_visible) or
/// [`is_public`](super::is_public) allows, and to the parts of profiles that
/// [`ProfileFacts::access`](super::ProfileFacts::access) allows: connections with hidden users are left out.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait ConnectionQueries: Send + Sync {
    /// Returns a page of the viewer's own connections, newest first. A search MUST match exactly the names that
    /// [`name_matches`](super::name_matches) allows, and MUST NOT match hidden ones.
    async fn list(
        &self,
        viewer: UserId,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError>;

    /// Returns a page of a user's public connections, newest first. MUST leave out children without a login, and
    /// users who have blocked the viewer or whom the viewer has blocked.
    async fn public_list(
        &self,
        owner: UserId,
        viewer: Viewer,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError>;

    /// Returns the viewer's connections with some other users, by id.
    async fn between(&self, viewer: UserId, others: Vec<UserId>) -> Result<Vec<Connection>, RepositoryError>;

    /// Returns the numbers of the viewer's own connections.
    async fn counters(&self, viewer: UserId) -> Result<Counters, RepositoryError>;

    /// Returns the numbers of a user's public connections. MUST equal the lengths of the lists that the viewer sees, at
    /// a cost that does not depend on the number of the owner's connections.
    async fn public_counters(&self, owner: UserId, viewer: Viewer) -> Result<Counters, RepositoryError>;
}
