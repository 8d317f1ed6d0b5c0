//! The use cases of reading sessions.

use std::sync::Arc;

use super::{
    HistoryEntry, ListedSessions, Perspective, Session, SessionError, SessionFilter, SessionQueries, SessionTally,
};
use crate::RepositoryError;
use crate::accounts::Actor;
use crate::ids::{SessionId, StudentId, UserId};
use crate::page::{Page, PageRequest};

/// A tutor's sessions with one student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudentSessions {
    /// The requested page, ascending by start.
    pub page: Page<Session>,
    /// The tally of all sessions with the student, whatever the page's filter.
    pub tally: SessionTally,
}

/// The use cases of reading sessions.
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
        wanted: ListedSessions,
        page: PageRequest,
    ) -> Result<Page<Session>, RepositoryError> {
        let filter = self.filter(actor.user_id, wanted).await?;
        self.sessions.list(actor.user_id, filter, page).await
    }

    /// Returns the sessions that the caller teaches one student, ascending by start, in the capacity of a tutor.
    pub async fn list_with_student(
        &self,
        actor: &Actor,
        student: StudentId,
        wanted: ListedSessions,
        page: PageRequest,
    ) -> Result<StudentSessions, SessionError> {
        let tutor = actor.tutor()?.user;
        let wanted = ListedSessions { perspective: Perspective::Tutor, ..wanted };
        let filter = SessionFilter { student: Some(student), ..self.filter(tutor, wanted).await? };
        let page = self.sessions.list(tutor, filter, page).await?;
        let tally = self.sessions.totals(tutor, student).await?.into_iter().collect();
        Ok(StudentSessions { page, tally })
    }

    /// Returns one of the caller's sessions.
    pub async fn find(&self, actor: &Actor, id: SessionId) -> Result<Session, SessionError> {
        self.sessions.find(actor.user_id, id).await?.ok_or(SessionError::NotFound)
    }

    /// Returns a page of the history of one of the caller's sessions, newest first.
    pub async fn history(
        &self,
        actor: &Actor,
        id: SessionId,
        page: PageRequest,
    ) -> Result<Page<HistoryEntry>, SessionError> {
        self.find(actor, id).await?;
        Ok(self.sessions.history(id, page).await?)
    }

    /// Resolves the civil dates of a list in the caller's zone.
    async fn filter(&self, viewer: UserId, wanted: ListedSessions) -> Result<SessionFilter, RepositoryError> {
        if let Some(filter) = wanted.without_dates() {
            return Ok(filter);
        }
        Ok(wanted.in_zone(self.sessions.zone_of(viewer).await?))
    }
}
