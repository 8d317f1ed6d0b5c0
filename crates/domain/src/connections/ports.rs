//! What connections need from outside.

use async_trait::async_trait;

use super::{Connection, Counters, Edge, Kind, Pair, RelationPlan, Status};
use crate::RepositoryError;
use crate::ids::{ConnectionId, UserId};
use crate::page::{Page, PageRequest};

/// Which end of a list's connections the viewer holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// Whom I follow.
    Following,
    /// Who follows me.
    Followers,
    /// What I began.
    Outgoing,
    /// What was begun towards me.
    Incoming,
    /// All of it.
    #[default]
    All,
}

/// Which connections a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// Of one kind.
    pub kind: Option<Kind>,
    /// In one state.
    pub status: Option<Status>,
    /// From one end.
    pub direction: Direction,
    /// With somebody whose name contains this, in any case.
    pub search: Option<String>,
}

/// Keeps connections.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait ConnectionRepository: Send + Sync {
    /// Everything between an actor and another user; none where there is no such user.
    async fn pair(&self, actor: UserId, other: UserId) -> Result<Option<Pair>, RepositoryError>;

    /// Looks a connection up, whoever's it is.
    async fn find(&self, id: ConnectionId) -> Result<Option<Edge>, RepositoryError>;

    /// Writes a plan, atomically, with both users' counters, and answers with the connection that was begun,
    /// if one was. MUST answer `Conflict`, with nothing written, where something else stands between the two
    /// than the plan was decided on.
    async fn apply(&self, plan: RelationPlan) -> Result<Option<ConnectionId>, RepositoryError>;
}

/// Answers questions about connections. No answer MUST hold what its viewer may not know: see
/// [`Edge::is_known_to`], and nothing of who blocked the viewer.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait ConnectionQueries: Send + Sync {
    /// A page of the viewer's own connections, the newest first.
    async fn list(
        &self,
        viewer: UserId,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError>;

    /// A page of somebody's accepted follows and friendships, the newest first. MUST leave out people whom
    /// the viewer blocked or who blocked the viewer.
    async fn public_list(
        &self,
        owner: UserId,
        viewer: Option<UserId>,
        kind: Option<Kind>,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError>;

    /// One connection with its names.
    async fn one(&self, id: ConnectionId) -> Result<Option<Connection>, RepositoryError>;

    /// Everything that the viewer may know between the viewer and some others.
    async fn between(&self, viewer: UserId, others: Vec<UserId>) -> Result<Vec<Connection>, RepositoryError>;

    /// What somebody's lists count to.
    async fn counters(&self, user: UserId) -> Result<Counters, RepositoryError>;
}
