//! Sessions, times and facts that the tests of this context share.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    Booking, BusyTimes, ChangeFacts, CourseContact, Occurrence, PackageUse, Parties, Period, PriorityLevel, Session,
    SessionMode, SessionStatus, TimeSlot,
};
use crate::ids::{CourseId, RequestId, SessionId, StudentId, TutorId, UserId};

pub(super) const TUTOR: UserId = UserId::new(3);
pub(super) const STUDENT: UserId = UserId::new(6);
/// The guardian who requested the course.
pub(super) const PARENT: UserId = UserId::new(1);
pub(super) const PARTIES: Parties = Parties { tutor: TUTOR, student: STUDENT };

/// The smallest difference between two instants.
pub(super) const MOMENT: TimeDelta = TimeDelta::microseconds(1);

pub(super) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn time(text: &str) -> NaiveTime {
    text.parse().unwrap()
}

/// Returns a slot, which ends on the next day if the end is before the start.
pub(super) fn slot(start: &str, end: &str) -> TimeSlot {
    TimeSlot::overnight(time(start), time(end)).unwrap()
}

pub(super) fn period(starts_at: &str, ends_at: &str) -> Period {
    Period { starts_at: instant(starts_at), ends_at: instant(ends_at) }
}

/// Returns a scheduled session of the tutor and the student, at a place of the weekly series that begins on Monday,
/// February 2, at ten in Addis Ababa. It can be cancelled in time up to a day before.
pub(super) fn session(place: i32) -> Session {
    let date = date("2026-02-02") + TimeDelta::weeks(place.into());
    Session {
        id: SessionId::new(100 + i64::from(place)),
        course_id: CourseId::new(4),
        request_id: RequestId::new(7),
        series_index: place,
        parties: PARTIES,
        tutor_id: TutorId::new(2),
        tutor_name: "Tigist Alemu".to_owned(),
        student_id: StudentId::new(8),
        student_name: "Sara Bekele".to_owned(),
        package_name: Some("Algebra".to_owned()),
        occurrence: Occurrence::at(Tz::Africa__Addis_Ababa, date, slot("10:00", "11:00")),
        time_zone: Tz::Africa__Addis_Ababa,
        series_date: date,
        is_exception: false,
        rescheduled_at: None,
        topics: vec!["Fractions".to_owned()],
        topics_covered: Vec::new(),
        mode: SessionMode::Online,
        location: None,
        status: SessionStatus::Scheduled,
        cancellation: None,
        cancellation_notice: TimeDelta::days(1),
        priority: PriorityLevel::Medium,
        version: 0,
        created_at: instant("2026-01-01T00:00:00Z"),
        updated_at: instant("2026-01-01T00:00:00Z"),
    }
}

/// Returns whether a session uses up one of its package.
pub(super) fn is_used(session: &Session) -> bool {
    let is_late = session.cancellation.as_ref().is_some_and(|cancelled| cancelled.is_late);
    PackageUse::count(None, [(session.status, is_late, 1)]).used == 1
}

/// Returns the series from a session on, in a zone.
pub(super) fn series(zone: Tz, first: &str, start: &str, end: &str, count: i32) -> Vec<Session> {
    let at = |place: i32| {
        let date = date(first) + TimeDelta::weeks(place.into());
        let occurrence = Occurrence::at(zone, date, slot(start, end));
        Session { occurrence, time_zone: zone, series_date: date, ..session(place) }
    };
    (0..count).map(at).collect()
}

/// Returns the facts about a change of the first of some sessions, with the others behind it.
pub(super) fn facts_of(sessions: Vec<Session>) -> ChangeFacts {
    let mut sessions = sessions.into_iter();
    let contact = CourseContact { requester: PARENT, requester_is_guardian: true, is_blocked: false };
    ChangeFacts { session: sessions.next().unwrap(), following: sessions.collect(), contact }
}

/// Returns the entry of a session in the calendars.
pub(super) fn booking(session: &Session) -> Booking {
    let period = session.occurrence.period();
    Booking { session_id: session.id, parties: session.parties, period, status: session.status }
}

/// Returns the busy times of some sessions.
pub(super) fn busy<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> BusyTimes {
    BusyTimes { bookings: sessions.into_iter().map(booking).collect(), time_off: Vec::new() }
}
