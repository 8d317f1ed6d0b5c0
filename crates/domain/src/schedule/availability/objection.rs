//! Reasons why a tutor's availability does not offer a time. Slots have none; a preview lists them.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Datelike, Days, IsoWeek, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use strum::VariantArray;

use super::Availability;
use crate::ids::UserId;
use crate::schedule::{Booking, Period, PeriodSet, resolve};

/// A reason why a tutor's availability does not offer a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Objection {
    /// The time is not within the tutor's hours.
    OutsideHours,
    /// The start is closer than the minimum notice.
    ShortNotice,
    /// A session of the tutor is closer than the buffer.
    Buffer,
    /// The tutor has the largest number of sessions on that day.
    DailyLimit,
    /// The tutor has the largest number of sessions in that week.
    WeeklyLimit,
}

impl Objection {
    /// Returns the name used in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A tutor's availability during some time, compared with the sessions of that time.
#[derive(Debug, Clone)]
pub struct Openings<'a> {
    availability: &'a Availability,
    open: PeriodSet,
    /// The sessions that occupy the tutor's calendar, each extended by the buffer.
    buffered: PeriodSet,
    days: BTreeMap<NaiveDate, u16>,
    weeks: BTreeMap<IsoWeek, u16>,
    earliest: DateTime<Utc>,
}

impl<'a> Openings<'a> {
    /// Returns the time whose bookings matter for sessions within `time`: whole weeks in the tutor's zone, and the buffers.
    pub fn reach(availability: &Availability, time: &Range<DateTime<Utc>>) -> Range<DateTime<Utc>> {
        let date = |instant: DateTime<Utc>| instant.with_timezone(&availability.time_zone).date_naive();
        let midnight = |date: NaiveDate| resolve(availability.time_zone, date.and_time(NaiveTime::MIN)).0;
        let (first, last) = (date(time.start), date(time.end));
        let since_monday = |date: NaiveDate| u64::from(date.weekday().num_days_from_monday());
        let monday = first.checked_sub_days(Days::new(since_monday(first))).unwrap_or(first);
        let next_monday = last.checked_add_days(Days::new(7 - since_monday(last))).unwrap_or(last);
        let buffer = TimeDelta::minutes(i64::from(availability.buffer_minutes));
        midnight(monday).min(time.start - buffer)..midnight(next_monday).max(time.end + buffer)
    }

    /// Compares availability with the bookings of a tutor within the [reach](Self::reach) of a time.
    pub fn new(
        availability: &'a Availability,
        tutor: UserId,
        time: &Range<DateTime<Utc>>,
        bookings: &[Booking],
        now: DateTime<Utc>,
    ) -> Self {
        let mut openings = Self {
            availability,
            open: availability.open_periods(time),
            buffered: PeriodSet::default(),
            days: BTreeMap::new(),
            weeks: BTreeMap::new(),
            earliest: now + TimeDelta::hours(i64::from(availability.minimum_notice_hours)),
        };
        for booking in bookings.iter().filter(|booking| booking.parties.tutor == tutor) {
            openings.count(booking.period);
        }
        let occupies = |booking: &&Booking| booking.parties.includes(tutor) && booking.status.occupies_calendars();
        let occupying = bookings.iter().filter(occupies).map(|booking| openings.extended(booking.period));
        openings.buffered = occupying.collect();
        openings
    }

    /// Adds a session to those that later ones are compared with.
    pub fn add(&mut self, session: Period) {
        self.count(session);
        self.buffered.insert(self.extended(session));
    }

    /// Returns the time of a session together with the buffers around it.
    fn extended(&self, session: Period) -> Period {
        let buffer = TimeDelta::minutes(i64::from(self.availability.buffer_minutes));
        Period { starts_at: session.starts_at - buffer, ends_at: session.ends_at + buffer }
    }

    fn count(&mut self, session: Period) {
        let date = self.date(session);
        *self.days.entry(date).or_default() += 1;
        *self.weeks.entry(date.iso_week()).or_default() += 1;
    }

    fn date(&self, session: Period) -> NaiveDate {
        session.starts_at.with_timezone(&self.availability.time_zone).date_naive()
    }

    /// Returns the tutor's zone.
    pub(super) fn zone(&self) -> Tz {
        self.availability.time_zone
    }

    /// Returns the periods at which the tutor is open.
    pub(super) fn open(&self) -> &PeriodSet {
        &self.open
    }

    /// Returns whether the availability offers a session.
    pub fn offers(&self, session: Period) -> bool {
        Objection::VARIANTS.iter().all(|objection| !self.has(*objection, session))
    }

    /// Returns the reasons why the availability does not offer a session.
    pub fn objections(&self, session: Period) -> Vec<Objection> {
        Objection::VARIANTS.iter().copied().filter(|objection| self.has(*objection, session)).collect()
    }

    fn has(&self, objection: Objection, session: Period) -> bool {
        let reached = |count: Option<&u16>, limit: Option<u16>| {
            limit.is_some_and(|limit| count.copied().unwrap_or_default() >= limit)
        };
        match objection {
            Objection::OutsideHours => !self.open.contains(session),
            Objection::ShortNotice => session.starts_at < self.earliest,
            Objection::Buffer => self.availability.buffer_minutes > 0 && self.buffered.overlaps(session),
            Objection::DailyLimit => reached(self.days.get(&self.date(session)), self.availability.max_per_day),
            Objection::WeeklyLimit => {
                reached(self.weeks.get(&self.date(session).iso_week()), self.availability.max_per_week)
            }
        }
    }
}
