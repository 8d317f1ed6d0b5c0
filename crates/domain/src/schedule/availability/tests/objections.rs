use Objection::{Buffer, DailyLimit, OutsideHours, ShortNotice, WeeklyLimit};
use strum::VariantArray;

use super::*;
use crate::ids::UserId;
use crate::schedule::fixtures::{MOMENT, STUDENT, TUTOR, booking, period, session};
use crate::schedule::{Booking, Parties, Period, SessionStatus};

/// A session of the tutor with another student.
fn booked(starts_at: &str, ends_at: &str) -> Booking {
    let parties = Parties { tutor: TUTOR, student: UserId::new(9) };
    Booking { period: period(starts_at, ends_at), parties, ..booking(&session(0)) }
}

/// Returns the objections to a session in the weeks around the beginning of February.
fn objections(availability: &Availability, booked: &[Booking], session: Period) -> Vec<Objection> {
    let time = instant("2026-01-26T00:00:00Z")..instant("2026-02-16T00:00:00Z");
    let openings = Openings::new(availability, TUTOR, &time, booked, now());
    assert_eq!(openings.offers(session), openings.objections(session).is_empty());
    openings.objections(session)
}

#[test]
fn a_session_lies_within_the_hours() {
    let hours = |from: &str, to: &str| objections(&mondays(Tz::UTC), &[], period(from, to));
    assert_eq!(hours("2026-02-02T09:00:00Z", "2026-02-02T17:00:00Z"), []);
    assert_eq!(hours("2026-02-02T08:59:00Z", "2026-02-02T10:00:00Z"), [OutsideHours]);
    assert_eq!(hours("2026-02-02T16:00:00Z", "2026-02-02T17:01:00Z"), [OutsideHours]);
    assert_eq!(hours("2026-02-03T10:00:00Z", "2026-02-03T11:00:00Z"), [OutsideHours]);
    let always =
        objections(&Availability::unlimited(Tz::UTC), &[], period("2026-02-02T22:00:00Z", "2026-02-03T02:00:00Z"));
    assert_eq!(always, []);
}

#[test]
fn a_session_starts_after_the_minimum_notice() {
    let patient = Availability { minimum_notice_hours: 24, ..Availability::unlimited(Tz::UTC) };
    let starting = |starts_at| {
        let session = Period { starts_at, ends_at: starts_at + TimeDelta::hours(1) };
        objections(&patient, &[], session)
    };
    let earliest = now() + TimeDelta::hours(24);
    assert_eq!(starting(earliest), []);
    assert_eq!(starting(earliest - MOMENT), [ShortNotice]);
}

#[test]
fn the_buffer_stays_free_before_and_after_each_session_of_the_tutor() {
    let buffer = |buffer_minutes, booked: Booking, from: &str, to: &str| {
        let availability = Availability { buffer_minutes, ..Availability::unlimited(Tz::UTC) };
        objections(&availability, &[booked], period(from, to))
    };
    let ten = || booked("2026-02-02T10:00:00Z", "2026-02-02T11:00:00Z");
    let before = |to: &str| buffer(15, ten(), "2026-02-02T08:00:00Z", to);
    assert_eq!(before("2026-02-02T09:45:00Z"), []);
    assert_eq!(before("2026-02-02T09:46:00Z"), [Buffer]);
    let after = |from: &str| buffer(15, ten(), from, "2026-02-02T13:00:00Z");
    assert_eq!(after("2026-02-02T11:15:00Z"), []);
    assert_eq!(after("2026-02-02T11:14:00Z"), [Buffer]);
    // Without a buffer, a session that overlaps is a conflict and no objection.
    assert_eq!(buffer(0, ten(), "2026-02-02T10:00:00Z", "2026-02-02T11:00:00Z"), []);

    let near = |booked| buffer(15, booked, "2026-02-02T11:00:00Z", "2026-02-02T12:00:00Z");
    let attended = Parties { tutor: UserId::new(9), student: TUTOR };
    assert_eq!(near(Booking { parties: attended, ..ten() }), [Buffer], "a tutor may be a student, too");
    let of_student = Parties { tutor: UserId::new(9), student: STUDENT };
    assert_eq!(near(Booking { parties: of_student, ..ten() }), []);
    for status in SessionStatus::VARIANTS {
        let expected: &[Objection] = if status.occupies_calendars() { &[Buffer] } else { &[] };
        assert_eq!(near(Booking { status: *status, ..ten() }), expected, "{status:?}");
    }
}

