//! The one check for conflicts, which bookings, changes and free slots share.

use chrono::{DateTime, Utc};

use super::{Occurrence, Period, PeriodSet, SessionStatus};
use crate::ids::{SessionId, UserId};

/// The reason why an occurrence cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ConflictKind {
    /// The tutor has another session.
    TutorBusy,
    /// The tutor has time off.
    TimeOff,
    /// The student has another session.
    StudentBusy,
    /// The occurrence has already begun.
    InPast,
}

impl ConflictKind {
    /// Returns the name used in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An occurrence that cannot be booked, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The proposed occurrence.
    pub occurrence: Occurrence,
    /// The reason, the first that applies.
    pub kind: ConflictKind,
    /// The booked session in conflict. `None` unless the tutor takes part in it.
    pub session_id: Option<SessionId>,
}

/// The two users who meet in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after the two roles")]
pub struct Parties {
    pub tutor: UserId,
    pub student: UserId,
}

impl Parties {
    /// Returns both users in ascending order, the order in which their calendars are locked.
    pub fn ascending(self) -> [UserId; 2] {
        [self.tutor.min(self.student), self.tutor.max(self.student)]
    }

    /// Returns whether a user is one of the parties.
    pub fn includes(self, user: UserId) -> bool {
        self.tutor == user || self.student == user
    }
}

/// A session in the calendars of its parties, in any status but cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking {
    /// The booked session.
    pub session_id: SessionId,
    /// Its parties. A tutor may also be the student of another tutor.
    pub parties: Parties,
    /// The time of the session.
    pub period: Period,
    /// The status, which decides whether the session [occupies](SessionStatus::occupies_calendars) the calendars.
    pub status: SessionStatus,
}

/// The times at which two users cannot be booked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusyTimes {
    /// The sessions of either user, with anyone.
    pub bookings: Vec<Booking>,
    /// The time off of the tutor.
    pub time_off: Vec<Period>,
}

impl BusyTimes {
    /// Leaves out sessions that are about to move.
    #[must_use]
    pub fn without(mut self, sessions: &[SessionId]) -> Self {
        self.bookings.retain(|booking| !sessions.contains(&booking.session_id));
        self
    }

    /// Returns all times at which two users cannot meet: those for which [`clash`](Self::clash) returns a reason.
    pub fn occupied(&self, parties: Parties) -> PeriodSet {
        let booked = self.bookings.iter().filter(|booking| {
            booking.status.occupies_calendars()
                && (booking.parties.includes(parties.tutor) || booking.parties.includes(parties.student))
        });
        booked.map(|booking| booking.period).chain(self.time_off.iter().copied()).collect()
    }

    /// Returns the reason why two users cannot meet during a period, with the session in conflict if the tutor may know it.
    pub fn clash(&self, period: Period, parties: Parties) -> Option<(ConflictKind, Option<SessionId>)> {
        let booked = |user: UserId| {
            self.bookings.iter().find(|booking| {
                booking.status.occupies_calendars() && booking.parties.includes(user) && booking.period.overlaps(period)
            })
        };
        if let Some(booking) = booked(parties.tutor) {
            return Some((ConflictKind::TutorBusy, Some(booking.session_id)));
        }
        if self.time_off.iter().any(|off| off.overlaps(period)) {
            return Some((ConflictKind::TimeOff, None));
        }
        booked(parties.student).map(|_| (ConflictKind::StudentBusy, None))
    }
}

/// Returns the conflicts of proposed occurrences, at most one per occurrence and in the same ascending order. An occurrence
/// also conflicts with an earlier one that conflicts with nothing. The result is meant for the tutor, so it identifies only
/// sessions that the tutor takes part in.
pub fn find_conflicts(
    occurrences: &[Occurrence],
    parties: Parties,
    busy: &BusyTimes,
    now: DateTime<Utc>,
) -> Vec<Conflict> {
    let mut free_from = DateTime::<Utc>::MIN_UTC;
    let mut conflict_of = |occurrence: &Occurrence| {
        if occurrence.starts_at <= now {
            return Some((ConflictKind::InPast, None));
        }
        if let Some(found) = busy.clash(occurrence.period(), parties) {
            return Some(found);
        }
        if occurrence.starts_at < free_from {
            return Some((ConflictKind::TutorBusy, None));
        }
        free_from = occurrence.ends_at;
        None
    };
    occurrences
        .iter()
        .filter_map(|occurrence| {
            conflict_of(occurrence).map(|(kind, session_id)| Conflict {
                occurrence: occurrence.clone(),
                kind,
                session_id,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
