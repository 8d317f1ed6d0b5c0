use chrono::TimeDelta;
use chrono_tz::Tz;

use super::exceptions::exception;
use super::*;
use crate::schedule::fixtures::{MOMENT, booking, busy, date, facts_of, series, session, slot, time};
use crate::schedule::zone::tests::oracle;
use crate::schedule::{ConflictKind, Dst, SessionStatus};

/// An update of a session and those behind it.
pub(super) fn following(time: Move) -> SessionUpdate {
    SessionUpdate { time, scope: Scope::Following, ..SessionUpdate::default() }
}

pub(super) fn to_date(text: &str) -> Move {
    Move { date: Some(date(text)), ..Move::default() }
}

pub(super) fn to_slot(start: &str, end: &str) -> Move {
    Move { start: Some(time(start)), end: Some(time(end)), ..Move::default() }
}

/// Returns the places of the sessions that an update changes, with their new dates and starts.
pub(super) fn places(sessions: Vec<Session>, update: &SessionUpdate) -> Vec<(i32, String)> {
    let changes = plan(&facts_of(sessions), update).map(|plan| plan.changes).unwrap_or_default();
    let place = |change: &SessionChange| {
        let occurrence = &change.after.occurrence;
        (change.after.series_index, format!("{} {}", occurrence.date, occurrence.slot.start().format("%H:%M")))
    };
    changes.iter().map(place).collect()
}

pub(super) fn starts(sessions: &[Session]) -> Vec<String> {
    sessions.iter().map(|session| session.occurrence.starts_at.format("%m-%dT%H:%MZ").to_string()).collect()
}

pub(super) fn after(sessions: Vec<Session>, update: &SessionUpdate) -> Vec<Session> {
    plan(&facts_of(sessions), update).unwrap().changes.into_iter().map(|change| change.after).collect()
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
fn a_new_start_does_not_lengthen_sessions_that_end_later() {
    let afternoon = Session {
        occurrence: Occurrence::at(Tz::Africa__Addis_Ababa, session(1).series_date, slot("15:00", "16:00")),
        ..session(1)
    };
    let early = following(Move { start: Some(time("09:00")), ..Move::default() });
    let overwrite = SessionUpdate { overwrite_exceptions: true, ..early };
    let moved = after(vec![session(0), afternoon.clone(), exception(2)], &overwrite);
    assert!(moved.iter().all(|one| one.occurrence.slot == slot("09:00", "11:00")));
    // That the named session may last overnight concerns its whole slot as well.
    let overnight = following(Move { overnight: Some(true), ..Move::default() });
    let [follower] = after(vec![session(0), afternoon.clone()], &overnight).try_into().unwrap();
    assert_eq!(follower.occurrence.slot, slot("10:00", "11:00"));
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
fn a_series_may_move_onto_its_own_former_times() {
    let sessions = [session(0), session(1), session(2)];
    let plan = plan(&facts_of(sessions.to_vec()), &following(to_date("2026-02-09"))).unwrap();
    let [moved] = plan.moves().try_into().unwrap();
    assert_eq!((moved.parties, moved.sessions.len()), (session(0).parties, 3));
    assert_eq!(moved.conflicts(busy(&sessions), now()), []);
    // A session that stays is a conflict, and so is time off.
    let stays = Session { id: SessionId::new(999), ..session(2) };
    let conflicts = moved.conflicts(busy([&stays]), now());
    assert_eq!(conflicts.len(), 1);
    assert_eq!((conflicts[0].kind, conflicts[0].session_id), (ConflictKind::TutorBusy, Some(stays.id)));
    let off = BusyTimes { bookings: Vec::new(), time_off: vec![booking(&stays).period] };
    assert_eq!(moved.conflicts(off, now())[0].kind, ConflictKind::TimeOff);
    // A session does not move into the past.
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

proptest::proptest! {
    #[test]
    fn a_following_move_shifts_dates_alike_and_keeps_every_wall_clock(
        zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
        first in 0_i64..700, shift in -20_i64..20, start in 0_u16..1380, length in 1_u16..60,
        exceptions in proptest::collection::vec(proptest::option::of(0_i64..7), 6), overwrite: bool,
    ) {
        let minute = |minute: u16| time(&format!("{:02}:{:02}", minute / 60, minute % 60));
        let monday = date("2026-03-02") + TimeDelta::days(first);
        let mut sessions = series(zone, &monday.to_string(), "10:00", "11:00", 6);
        // Exceptions are on other days of their weeks.
        for (one, days) in sessions.iter_mut().zip(exceptions) {
            one.is_exception = days.is_some();
            let date = one.series_date + TimeDelta::days(days.unwrap_or_default());
            one.occurrence = Occurrence::at(zone, date, one.occurrence.slot);
        }
        let to = sessions[0].occurrence.date + TimeDelta::days(shift);
        let update = SessionUpdate {
            overwrite_exceptions: overwrite,
            ..following(Move {
                date: Some(to),
                start: Some(minute(start)),
                end: Some(minute(start + length)),
                ..Move::default()
            })
        };
        let changes = plan(&facts_of(sessions.clone()), &update).map(|plan| plan.changes).unwrap_or_default();
        for change in &changes {
            let (before, after) = (&change.before, &change.after);
            let occurrence = &after.occurrence;
            let is_named = before.series_index == 0;
            proptest::prop_assert_eq!(after.series_date, before.series_date + TimeDelta::days(shift));
            proptest::prop_assert_eq!(occurrence.date, if is_named { to } else { after.series_date });
            proptest::prop_assert_eq!(after.is_exception, is_named && before.is_exception);
            proptest::prop_assert_eq!(occurrence.ends_at - occurrence.starts_at, TimeDelta::minutes(length.into()));
            let expected = oracle::instant(zone, occurrence.date, start);
            proptest::prop_assert_eq!(occurrence.starts_at, expected);
            proptest::prop_assert_eq!((after.series_index, after.version), (before.series_index, 1));
        }
        let is_changed = |one: &Session| changes.iter().any(|change| change.after.id == one.id);
        let is_same = shift == 0 && start == 600 && length == 60;
        for one in &sessions {
            let is_left = one.is_exception && !overwrite && one.series_index > 0;
            proptest::prop_assert!(is_changed(one) != (is_left || is_same && (!one.is_exception || one.series_index == 0)));
        }
    }
}
