//! Ports of schedule.

use async_trait::async_trait;

use super::{Session, SessionFilter, StatusTotal};
use crate::RepositoryError;
use crate::ids::{SessionId, StudentId, UserId};
use crate::page::{Page, PageRequest};

/// Queries on sessions.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait SessionQueries: Send + Sync {
    /// Returns a page of the sessions that a user takes part in, ascending by start. MUST contain a session if and
    /// only if the filter [admits](SessionFilter::admits) it and one of the perspective's [sides](super::Side) shows
    /// it to the viewer.
    async fn list(
        &self,
        viewer: UserId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<Session>, RepositoryError>;

    /// Returns the totals of one student's sessions with one tutor, one entry per status that occurs.
    async fn totals(&self, tutor: UserId, student: StudentId) -> Result<Vec<StatusTotal>, RepositoryError>;

    /// Returns a session. MUST return `None` where no side shows it to the viewer.
    async fn find(&self, viewer: UserId, id: SessionId) -> Result<Option<Session>, RepositoryError>;
}
