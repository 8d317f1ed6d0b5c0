use chrono::TimeDelta;
use chrono_tz::Tz;

use super::*;
use crate::schedule::Dst;
use crate::schedule::fixtures::{facts_of, series, session};

/// A session in Cairo that was booked when the rules had no summer time.
fn stale() -> Session {
    let [mut session] = series(Tz::Africa__Cairo, "2026-06-01", "10:00", "11:00", 1).try_into().unwrap();
    assert_eq!(session.occurrence.starts_at, instant("2026-06-01T07:00:00Z"));
    session.occurrence.starts_at += TimeDelta::hours(1);
    session.occurrence.ends_at += TimeDelta::hours(1);
    session
}

#[test]
fn a_session_keeps_its_wall_clock_when_the_rules_of_its_zone_change() {
    let plan = plan_recheck(&facts_of(vec![stale()]), now()).unwrap();
    let [expected] = series(Tz::Africa__Cairo, "2026-06-01", "10:00", "11:00", 1).try_into().unwrap();
    let after = Session { rescheduled_at: Some(now()), version: 1, updated_at: now(), ..expected };
    let change = SessionChange { kind: ChangeKind::ZoneRules, before: stale(), after, reason: None };
    assert_eq!(plan.changes, [change.clone()]);
    assert_eq!((plan.actor, plan.guardianship, plan.at), (None, None, now()));
    assert!(change.is_move() && change.is_resolved_anew() && change.fields().is_empty());
    assert_eq!(plan.moves().len(), 1);
}

#[test]
fn a_session_that_is_moved_on_its_own_stays_an_exception() {
    let exception = Session { is_exception: true, series_date: session(3).series_date, ..stale() };
    let [change] = plan_recheck(&facts_of(vec![exception]), now()).unwrap().changes.try_into().unwrap();
    assert_eq!((change.after.is_exception, change.after.series_date), (true, session(3).series_date));
    assert_eq!(change.after.occurrence.date, stale().occurrence.date);
}

#[test]
fn a_session_whose_instants_hold_is_not_changed() {
    assert_eq!(plan_recheck(&facts_of(vec![session(0)]), now()), None);
    let mut flagged = session(0);
    flagged.occurrence.dst = Some(Dst::Overlap);
    assert_eq!(plan_recheck(&facts_of(vec![flagged]), now()), None, "nobody is told of a flag");
}
