//! Free slots: times that can be booked as they are.

use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::{Availability, Openings};
use crate::schedule::{Occurrence, Period, PeriodSet, TimeSlot, resolve};
use crate::validation::{Invalid, Violations};

/// The largest number of days whose slots are returned at once.
pub const MAX_SLOT_DAYS: u64 = 31;

/// The distances between the starts of slots, in minutes.
pub const STEPS: [u16; 6] = [5, 10, 15, 20, 30, 60];

/// The distance between the starts of slots if none is requested, in minutes.
pub const DEFAULT_STEP: u16 = 15;

/// The number of days if no end is requested.
const DEFAULT_DAYS: u64 = 7;

/// A search for free slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotQuery {
    /// The first civil date; by default today.
    pub from: Option<NaiveDate>,
    /// The last civil date; by default the seventh day.
    pub to: Option<NaiveDate>,
    /// The duration of a session, in minutes.
    pub duration: u16,
    /// The distance between starts on the tutor's wall clock, in minutes, one of [`STEPS`].
    pub step: u16,
    /// The zone of the dates and of the slots' wall clock; by default the tutor's.
    pub time_zone: Option<Tz>,
}

impl SlotQuery {
    /// Returns the time to search, or the violations.
    pub fn window(&self, zone: Tz, now: DateTime<Utc>) -> Result<Range<DateTime<Utc>>, Violations> {
        let from = self.from.unwrap_or_else(|| now.with_timezone(&zone).date_naive());
        let after = |days| from.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
        let to = self.to.unwrap_or_else(|| after(DEFAULT_DAYS - 1));
        let mut violations = Violations::new();
        if to < from {
            violations.add("to", Invalid::new("before_start", "must not be before from"));
        } else if to >= after(MAX_SLOT_DAYS) {
            let message = format!("must be at most {} days after from", MAX_SLOT_DAYS - 1);
            violations.add("to", Invalid::new("too_long", message));
        }
        if !violations.is_empty() {
            return Err(violations);
        }
        let midnight = |date: NaiveDate| resolve(zone, date.and_time(NaiveTime::MIN)).0;
        Ok(midnight(from)..midnight(to.checked_add_days(Days::new(1)).unwrap_or(to)))
    }

    /// Returns the time whose bookings matter for slots that start within `window`. The last one may end after it.
    pub(super) fn reach(&self, availability: &Availability, window: &Range<DateTime<Utc>>) -> Range<DateTime<Utc>> {
        Openings::reach(availability, &(window.start..window.end + self.length()))
    }

    fn length(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.duration))
    }
}

/// The times at which a tutor can be booked, in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeSlots {
    /// The zone of the slots' wall clock.
    pub time_zone: Tz,
    /// The times in ascending order.
    pub slots: Vec<Occurrence>,
}

/// Returns the times that start within `window` and are not `occupied`.
///
/// A slot starts at a multiple of the step on the tutor's wall clock, is offered by the availability, conflicts with
/// nothing, and can be expressed on the wall clock of `zone`: the second pass of an hour that the clock shows twice cannot.
pub(super) fn free_slots(
    openings: &Openings<'_>,
    occupied: &PeriodSet,
    query: &SlotQuery,
    zone: Tz,
    window: &Range<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Occurrence> {
    /// All offsets of zones, and all steps, are multiples of it.
    const GRID: i64 = 5 * 60;
    let duration = query.length();
    let is_aligned = |start: DateTime<Utc>| {
        let time = start.with_timezone(&openings.zone()).time();
        time.second() == 0 && (time.num_seconds_from_midnight() / 60).is_multiple_of(u32::from(query.step))
    };
    let mut slots = Vec::new();
    for open in openings.open().iter() {
        let first = open.starts_at.max(window.start);
        let rest = first.timestamp().rem_euclid(GRID);
        let mut start = if rest == 0 { first } else { first + TimeDelta::seconds(GRID - rest) };
        while start < window.end && start + duration <= open.ends_at {
            let period = Period { starts_at: start, ends_at: start + duration };
            let is_free = start > now && !occupied.overlaps(period);
            if is_free && is_aligned(start) && openings.offers(period) {
                slots.extend(expressed(period, zone));
            }
            start += TimeDelta::seconds(GRID);
        }
    }
    slots
}

/// Returns a period as a civil date and a slot that resolve to it.
fn expressed(period: Period, zone: Tz) -> Option<Occurrence> {
    let wall = period.starts_at.with_timezone(&zone).naive_local();
    let (end, _) = wall.time().overflowing_add_signed(period.ends_at - period.starts_at);
    let slot = TimeSlot::overnight(wall.time(), end).ok()?;
    Some(Occurrence::at(zone, wall.date(), slot)).filter(|occurrence| occurrence.period() == period)
}
