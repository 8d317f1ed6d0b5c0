//! Time off, slots that last overnight, and series that overlap themselves on a short day.

use super::*;
use crate::schedule::Dst;

fn overnight(zone: Tz, days: &[Weekday], start: &str, end: &str) -> SessionRequest {
    let mut request = request();
    let slot = TimeSlot::overnight(start.parse().unwrap(), end.parse().unwrap()).unwrap();
    request.terms.time_zone = zone;
    request.terms.schedule =
        Schedule::Weekly { days: days.to_vec(), slot, weeks: 2, starts_on: Some("2026-03-01".parse().unwrap()) };
    request
}

#[test]
fn a_series_may_last_overnight() {
    let request = overnight(Tz::Africa__Addis_Ababa, &[Weekday::Sun], "22:00", "01:00");
    let plan = accept(&request, &FAIL, &[]).unwrap();
    let periods: Vec<_> = plan.sessions.iter().map(Occurrence::period).collect();
    let night = |starts_at, ends_at| Period { starts_at: instant(starts_at), ends_at: instant(ends_at) };
    let expected = [
        night("2026-03-01T19:00:00Z", "2026-03-01T22:00:00Z"),
        night("2026-03-08T19:00:00Z", "2026-03-08T22:00:00Z"),
        night("2026-03-15T19:00:00Z", "2026-03-15T22:00:00Z"),
    ];
    assert_eq!(periods, expected);
    // It conflicts with sessions of the next day.
    let monday = [booking(3, 9, "2026-03-08T21:59:00Z")];
    assert_eq!(preview(&request, &FAIL, &monday).conflicts.len(), 1);
    assert_eq!(preview(&request, &FAIL, &[booking(3, 9, "2026-03-08T22:00:00Z")]).conflicts, []);
}

#[test]
fn a_night_on_which_the_clock_changes_lasts_as_long_as_any_other() {
    let request = overnight(Tz::America__New_York, &[Weekday::Sat], "23:00", "03:00");
    let plan = accept(&request, &FAIL, &[]).unwrap();
    assert_eq!(plan.sessions[0].starts_at, instant("2026-03-08T04:00:00Z"));
    assert!(plan.sessions.iter().all(|session| session.ends_at - session.starts_at == TimeDelta::hours(4)));
}

#[test]
fn time_off_is_a_conflict_of_its_own_kind() {
    let off = Period { starts_at: instant("2026-02-02T00:00:00Z"), ends_at: instant("2026-02-06T07:00:00Z") };
    let busy = BusyTimes { bookings: vec![booking(3, 9, "2026-02-04T08:00:00Z")], time_off: vec![off] };
    let check = |acceptance| Proposal::new(&request(), acceptance, now()).unwrap().check(&busy, now());
    let kinds: Vec<_> = check(&FAIL).conflicts.iter().map(|conflict| (conflict.kind, conflict.session_id)).collect();
    let expected = [(ConflictKind::TimeOff, None), (ConflictKind::TutorBusy, Some(SessionId::new(99)))];
    assert_eq!(kinds, expected, "the session of Friday begins when the time off ends");
    let skipped = check(&SKIP);
    assert_eq!((skipped.sessions.len(), skipped.skipped.len()), (23, 2));
}

#[test]
fn sessions_that_overlap_on_a_short_day_conflict_with_each_other() {
    // Each session lasts for 23 hours and 45 minutes. On March 8, the clock skips an hour, so that the session of Sunday begins
    // 23 hours after that of Saturday.
    let request = overnight(Tz::America__New_York, &[Weekday::Sat, Weekday::Sun, Weekday::Mon], "03:15", "03:00");
    let shown = preview(&request, &FAIL, &[]);
    let conflicts: Vec<_> = shown
        .conflicts
        .iter()
        .map(|conflict| (conflict.occurrence.date.to_string(), conflict.kind, conflict.session_id))
        .collect();
    assert_eq!(conflicts, [("2026-03-08".to_owned(), ConflictKind::TutorBusy, None)]);
    let skipped = accept(&request, &SKIP, &[]).unwrap();
    assert_eq!((skipped.sessions.len(), skipped.skipped.len()), (6, 1));

    // The tutor's own proposal is invalid in itself.
    let session = |date: &str| ProposedSession {
        date: date.parse().unwrap(),
        slot: TimeSlot::overnight("03:15".parse().unwrap(), "03:00".parse().unwrap()).unwrap(),
    };
    let own =
        |dates: [&str; 2]| Acceptance { on_conflict: OnConflict::Skip, sessions: Some(dates.map(session).to_vec()) };
    let violations = Proposal::new(&request, &own(["2026-03-07", "2026-03-08"]), now()).unwrap_err();
    assert_eq!((violations.errors()[0].field.as_str(), violations.errors()[0].code), ("sessions.1", "self_overlap"));
    assert!(Proposal::new(&request, &own(["2026-03-08", "2026-03-09"]), now()).is_ok());
}

#[test]
fn a_session_in_a_gap_is_booked_and_flagged() {
    let mut request = for_dates(&["2026-03-07", "2026-03-08"]);
    request.terms.time_zone = Tz::America__New_York;
    let slot = TimeSlot::new("02:30".parse().unwrap(), "03:30".parse().unwrap()).unwrap();
    let Schedule::Dates { dates, .. } = request.terms.schedule else { panic!("the request has no dates") };
    request.terms.schedule = Schedule::Dates { dates, slot };
    let plan = accept(&request, &FAIL, &[]).unwrap();
    let flags: Vec<_> = plan.sessions.iter().map(|session| (session.starts_at, session.dst)).collect();
    assert_eq!(flags, [(instant("2026-03-07T07:30:00Z"), None), (instant("2026-03-08T07:30:00Z"), Some(Dst::Gap))]);
}
