mod packages;

use chrono::{NaiveDate, NaiveTime, TimeDelta, Weekday};

use super::super::request::tests::{now, slot};
use super::*;
use crate::schedule::Schedule;
use crate::tutoring::ScheduleType;

fn time(hour: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, 0, 0)
}

fn days(dates: &[&str]) -> Vec<Option<NaiveDate>> {
    dates.iter().map(|date| date.parse().ok()).collect()
}

type Errors = Vec<(String, &'static str)>;

fn complete_after(
    mut violations: Violations,
    draft: &ScheduleDraft,
    package: Option<&PackageTerms>,
) -> Result<Schedule, Errors> {
    let schedule = draft.complete(&mut violations, package, Tz::Africa__Addis_Ababa, now());
    let errors: Errors = violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect();
    if errors.is_empty() { Ok(schedule.unwrap()) } else { Err(errors) }
}

fn complete(draft: &ScheduleDraft, package: Option<&PackageTerms>) -> Result<Schedule, Errors> {
    complete_after(Violations::new(), draft, package)
}

fn errors<const N: usize>(expected: [(&str, &'static str); N]) -> Result<Schedule, Errors> {
    Err(expected.map(|(field, code)| (field.to_owned(), code)).to_vec())
}

fn weekly(days: Vec<Weekday>, from: u32, to: u32) -> Schedule {
    Schedule::Weekly { days, slot: slot(from, to), weeks: 8, starts_on: None }
}

/// A package on Mondays from two to four.
fn package() -> PackageTerms {
    let mut terms = PackageTerms::new("Algebra".to_owned(), Money::from_cents(10_000));
    terms.schedule_days = vec![Weekday::Mon];
    (terms.start_time, terms.end_time) = (time(14), time(16));
    terms
}

/// Dates from ten to eleven.
fn on(dates: &[&str]) -> ScheduleDraft {
    ScheduleDraft {
        specific_dates: Some(days(dates)),
        start_time: time(10),
        end_time: time(11),
        ..ScheduleDraft::default()
    }
}

#[test]
fn a_request_without_any_schedule_is_valid() {
    let nothing = ScheduleDraft::default();
    assert_eq!(complete(&nothing, None), Ok(Schedule::Unscheduled));
    let empty = ScheduleDraft { days: Some(Vec::new()), specific_dates: Some(days(&[])), ..ScheduleDraft::default() };
    assert_eq!(complete(&empty, None), Ok(Schedule::Unscheduled));
    for incomplete in [
        PackageTerms { schedule_days: Vec::new(), ..package() },
        PackageTerms { start_time: None, ..package() },
        PackageTerms { end_time: None, ..package() },
        PackageTerms { schedule_type: ScheduleType::SpecificDates, ..package() },
    ] {
        assert_eq!(complete(&nothing, Some(&incomplete)), Ok(Schedule::Unscheduled), "{incomplete:?}");
    }
}

#[test]
fn any_field_of_a_schedule_requires_the_others() {
    let cases = [
        (ScheduleDraft { schedule_type: Some(ScheduleType::Recurring), ..ScheduleDraft::default() }, "days"),
        (
            ScheduleDraft { schedule_type: Some(ScheduleType::SpecificDates), ..ScheduleDraft::default() },
            "specific_dates",
        ),
    ];
    for (draft, missing) in cases {
        let expected = errors([("start_time", "required"), ("end_time", "required"), (missing, "required")]);
        assert_eq!(complete(&draft, None), expected);
    }
    let monday = ScheduleDraft { days: Some(vec![Weekday::Mon]), ..ScheduleDraft::default() };
    assert_eq!(complete(&monday, None), errors([("start_time", "required"), ("end_time", "required")]));
    let date = ScheduleDraft { specific_dates: Some(days(&["2026-02-02"])), ..ScheduleDraft::default() };
    assert_eq!(complete(&date, None), errors([("start_time", "required"), ("end_time", "required")]));
    let start = ScheduleDraft { start_time: time(10), ..ScheduleDraft::default() };
    assert_eq!(complete(&start, None), errors([("end_time", "required"), ("days", "required")]));
    let end = ScheduleDraft { end_time: time(10), ..ScheduleDraft::default() };
    assert_eq!(complete(&end, None), errors([("start_time", "required"), ("days", "required")]));
}

#[test]
fn a_field_that_was_rejected_on_parsing_counts_as_given_and_is_reported_once() {
    for (field, more) in [
        ("schedule_type", vec!["start_time", "end_time", "days"]),
        ("days.0", vec!["start_time", "end_time"]),
        ("specific_dates.1", vec!["start_time", "end_time", "days"]),
        ("start_time", vec!["end_time", "days"]),
        ("end_time", vec!["start_time", "days"]),
    ] {
        let mut violations = Violations::new();
        violations.add(field, Invalid::new("invalid", "is invalid"));
        let found = complete_after(violations, &ScheduleDraft::default(), None).unwrap_err();
        let expected: Errors = std::iter::once((field.to_owned(), "invalid"))
            .chain(more.into_iter().map(|field| (field.to_owned(), "required")))
            .collect();
        assert_eq!(found, expected);
    }
    let mut violations = Violations::new();
    violations.add("specific_dates.0", Invalid::new("invalid_date", "is invalid"));
    let draft =
        ScheduleDraft { schedule_type: Some(ScheduleType::SpecificDates), specific_dates: Some(vec![None]), ..on(&[]) };
    let expected = errors([("specific_dates.0", "invalid_date")]);
    assert_eq!(complete_after(violations, &draft, None), expected);
}

#[test]
fn omitted_fields_come_from_the_package() {
    let nothing = ScheduleDraft::default();
    assert_eq!(complete(&nothing, Some(&package())), Ok(weekly(vec![Weekday::Mon], 14, 16)));
    let draft = ScheduleDraft { days: Some(vec![Weekday::Tue]), end_time: time(15), ..ScheduleDraft::default() };
    assert_eq!(complete(&draft, Some(&package())), Ok(weekly(vec![Weekday::Tue], 14, 15)));
    let draft = ScheduleDraft { start_time: time(15), ..ScheduleDraft::default() };
    assert_eq!(complete(&draft, Some(&package())), Ok(weekly(vec![Weekday::Mon], 15, 16)));
}

#[test]
fn the_type_follows_from_the_named_days_or_dates() {
    let slot = slot(10, 11);
    let dates = Schedule::Dates { dates: vec!["2026-02-02".parse().unwrap()], slot };
    assert_eq!(complete(&on(&["2026-02-02"]), Some(&package())), Ok(dates.clone()));
    let for_dates = PackageTerms { schedule_type: ScheduleType::SpecificDates, ..package() };
    let days_only = ScheduleDraft { days: Some(vec![Weekday::Sun]), ..ScheduleDraft::default() };
    assert_eq!(complete(&days_only, Some(&for_dates)), Ok(weekly(vec![Weekday::Sun], 14, 16)));
    let both = ScheduleDraft { days: Some(vec![Weekday::Sun]), ..on(&["2026-02-02"]) };
    assert_eq!(complete(&both, Some(&for_dates)), Ok(dates));
    assert_eq!(complete(&both, Some(&package())), errors([("specific_dates", "ambiguous")]));
    assert_eq!(complete(&both, None), errors([("specific_dates", "ambiguous")]));
}

#[test]
fn a_weekly_pattern_keeps_its_length_and_its_first_day() {
    let draft = |starts_on: &str| ScheduleDraft {
        days: Some(vec![Weekday::Mon]),
        start_time: time(10),
        end_time: time(12),
        starts_on: starts_on.parse().ok(),
        weeks: Some(3),
        ..ScheduleDraft::default()
    };
    let Ok(Schedule::Weekly { weeks, starts_on, .. }) = complete(&draft("2026-01-30"), None) else {
        panic!("the schedule is not weekly");
    };
    assert_eq!((weeks, starts_on), (3, "2026-01-30".parse().ok()));
    assert_eq!(complete(&draft("2026-01-29"), None), errors([("starts_on", "in_past")]));
}

#[test]
fn all_violations_are_reported_at_once() {
    let draft = ScheduleDraft {
        schedule_type: Some(ScheduleType::Recurring),
        days: Some(Vec::new()),
        specific_dates: Some(vec![None, "2020-01-01".parse().ok()]),
        start_time: time(16),
        end_time: time(14),
        starts_on: "2026-01-29".parse().ok(),
        ..ScheduleDraft::default()
    };
    let expected = errors([
        ("end_time", "before_start"),
        ("days", "required"),
        ("starts_on", "in_past"),
        ("specific_dates.1", "in_past"),
        ("specific_dates", "ambiguous"),
    ]);
    assert_eq!(complete(&draft, None), expected);
}

#[test]
fn dates_are_sorted_and_not_repeated() {
    let Ok(Schedule::Dates { dates, .. }) = complete(&on(&["2026-02-02", "2026-01-30"]), None) else {
        panic!("the schedule has no dates");
    };
    let dates: Vec<_> = dates.iter().map(ToString::to_string).collect();
    assert_eq!(dates, ["2026-01-30", "2026-02-02"]);
    let repeated = complete(&on(&["2026-02-02", "2026-02-02"]), None);
    assert_eq!(repeated, errors([("specific_dates.1", "self_overlap")]));
}

#[test]
fn a_date_is_past_once_its_slot_has_begun() {
    // Eight in the morning in Addis Ababa.
    let today = |from, to| ScheduleDraft { start_time: time(from), end_time: time(to), ..on(&["2026-01-30"]) };
    assert_eq!(complete(&today(8, 9), None), errors([("specific_dates.0", "in_past")]));
    assert!(complete(&today(9, 10), None).is_ok());
    let without_times = |date: &str| ScheduleDraft { start_time: None, end_time: None, ..on(&[date]) };
    let missing = [("start_time", "required"), ("end_time", "required")];
    assert_eq!(complete(&without_times("2026-01-30"), None), errors(missing));
    let past = errors([missing[0], missing[1], ("specific_dates.0", "in_past")]);
    assert_eq!(complete(&without_times("2026-01-29"), None), past);
}

#[test]
fn at_most_200_dates_are_taken() {
    let first: NaiveDate = "2026-02-01".parse().unwrap();
    let draft = |count| {
        let dates = (0..count).map(|offset| Some(first + TimeDelta::days(offset))).collect();
        ScheduleDraft { specific_dates: Some(dates), ..on(&[]) }
    };
    assert!(complete(&draft(200), None).is_ok());
    assert_eq!(complete(&draft(201), None), errors([("specific_dates", "too_many")]));
}

#[test]
fn terms_keep_all_fields_of_the_draft() {
    let draft = RequestDraft {
        message: Some("Fractions".to_owned()),
        schedule: ScheduleDraft { time_zone: Some(Tz::Europe__Berlin), ..ScheduleDraft::default() },
        counter_offer_price: Some(Money::from_cents(1)),
        preferred_schedule: Some("Mornings".to_owned()),
        year_range: vec![2026],
        months: vec!["May".to_owned()],
        ..RequestDraft::default()
    };
    let complete = |draft: &RequestDraft| draft.complete(draft.violations.clone(), None, Tz::UTC, now());
    let terms = RequestTerms {
        message: draft.message.clone(),
        schedule: Schedule::Unscheduled,
        time_zone: Tz::Europe__Berlin,
        preferred_schedule: draft.preferred_schedule.clone(),
        year_range: vec![2026],
        months: vec!["May".to_owned()],
        counter_offer_price: Some(Money::from_cents(1)),
    };
    assert_eq!(complete(&draft), Ok(terms));
    assert_eq!(complete(&RequestDraft::default()).unwrap().time_zone, Tz::UTC, "the tutor's zone is the default");
    let mut rejected = draft;
    rejected.violations.add("message", Invalid::new("too_long", "is too long"));
    assert_eq!(complete(&rejected), Err(rejected.violations.clone()));
}

#[test]
fn a_draft_without_a_tutor_is_rejected_with_all_its_violations() {
    let mut draft = RequestDraft { tutor_id: Some(TutorId::new(2)), ..RequestDraft::default() };
    draft.violations.add("message", Invalid::new("too_long", "is too long"));
    assert_eq!(draft.tutor(), Ok(TutorId::new(2)));
    draft.tutor_id = None;
    let fields = |violations: &Violations| {
        violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect::<Vec<_>>()
    };
    let named = fields(&draft.tutor().unwrap_err());
    assert_eq!(named, [("message".to_owned(), "too_long"), ("tutor_id".to_owned(), "required")]);
    draft.violations.add("tutor_id", Invalid::new("invalid_type", "must be an integer"));
    let named = fields(&draft.tutor().unwrap_err());
    assert_eq!(named[1], ("tutor_id".to_owned(), "invalid_type"), "the first reason for a field is kept");
}
