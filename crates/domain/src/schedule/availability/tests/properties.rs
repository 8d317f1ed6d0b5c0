//! Free slots compared with a search minute by minute, on the clocks of another implementation.

use std::ops::Range;

use chrono::Days;
use proptest::prelude::*;

use super::super::slots::free_slots;
use super::*;
use crate::ids::{SessionId, UserId};
use crate::schedule::fixtures::{STUDENT, TUTOR, date};
use crate::schedule::zone::tests::oracle;
use crate::schedule::{Booking, BusyTimes, Occurrence, Parties, Period, SessionStatus, find_conflicts};

const ZONES: [Tz; 6] = [
    Tz::America__New_York,
    Tz::Europe__Berlin,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kathmandu,
    Tz::Africa__Cairo,
    Tz::UTC,
];

/// The days before the clocks of these zones change.
const DATES: [&str; 8] =
    ["2026-03-07", "2026-10-31", "2026-03-28", "2026-10-24", "2026-04-04", "2026-10-03", "2026-04-23", "2026-10-29"];

/// A search for slots among random bookings.
#[derive(Debug, Clone)]
struct Search {
    availability: Availability,
    busy: BusyTimes,
    parties: Parties,
    query: SlotQuery,
    zone: Tz,
    now: DateTime<Utc>,
}

fn windows() -> impl Strategy<Value = Vec<DayWindow>> {
    proptest::collection::btree_set(0_u16..=1440, 0..=5).prop_map(|bounds| {
        let bounds: Vec<u16> = bounds.into_iter().collect();
        bounds.chunks_exact(2).map(|pair| window(pair[0], pair[1])).collect()
    })
}

fn availability(first: NaiveDate) -> impl Strategy<Value = Availability> {
    let weekly = prop_oneof![Just(0), 3_usize..=7]
        .prop_flat_map(|days| proptest::collection::btree_map(0_u8..7, windows(), days));
    let overrides = proptest::collection::btree_map(0_u64..3, windows(), 0..2);
    let limits = (
        prop_oneof![Just(0_u16), 1_u16..90],
        0_u16..20,
        proptest::option::of(1_u16..4),
        proptest::option::of(1_u16..6),
    );
    (proptest::sample::select(ZONES.to_vec()), weekly, overrides, limits).prop_map(
        move |(time_zone, weekly, overrides, (buffer_minutes, minimum_notice_hours, max_per_day, max_per_week))| {
            let overrides = overrides.into_iter().map(|(days, windows)| (first + Days::new(days), windows)).collect();
            Availability {
                weekly,
                overrides,
                buffer_minutes,
                minimum_notice_hours,
                max_per_day,
                max_per_week,
                ..Availability::unlimited(time_zone)
            }
        },
    )
}

fn busy(around: DateTime<Utc>) -> impl Strategy<Value = BusyTimes> {
    let period = move |(start, length): (i64, i64)| {
        let starts_at = around + TimeDelta::minutes(start);
        Period { starts_at, ends_at: starts_at + TimeDelta::minutes(length) }
    };
    let parties = [(3, 6), (3, 9), (9, 3), (9, 6), (6, 9), (8, 9)];
    let parties = parties.map(|(tutor, student)| Parties { tutor: UserId::new(tutor), student: UserId::new(student) });
    let statuses =
        [SessionStatus::Scheduled, SessionStatus::InProgress, SessionStatus::Completed, SessionStatus::NoShow];
    let booking = (
        (-4 * 1440_i64..6 * 1440, 5_i64..300),
        proptest::sample::select(parties.to_vec()),
        proptest::sample::select(statuses.to_vec()),
    );
    let booking = booking.prop_map(move |(times, parties, status)| Booking {
        session_id: SessionId::new(1),
        parties,
        period: period(times),
        status,
    });
    let time_off = (-1440_i64..3 * 1440, 5_i64..600).prop_map(period);
    (proptest::collection::vec(booking, 0..16), proptest::collection::vec(time_off, 0..3))
        .prop_map(|(bookings, time_off)| BusyTimes { bookings, time_off })
}

fn search() -> impl Strategy<Value = Search> {
    proptest::sample::select(DATES.to_vec()).prop_flat_map(|first| {
        let first = date(first);
        let midnight = first.and_time(chrono::NaiveTime::MIN).and_utc();
        let query =
            (5_u16..600, proptest::sample::select(STEPS.to_vec()), 0_u64..2, proptest::sample::select(ZONES.to_vec()));
        (availability(first), busy(midnight), query, any::<bool>(), -2880_i64..1440).prop_map(
            move |(availability, busy, (duration, step, days, zone), for_student, minutes)| Search {
                parties: Parties { tutor: TUTOR, student: if for_student { STUDENT } else { TUTOR } },
                query: SlotQuery {
                    from: Some(first),
                    to: Some(first + Days::new(days)),
                    duration,
                    step,
                    time_zone: Some(zone),
                },
                zone,
                now: midnight + TimeDelta::minutes(minutes) + TimeDelta::seconds(7),
                availability,
                busy,
            },
        )
    })
}

