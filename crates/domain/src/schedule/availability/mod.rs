//! The hours at which a tutor can be booked, and the free slots within them.
//!
//! Availability is an offer to students, not a rule for the tutor: a request outside the hours is allowed, and its preview
//! tells the tutor what the acceptance would disregard. Sessions and time off, in contrast, are conflicts.

mod errors;
mod hours;
mod objection;
mod ports;
mod service;
mod slots;
mod time_off;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

pub use errors::{AvailabilityError, SlotsError, TimeOffError};
pub use hours::DayWindow;
pub use objection::{Objection, Openings};
pub use ports::AvailabilityRepository;
#[cfg(feature = "test-util")]
pub use ports::MockAvailabilityRepository;
pub use service::AvailabilityService;
pub use slots::{DEFAULT_STEP, FreeSlots, MAX_SLOT_DAYS, STEPS, SlotQuery};
pub use time_off::{MAX_AFFECTED, MAX_TIME_OFF, NewTimeOff, RecordedTimeOff, TimeOff, TimeOffPlan, TimeOffTerms};

use crate::change::Change;
use crate::validation::{Invalid, Violations};

/// The largest number of weekly windows, and of windows of one date.
pub const MAX_WINDOWS: usize = 50;

/// The largest number of dates with hours of their own.
pub const MAX_OVERRIDES: usize = 400;

/// The hours at which a tutor offers sessions, in the tutor's zone, and the limits on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// The zone of the wall-clock times, and of the days and weeks that the limits refer to.
    pub time_zone: Tz,
    /// The windows of every week by the number of days since Monday, ascending and disjoint on each day. Without any, all times
    /// are offered.
    pub weekly: BTreeMap<u8, Vec<DayWindow>>,
    /// Dates whose windows replace those of the week; a date without windows is closed.
    pub overrides: BTreeMap<NaiveDate, Vec<DayWindow>>,
    /// The time that stays free before and after each session, in minutes.
    pub buffer_minutes: u16,
    /// The time between now and the earliest start that is offered, in hours.
    pub minimum_notice_hours: u16,
    /// The time before the start within which a cancellation by the student's side is late, in hours; `None` stands for
    /// the minimum notice.
    pub cancellation_notice_hours: Option<u16>,
    /// The largest number of sessions that start on one day.
    pub max_per_day: Option<u16>,
    /// The largest number of sessions that start in one week, Monday to Sunday.
    pub max_per_week: Option<u16>,
    /// The number of changes, 0 for a tutor who has set nothing.
    pub version: i64,
}

/// A partial update of [`Availability`], whose fields it mirrors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is documented in Availability")]
pub struct AvailabilityChanges {
    pub time_zone: Option<Tz>,
    pub weekly: Change<Vec<(Weekday, DayWindow)>>,
    pub overrides: Change<Vec<(NaiveDate, Vec<DayWindow>)>>,
    pub buffer_minutes: Change<u16>,
    pub minimum_notice_hours: Change<u16>,
    pub cancellation_notice_hours: Change<u16>,
    pub max_per_day: Change<u16>,
    pub max_per_week: Change<u16>,
}

impl Availability {
    /// Returns the availability of a tutor who has set nothing: any time, without limits.
    pub fn unlimited(time_zone: Tz) -> Self {
        Self {
            time_zone,
            weekly: BTreeMap::new(),
            overrides: BTreeMap::new(),
            buffer_minutes: 0,
            minimum_notice_hours: 0,
            cancellation_notice_hours: None,
            max_per_day: None,
            max_per_week: None,
            version: 0,
        }
    }

    /// Returns the availability after a change, or its invalid fields: windows that overlap, a repeated date, and dates before
    /// yesterday, which are dropped.
    pub fn apply(&self, changes: AvailabilityChanges, now: DateTime<Utc>) -> Result<Self, Violations> {
        let mut violations = Violations::new();
        let time_zone = changes.time_zone.unwrap_or(self.time_zone);
        let weekly = match changes.weekly {
            Change::Keep => self.weekly.clone(),
            Change::Clear => BTreeMap::new(),
            Change::Set(windows) => week(&windows, &mut violations),
        };
        let mut overrides = match changes.overrides {
            Change::Keep => self.overrides.clone(),
            Change::Clear => BTreeMap::new(),
            Change::Set(dates) => dates_of(&dates, &mut violations),
        };
        let yesterday = now.with_timezone(&time_zone).date_naive().pred_opt();
        overrides.retain(|date, _| Some(*date) >= yesterday);
        let changed = Self {
            time_zone,
            weekly,
            overrides,
            buffer_minutes: changes.buffer_minutes.apply(Some(self.buffer_minutes)).unwrap_or_default(),
            minimum_notice_hours: changes
                .minimum_notice_hours
                .apply(Some(self.minimum_notice_hours))
                .unwrap_or_default(),
            cancellation_notice_hours: changes.cancellation_notice_hours.apply(self.cancellation_notice_hours),
            max_per_day: changes.max_per_day.apply(self.max_per_day),
            max_per_week: changes.max_per_week.apply(self.max_per_week),
            version: self.version + 1,
        };
        if violations.is_empty() { Ok(changed) } else { Err(violations) }
    }
}

/// Returns the time before the start within which a cancellation by the student's side is late, from the two settings of an
/// [`Availability`] in hours.
pub fn cancellation_notice(cancellation_notice_hours: Option<u16>, minimum_notice_hours: u16) -> TimeDelta {
    TimeDelta::hours(i64::from(cancellation_notice_hours.unwrap_or(minimum_notice_hours)))
}

fn week(windows: &[(Weekday, DayWindow)], violations: &mut Violations) -> BTreeMap<u8, Vec<DayWindow>> {
    let mut week: BTreeMap<u8, Vec<DayWindow>> = BTreeMap::new();
    for (place, (day, window)) in windows.iter().enumerate() {
        let day = u8::try_from(day.num_days_from_monday()).unwrap_or_default();
        add(week.entry(day).or_default(), *window, &format!("weekly.{place}"), violations);
    }
    week
}

fn dates_of(dates: &[(NaiveDate, Vec<DayWindow>)], violations: &mut Violations) -> BTreeMap<NaiveDate, Vec<DayWindow>> {
    let mut overrides = BTreeMap::new();
    for (place, (date, windows)) in dates.iter().enumerate() {
        let mut kept = Vec::new();
        for (number, window) in windows.iter().enumerate() {
            add(&mut kept, *window, &format!("overrides.{place}.windows.{number}"), violations);
        }
        if overrides.insert(*date, kept).is_some() {
            violations.add(format!("overrides.{place}.date"), Invalid::new("repeated", "must not repeat a date"));
        }
    }
    overrides
}

/// Inserts a window in ascending order, unless it overlaps another one.
fn add(windows: &mut Vec<DayWindow>, window: DayWindow, field: &str, violations: &mut Violations) {
    if windows.iter().any(|other| other.overlaps(window)) {
        violations.add(field, Invalid::new("self_overlap", "must not overlap another window of the day"));
        return;
    }
    let place = windows.partition_point(|other| other.start() < window.start());
    windows.insert(place, window);
}

#[cfg(test)]
mod tests;
