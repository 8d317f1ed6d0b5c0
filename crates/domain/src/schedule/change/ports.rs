//! The port through which sessions change.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{AdditionPlan, ChangeFacts, CourseFacts, Scope, SessionChangePlan};
use crate::RepositoryError;
use crate::ids::{CourseId, SessionId, UserId};

/// Stores the changes of sessions.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Loads the facts about a change of a session within a scope. MUST return `None` where no [side](crate::schedule::Side)
    /// shows the session to the user.
    async fn change_facts(
        &self,
        user: UserId,
        id: SessionId,
        scope: Scope,
    ) -> Result<Option<ChangeFacts>, RepositoryError>;

    /// Writes a change, its history, the messages about it and its events in one transaction. MUST return `Conflict`, with
    /// nothing written, if a session is no longer at the version that was read, the guardianship of the plan has ended, or
    /// a session that moves clashes with a booked one or with the tutor's time off.
    async fn change(&self, plan: SessionChangePlan) -> Result<(), RepositoryError>;

    /// Loads the facts about a course. Returns `None` if it does not exist.
    async fn course_facts(&self, course: CourseId) -> Result<Option<CourseFacts>, RepositoryError>;

    /// Adds a session to its course. MUST return `Conflict`, with nothing written, if the place is taken, the package is
    /// used up, a block separates the parties, or the session clashes with a booked one or with the tutor's time off.
    async fn add(&self, plan: AdditionPlan) -> Result<SessionId, RepositoryError>;

    /// Returns sessions that are scheduled, begin after `now` and were last resolved under other zone rules than `rules`,
    /// ascending by id from behind `after`, at most `limit`.
    async fn resolved_under_other_rules(
        &self,
        rules: &str,
        now: DateTime<Utc>,
        after: SessionId,
        limit: usize,
    ) -> Result<Vec<ChangeFacts>, RepositoryError>;

    /// Writes down that the instants of sessions hold under `rules`. MUST leave out sessions that have changed since they
    /// were read with these versions.
    async fn confirm_rules(&self, sessions: Vec<(SessionId, i32)>, rules: &str) -> Result<(), RepositoryError>;
}
