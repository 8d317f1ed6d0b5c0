use chrono::TimeDelta;
use strum::VariantArray;

use super::*;
use crate::ids::CourseId;
use crate::schedule::fixtures::{MOMENT, PARENT, STUDENT, facts_of, is_used, session};
use crate::schedule::{Cancellation, SessionStatus};

const THIS: CancelCommand = CancelCommand { reason: None, scope: Scope::This };
const FOLLOWING: CancelCommand = CancelCommand { reason: None, scope: Scope::Following };

/// Returns whether a cancellation of a session is late.
fn is_late(session: &Session, user: UserId, at: DateTime<Utc>) -> bool {
    let plan = plan_cancellation(&facts_of(vec![session.clone()]), user, &THIS, at).unwrap();
    plan.changes[0].after.cancellation.as_ref().unwrap().is_late
}

#[test]
fn a_cancellation_records_who_when_and_why() {
    let command = CancelCommand { reason: Some("Ill".to_owned()), scope: Scope::This };
    let plan = plan_cancellation(&facts_of(vec![session(0), session(1)]), STUDENT, &command, now()).unwrap();
    let expected = SessionChange {
        kind: ChangeKind::Cancelled,
        before: session(0),
        after: Session {
            status: SessionStatus::Cancelled,
            cancellation: Some(Cancellation { at: now(), by: STUDENT, reason: Some("Ill".to_owned()), is_late: false }),
            version: 1,
            updated_at: now(),
            ..session(0)
        },
        reason: Some("Ill".to_owned()),
    };
    assert_eq!((plan.actor, plan.at, plan.changes.as_slice()), (Some(STUDENT), now(), [expected].as_slice()));
    assert_eq!(plan.changes[0].fields(), [ChangedField::Status]);
    assert!(plan.moves().is_empty());
}

#[test]
fn the_students_side_is_late_after_the_deadline_and_the_tutor_never_is() {
    let deadline = session(0).occurrence.starts_at - TimeDelta::days(1);
    assert_eq!(session(0).cancellation_deadline(), deadline);
    for user in [STUDENT, PARENT] {
        assert!(!is_late(&session(0), user, deadline - MOMENT));
        assert!(!is_late(&session(0), user, deadline), "the deadline itself is in time");
        assert!(is_late(&session(0), user, deadline + MOMENT));
    }
    for at in [deadline, deadline + MOMENT, session(0).occurrence.starts_at - MOMENT] {
        assert!(!is_late(&session(0), TUTOR, at));
    }
    let without_notice = Session { cancellation_notice: TimeDelta::zero(), ..session(0) };
    assert!(!is_late(&without_notice, STUDENT, session(0).occurrence.starts_at - MOMENT));
}

#[test]
fn a_session_that_was_moved_inside_the_notice_is_cancelled_in_time_until_it_starts() {
    let start = session(0).occurrence.starts_at;
    let deadline = start - TimeDelta::days(1);
    let moved = |at| Session { rescheduled_at: Some(at), ..session(0) };
    assert_eq!(moved(deadline).cancellation_deadline(), deadline);
    assert_eq!(moved(deadline + MOMENT).cancellation_deadline(), start);
    assert!(is_late(&moved(deadline), STUDENT, start - MOMENT));
    assert!(!is_late(&moved(deadline + MOMENT), STUDENT, start - MOMENT));
    // No side can cancel it from then on.
    for user in [TUTOR, STUDENT, PARENT] {
        let refusal = plan_cancellation(&facts_of(vec![moved(deadline + MOMENT)]), user, &THIS, start);
        assert_eq!(refusal, Err(ActionRefusal::HasBegun(SessionAction::Cancel, SessionStatus::Scheduled)));
    }
}

