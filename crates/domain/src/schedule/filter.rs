//! Visibility of sessions, and filters on lists of them.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::{Occurrence, Parties, SessionStatus, resolve};
use crate::ids::{StudentId, UserId};

/// The capacity in which a user lists sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Perspective {
    /// The sessions that the user teaches.
    Tutor,
    /// The sessions that the user attends.
    Student,
    /// The sessions that the user's wards attend.
    Parent,
    /// All of these.
    #[strum(disabled)]
    Any,
}

/// A relation to a session that makes it visible. A user may have several to one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Side {
    /// The viewer teaches the session.
    Teaching,
    /// The viewer attends the session.
    Learning,
    /// The viewer has an active guardianship over the student.
    Guarding,
}

impl Perspective {
    /// Returns the sides that a perspective covers.
    pub fn sides(self) -> &'static [Side] {
        match self {
            Self::Tutor => &[Side::Teaching],
            Self::Student => &[Side::Learning],
            Self::Parent => &[Side::Guarding],
            Self::Any => &[Side::Teaching, Side::Learning, Side::Guarding],
        }
    }
}

impl Side {
    /// Returns whether a session of `parties` is visible from this side. `guards_student` is true if the viewer has an
    /// active guardianship over the student.
    pub fn shows(self, parties: Parties, viewer: UserId, guards_student: bool) -> bool {
        match self {
            Self::Teaching => parties.tutor == viewer,
            Self::Learning => parties.student == viewer,
            Self::Guarding => guards_student,
        }
    }
}

/// Conditions on the sessions of a list. `None` admits every session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFilter {
    /// The capacity of the viewer.
    pub perspective: Perspective,
    /// The instant after which the session ends.
    pub from: Option<DateTime<Utc>>,
    /// The instant before which the session starts.
    pub to: Option<DateTime<Utc>>,
    /// The status of the session.
    pub status: Option<SessionStatus>,
    /// The student who attends the session.
    pub student: Option<StudentId>,
}

impl SessionFilter {
    /// The filter that admits every session.
    pub const ALL: Self = Self { perspective: Perspective::Any, from: None, to: None, status: None, student: None };

    /// Returns whether the list contains a session with these properties, provided that the viewer may see it.
    pub fn admits(&self, occurrence: &Occurrence, status: SessionStatus, student: StudentId) -> bool {
        self.from.is_none_or(|from| occurrence.ends_at > from)
            && self.to.is_none_or(|to| occurrence.starts_at < to)
            && self.status.is_none_or(|wanted| wanted == status)
            && self.student.is_none_or(|wanted| wanted == student)
    }
}

/// A bound of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after its kind of time")]
pub enum Bound {
    Instant(DateTime<Utc>),
    /// A civil date in the viewer's zone.
    Date(NaiveDate),
}

/// The sessions that a user asks for. `None` admits every session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedSessions {
    /// The capacity of the viewer.
    pub perspective: Perspective,
    /// The instant after which the session ends, or the first date.
    pub from: Option<Bound>,
    /// The instant before which the session starts, or the last date.
    pub to: Option<Bound>,
    /// The status of the session.
    pub status: Option<SessionStatus>,
}

impl ListedSessions {
    /// Every session.
    pub const ALL: Self = Self { perspective: Perspective::Any, from: None, to: None, status: None };

    /// Returns the filter, unless it depends on a zone.
    pub(super) fn without_dates(self) -> Option<SessionFilter> {
        let is_date = |bound: Option<Bound>| matches!(bound, Some(Bound::Date(_)));
        // Instants are the same in every zone.
        (!is_date(self.from) && !is_date(self.to)).then(|| self.in_zone(Tz::UTC))
    }

    /// Returns the filter, with dates in a zone. The last date is included.
    pub(super) fn in_zone(self, zone: Tz) -> SessionFilter {
        let midnight = |date: NaiveDate| resolve(zone, date.and_time(NaiveTime::MIN)).0;
        let from = self.from.map(|bound| match bound {
            Bound::Instant(instant) => instant,
            Bound::Date(date) => midnight(date),
        });
        let to = self.to.map(|bound| match bound {
            Bound::Instant(instant) => instant,
            Bound::Date(date) => midnight(date.succ_opt().unwrap_or(date)),
        });
        SessionFilter { perspective: self.perspective, from, to, status: self.status, student: None }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveTime, TimeDelta};
    use chrono_tz::Tz;
    use strum::VariantArray;

    use super::super::TimeSlot;
    use super::*;

    const PARTIES: Parties = Parties { tutor: UserId::new(1), student: UserId::new(2) };

    fn ten_to_eleven() -> Occurrence {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Occurrence::at(Tz::UTC, "2026-02-02".parse().unwrap(), TimeSlot::new(time(10), time(11)).unwrap())
    }

    #[test]
    fn each_perspective_has_its_side_and_any_has_all() {
        assert_eq!(Perspective::Tutor.sides(), [Side::Teaching]);
        assert_eq!(Perspective::Student.sides(), [Side::Learning]);
        assert_eq!(Perspective::Parent.sides(), [Side::Guarding]);
        assert_eq!(Perspective::Any.sides(), Side::VARIANTS);
    }

    #[test]
    fn perspectives_are_named_after_roles_and_any_has_no_name() {
        assert_eq!("tutor".parse(), Ok(Perspective::Tutor));
        assert_eq!("student".parse(), Ok(Perspective::Student));
        assert_eq!("parent".parse(), Ok(Perspective::Parent));
        assert!("any".parse::<Perspective>().is_err());
    }

    #[test]
    fn a_session_is_visible_to_its_tutor_its_student_and_the_students_guardians() {
        let table = [
            (Side::Teaching, 1, false, true),
            (Side::Teaching, 2, true, false),
            (Side::Learning, 2, false, true),
            (Side::Learning, 1, true, false),
            (Side::Guarding, 3, true, true),
            (Side::Guarding, 2, false, false),
        ];
        for (side, viewer, guards_student, visible) in table {
            assert_eq!(side.shows(PARTIES, UserId::new(viewer), guards_student), visible, "{side:?} {viewer}");
        }
    }

    #[test]
    fn a_window_admits_the_sessions_that_overlap_it() {
        let (ten, eleven) = (ten_to_eleven().starts_at, ten_to_eleven().ends_at);
        let moment = TimeDelta::microseconds(1);
        let admits =
            |filter: SessionFilter| filter.admits(&ten_to_eleven(), SessionStatus::Scheduled, StudentId::new(8));
        let from = |from| admits(SessionFilter { from: Some(from), ..SessionFilter::ALL });
        let to = |to| admits(SessionFilter { to: Some(to), ..SessionFilter::ALL });
        assert!(admits(SessionFilter::ALL));
        assert!(from(eleven - moment) && !from(eleven) && !from(eleven + moment));
        assert!(to(ten + moment) && !to(ten) && !to(ten - moment));
        let both = SessionFilter { from: Some(eleven - moment), to: Some(ten), ..SessionFilter::ALL };
        assert!(!admits(both));
    }

    #[test]
    fn status_and_student_must_both_match() {
        for status in SessionStatus::VARIANTS {
            for student in [8, 9] {
                let filter = SessionFilter {
                    status: Some(SessionStatus::Completed),
                    student: Some(StudentId::new(8)),
                    ..SessionFilter::ALL
                };
                let expected = *status == SessionStatus::Completed && student == 8;
                assert_eq!(filter.admits(&ten_to_eleven(), *status, StudentId::new(student)), expected);
            }
        }
    }
}
