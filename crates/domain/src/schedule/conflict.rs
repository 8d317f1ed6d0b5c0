//! The one check for conflicts, which bookings, changes and free slots share.

use chrono::{DateTime, Utc};

use super::{Occurrence, SessionStatus};
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

/// The time between two instants, the second one exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the two instants")]
pub struct Period {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl Period {
    /// Returns whether the periods share an instant: 10-11 and 11-12 do not.
    pub fn overlaps(self, other: Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }

    /// Returns whether the other period is a part of this one.
    pub fn contains(self, other: Self) -> bool {
        self.starts_at <= other.starts_at && other.ends_at <= self.ends_at
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
            period: Period {
                starts_at: ten + TimeDelta::minutes(from_minutes),
                ends_at: ten + TimeDelta::minutes(to_minutes),
            },
            status: SessionStatus::Scheduled,
        }
    }

    fn kind(booked: &[Booking]) -> Option<(ConflictKind, Option<i64>)> {
        let now = at_ten().starts_at - TimeDelta::days(1);
        find_conflicts(&[at_ten()], PARTIES, &BusyTimes { bookings: booked.to_vec(), time_off: Vec::new() }, now)
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
        let kinds = |now| {
            find_conflicts(&[at_ten()], PARTIES, &BusyTimes::default(), now)
                .iter()
                .map(|found| found.kind)
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(start), [ConflictKind::InPast]);
        assert_eq!(kinds(start + TimeDelta::seconds(1)), [ConflictKind::InPast]);
        assert_eq!(kinds(start - TimeDelta::microseconds(1)), []);
        let hidden = find_conflicts(
            &[at_ten()],
            PARTIES,
            &BusyTimes { bookings: vec![booking(1, 2, 0, 60)], time_off: Vec::new() },
            start,
        );
        assert_eq!((hidden[0].kind, hidden[0].session_id), (ConflictKind::InPast, None));
    }

    #[test]
    fn kinds_have_their_names_of_the_api() {
        let kinds = [ConflictKind::TutorBusy, ConflictKind::TimeOff, ConflictKind::StudentBusy, ConflictKind::InPast];
        assert_eq!(kinds.map(ConflictKind::as_str), ["tutor_busy", "time_off", "student_busy", "in_past"]);
    }

    #[test]
    fn time_off_is_a_conflict_of_its_own_below_a_session_of_the_tutor() {
        let off = |bookings: Vec<Booking>, from, to| {
            let period = booking(1, 2, from, to).period;
            let busy = BusyTimes { bookings, time_off: vec![period] };
            busy.clash(at_ten().period(), PARTIES).map(|(kind, _)| kind)
        };
        assert_eq!(off(Vec::new(), 0, 60), Some(ConflictKind::TimeOff));
        assert_eq!(off(Vec::new(), 59, 70), Some(ConflictKind::TimeOff));
        assert_eq!(off(Vec::new(), 60, 70), None);
        assert_eq!(off(vec![booking(1, 5, 0, 60)], 0, 60), Some(ConflictKind::TutorBusy));
        assert_eq!(off(vec![booking(5, 2, 0, 60)], 0, 60), Some(ConflictKind::TimeOff));
    }

    #[test]
    fn sessions_that_are_over_or_about_to_move_do_not_conflict() {
        for status in [SessionStatus::Completed, SessionStatus::Cancelled, SessionStatus::NoShow] {
            assert_eq!(kind(&[Booking { status, ..booking(1, 2, 0, 60) }]), None);
        }
        let busy = BusyTimes { bookings: vec![booking(1, 2, 0, 60)], time_off: Vec::new() };
        assert_eq!(busy.without(&[SessionId::new(9)]), BusyTimes::default());
    }

    #[test]
    fn an_occurrence_conflicts_with_an_earlier_one_that_can_be_booked() {
        let at = |hour| Occurrence { starts_at: at_ten().starts_at + TimeDelta::minutes(hour), ..at_ten() };
        let later = |minutes| Occurrence { ends_at: at(minutes).starts_at + TimeDelta::hours(1), ..at(minutes) };
        let series = [later(0), later(30), later(60)];
        let now = at_ten().starts_at - TimeDelta::days(1);
        let found = |busy: &BusyTimes| {
            find_conflicts(&series, PARTIES, busy, now)
                .into_iter()
                .map(|conflict| (conflict.occurrence.starts_at, conflict.kind, conflict.session_id))
                .collect::<Vec<_>>()
        };
        assert_eq!(found(&BusyTimes::default()), [(series[1].starts_at, ConflictKind::TutorBusy, None)]);
        let busy = BusyTimes { bookings: vec![booking(5, 2, 0, 10)], time_off: Vec::new() };
        let expected = [
            (series[0].starts_at, ConflictKind::StudentBusy, None),
            (series[2].starts_at, ConflictKind::TutorBusy, None),
        ];
        assert_eq!(found(&busy), expected);
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
