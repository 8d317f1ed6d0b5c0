use super::*;
use crate::chat::{Notice, NoticeKind};
use crate::events::{Audience, EventKind, Subject};
use crate::ids::CourseId;
use crate::schedule::SessionStatus;
use crate::schedule::fixtures::{PARENT, STUDENT, date, facts_of, series, session, time};

const MESSAGE: (ConversationId, MessageId) = (ConversationId::new(5), MessageId::new(9));
const SENT: Option<(ConversationId, MessageId)> = Some(MESSAGE);

const BY_GUARDIAN: CourseContact = CourseContact { requester: PARENT, requester_is_guardian: true, is_blocked: false };
const BY_FORMER_GUARDIAN: CourseContact = CourseContact { requester_is_guardian: false, ..BY_GUARDIAN };
const BY_STUDENT: CourseContact = CourseContact { requester: STUDENT, ..BY_FORMER_GUARDIAN };
const BLOCKED: CourseContact = CourseContact { is_blocked: true, ..BY_GUARDIAN };

/// Cancels a session of a course with a contact.
fn cancelled(user: UserId, contact: CourseContact) -> SessionChangePlan {
    let facts = ChangeFacts { contact, ..facts_of(vec![session(0)]) };
    plan_cancellation(&facts, user, &CancelCommand::default(), now()).unwrap()
}

fn notice(plan: &SessionChangePlan) -> &Notice {
    plan.announcements[0].notice.as_ref().unwrap()
}

fn content(plan: &SessionChangePlan) -> &str {
    &notice(plan).content
}

fn numbers(users: &[UserId]) -> Vec<i64> {
    users.iter().map(|user| user.get()).collect()
}

#[test]
fn both_sides_are_told_in_the_name_of_the_actors_side() {
    let (tutor, student, parent, other_guardian) = (3, 6, 1, 9);
    let table = [
        // actor, contact            sender, recipient    told of the change, apart from guardians
        (tutor, BY_GUARDIAN, (tutor, parent), vec![1, 6]),
        (student, BY_GUARDIAN, (parent, tutor), vec![1, 3]),
        (parent, BY_GUARDIAN, (parent, tutor), vec![3, 6]),
        (other_guardian, BY_GUARDIAN, (parent, tutor), vec![1, 3, 6]),
        (tutor, BY_FORMER_GUARDIAN, (tutor, student), vec![6]),
        (student, BY_FORMER_GUARDIAN, (student, tutor), vec![3]),
        (other_guardian, BY_FORMER_GUARDIAN, (student, tutor), vec![3, 6]),
        (tutor, BY_STUDENT, (tutor, student), vec![6]),
        (student, BY_STUDENT, (student, tutor), vec![3]),
        (other_guardian, BY_STUDENT, (student, tutor), vec![3, 6]),
    ];
    for (actor, contact, (sender, recipient), told) in table {
        let plan = cancelled(UserId::new(actor), contact);
        let [announcement] = plan.announcements.as_slice() else { panic!("there is one course") };
        let notice = announcement.notice.as_ref().unwrap();
        assert_eq!((notice.sender.get(), notice.recipient.get()), (sender, recipient), "{actor} {contact:?}");
        let [change, message] = plan.events(&[SENT]).try_into().unwrap();
        assert_eq!((change.actor, change.kind), (Some(UserId::new(actor)), EventKind::SessionCancelled));
        assert_eq!(numbers(&change.audience.users), told, "{actor} {contact:?}");
        assert_eq!(numbers(&change.audience.guardians_of), [student]);

        assert_eq!((message.actor, message.kind), (Some(UserId::new(sender)), EventKind::MessageSent));
        let correspondent = if sender == tutor { recipient } else { sender };
        let expected = Audience::of([tutor, correspondent].map(UserId::new));
        assert_eq!(message.audience, expected.with_guardians_of([UserId::new(correspondent)]));
        assert_eq!(message.subject, Subject::Message { conversation: MESSAGE.0, message: MESSAGE.1 });
    }
}

