//! Sessions of a series that were moved on their own or added to it.

use chrono::TimeDelta;

use super::series::{after, following, places, starts, to_date, to_slot};
use super::*;
use crate::chat::NoticeKind;
use crate::schedule::SessionMode;
use crate::schedule::fixtures::{date, facts_of, session, slot};

/// The session at a place, moved on its own to the Thursday of its week at three.
pub(super) fn exception(place: i32) -> Session {
    moved_to(session(place), TimeDelta::days(3))
}

/// Moves a session on its own to three o'clock on another day.
fn moved_to(session: Session, days: TimeDelta) -> Session {
    let occurrence = Occurrence::at(session.time_zone, session.series_date + days, slot("15:00", "16:00"));
    Session { occurrence, is_exception: true, ..session }
}

/// Returns the dates of sessions and their dates in the series, with whether they are exceptions.
fn dates(sessions: &[Session]) -> Vec<(String, String, bool)> {
    let date = |one: &Session| (one.occurrence.date.to_string(), one.series_date.to_string(), one.is_exception);
    sessions.iter().map(date).collect()
}

fn expected(dates: &[(&str, &str, bool)]) -> Vec<(String, String, bool)> {
    dates.iter().map(|(date, in_series, flag)| ((*date).to_owned(), (*in_series).to_owned(), *flag)).collect()
}

#[test]
fn exceptions_stay_unless_they_are_overwritten() {
    let sessions = || vec![session(0), exception(1), session(2)];
    let update = following(Move { date: Some(date("2026-02-03")), ..to_slot("08:00", "09:00") });
    let stays = [(0, "2026-02-03 08:00".to_owned()), (2, "2026-02-17 08:00".to_owned())];
    assert_eq!(places(sessions(), &update), stays);

    let overwrite = SessionUpdate { overwrite_exceptions: true, ..update };
    let moved = after(sessions(), &overwrite);
    assert_eq!(starts(&moved), ["02-03T05:00Z", "02-10T05:00Z", "02-17T05:00Z"]);
    assert!(moved.iter().all(|one| !one.is_exception && one.series_date == one.occurrence.date));
    // With a new date alone, the exception follows the slot of the series again as well.
    let shifted = SessionUpdate { time: to_date("2026-02-03"), ..overwrite };
    assert_eq!(starts(&after(sessions(), &shifted)), ["02-03T07:00Z", "02-10T07:00Z", "02-17T07:00Z"]);
}

#[test]
fn edits_reach_exceptions_and_leave_their_times() {
    let sessions = || vec![session(0), exception(1), session(2)];
    let edit = SessionUpdate { mode: Some(SessionMode::Hybrid), ..following(Move::default()) };
    for overwrite_exceptions in [false, true] {
        let edited = after(sessions(), &SessionUpdate { overwrite_exceptions, ..edit.clone() });
        assert!(edited.iter().all(|one| one.mode == SessionMode::Hybrid));
        let times: Vec<_> = edited.iter().map(|one| (one.occurrence.clone(), one.is_exception)).collect();
        let same: Vec<_> = sessions().into_iter().map(|one| (one.occurrence, one.is_exception)).collect();
        assert_eq!(times, same);
    }
    // Together with a new time, an exception is edited and does not move.
    let both = SessionUpdate { time: to_slot("08:00", "09:00"), ..edit };
    let plan = plan(&facts_of(sessions()), &both).unwrap();
    let kinds: Vec<_> = plan.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Rescheduled, ChangeKind::Edited, ChangeKind::Rescheduled]);
    let edited = &plan.changes[1].after;
    let expected = Session { mode: SessionMode::Hybrid, version: 1, updated_at: now(), ..exception(1) };
    assert_eq!(edited, &expected);
}

#[test]
fn an_exception_of_an_earlier_or_the_same_place_is_not_overwritten() {
    // Session 0 was moved on its own to a week after session 2, and a session was added on the date of session 1.
    let earlier = moved_to(session(0), TimeDelta::weeks(3));
    let added = Session { id: SessionId::new(999), series_index: 9, ..moved_to(session(1), TimeDelta::zero()) };
    let later = moved_to(session(2), TimeDelta::days(-1));
    let sessions = vec![session(1), added, later, earlier];
    let update = SessionUpdate { overwrite_exceptions: true, ..following(to_date("2026-02-10")) };
    let moved = [(1, "2026-02-10 10:00".to_owned()), (2, "2026-02-17 10:00".to_owned())];
    assert_eq!(places(sessions.clone(), &update), moved);
    // They are edited all the same.
    let edit = SessionUpdate { mode: Some(SessionMode::Hybrid), ..update };
    assert!(after(sessions, &edit).iter().all(|one| one.mode == SessionMode::Hybrid));
}

#[test]
fn a_series_is_shifted_by_the_days_from_the_present_date_of_the_session() {
    // The exception is on Thursday, February 5, in place of Monday.
    let sessions = || vec![exception(0), session(1), session(2)];
    let shifted = after(sessions(), &following(to_date("2026-02-06")));
    let a_day_later =
        [("2026-02-06", "2026-02-03", true), ("2026-02-10", "2026-02-10", false), ("2026-02-17", "2026-02-17", false)];
    assert_eq!(dates(&shifted), expected(&a_day_later), "the exception stays one, three days behind its place");

    let home = Move { date: Some(date("2026-02-02")), ..to_slot("10:00", "11:00") };
    let three_days_earlier =
        [("2026-02-02", "2026-01-30", true), ("2026-02-06", "2026-02-06", false), ("2026-02-13", "2026-02-13", false)];
    assert_eq!(dates(&after(sessions(), &following(home))), expected(&three_days_earlier));
}

#[test]
fn the_present_date_of_a_session_shifts_nothing() {
    let sessions = || vec![exception(0), session(1), session(2)];
    assert_eq!(plan(&facts_of(sessions()), &following(to_date("2026-02-05"))), None);
    let early = to_slot("08:00", "09:00");
    let stays =
        [("2026-02-05", "2026-02-02", true), ("2026-02-09", "2026-02-09", false), ("2026-02-16", "2026-02-16", false)];
    for time in [early, Move { date: Some(date("2026-02-05")), ..early }] {
        let moved = after(sessions(), &following(time));
        assert_eq!(dates(&moved), expected(&stays));
        assert!(moved.iter().all(|one| one.occurrence.slot == slot("08:00", "09:00")));
    }
}

#[test]
fn a_moved_session_is_announced_in_place_of_one_that_is_merely_edited() {
    // The exception already has the times that the series is moved to.
    let update = SessionUpdate { mode: Some(SessionMode::Hybrid), ..following(to_slot("15:00", "16:00")) };
    let plan = plan(&facts_of(vec![exception(0), session(1)]), &update).unwrap();
    let kinds: Vec<_> = plan.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Edited, ChangeKind::Rescheduled]);
    let [announcement] = plan.announcements.try_into().unwrap();
    assert_eq!((announcement.first, announcement.sessions.len()), (session(1).id, 2));
    let notice = announcement.notice.unwrap();
    assert_eq!(notice.kind, NoticeKind::SessionRescheduled);
    assert!(notice.content.contains("moved to February 9, 2026, 15:00-16:00"), "{}", notice.content);
}