#[test]
fn a_day_of_the_tutors_zone_has_a_largest_number_of_sessions() {
    let limited = Availability { max_per_day: Some(2), ..Availability::unlimited(Tz::Africa__Addis_Ababa) };
    // In Addis Ababa, February 2 begins at 21:00 UTC.
    let late = || booked("2026-02-01T21:00:00Z", "2026-02-01T22:00:00Z");
    let noon = || booked("2026-02-02T09:00:00Z", "2026-02-02T10:00:00Z");
    let evening = period("2026-02-02T20:00:00Z", "2026-02-02T22:00:00Z");
    let next_day = period("2026-02-02T21:00:00Z", "2026-02-02T22:00:00Z");
    assert_eq!(objections(&limited, &[late(), noon()], evening), [DailyLimit]);
    assert_eq!(objections(&limited, &[late(), noon()], next_day), []);
    assert_eq!(objections(&limited, &[noon()], evening), []);
    let eve = booked("2026-02-01T20:59:00Z", "2026-02-01T22:00:00Z");
    assert_eq!(objections(&limited, &[eve, noon()], evening), [], "a session counts on the day of its start");
    // Sessions that were held count, those that the tutor attends do not.
    let held = Booking { status: SessionStatus::Completed, ..late() };
    assert_eq!(objections(&limited, &[held, noon()], evening), [DailyLimit]);
    let attended = Booking { parties: Parties { tutor: UserId::new(9), student: TUTOR }, ..late() };
    assert_eq!(objections(&limited, &[attended, noon()], evening), []);
}

#[test]
fn a_week_of_the_tutors_zone_lasts_from_monday_to_sunday() {
    let limited = Availability { max_per_week: Some(1), ..Availability::unlimited(Tz::America__New_York) };
    // In New York, Monday, February 2, begins at 05:00 UTC.
    let (sunday, monday) = (instant("2026-02-02T04:59:00Z"), instant("2026-02-02T05:00:00Z"));
    let at = |starts_at| Period { starts_at, ends_at: starts_at + TimeDelta::hours(1) };
    let week = |booked_at, session_at| {
        let booked = Booking { period: at(booked_at), ..booked("2026-02-01T00:00:00Z", "2026-02-01T01:00:00Z") };
        objections(&limited, &[booked], at(session_at))
    };
    assert_eq!(week(sunday, monday), []);
    assert_eq!(week(monday, sunday), []);
    assert_eq!(week(monday, sunday + TimeDelta::days(7)), [WeeklyLimit], "the Sunday after belongs to the week");
    assert_eq!(week(monday, monday + TimeDelta::days(7)), []);
    assert_eq!(week(sunday, sunday - TimeDelta::days(2)), [WeeklyLimit]);
}

#[test]
fn all_objections_are_listed_in_order() {
    let strict = Availability {
        buffer_minutes: 15,
        minimum_notice_hours: 200,
        max_per_day: Some(1),
        max_per_week: Some(1),
        ..mondays(Tz::UTC)
    };
    let taken = [booked("2026-02-02T17:00:00Z", "2026-02-02T18:00:00Z")];
    let found = objections(&strict, &taken, period("2026-02-02T18:00:00Z", "2026-02-02T19:00:00Z"));
    assert_eq!(found, Objection::VARIANTS);
    let names: Vec<_> = Objection::VARIANTS.iter().map(|objection| objection.as_str()).collect();
    assert_eq!(names, ["outside_hours", "short_notice", "buffer", "daily_limit", "weekly_limit"]);
}

#[test]
fn an_added_session_counts_for_those_after_it() {
    let strict = Availability {
        buffer_minutes: 15,
        max_per_day: Some(1),
        max_per_week: Some(2),
        ..Availability::unlimited(Tz::UTC)
    };
    let time = instant("2026-02-02T00:00:00Z")..instant("2026-02-09T00:00:00Z");
    let mut openings = Openings::new(&strict, TUTOR, &time, &[], now());
    openings.add(period("2026-02-02T10:00:00Z", "2026-02-02T11:00:00Z"));
    assert_eq!(openings.objections(period("2026-02-02T11:00:00Z", "2026-02-02T12:00:00Z")), [Buffer, DailyLimit]);
    openings.add(period("2026-02-03T10:00:00Z", "2026-02-03T11:00:00Z"));
    assert_eq!(openings.objections(period("2026-02-08T10:00:00Z", "2026-02-08T11:00:00Z")), [WeeklyLimit]);
}

#[test]
fn the_bookings_of_whole_weeks_matter_and_those_until_a_session_and_its_buffer_end() {
    let reach = |availability: &Availability, from: &str, to: &str| {
        let reach = Openings::reach(availability, &(instant(from)..instant(to)));
        [reach.start, reach.end].map(|at| at.format("%m-%dT%H:%MZ").to_string())
    };
    let new_york = Availability::unlimited(Tz::America__New_York);
    assert_eq!(reach(&new_york, "2026-02-04T10:00:00Z", "2026-02-05T10:00:00Z"), ["02-02T05:00Z", "02-09T05:00Z"]);
    // The clocks go forward on March 8.
    assert_eq!(reach(&new_york, "2026-03-07T03:00:00Z", "2026-03-07T04:00:00Z"), ["03-02T05:00Z", "03-09T04:00Z"]);
    assert_eq!(reach(&new_york, "2026-03-08T12:00:00Z", "2026-03-08T13:00:00Z"), ["03-02T05:00Z", "03-09T04:00Z"]);
    let buffered = Availability { buffer_minutes: 45, ..new_york };
    let expected = ["02-02T04:15Z", "02-16T05:00Z"];
    assert_eq!(reach(&buffered, "2026-02-02T05:00:00Z", "2026-02-09T05:00:00Z"), expected);
    assert_eq!(reach(&buffered, "2026-02-02T06:00:00Z", "2026-02-09T04:30:00Z"), ["02-02T05:00Z", "02-09T05:15Z"]);
}
