use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::*;
use crate::schedule::fixtures::{MOMENT, booking, busy, date, facts_of, series, session, slot, time};
use crate::schedule::{ConflictKind, Dst, SessionStatus};

/// An update of a session and those behind it.
fn following(time: Move) -> SessionUpdate {
    SessionUpdate { time, scope: Scope::Following, ..SessionUpdate::default() }
}

fn to_date(text: &str) -> Move {
    Move { date: Some(date(text)), ..Move::default() }
}

fn to_slot(start: &str, end: &str) -> Move {
    Move { start: Some(time(start)), end: Some(time(end)), ..Move::default() }
}

/// Returns the places of the sessions that an update changes, with their new dates and starts.
fn places(sessions: Vec<Session>, update: &SessionUpdate) -> Vec<(i32, String)> {
    let changes = plan(&facts_of(sessions), update).map(|plan| plan.changes).unwrap_or_default();
    let place = |change: &SessionChange| {
        let occurrence = &change.after.occurrence;
        (change.after.series_index, format!("{} {}", occurrence.date, occurrence.slot.start().format("%H:%M")))
    };
    changes.iter().map(place).collect()
}

fn starts(sessions: &[Session]) -> Vec<String> {
    sessions.iter().map(|session| session.occurrence.starts_at.format("%m-%dT%H:%MZ").to_string()).collect()
}

fn after(sessions: Vec<Session>, update: &SessionUpdate) -> Vec<Session> {
    plan(&facts_of(sessions), update).unwrap().changes.into_iter().map(|change| change.after).collect()
}

/// The session at a place, moved on its own to the Thursday of its week at three.
fn exception(place: i32) -> Session {
    let one = session(place);
    let thursday: NaiveDate = one.series_date + TimeDelta::days(3);
    let occurrence = Occurrence::at(one.time_zone, thursday, slot("15:00", "16:00"));
    Session { occurrence, is_exception: true, ..one }
}

#[test]
fn a_new_slot_holds_for_a_session_and_those_behind_it() {
    let plan =
        plan(&facts_of(vec![session(1), session(2), session(3)]), &following(to_slot("14:00", "16:00"))).unwrap();
    for (change, place) in plan.changes.iter().zip(1..) {
        let expected = Session {
            occurrence: Occurrence::at(Tz::Africa__Addis_Ababa, session(place).series_date, slot("14:00", "16:00")),
            rescheduled_at: Some(now()),
            version: 1,
            updated_at: now(),
            ..session(place)
        };
        assert_eq!((change.kind, &change.before, &change.after), (ChangeKind::Rescheduled, &session(place), &expected));
    }
    assert_eq!(plan.changes.len(), 3);
}

#[test]
fn a_new_date_shifts_the_series_by_civil_days() {
    let moved = after(vec![session(0), session(1), session(2)], &following(to_date("2026-02-04")));
    let dates: Vec<_> =
        moved.iter().map(|one| (one.occurrence.date.to_string(), one.series_date.to_string())).collect();
    let expected = ["2026-02-04", "2026-02-11", "2026-02-18"].map(|date| (date.to_owned(), date.to_owned()));
    assert_eq!(dates, expected);
    assert!(moved.iter().all(|one| !one.is_exception && one.occurrence.slot == slot("10:00", "11:00")));
}

#[test]
fn a_shifted_series_keeps_its_wall_clock_across_a_clock_change() {
    let mondays = series(Tz::America__Chicago, "2026-03-02", "15:00", "16:00", 2);
    assert_eq!(starts(&mondays), ["03-02T21:00Z", "03-09T20:00Z"]);
    let saturdays = after(mondays, &following(to_date("2026-03-07")));
    assert_eq!(starts(&saturdays), ["03-07T21:00Z", "03-14T20:00Z"]);

    let fridays = series(Tz::America__New_York, "2026-02-27", "02:30", "03:30", 3);
    let sundays = after(fridays, &following(to_date("2026-03-01")));
    assert_eq!(starts(&sundays), ["03-01T07:30Z", "03-08T07:30Z", "03-15T06:30Z"]);
    let flags: Vec<_> = sundays.iter().map(|one| one.occurrence.dst).collect();
    assert_eq!(flags, [None, Some(Dst::Gap), None]);
    let hour = |one: &Session| one.occurrence.ends_at - one.occurrence.starts_at == TimeDelta::hours(1);
    assert!(sundays.iter().all(hour));
}

#[test]
fn sessions_that_were_moved_on_their_own_stay_unless_they_are_overwritten() {
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
    // Edits leave exceptions alone, too.
    let topics = SessionUpdate { topics: Some(Vec::new()), ..following(Move::default()) };
    let edited: Vec<i32> = after(sessions(), &topics).iter().map(|one| one.series_index).collect();
    assert_eq!(edited, [0, 2]);
    let all = after(sessions(), &SessionUpdate { overwrite_exceptions: true, ..topics });
    assert_eq!(all.iter().map(|one| one.is_exception).collect::<Vec<_>>(), [false, true, false]);
}

#[test]
fn a_new_start_does_not_lengthen_sessions_that_end_later() {
    let afternoon = Session {
        occurrence: Occurrence::at(Tz::Africa__Addis_Ababa, session(1).series_date, slot("15:00", "16:00")),
        ..session(1)
    };
    let early = following(Move { start: Some(time("09:00")), ..Move::default() });
    let overwrite = SessionUpdate { overwrite_exceptions: true, ..early };
    let moved = after(vec![session(0), afternoon.clone(), exception(2)], &overwrite);
    assert!(moved.iter().all(|one| one.occurrence.slot == slot("09:00", "11:00")));
    // A new date keeps the slots, which an earlier change may have made different.
    let shifted = after(vec![session(0), afternoon], &following(to_date("2026-02-03")));
    assert_eq!(starts(&shifted), ["02-03T07:00Z", "02-10T12:00Z"]);
}

