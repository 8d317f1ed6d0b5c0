//! Benchmarks of the pure core. Expansion is measured next to the `rrule` crate on the same recurrences.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up fails")]

use std::hint::black_box;

use astegni_domain::accounts::{Actor, ProfileIds, Role};
use astegni_domain::connections::{Kind, Pair, ProfileFacts, Standing, plan_request};
use astegni_domain::ids::{DeviceId, PackageId, SessionId, StudentId, TutorId, UserId};
use astegni_domain::money::Money;
use astegni_domain::requests::{
    CreationFacts, RequestDraft, RequestLimits, ScheduleDraft, StudentFact, TutorFact, plan_creation,
};
use astegni_domain::schedule::{
    Booking, BusyTimes, Occurrence, Parties, Period, Schedule, SessionStatus, TimeSlot, expand, find_conflicts,
};
use astegni_domain::tutoring::{Package, PackageTerms};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use criterion::{BenchmarkId, Criterion, Throughput};
use rrule::{Frequency, NWeekday, RRule, RRuleSet};

const DAYS: [Weekday; 3] = [Weekday::Mon, Weekday::Wed, Weekday::Fri];

const PARTIES: Parties = Parties { tutor: UserId::new(3), student: UserId::new(1) };

/// A Friday four weeks before the clocks of Europe change.
fn now() -> DateTime<Utc> {
    "2026-02-27T05:00:00Z".parse().unwrap()
}

fn weekly(weeks: u8) -> Schedule {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let slot = TimeSlot::new(time(10), time(12)).unwrap();
    Schedule::Weekly { days: DAYS.to_vec(), slot, weeks, starts_on: None }
}

/// Returns the rule that has the given occurrences.
fn rule_of(occurrences: &[Occurrence], zone: Tz) -> RRuleSet {
    let (first, last) = (occurrences.first().unwrap(), occurrences.last().unwrap());
    RRule::new(Frequency::Weekly)
        .by_weekday(DAYS.map(NWeekday::Every).to_vec())
        .until(last.starts_at.with_timezone(&rrule::Tz::UTC))
        .build(first.starts_at.with_timezone(&rrule::Tz::Tz(zone)))
        .unwrap()
}

fn expansion(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("expansion");
    for zone in [Tz::Europe__Berlin, Tz::Africa__Addis_Ababa] {
        for weeks in [8, 26] {
            let schedule = weekly(weeks);
            let ours = expand(&schedule, zone, now());
            let rule = rule_of(&ours, zone);
            let starts: Vec<_> = ours.iter().map(|occurrence| occurrence.starts_at).collect();
            let theirs: Vec<_> = rule.into_iter().map(|start| start.to_utc()).collect();
            assert_eq!(starts, theirs, "both have the same occurrences");

            let case = format!("{zone}, {weeks} weeks, {} occurrences", ours.len());
            group.throughput(Throughput::Elements(ours.len().try_into().unwrap()));
            group.bench_function(BenchmarkId::new("astegni", &case), |bencher| {
                bencher.iter(|| expand(black_box(&schedule), black_box(zone), black_box(now())));
            });
            group.bench_function(BenchmarkId::new("rrule", &case), |bencher| {
                bencher.iter(|| black_box(&rule).into_iter().collect::<Vec<_>>());
            });
        }
    }
    group.finish();
}

/// Returns sessions of one hour, five in a row on each day, the first at a given instant.
fn bookings(number: i64, first: &str) -> BusyTimes {
    let first: DateTime<Utc> = first.parse().unwrap();
    let booking = |index: i64| {
        let starts_at = first + TimeDelta::days(index / 5) + TimeDelta::hours(index % 5);
        let period = Period { starts_at, ends_at: starts_at + TimeDelta::hours(1) };
        Booking { session_id: SessionId::new(index), parties: PARTIES, period, status: SessionStatus::Scheduled }
    };
    BusyTimes { bookings: (0..number).map(booking).collect(), time_off: Vec::new() }
}

fn conflicts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("find_conflicts, 1000 bookings");
    let (clashing, free) = (bookings(1000, "2026-02-27T05:00:00Z"), bookings(1000, "2026-02-27T13:00:00Z"));
    for weeks in [8, 26] {
        let occurrences = expand(&weekly(weeks), Tz::Africa__Addis_Ababa, now());
        for (name, booked, expected) in [("all conflict", &clashing, occurrences.len()), ("none conflicts", &free, 0)] {
            assert_eq!(find_conflicts(&occurrences, PARTIES, booked, now()).len(), expected, "{name}");
            group.throughput(Throughput::Elements(occurrences.len().try_into().unwrap()));
            group.bench_function(BenchmarkId::new(name, format!("{} occurrences", occurrences.len())), |bencher| {
                bencher.iter(|| find_conflicts(black_box(&occurrences), PARTIES, black_box(booked), now()));
            });
        }
    }
    group.finish();
}

fn decisions(criterion: &mut Criterion) {
    let student = Actor {
        user_id: PARTIES.student,
        device_id: DeviceId::new(1),
        active_role: Some(Role::Student),
        profiles: ProfileIds { student: Some(StudentId::new(8)), ..ProfileIds::default() },
    };
    let draft = RequestDraft {
        tutor_id: Some(TutorId::new(2)),
        package_id: Some(PackageId::new(1)),
        schedule: ScheduleDraft::default(),
        ..RequestDraft::default()
    };
    let package = Package {
        id: PackageId::new(1),
        tutor_id: TutorId::new(2),
        terms: PackageTerms::new("Algebra".to_owned(), Money::from_cents(10_000)),
        created_at: now(),
        updated_at: now(),
    };
    let facts = CreationFacts {
        tutor: Some(TutorFact { id: TutorId::new(2), user_id: PARTIES.tutor, time_zone: Tz::Africa__Addis_Ababa }),
        standing: Standing::Open,
        student_blocked: false,
        package: Some(package),
        student: Some(StudentFact { id: StudentId::new(8), user_id: PARTIES.student, is_ward: false }),
        pending: Vec::new(),
        pending_count: 0,
        rejections: Vec::new(),
    };
    let create = || plan_creation(black_box(&student), &draft, black_box(&facts), RequestLimits::DEFAULT, now());
    assert!(create().is_ok());
    criterion.bench_function("plan_creation", |bencher| bencher.iter(create));

    let pair = Pair {
        actor: UserId::new(1),
        other: UserId::new(2),
        profile: ProfileFacts::of_stranger(true, false),
        edges: Vec::new(),
        guardianships: Vec::new(),
    };
    for kind in [Kind::Follow, Kind::Friend, Kind::Block] {
        let request = || plan_request(black_box(pair.clone()), black_box(kind), None, now());
        assert!(request().is_ok());
        criterion.bench_function(&format!("plan_request, {kind:?}"), |bencher| bencher.iter(request));
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    expansion(&mut criterion);
    conflicts(&mut criterion);
    decisions(&mut criterion);
    criterion.final_summary();
}
