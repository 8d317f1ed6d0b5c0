use chrono_tz::Tz;

use super::*;
use crate::schedule::fixtures::{MOMENT, PARENT, STUDENT, TUTOR, instant, session};
use crate::schedule::{Cancellation, Occurrence};

const INSTALLATION: &str = "b1946ac9";

fn event(session: &Session, scope: FeedScope) -> CalendarEvent {
    CalendarEvent::of(session, STUDENT, scope, INSTALLATION)
}

fn cancelled_at(at: DateTime<Utc>) -> Session {
    let cancellation = Cancellation { at, by: TUTOR, reason: Some("Ill".to_owned()), is_late: false };
    Session { status: SessionStatus::Cancelled, cancellation: Some(cancellation), ..session(0) }
}

#[test]
fn an_event_has_the_instants_the_identity_and_the_version_of_its_session() {
    let updated_at = instant("2026-01-15T00:00:00Z");
    let moved = Session { version: 3, updated_at, ..session(0) };
    let expected = CalendarEvent {
        uid: "session-100@b1946ac9".to_owned(),
        sequence: 3,
        starts_at: instant("2026-02-02T07:00:00Z"),
        ends_at: instant("2026-02-02T08:00:00Z"),
        summary: "Algebra with Tigist".to_owned(),
        location: None,
        is_cancelled: false,
        created_at: instant("2026-01-01T00:00:00Z"),
        updated_at,
    };
    assert_eq!(event(&moved, FeedScope::Full), expected);
}

#[test]
fn every_change_raises_the_sequence_and_none_changes_the_uid() {
    let moved = Session {
        occurrence: Occurrence::at(Tz::UTC, session(5).series_date, session(0).occurrence.slot),
        version: 1,
        updated_at: instant("2026-01-15T00:00:00Z"),
        ..session(0)
    };
    for scope in [FeedScope::Full, FeedScope::Busy] {
        let (before, after) = (event(&session(0), scope), event(&moved, scope));
        assert_eq!((before.sequence, after.sequence), (0, 1));
        assert_eq!(before.uid, after.uid);
        assert!(before.starts_at < after.starts_at && before.updated_at < after.updated_at);
    }
    assert_ne!(event(&session(0), FeedScope::Full).uid, event(&session(1), FeedScope::Full).uid);
    let elsewhere = CalendarEvent::of(&session(0), STUDENT, FeedScope::Full, "other");
    assert_ne!(elsewhere.uid, event(&session(0), FeedScope::Full).uid);
}

#[test]
fn each_side_reads_the_first_name_of_the_other() {
    let summary = |session: &Session, reader| CalendarEvent::of(session, reader, FeedScope::Full, INSTALLATION).summary;
    assert_eq!(summary(&session(0), TUTOR), "Algebra with Sara");
    assert_eq!(summary(&session(0), STUDENT), "Algebra with Tigist");
    assert_eq!(summary(&session(0), PARENT), "Sara: Algebra with Tigist");
    let unnamed = Session { package_name: None, tutor_name: " ".to_owned(), ..session(0) };
    assert_eq!(summary(&unnamed, TUTOR), "Tutoring session with Sara");
    assert_eq!(summary(&unnamed, STUDENT), "Tutoring session with  ", "a blank name is better than none");
}

#[test]
fn only_sessions_that_are_not_online_show_their_place() {
    let place =
        |mode| event(&Session { mode, location: Some("Library".to_owned()), ..session(0) }, FeedScope::Full).location;
    assert_eq!(place(SessionMode::Online), None);
    assert_eq!(place(SessionMode::InPerson).as_deref(), Some("Library"));
    assert_eq!(place(SessionMode::Hybrid).as_deref(), Some("Library"));
}

#[test]
fn a_busy_feed_reveals_times_only() {
    let talkative = Session {
        mode: SessionMode::InPerson,
        location: Some("Library".to_owned()),
        topics: vec!["Secrets".to_owned()],
        ..session(0)
    };
    for reader in [TUTOR, STUDENT, PARENT] {
        let event = CalendarEvent::of(&talkative, reader, FeedScope::Busy, INSTALLATION);
        assert_eq!((event.summary.as_str(), event.location), ("Busy", None));
        assert_eq!(event.starts_at, talkative.occurrence.starts_at);
    }
    let cancelled = event(&cancelled_at(instant("2026-01-15T00:00:00Z")), FeedScope::Busy);
    assert!(cancelled.is_cancelled && cancelled.summary == "Busy");
}

#[test]
fn a_cancelled_session_is_kept_for_60_days() {
    let at = instant("2026-01-15T00:00:00Z");
    let cancelled = cancelled_at(at);
    assert!(event(&cancelled, FeedScope::Full).is_cancelled);
    assert!(is_shown(&cancelled, at));
    assert!(is_shown(&cancelled, at + TimeDelta::days(60) - MOMENT));
    assert!(!is_shown(&cancelled, at + TimeDelta::days(60)));
    assert!(is_shown(&session(0), at + TimeDelta::days(365)), "other sessions are kept by the horizon alone");
}

#[test]
fn the_horizon_is_the_beginning_of_a_month() {
    let of = |now: &str, months| horizon(instant(now), months).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert_eq!(of("2026-01-30T05:00:00Z", 12), "2025-01-01T00:00:00Z");
    assert_eq!(of("2026-01-31T23:59:59Z", 12), "2025-01-01T00:00:00Z");
    assert_eq!(of("2026-02-01T00:00:00Z", 12), "2025-02-01T00:00:00Z");
    assert_eq!(of("2028-02-29T12:00:00Z", 12), "2027-02-01T00:00:00Z");
    assert_eq!(of("2026-01-30T05:00:00Z", 2), "2025-11-01T00:00:00Z");
    assert_eq!(of("2026-01-30T05:00:00Z", 0), "2026-01-01T00:00:00Z");
}

#[test]
fn names_of_feeds_are_short_lines_and_scopes_have_their_names_of_the_api() {
    assert_eq!(parse_feed_name(" Phone "), Ok("Phone".to_owned()));
    assert_eq!(parse_feed_name(&"a".repeat(101)).unwrap_err().code, "too_long");
    assert_eq!([FeedScope::default(), FeedScope::Busy].map(FeedScope::as_str), ["full", "busy"]);
    assert_eq!(("full".parse(), "busy".parse()), (Ok(FeedScope::Full), Ok(FeedScope::Busy)));
}
