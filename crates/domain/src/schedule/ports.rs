//! Ports of schedule.

use std::ops::Range;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{BusyTimes, HistoryEntry, Parties, Session, SessionFilter, StatusTotal};
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

    /// Returns a page of a session's history, newest first, down to its booking. The caller has checked that the session is
    /// visible to the reader.
    async fn history(&self, id: SessionId, page: PageRequest) -> Result<Page<HistoryEntry>, RepositoryError>;

    /// Returns the time zone of a user's account.
    async fn zone_of(&self, user: UserId) -> Result<Tz, RepositoryError>;

    /// Returns whether a user is an active guardian of a student.
    async fn guards(&self, user: UserId, student: StudentId) -> Result<bool, RepositoryError>;

    /// Returns the account of a student. MUST return `None` unless it is the viewer's own or the viewer is an active guardian.
    async fn student_for(&self, viewer: UserId, student: StudentId) -> Result<Option<UserId>, RepositoryError>;
}

/// Queries on calendars.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait CalendarQueries: Send + Sync {
    /// Returns the sessions of two users, with anyone, and the time off of the tutor, as far as they overlap a time. MUST NOT
    /// contain cancelled sessions.
    async fn busy_times(&self, parties: Parties, time: Range<DateTime<Utc>>) -> Result<BusyTimes, RepositoryError>;
}