#[test]
fn a_change_of_zone_rules_is_told_to_everyone_in_the_tutors_name() {
    let [mut stale] = series(chrono_tz::Tz::UTC, "2026-02-02", "10:00", "11:00", 1).try_into().unwrap();
    stale.occurrence.starts_at -= chrono::TimeDelta::hours(1);
    stale.occurrence.ends_at -= chrono::TimeDelta::hours(1);
    let plan = plan_recheck(&facts_of(vec![stale.clone()]), now()).unwrap();
    let [change, message] = plan.events(&[SENT]).try_into().unwrap();
    assert_eq!((change.actor, numbers(&change.audience.users)), (None, vec![1, 3, 6]));
    assert_eq!((change.kind, change.at), (EventKind::SessionChanged, now()));
    assert_eq!(message.actor, Some(TUTOR));
    let expected = Notice {
        sender: TUTOR,
        recipient: PARENT,
        kind: NoticeKind::SessionRescheduled,
        content:
            "Session on February 2, 2026, 10:00-11:00 (UTC) kept at its local time, because the rules of the time zone \
                  have changed"
                .to_owned(),
    };
    assert_eq!(plan.announcements[0].notice, Some(expected));
}

#[test]
fn an_announcement_names_the_first_session_the_course_and_the_number() {
    let update = SessionUpdate {
        time: Move { start: Some(time("09:00")), ..Move::default() },
        scope: Scope::Following,
        reason: Some("Holidays".to_owned()),
        ..SessionUpdate::default()
    };
    let sentence = |count: i32| {
        let facts = facts_of((0..count).map(session).collect());
        let plan = plan(&facts, &update).unwrap();
        let subject = Subject::Session {
            session: session(0).id,
            course: CourseId::new(4),
            count: count.into(),
            status: SessionStatus::Scheduled,
        };
        assert_eq!(plan.events(&[SENT])[0].subject, subject);
        assert_eq!(plan.announcements[0].request, session(0).request_id);
        content(&plan).to_owned()
    };
    let moved = "Session on February 2, 2026, 10:00-11:00 (Africa/Addis_Ababa) moved to February 2, 2026, \
                 09:00-11:00 (Africa/Addis_Ababa)";
    assert_eq!(sentence(1), format!("{moved}: Holidays"));
    assert_eq!(sentence(2), format!("{moved}, and 1 more session with it: Holidays"));
    assert_eq!(sentence(3), format!("{moved}, and 2 more sessions with it: Holidays"));
}

#[test]
fn every_kind_of_change_has_its_notice_and_event() {
    use SessionStatus::{Completed, NoShow, Scheduled};
    let edited = SessionUpdate { topics: Some(Vec::new()), ..SessionUpdate::default() };
    let outcome = |outcome| SessionUpdate { outcome: Some(outcome), ..SessionUpdate::default() };
    let begun = || series(chrono_tz::Tz::UTC, "2026-01-28", "10:00", "11:00", 1);
    let table = [
        (vec![session(0)], edited, Scheduled, NoticeKind::SessionEdited, "updated"),
        (begun(), outcome(Outcome::Completed), Completed, NoticeKind::SessionCompleted, "marked as completed"),
        (begun(), outcome(Outcome::NoShow), NoShow, NoticeKind::SessionMissed, "marked as missed"),
    ];
    for (sessions, update, status, kind, verb) in table {
        let plan = plan(&facts_of(sessions), &update).unwrap();
        let announcement = &plan.announcements[0];
        assert_eq!((announcement.status, notice(&plan).kind), (status, kind));
        assert!(content(&plan).ends_with(verb), "{}", content(&plan));
        assert_eq!(plan.events(&[SENT])[0].kind, EventKind::SessionChanged);
    }
    let cancelled = cancelled(TUTOR, BY_GUARDIAN);
    assert_eq!(notice(&cancelled).kind, NoticeKind::SessionCancelled);
    assert_eq!(content(&cancelled), "Session on February 2, 2026, 10:00-11:00 (Africa/Addis_Ababa) cancelled");
}

