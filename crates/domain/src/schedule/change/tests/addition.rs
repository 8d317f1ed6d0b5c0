use chrono_tz::Tz;

use super::*;
use crate::chat::{Notice, NoticeKind};
use crate::events::{Audience, Event, EventKind, Subject};
use crate::ids::{CourseId, RequestId, StudentId};
use crate::schedule::fixtures::{PARENT, PARTIES, STUDENT, busy, date, facts_of, is_used, session, slot};
use crate::schedule::{BusyTimes, ConflictKind, MAX_SESSIONS};

const UNLIMITED: PackageUse = PackageUse { included: None, used: 8, credited: 0 };

fn course() -> CourseFacts {
    CourseFacts {
        course: CourseId::new(4),
        request: RequestId::new(7),
        parties: PARTIES,
        student: StudentId::new(8),
        contact: CourseContact { requester: PARENT, requester_is_guardian: true, is_blocked: false },
        time_zone: Tz::Africa__Addis_Ababa,
        package: UNLIMITED,
        next_place: 8,
    }
}

/// An hour on Monday, February 2, the time of the first session of the series.
fn added() -> AddedSession {
    AddedSession {
        course: CourseId::new(4),
        date: date("2026-02-02"),
        slot: slot("10:00", "11:00"),
        topics: vec!["Roots".to_owned()],
    }
}

fn add(facts: &CourseFacts) -> Result<AdditionPlan, AdditionRefusal> {
    plan_addition(facts, &added(), &BusyTimes::default(), now())
}

#[test]
fn a_session_is_added_on_the_wall_clock_of_its_course() {
    let expected = AdditionPlan {
        facts: course(),
        occurrence: session(0).occurrence,
        topics: vec!["Roots".to_owned()],
        notice: Notice {
            sender: TUTOR,
            recipient: PARENT,
            kind: NoticeKind::SessionAdded,
            content: "Session on February 2, 2026, 10:00-11:00 (Africa/Addis_Ababa) added".to_owned(),
        },
        at: now(),
    };
    assert_eq!(add(&course()), Ok(expected));
}

#[test]
fn an_added_session_is_announced_to_the_students_side() {
    let (conversation, message) = (ConversationId::new(5), MessageId::new(9));
    let created = Event {
        kind: EventKind::SessionCreated,
        subject: Subject::Sessions { request: RequestId::new(7), course: CourseId::new(4), count: 1 },
        actor: Some(TUTOR),
        audience: Audience::of([PARENT, STUDENT]).with_guardians_of([STUDENT]),
        at: now(),
    };
    let told = Event {
        kind: EventKind::MessageSent,
        subject: Subject::Message { conversation, message },
        actor: Some(TUTOR),
        audience: Audience::of([PARENT, TUTOR]).with_guardians_of([PARENT]),
        at: now(),
    };
    assert_eq!(add(&course()).unwrap().events(conversation, message), [created, told]);
}

#[test]
fn a_package_that_is_used_up_admits_no_session() {
    let package = |included, used| CourseFacts {
        package: PackageUse { included: Some(included), used, credited: 0 },
        ..course()
    };
    assert!(add(&package(8, 7)).is_ok());
    assert_eq!(add(&package(8, 8)), Err(AdditionRefusal::PackageUsedUp(8)));
    assert_eq!(add(&package(8, 9)), Err(AdditionRefusal::PackageUsedUp(8)));
    assert_eq!(UNLIMITED.remaining(), None);
}

/// Returns the use of a package of two sessions, one of which the student cancels at an instant.
fn use_after_cancellation(at: DateTime<Utc>) -> PackageUse {
    let plan = plan_cancellation(&facts_of(vec![session(0)]), STUDENT, &CancelCommand::default(), at).unwrap();
    let used = [plan.changes[0].after.clone(), session(1)].iter().filter(|session| is_used(session)).count();
    PackageUse { included: Some(2), used: used.try_into().unwrap(), credited: 0 }
}

#[test]
fn a_cancellation_in_time_is_credited_and_a_late_one_is_not() {
    let deadline = session(0).cancellation_deadline();
    let in_time = use_after_cancellation(deadline);
    assert_eq!(in_time.remaining(), Some(1));
    assert!(add(&CourseFacts { package: in_time, ..course() }).is_ok());
    let late = use_after_cancellation(deadline + crate::schedule::fixtures::MOMENT);
    assert_eq!(late.remaining(), Some(0));
    assert_eq!(add(&CourseFacts { package: late, ..course() }), Err(AdditionRefusal::PackageUsedUp(2)));
}

#[test]
fn a_blocked_course_is_not_found_whatever_else_is_wrong() {
    let package = PackageUse { included: Some(1), used: 1, credited: 0 };
    let contact = CourseContact { is_blocked: true, ..course().contact };
    assert_eq!(add(&CourseFacts { contact, package, ..course() }), Err(AdditionRefusal::NotFound));
}

#[test]
fn an_added_session_conflicts_with_booked_ones_and_the_past() {
    let refusal = |busy: &BusyTimes, at| match plan_addition(&course(), &added(), busy, at) {
        Err(AdditionRefusal::Conflicts(conflicts)) => conflicts[0].kind,
        other => panic!("there is no conflict: {other:?}"),
    };
    assert_eq!(refusal(&busy(&[session(0)]), now()), ConflictKind::TutorBusy);
    let time_off = vec![session(0).occurrence.period()];
    assert_eq!(refusal(&BusyTimes { bookings: Vec::new(), time_off }, now()), ConflictKind::TimeOff);
    assert_eq!(refusal(&BusyTimes::default(), session(0).occurrence.starts_at), ConflictKind::InPast);
}

#[test]
fn a_course_has_a_largest_number_of_places() {
    let places = |next_place: usize| add(&CourseFacts { next_place: next_place.try_into().unwrap(), ..course() });
    assert!(places(2 * MAX_SESSIONS - 1).is_ok());
    assert_eq!(places(2 * MAX_SESSIONS), Err(AdditionRefusal::TooManySessions));
}
