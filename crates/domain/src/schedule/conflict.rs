//! Conflicts between proposed occurrences and booked sessions.

use chrono::{DateTime, Utc};

use super::Occurrence;
use crate::ids::{SessionId, UserId};

/// The reason why an occurrence cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ConflictKind {
    /// The tutor has another session.
    TutorBusy,
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
    /// The session in conflict. `None` unless the tutor takes part in it.
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

    fn includes(self, user: UserId) -> bool {
        self.tutor == user || self.student == user
    }
}

/// A session that occupies the calendars of its parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking {
    /// The booked session.
    pub session_id: SessionId,
    /// Its parties. A tutor may also be the student of another tutor.
    pub parties: Parties,
    /// The instant of the start.
    pub starts_at: DateTime<Utc>,
    /// The instant of the end, exclusive.
    pub ends_at: DateTime<Utc>,
}

/// Returns the conflicts of proposed occurrences with booked sessions, at most one per occurrence and in the same
/// order. The result is meant for the tutor, so it identifies only sessions that the tutor takes part in.
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
        let clash = |user: UserId| {
            booked.iter().find(|booking| {
                booking.parties.includes(user) && occurrence.overlaps(booking.starts_at, booking.ends_at)
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
    use proptest::prelude::*;

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

    fn kind(booked: &[Booking]) -> Option<(ConflictKind, Option<i64>)> {
        let now = at_ten().starts_at - TimeDelta::days(1);
        find_conflicts(&[at_ten()], PARTIES, booked, now)
            .first()
            .map(|conflict| (conflict.kind, conflict.session_id.map(SessionId::get)))
    }

    #[test]
    fn calendars_are_locked_in_ascending_order_of_their_users() {
        let (low, high) = (UserId::new(3), UserId::new(7));
        assert_eq!(Parties { tutor: low, student: high }.ascending(), [low, high]);
        assert_eq!(Parties { tutor: high, student: low }.ascending(), [low, high]);
    }

    #[test]
    fn both_users_are_busy_on_either_side_and_only_the_tutors_session_is_identified() {
        assert_eq!(kind(&[booking(1, 5, 0, 60)]), Some((ConflictKind::TutorBusy, Some(9))));
        assert_eq!(kind(&[booking(5, 1, 59, 90)]), Some((ConflictKind::TutorBusy, Some(9))));
        assert_eq!(kind(&[booking(5, 2, -30, 1)]), Some((ConflictKind::StudentBusy, None)));
        assert_eq!(kind(&[booking(2, 5, 10, 20)]), Some((ConflictKind::StudentBusy, None)));
        assert_eq!(kind(&[booking(5, 6, 0, 60)]), None);
    }

    #[test]
    fn the_tutors_conflict_takes_precedence_over_the_students() {
        let booked = [booking(5, 2, 0, 60), booking(1, 6, 0, 60)];
        assert_eq!(kind(&booked), Some((ConflictKind::TutorBusy, Some(9))));
    }

    #[test]
    fn adjacent_sessions_do_not_conflict() {
        assert_eq!(kind(&[booking(1, 2, 60, 120)]), None);
        assert_eq!(kind(&[booking(1, 2, -60, 0)]), None);
    }

    #[test]
    fn an_occurrence_is_in_the_past_from_its_start_on() {
        let start = at_ten().starts_at;
        let kinds =
            |now| find_conflicts(&[at_ten()], PARTIES, &[], now).iter().map(|found| found.kind).collect::<Vec<_>>();
        assert_eq!(kinds(start), [ConflictKind::InPast]);
        assert_eq!(kinds(start + TimeDelta::seconds(1)), [ConflictKind::InPast]);
        assert_eq!(kinds(start - TimeDelta::microseconds(1)), []);
        let hidden = find_conflicts(&[at_ten()], PARTIES, &[booking(1, 2, 0, 60)], start);
        assert_eq!((hidden[0].kind, hidden[0].session_id), (ConflictKind::InPast, None));
    }

    #[test]
    fn kinds_have_their_names_of_the_api() {
        let kinds = [ConflictKind::TutorBusy, ConflictKind::StudentBusy, ConflictKind::InPast];
        assert_eq!(kinds.map(ConflictKind::as_str), ["tutor_busy", "student_busy", "in_past"]);
    }

    proptest! {
        #[test]
        fn an_occurrence_conflicts_exactly_if_a_minute_is_shared(
            from in -180_i64..180, length in 1_i64..180, tutor in 1_i64..4, student in 1_i64..4,
        ) {
            let shares_a_minute = (0..60).any(|minute| (from..from + length).contains(&minute));
            let concerns_a_party = [tutor, student].iter().any(|user| [1, 2].contains(user));
            let found = kind(&[booking(tutor, student, from, from + length)]);
            prop_assert_eq!(found.is_some(), shares_a_minute && concerns_a_party);
        }
    }
}
