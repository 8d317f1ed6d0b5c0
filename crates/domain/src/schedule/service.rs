//! The use cases of sessions.

use std::sync::Arc;

use super::{Perspective, Session, SessionError, SessionFilter, SessionQueries, SessionStatus, SessionTally};
use crate::RepositoryError;
use crate::accounts::Actor;
use crate::ids::{SessionId, StudentId};
use crate::page::{Page, PageRequest};

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

    /// A page of the sessions that the caller, a tutor, has with one student, and what all of them come to.
    pub async fn with_student(
        &self,
        actor: &Actor,
        student: StudentId,
        status: Option<SessionStatus>,
        page: PageRequest,
    ) -> Result<(Page<Session>, SessionTally), SessionError> {
        let tutor = actor.tutor()?;
        let tally = self.sessions.tally(tutor.user, student).await?;
        let perspective = Perspective::Tutor;
        let filter = SessionFilter { perspective, from: None, to: None, status, student: Some(student) };
        Ok((self.sessions.list(actor.user_id, filter, page).await?, tally))
    }

    /// One of the caller's sessions.
    pub async fn find(&self, actor: &Actor, id: SessionId) -> Result<Session, SessionError> {
        self.sessions.find(actor.user_id, id).await?.ok_or(SessionError::NotFound)
    }
}
