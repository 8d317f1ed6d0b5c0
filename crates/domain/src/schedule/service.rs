//! The use cases of sessions.

use std::sync::Arc;

use super::{Session, SessionFilter, SessionQueries};
use crate::RepositoryError;
use crate::accounts::Actor;
use crate::ids::SessionId;
use crate::page::{Page, PageRequest};

/// Why a session is not shown.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// There is none, or the caller has no part in it.
    #[error("no such session")]
    NotFound,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The use cases of sessions.
#[derive(Clone)]
pub struct ScheduleService {
    sessions: Arc<dyn SessionQueries>,
}

impl ScheduleService {
    /// Wires the use cases to their ports.
    pub fn new(sessions: Arc<dyn SessionQueries>) -> Self {
        Self { sessions }
    }

    /// A page of the caller's sessions, ascending by start.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<Session>, RepositoryError> {
        self.sessions.list(actor.user_id, filter, page).await
    }

    /// One of the caller's sessions.
    pub async fn find(&self, actor: &Actor, id: SessionId) -> Result<Session, SessionError> {
        self.sessions.find(actor.user_id, id).await?.ok_or(SessionError::NotFound)
    }
}