#[test]
fn a_notice_gives_the_dates_and_both_times_on_the_wall_clock() {
    let sessions = series(chrono_tz::Tz::Africa__Addis_Ababa, "2026-12-01", "10:00", "12:00", 1);
    let time = Move {
        date: Some(date("2026-12-03")),
        start: Some(time("22:30")),
        end: Some(time("00:30")),
        overnight: Some(true),
    };
    let plan = plan(&facts_of(sessions), &SessionUpdate { time, ..SessionUpdate::default() }).unwrap();
    let expected = "Session on December 1, 2026, 10:00-12:00 (Africa/Addis_Ababa) moved to December 3, 2026, \
                    22:30-00:30 (Africa/Addis_Ababa)";
    assert_eq!(content(&plan), expected);
}

#[test]
fn across_a_block_a_notice_gives_no_reason_and_an_edit_has_none_at_all() {
    let topics = Some(vec!["Decimals".to_owned()]);
    let moved = SessionUpdate {
        time: Move { start: Some(time("09:00")), ..Move::default() },
        topics: topics.clone(),
        reason: Some("Secret".to_owned()),
        ..SessionUpdate::default()
    };
    let edited = SessionUpdate { time: Move::default(), ..moved.clone() };
    let held = SessionUpdate { outcome: Some(Outcome::Completed), ..edited.clone() };
    let begun = || series(chrono_tz::Tz::UTC, "2026-01-28", "10:00", "11:00", 1);
    let mut plans = Vec::new();
    for (sessions, update, has_notice) in
        [(vec![session(0)], moved, true), (begun(), held, true), (vec![session(0)], edited, false)]
    {
        let open = plan(&facts_of(sessions.clone()), &update).unwrap();
        assert!(content(&open).ends_with(": Secret"), "{}", content(&open));
        let blocked = plan(&ChangeFacts { contact: BLOCKED, ..facts_of(sessions) }, &update).unwrap();
        assert_eq!(blocked.changes, open.changes, "the change itself is the same");
        assert_eq!(blocked.announcements[0].notice.is_some(), has_notice, "{update:?}");
        plans.push((open, blocked));
    }
    let facts = |contact| ChangeFacts { contact, ..facts_of(vec![session(0)]) };
    let ill = CancelCommand { reason: Some("Secret".to_owned()), ..CancelCommand::default() };
    let cancelled = |contact| plan_cancellation(&facts(contact), STUDENT, &ill, now()).unwrap();
    plans.push((cancelled(BY_GUARDIAN), cancelled(BLOCKED)));
    let affected = |contact| plan_cancellations(&[facts(contact)], TUTOR, now());
    assert_eq!(content(&affected(BY_GUARDIAN)), content(&affected(BLOCKED)), "time off gives no reason");
    for (open, blocked) in plans {
        let Some(notice) = &blocked.announcements[0].notice else {
            assert_eq!(blocked.events(&[None]), open.events(&[SENT])[..1], "the event of the session remains");
            continue;
        };
        assert_eq!(format!("{}: Secret", notice.content), content(&open));
        assert_eq!(blocked.events(&[SENT]), open.events(&[SENT]));
    }
}

#[test]
fn across_a_block_a_series_is_announced_by_what_is_moved() {
    let facts = ChangeFacts { contact: BLOCKED, ..facts_of(vec![session(0), session(1)]) };
    let edited = SessionUpdate { topics: Some(Vec::new()), scope: Scope::Following, ..SessionUpdate::default() };
    let [announcement] = plan(&facts, &edited).unwrap().announcements.try_into().unwrap();
    assert_eq!((announcement.notice, announcement.sessions.len()), (None, 2));
    let moved = SessionUpdate { time: Move { end: Some(time("12:00")), ..Move::default() }, ..edited };
    assert!(content(&plan(&facts, &moved).unwrap()).ends_with("and 1 more session with it"));
}

#[test]
fn changes_of_booked_sessions_reach_users_beyond_a_block() {
    assert!(EventKind::SessionChanged.crosses_blocks() && EventKind::SessionCancelled.crosses_blocks());
    assert!(!EventKind::SessionCreated.crosses_blocks() && !EventKind::MessageSent.crosses_blocks());
}