#[test]
fn a_cancelled_session_of_a_package_is_credited_unless_it_was_late() {
    let deadline = session(0).cancellation_deadline();
    let used = |user, at| {
        let plan = plan_cancellation(&facts_of(vec![session(0)]), user, &THIS, at).unwrap();
        is_used(&plan.changes[0].after)
    };
    assert!(!used(STUDENT, deadline) && used(STUDENT, deadline + MOMENT) && !used(TUTOR, deadline + MOMENT));
    for status in SessionStatus::VARIANTS.iter().filter(|status| **status != SessionStatus::Cancelled) {
        assert!(is_used(&Session { status: *status, ..session(0) }));
    }
}

#[test]
fn the_sessions_behind_are_cancelled_each_by_its_own_deadline() {
    let statuses =
        [SessionStatus::InProgress, SessionStatus::Completed, SessionStatus::Cancelled, SessionStatus::NoShow];
    let mut sessions = vec![session(0), session(1), Session { is_exception: true, ..session(2) }];
    sessions.extend(statuses.into_iter().zip(3..).map(|(status, place)| Session { status, ..session(place) }));
    let begun = Occurrence { starts_at: now(), ..session(7).occurrence };
    sessions.push(Session { occurrence: begun, ..session(7) });
    let at = session(0).cancellation_deadline() + MOMENT;
    let plan = plan_cancellation(&facts_of(sessions), STUDENT, &FOLLOWING, at).unwrap();
    let cancelled: Vec<_> = plan
        .changes
        .iter()
        .map(|change| (change.after.series_index, change.after.cancellation.as_ref().unwrap().is_late))
        .collect();
    assert_eq!(cancelled, [(0, true), (1, false), (2, false)], "exceptions belong to the series");
    assert_eq!((plan.announcements.len(), plan.announcements[0].sessions.len()), (1, 3));
}

#[test]
fn only_guardians_rely_on_their_guardianship() {
    let of = |user| plan_cancellation(&facts_of(vec![session(0)]), user, &THIS, now()).unwrap().guardianship;
    assert_eq!((of(TUTOR), of(STUDENT)), (None, None));
    for user in [PARENT, UserId::new(9)] {
        assert_eq!(of(user), Some(GuardianshipFact { parent: user, student: session(0).student_id }));
    }
}

#[test]
fn a_session_that_is_not_scheduled_is_not_cancelled() {
    for status in SessionStatus::VARIANTS.iter().filter(|status| **status != SessionStatus::Scheduled) {
        let facts = facts_of(vec![Session { status: *status, ..session(0) }, session(1)]);
        let refusal = Err(ActionRefusal::Status(SessionAction::Cancel, *status));
        assert_eq!(plan_cancellation(&facts, TUTOR, &FOLLOWING, now()), refusal);
    }
}

#[test]
fn sessions_of_several_courses_are_cancelled_and_announced_by_course() {
    let other = |place| Session { course_id: CourseId::new(2), ..session(place) };
    let begun = Session { occurrence: Occurrence { starts_at: now(), ..session(4).occurrence }, ..session(4) };
    let over = Session { status: SessionStatus::Completed, ..session(5) };
    let facts: Vec<_> = [session(0), other(1), session(2), other(3), begun, over]
        .into_iter()
        .map(|session| facts_of(vec![session]))
        .collect();
    let plan = plan_cancellations(&facts, TUTOR, now());
    let places: Vec<_> =
        plan.changes.iter().map(|change| (change.after.course_id.get(), change.after.series_index)).collect();
    assert_eq!(places, [(2, 1), (2, 3), (4, 0), (4, 2)]);
    assert!(plan.changes.iter().all(|change| change.reason.is_none()), "the note on time off is private");
    let told: Vec<_> = plan
        .announcements
        .iter()
        .map(|announcement| (announcement.course.get(), announcement.first, announcement.sessions.len()))
        .collect();
    assert_eq!(told, [(2, session(1).id, 2), (4, session(0).id, 2)]);
    assert_eq!((plan.actor, plan.guardianship), (Some(TUTOR), None));

    let none = plan_cancellations(&[], TUTOR, now());
    assert!(none.changes.is_empty() && none.announcements.is_empty() && none.users().is_empty());
}