impl Search {
    /// Returns the starts that the platform offers.
    fn offered(&self) -> Result<Vec<DateTime<Utc>>, TestCaseError> {
        let window = self.query.window(self.zone, self.now).unwrap();
        let reach = self.query.reach(&self.availability, &window);
        let reach = Period { starts_at: reach.start, ends_at: reach.end };
        let mut loaded = self.busy.clone();
        loaded.bookings.retain(|booking| booking.period.overlaps(reach));
        loaded.time_off.retain(|off| off.overlaps(reach));
        let openings = Openings::new(&self.availability, TUTOR, &window, &loaded.bookings, self.now);
        let occupied = loaded.occupied(self.parties);
        let slots = free_slots(&openings, &occupied, &self.query, self.zone, &window, self.now);
        for slot in &slots {
            let conflicts = find_conflicts(std::slice::from_ref(slot), self.parties, &self.busy, self.now);
            prop_assert!(conflicts.is_empty(), "{:?}", conflicts);
            prop_assert_eq!(openings.objections(slot.period()), []);
            prop_assert_eq!(&Occurrence::at(self.zone, slot.date, slot.slot), slot);
            prop_assert_eq!(slot.ends_at - slot.starts_at, TimeDelta::minutes(self.query.duration.into()));
        }
        Ok(slots.into_iter().map(|slot| slot.starts_at).collect())
    }

    /// Returns the starts that a search minute by minute finds.
    fn expected(&self) -> Vec<DateTime<Utc>> {
        let (first, last) = (self.query.from.unwrap(), self.query.to.unwrap());
        let (start, end) = (oracle::instant(self.zone, first, 0), oracle::instant(self.zone, last, 1440));
        let open = self.open(first, last);
        let minutes = (end - start).num_minutes();
        (0..minutes)
            .map(|minute| start + TimeDelta::minutes(minute))
            .filter(|start| self.admits(*start, &open))
            .collect()
    }

    /// Returns the times from the opening to the closing of each window around some dates.
    fn open(&self, first: NaiveDate, last: NaiveDate) -> Vec<Range<DateTime<Utc>>> {
        let availability = &self.availability;
        let mut open = Vec::new();
        for date in (first - Days::new(3)).iter_days().take_while(|date| *date < last + Days::new(4)) {
            let (_, weekday, _) = oracle::clock(Tz::UTC, date.and_time(chrono::NaiveTime::MIN).and_utc());
            let windows = match (availability.overrides.get(&date), availability.weekly.get(&weekday)) {
                (Some(windows), _) | (None, Some(windows)) => windows.clone(),
                (None, None) if availability.weekly.is_empty() => vec![window(0, 1440)],
                (None, None) => Vec::new(),
            };
            let instant = |minute| oracle::boundary(availability.time_zone, date, minute);
            open.extend(windows.iter().map(|window| instant(window.start())..instant(window.end())));
        }
        open
    }

    fn admits(&self, start: DateTime<Utc>, open: &[Range<DateTime<Utc>>]) -> bool {
        let availability = &self.availability;
        let end = start + TimeDelta::minutes(self.query.duration.into());
        let (date, _, minute) = oracle::clock(availability.time_zone, start);
        let earliest = self.now + TimeDelta::hours(availability.minimum_notice_hours.into());
        if minute % self.query.step != 0 || start <= self.now || start < earliest {
            return false;
        }
        let is_open = |minute: i64| open.iter().any(|open| open.contains(&(start + TimeDelta::minutes(minute))));
        let (shown, _, time) = oracle::clock(self.zone, start);
        let buffer = TimeDelta::minutes(availability.buffer_minutes.into());
        let (mut in_day, mut in_week) = (0, 0);
        for booking in &self.busy.bookings {
            let (tutor, student) = (booking.parties.tutor, booking.parties.student);
            let margin = if tutor == TUTOR || student == TUTOR { buffer } else { TimeDelta::zero() };
            let concerns = [tutor, student].iter().any(|user| [TUTOR, self.parties.student].contains(user));
            let (from, to) = (booking.period.starts_at - margin, booking.period.ends_at + margin);
            if concerns && from < end && start < to {
                return false;
            }
            let (day, ..) = oracle::clock(availability.time_zone, booking.period.starts_at);
            in_day += u16::from(tutor == TUTOR && day == date);
            in_week += u16::from(tutor == TUTOR && oracle::week(day) == oracle::week(date));
        }
        availability.max_per_day.is_none_or(|limit| in_day < limit)
            && availability.max_per_week.is_none_or(|limit| in_week < limit)
            && !self.busy.time_off.iter().any(|off| off.starts_at < end && start < off.ends_at)
            && (0..i64::from(self.query.duration)).all(is_open)
            && oracle::instant(self.zone, shown, time) == start
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_slots_are_exactly_the_times_that_can_be_booked(search in search()) {
        prop_assert_eq!(search.offered()?, search.expected());
    }
}
