use super::*;
use crate::schedule::fixtures::date;

fn apply(changes: AvailabilityChanges) -> Result<Availability, Vec<(String, &'static str)>> {
    let codes = |violations: Violations| {
        violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect::<Vec<_>>()
    };
    mondays(Tz::UTC).apply(changes, now()).map_err(codes)
}

fn weekly(windows: &[(Weekday, DayWindow)]) -> AvailabilityChanges {
    AvailabilityChanges { weekly: Change::Set(windows.to_vec()), ..AvailabilityChanges::default() }
}

fn overrides(dates: &[(&str, &[DayWindow])]) -> AvailabilityChanges {
    let dates = dates.iter().map(|(text, windows)| (date(text), windows.to_vec())).collect();
    AvailabilityChanges { overrides: Change::Set(dates), ..AvailabilityChanges::default() }
}

#[test]
fn weekly_windows_are_kept_by_day_in_ascending_order() {
    use Weekday::{Sun, Tue};
    let week = apply(weekly(&[(Sun, window(1200, 1440)), (Tue, window(600, 660)), (Tue, window(480, 540))])).unwrap();
    let expected = [(1, vec![window(480, 540), window(600, 660)]), (6, vec![window(1200, 1440)])];
    assert_eq!(week.weekly, expected.into());
    assert_eq!(week.weekly[&6][0].end(), 1440, "a window may last until 24:00");
    let touching = apply(weekly(&[(Tue, window(540, 600)), (Tue, window(480, 540))])).unwrap();
    assert_eq!(touching.weekly[&1], [window(480, 540), window(540, 600)]);
}

#[test]
fn windows_of_a_day_do_not_overlap() {
    use Weekday::{Mon, Tue};
    let week =
        weekly(&[(Mon, window(480, 600)), (Tue, window(480, 600)), (Mon, window(599, 660)), (Mon, window(0, 480))]);
    assert_eq!(apply(week), Err(vec![("weekly.2".to_owned(), "self_overlap")]));
    let dates = overrides(&[("2026-02-02", &[]), ("2026-02-03", &[window(480, 600), window(480, 600)])]);
    assert_eq!(apply(dates), Err(vec![("overrides.1.windows.1".to_owned(), "self_overlap")]));
}

#[test]
fn a_date_is_given_once() {
    let dates = overrides(&[("2026-02-02", &[]), ("2026-02-03", &[]), ("2026-02-02", &[window(480, 600)])]);
    assert_eq!(apply(dates), Err(vec![("overrides.2.date".to_owned(), "repeated")]));
    let both = AvailabilityChanges {
        weekly: weekly(&[(Weekday::Mon, window(0, 60)), (Weekday::Mon, window(30, 90))]).weekly,
        ..overrides(&[("2026-02-02", &[]), ("2026-02-02", &[])])
    };
    let expected = [("weekly.1".to_owned(), "self_overlap"), ("overrides.1.date".to_owned(), "repeated")];
    assert_eq!(apply(both), Err(expected.to_vec()), "all violations are reported at once");
}

#[test]
fn dates_before_yesterday_are_dropped() {
    let given: &[(&str, &[DayWindow])] =
        &[("2026-01-28", &[]), ("2026-01-29", &[window(0, 60)]), ("2026-01-30", &[]), ("2026-02-01", &[])];
    let kept = |changes, availability: &Availability| {
        let changed = availability.apply(changes, now()).unwrap();
        changed.overrides.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    let utc = mondays(Tz::UTC);
    assert_eq!(kept(overrides(given), &utc), ["2026-01-29", "2026-01-30", "2026-02-01"]);
    // In Honolulu, it is still the day before.
    let moved = AvailabilityChanges { time_zone: Some(Tz::Pacific__Honolulu), ..overrides(given) };
    assert_eq!(kept(moved, &utc), ["2026-01-28", "2026-01-29", "2026-01-30", "2026-02-01"]);
    // Dates that are kept grow old as well.
    let old = Availability { overrides: [(date("2026-01-28"), Vec::new())].into(), ..utc };
    assert!(kept(AvailabilityChanges::default(), &old).is_empty());
}

#[test]
fn fields_that_are_not_given_stay_and_null_clears_them() {
    let full = Availability {
        overrides: [(date("2026-02-02"), Vec::new())].into(),
        buffer_minutes: 15,
        minimum_notice_hours: 24,
        cancellation_notice_hours: Some(48),
        max_per_day: Some(3),
        max_per_week: Some(10),
        version: 4,
        ..mondays(Tz::Europe__Berlin)
    };
    let kept = full.apply(AvailabilityChanges::default(), now()).unwrap();
    assert_eq!(kept, Availability { version: 5, ..full.clone() });
    let cleared = AvailabilityChanges {
        time_zone: None,
        weekly: Change::Clear,
        overrides: Change::Clear,
        buffer_minutes: Change::Clear,
        minimum_notice_hours: Change::Clear,
        cancellation_notice_hours: Change::Clear,
        max_per_day: Change::Clear,
        max_per_week: Change::Clear,
    };
    let expected = Availability { version: 5, ..Availability::unlimited(Tz::Europe__Berlin) };
    assert_eq!(full.apply(cleared, now()), Ok(expected));
    let set = AvailabilityChanges {
        time_zone: Some(Tz::Asia__Kathmandu),
        buffer_minutes: Change::Set(5),
        minimum_notice_hours: Change::Set(2),
        cancellation_notice_hours: Change::Set(0),
        max_per_day: Change::Set(1),
        max_per_week: Change::Set(2),
        ..AvailabilityChanges::default()
    };
    let expected = Availability {
        time_zone: Tz::Asia__Kathmandu,
        buffer_minutes: 5,
        minimum_notice_hours: 2,
        cancellation_notice_hours: Some(0),
        max_per_day: Some(1),
        max_per_week: Some(2),
        version: 5,
        ..full.clone()
    };
    assert_eq!(full.apply(set, now()), Ok(expected));
}

#[test]
fn the_notice_of_cancellations_is_the_minimum_notice_unless_it_is_set() {
    let notice = |hours| cancellation_notice(hours, 12).num_hours();
    assert_eq!([None, Some(0), Some(48)].map(notice), [12, 0, 48]);
    let unset = Availability::unlimited(Tz::UTC);
    assert_eq!(cancellation_notice(unset.cancellation_notice_hours, unset.minimum_notice_hours), TimeDelta::zero());
}
