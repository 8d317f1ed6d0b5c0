//! Calendar feeds: a user's sessions at a secret address, for calendar programs.
//!
//! A feed is the same sequence of bytes until a session changes, a cancelled one has been kept for long enough, or a month
//! begins. It contains neither chat texts nor e-mail addresses, and first names only.

mod errors;
mod ports;
mod service;

use chrono::{DateTime, Datelike, Months, NaiveTime, TimeDelta, Utc};

pub use errors::FeedError;
pub use ports::FeedRepository;
#[cfg(feature = "test-util")]
pub use ports::MockFeedRepository;
pub use service::{CreatedFeed, FEED_SECRET_PREFIX, FeedService};

use super::{Session, SessionMode, SessionStatus, Side};
use crate::ids::{FeedId, UserId};
use crate::text;
use crate::validation::Invalid;

/// The largest number of feeds of one user.
pub const MAX_FEEDS: i64 = 20;

/// The largest number of sessions in a feed. The latest ones are left out.
const MAX_FEED_SESSIONS: usize = 5000;

/// The time for which a cancelled session stays in a feed, so that calendar programs remove it.
const KEEP_CANCELLED: TimeDelta = TimeDelta::days(60);

/// The numbers of months for which past sessions stay in a feed: the first that does not make it too large.
const KEEP_PAST: [u32; 3] = [12, 2, 0];

/// The amount of detail in a feed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum FeedScope {
    /// The first name of the other side, the package and the location.
    #[default]
    Full,
    /// The times only.
    Busy,
}

impl FeedScope {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A calendar feed. Its secret is known to the owner alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the id and the scope are named after their types")]
pub struct CalendarFeed {
    pub id: FeedId,
    pub owner: UserId,
    pub scope: FeedScope,
    /// The owner's name for the feed.
    pub name: Option<String>,
    /// The instant of creation.
    pub created_at: DateTime<Utc>,
}

/// A feed about to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the owner and the scope are those of CalendarFeed")]
pub struct NewFeed {
    pub owner: UserId,
    pub scope: FeedScope,
    /// The owner's name for the feed.
    pub name: Option<String>,
    /// The digest of the secret.
    pub digest: String,
    /// The instant of creation.
    pub at: DateTime<Utc>,
}

/// Parses the name of a feed: one line of at most 100 characters.
pub fn parse_feed_name(input: &str) -> Result<String, Invalid> {
    text::line(input, 100)
}

/// A session as a calendar program shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    /// The identity of the session on this installation, the same after every change: the `UID` of RFC 5545.
    pub uid: String,
    /// The number of changes: the `SEQUENCE` of RFC 5545.
    pub sequence: i32,
    /// The instant of the start.
    pub starts_at: DateTime<Utc>,
    /// The instant of the end, exclusive.
    pub ends_at: DateTime<Utc>,
    /// The title of the event.
    pub summary: String,
    /// The place of a session that is not online.
    pub location: Option<String>,
    /// Whether the session was called off. It then takes no time.
    pub is_cancelled: bool,
    /// The instant of creation.
    pub created_at: DateTime<Utc>,
    /// The instant of the last change.
    pub updated_at: DateTime<Utc>,
}

/// A calendar to be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The name of the calendar.
    pub name: String,
    /// The events in ascending order of their starts.
    pub events: Vec<CalendarEvent>,
}

impl CalendarEvent {
    /// Shows a session to a user to whom it is visible. `installation` identifies the database for its whole life.
    pub fn of(session: &Session, reader: UserId, scope: FeedScope, installation: &str) -> Self {
        let (summary, location) = match scope {
            FeedScope::Full => {
                let location = session.location.clone().filter(|_| session.mode != SessionMode::Online);
                (summary(session, reader), location)
            }
            FeedScope::Busy => ("Busy".to_owned(), None),
        };
        Self {
            uid: format!("session-{}@{installation}", session.id),
            sequence: session.version,
            starts_at: session.occurrence.starts_at,
            ends_at: session.occurrence.ends_at,
            summary,
            location,
            is_cancelled: session.status == SessionStatus::Cancelled,
            created_at: session.created_at,
            updated_at: session.updated_at,
        }
    }
}

/// Returns the title of a session: what it is about, and with whom.
fn summary(session: &Session, reader: UserId) -> String {
    let subject = session.package_name.as_deref().unwrap_or("Tutoring session");
    let (tutor, student) = (first_name(&session.tutor_name), first_name(&session.student_name));
    match session.side_of(reader) {
        Side::Teaching => format!("{subject} with {student}"),
        Side::Learning => format!("{subject} with {tutor}"),
        Side::Guarding => format!("{student}: {subject} with {tutor}"),
    }
}

fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// Returns the instant after which sessions end that a feed contains: the beginning of a month, so that the feed does not change
/// from one moment to the next.
fn horizon(now: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    let month = now.date_naive().with_day(1).and_then(|first| first.checked_sub_months(Months::new(months)));
    month.map_or(DateTime::<Utc>::MIN_UTC, |date| date.and_time(NaiveTime::MIN).and_utc())
}

/// Returns whether a feed contains a session that is recent enough.
fn is_shown(session: &Session, now: DateTime<Utc>) -> bool {
    session.status != SessionStatus::Cancelled
        || session.cancellation.as_ref().is_some_and(|cancelled| now < cancelled.at + KEEP_CANCELLED)
}

#[cfg(test)]
mod tests;
