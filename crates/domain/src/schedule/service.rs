//! The use cases of sessions.

use std::sync::Arc;

use super::{Perspective, Session, SessionError, SessionFilter, SessionQueries, SessionTally};
use crate::RepositoryError;
use crate::accounts::Actor;
use crate::ids::{SessionId, StudentId};
use crate::page::{Page, PageRequest};

/// A tutor's sessions with one student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudentSessions {
    /// The requested page, ascending by start.
    pub page: Page<Session>,
    /// The tally of all sessions with the student, whatever the page's filter.
    pub tally: SessionTally,
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

    /// Returns a page of the caller's sessions, ascending by start.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<Session>, RepositoryError> {
        self.sessions.list(actor.user_id, filter, page).await
    }

    /// Returns the sessions that the caller teaches one student. The filter's perspective and student are replaced.
    pub async fn list_with_student(
        &self,
        actor: &Actor,
        student: StudentId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<StudentSessions, SessionError> {
        let tutor = actor.tutor()?.user;
        let filter = SessionFilter { perspective: Perspective::Tutor, student: Some(student), ..filter };
        let page = self.sessions.list(tutor, filter, page).await?;
        let tally = self.sessions.totals(tutor, student).await?.into_iter().collect();
        Ok(StudentSessions { page, tally })
    }

    /// Returns one of the caller's sessions.
    pub async fn find(&self, actor: &Actor, id: SessionId) -> Result<Session, SessionError> {
        self.sessions.find(actor.user_id, id).await?.ok_or(SessionError::NotFound)
    }
}