#[test]
fn sessions_that_have_begun_or_are_not_scheduled_stay() {
    let statuses =
        [SessionStatus::InProgress, SessionStatus::Completed, SessionStatus::Cancelled, SessionStatus::NoShow];
    let mut sessions: Vec<_> =
        statuses.into_iter().zip(1..).map(|(status, place)| Session { status, ..session(place) }).collect();
    let starting = |place, starts_at| Session {
        occurrence: Occurrence { starts_at, ..session(place).occurrence },
        ..session(place)
    };
    sessions.extend([starting(5, now() - MOMENT), starting(6, now()), starting(7, now() + MOMENT)]);
    sessions.insert(0, session(0));
    let changed: Vec<i32> =
        places(sessions, &following(to_slot("14:00", "15:00"))).into_iter().map(|(place, _)| place).collect();
    assert_eq!(changed, [0, 7]);
}

#[test]
fn an_exception_becomes_the_rule_of_those_behind_it_with_its_new_date() {
    // The exception is on Thursday in place of Monday.
    let sessions = || vec![exception(0), session(1), session(2)];
    let moved = after(sessions(), &following(to_date("2026-02-06")));
    let dates: Vec<_> = moved.iter().map(|one| one.occurrence.date.to_string()).collect();
    assert_eq!(dates, ["2026-02-06", "2026-02-13", "2026-02-20"], "all are four days later than in the series");
    assert!(moved.iter().all(|one| !one.is_exception && one.series_date == one.occurrence.date));

    let slot_only = after(sessions(), &following(to_slot("08:00", "09:00")));
    let dates: Vec<_> = slot_only.iter().map(|one| (one.occurrence.date.to_string(), one.is_exception)).collect();
    let expected = [("2026-02-05", true), ("2026-02-09", false), ("2026-02-16", false)];
    assert_eq!(dates, expected.map(|(date, flag)| (date.to_owned(), flag)), "it stays on its own date");

    // Back to its place, the exception is none any more.
    let back = Move { date: Some(date("2026-02-02")), ..to_slot("10:00", "11:00") };
    let [home] = after(sessions(), &following(back)).try_into().unwrap();
    assert_eq!((home.is_exception, home.occurrence), (false, session(0).occurrence));
}

#[test]
fn a_moved_session_is_announced_in_place_of_one_that_is_merely_edited() {
    // The exception already is where the series is moved to.
    let sessions = vec![exception(0), session(1)];
    let update = following(Move { date: Some(date("2026-02-05")), ..to_slot("15:00", "16:00") });
    let plan = plan(&facts_of(sessions), &update).unwrap();
    let kinds: Vec<_> = plan.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Edited, ChangeKind::Rescheduled]);
    let [announcement] = plan.announcements.as_slice() else { panic!("there is one course") };
    assert_eq!((announcement.first, announcement.sessions.len()), (session(1).id, 2));
    assert!(announcement.notice.content.contains("moved to February 12, 2026 at 15:00"), "{announcement:?}");
}

#[test]
fn a_series_may_move_onto_its_own_former_times() {
    let sessions = [session(0), session(1), session(2)];
    let plan = plan(&facts_of(sessions.to_vec()), &following(to_date("2026-02-09"))).unwrap();
    let [moved] = plan.moves().try_into().unwrap();
    assert_eq!((moved.parties, moved.sessions.len()), (session(0).parties, 3));
    assert_eq!(moved.conflicts(busy(&sessions), now()), []);
    // A session that stays is in the way, with the tutor's other sessions and with time off.
    let stays = Session { id: SessionId::new(999), ..session(2) };
    let conflicts = moved.conflicts(busy(&[stays.clone()]), now());
    assert_eq!(conflicts.len(), 1);
    assert_eq!((conflicts[0].kind, conflicts[0].session_id), (ConflictKind::TutorBusy, Some(stays.id)));
    let off = BusyTimes { bookings: Vec::new(), time_off: vec![booking(&stays).period] };
    assert_eq!(moved.conflicts(off, now())[0].kind, ConflictKind::TimeOff);
    // So is the past.
    assert_eq!(moved.conflicts(BusyTimes::default(), moved.occurrences[0].starts_at)[0].kind, ConflictKind::InPast);
}

#[test]
fn moves_are_grouped_by_their_parties_and_ascend() {
    let student = UserId::new(8);
    let other = |place| Session { parties: Parties { student, ..session(place).parties }, ..session(place) };
    let change = |before: Session, date: &str| {
        changed(&before, &SessionUpdate { time: to_date(date), ..SessionUpdate::default() })
    };
    let changes =
        vec![change(session(0), "2026-02-20"), change(other(1), "2026-02-19"), change(session(2), "2026-02-18")];
    let plan = SessionChangePlan { actor: None, at: now(), changes, announcements: Vec::new(), guardianship: None };
    assert_eq!(plan.users(), [3, 6, 8].map(UserId::new));
    let moves = plan.moves();
    assert_eq!(moves.iter().map(|moved| moved.parties.student.get()).collect::<Vec<_>>(), [6, 8]);
    let dates: Vec<_> = moves[0].occurrences.iter().map(|occurrence| occurrence.date.to_string()).collect();
    assert_eq!(dates, ["2026-02-18", "2026-02-20"]);
}
