//! What schedules need from outside.

use async_trait::async_trait;

use super::{Session, SessionFilter, SessionTally};
use crate::RepositoryError;
use crate::ids::{SessionId, StudentId, UserId};
use crate::page::{Page, PageRequest};

/// Answers questions about sessions.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait SessionQueries: Send + Sync {
    /// A page of somebody's sessions, ascending by start. MUST hold nobody else's: a tutor sees what they
    /// teach, a student what they learn, a parent what their children learn.
    async fn list(
        &self,
        viewer: UserId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<Session>, RepositoryError>;

    /// What the sessions of one student with one tutor come to.
    async fn tally(&self, tutor: UserId, student: StudentId) -> Result<SessionTally, RepositoryError>;

    /// One session. MUST be none where the viewer has no part in it.
    async fn find(&self, viewer: UserId, id: SessionId) -> Result<Option<Session>, RepositoryError>;
}
