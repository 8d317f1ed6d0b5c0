//! What stands in the way of a session.

use chrono::{DateTime, Utc};

use super::Occurrence;
use crate::ids::{SessionId, UserId};

/// Why an occurrence cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ConflictKind {
    /// The tutor has another session.
    TutorBusy,
    /// The student has another session.
    StudentBusy,
    /// It has begun.
    InPast,
}

impl ConflictKind {
    /// The word for the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An occurrence that cannot be booked, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What was proposed.
    pub occurrence: Occurrence,
    /// Why it cannot be.
    pub kind: ConflictKind,
    /// The session that stands in the way, where the tutor may see it.
    pub session_id: Option<SessionId>,
}

/// The two people of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parties {
    /// The user who teaches.
    pub tutor: UserId,
    /// The user who learns.
    pub student: UserId,
}

impl Parties {
    /// Both in ascending order, in which their calendars are locked.
    pub fn ascending(self) -> [UserId; 2] {
        if self.tutor < self.student { [self.tutor, self.student] } else { [self.student, self.tutor] }
    }

    fn includes(self, user: UserId) -> bool {
        self.tutor == user || self.student == user
    }
}

/// A session that takes time in two calendars: one that is scheduled or going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking {
    /// Which session.
    pub session_id: SessionId,
    /// Whose time it takes. A tutor may learn from another, so each may be on either side.
    pub parties: Parties,
    /// The first instant.
    pub starts_at: DateTime<Utc>,
    /// The instant of the end, exclusive.
    pub ends_at: DateTime<Utc>,
}

/// The conflicts of some occurrences with what is booked, at most one each, in their order. The tutor
/// reads them, so a session that is not the tutor's own is not named.
pub fn find_conflicts(
    occurrences: &[Occurrence],
    parties: Parties,
    booked: &[Booking],
    now: DateTime<Utc>,
) -> Vec<Conflict> {
    let conflict_of = |occurrence: &Occurrence| {
        if occurrence.starts_at <= now {
            return Some((ConflictKind::InPast, None));
        }
        let clash = |person: UserId| {
            booked.iter().find(|booking| {
                booking.parties.includes(person) && occurrence.overlaps(booking.starts_at, booking.ends_at)
            })
        };
        clash(parties.tutor)
            .map(|booking| (ConflictKind::TutorBusy, Some(booking.session_id)))
            .or_else(|| clash(parties.student).map(|_| (ConflictKind::StudentBusy, None)))
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
mod tests {
    use chrono::{NaiveTime, TimeDelta};
    use chrono_tz::Tz;

    use super::super::TimeSlot;
    use super::*;

    const PARTIES: Parties = Parties { tutor: UserId::new(1), student: UserId::new(2) };

    fn at_ten() -> Occurrence {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Occurrence::at(Tz::UTC, "2026-02-02".parse().unwrap(), TimeSlot::new(time(10), time(11)).unwrap())
    }

    fn booking(tutor: i64, student: i64, from_minutes: i64, to_minutes: i64) -> Booking {
        let ten = at_ten().starts_at;
        Booking {
            session_id: SessionId::new(9),
            parties: Parties { tutor: UserId::new(tutor), student: UserId::new(student) },
            starts_at: ten + TimeDelta::minutes(from_minutes),
            ends_at: ten + TimeDelta::minutes(to_minutes),
        }
    }

    fn kind(booked: Booking) -> Option<(ConflictKind, Option<i64>)> {
        let now = at_ten().starts_at - TimeDelta::days(1);
        find_conflicts(&[at_ten()], PARTIES, &[booked], now)
            .first()
            .map(|conflict| (conflict.kind, conflict.session_id.map(SessionId::get)))
    }

    #[test]
    fn both_people_are_guarded_on_either_side_and_only_the_tutors_session_is_named() {
        assert_eq!(kind(booking(1, 5, 0, 60)), Some((ConflictKind::TutorBusy, Some(9))));
        assert_eq!(kind(booking(5, 1, 59, 90)), Some((ConflictKind::TutorBusy, Some(9))));
        assert_eq!(kind(booking(5, 2, -30, 1)), Some((ConflictKind::StudentBusy, None)));
        assert_eq!(kind(booking(2, 5, 10, 20)), Some((ConflictKind::StudentBusy, None)));
        assert_eq!(kind(booking(5, 6, 0, 60)), None);
    }

    #[test]
    fn back_to_back_sessions_are_no_conflict() {
        assert_eq!(kind(booking(1, 2, 60, 120)), None);
        assert_eq!(kind(booking(1, 2, -60, 0)), None);
    }

    #[test]
    fn what_has_begun_is_in_the_past() {
        let conflicts = find_conflicts(&[at_ten()], PARTIES, &[], at_ten().starts_at);
        assert_eq!(conflicts[0].kind, ConflictKind::InPast);
    }
}
