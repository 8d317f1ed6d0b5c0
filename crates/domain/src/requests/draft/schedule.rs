//! The schedule of a draft.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use crate::schedule::{DEFAULT_WEEKS, MAX_SESSIONS, Occurrence, Schedule, TimeSlot};
use crate::tutoring::{PackageTerms, ScheduleType};
use crate::validation::{Invalid, Violations};

/// The times of sessions as far as the sender gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleDraft {
    /// The type of the schedule; by default it follows from the other fields.
    pub schedule_type: Option<ScheduleType>,
    /// The days of a weekly pattern.
    pub days: Option<Vec<Weekday>>,
    /// Civil dates in the order given, with `None` in place of each that was rejected.
    pub specific_dates: Option<Vec<Option<NaiveDate>>>,
    /// The start of each session, wall clock.
    pub start_time: Option<NaiveTime>,
    /// The end of each session, wall clock.
    pub end_time: Option<NaiveTime>,
    /// The time zone of the wall clock; by default the tutor's.
    pub time_zone: Option<Tz>,
    /// The earliest civil date of a weekly pattern.
    pub starts_on: Option<NaiveDate>,
    /// The length of a weekly pattern in weeks, 1 to 26.
    pub weeks: Option<u8>,
    /// Whether sessions may end on the day after their start.
    pub overnight: bool,
}

impl ScheduleDraft {
    fn names_days(&self) -> bool {
        self.days.as_ref().is_some_and(|days| !days.is_empty())
    }

    fn names_dates(&self) -> bool {
        self.specific_dates.as_ref().is_some_and(|dates| !dates.is_empty())
    }

    /// Returns whether the sender leaves the times to the package or to a later agreement. Fields that were rejected
    /// on parsing count as given.
    fn is_omitted(&self, violations: &Violations) -> bool {
        const FIELDS: [&str; 5] = ["schedule_type", "days", "specific_dates", "start_time", "end_time"];
        self.schedule_type.is_none()
            && !self.names_days()
            && !self.names_dates()
            && self.start_time.is_none()
            && self.end_time.is_none()
            && !FIELDS.iter().any(|field| violations.concerns_within(field))
    }

    /// Returns the type given, or else the one that the named days or dates imply, or else the package's.
    fn resolve_type(&self, package: Option<&PackageTerms>) -> ScheduleType {
        self.schedule_type.unwrap_or(match (self.names_dates(), self.names_days()) {
            (true, false) => ScheduleType::SpecificDates,
            (false, true) => ScheduleType::Recurring,
            _ => package.map_or(ScheduleType::Recurring, |package| package.schedule_type),
        })
    }

    /// Supplies omitted fields from the package. A request without any schedule is valid.
    pub(super) fn complete(
        &self,
        violations: &mut Violations,
        package: Option<&PackageTerms>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Option<Schedule> {
        let start = self.start_time.or(package.and_then(|package| package.start_time));
        let end = self.end_time.or(package.and_then(|package| package.end_time));
        let schedule_type = self.resolve_type(package);
        let days = match &self.days {
            Some(days) if !days.is_empty() => days.clone(),
            _ => package.map(|package| package.schedule_days.clone()).unwrap_or_default(),
        };
        if self.is_omitted(violations) {
            let is_complete =
                schedule_type == ScheduleType::Recurring && !days.is_empty() && start.is_some() && end.is_some();
            if !is_complete {
                return Some(Schedule::Unscheduled);
            }
        }
        let start = violations.require("start_time", start, Ok);
        let end = violations.require("end_time", end, Ok);
        let slot = match (start, end) {
            (Some(start), Some(end)) if self.overnight => violations.check("end_time", TimeSlot::overnight(start, end)),
            (Some(start), Some(end)) => violations.check("end_time", TimeSlot::new(start, end)),
            _ => None,
        };
        match schedule_type {
            ScheduleType::Recurring => {
                if days.is_empty() && !violations.concerns_within("days") {
                    violations.add("days", Invalid::new("required", "must contain at least one day"));
                }
                let today = now.with_timezone(&zone).date_naive();
                if self.starts_on.is_some_and(|date| date < today) {
                    violations.add("starts_on", Invalid::new("in_past", "must not be in the past"));
                }
                if !self.check_dates(violations, slot, zone, now).is_empty() {
                    let reason = Invalid::new("ambiguous", "must be omitted for a recurring schedule");
                    violations.add("specific_dates", reason);
                }
                let weeks = self.weeks.unwrap_or(DEFAULT_WEEKS);
                Some(Schedule::Weekly { days, slot: slot?, weeks, starts_on: self.starts_on })
            }
            ScheduleType::SpecificDates => {
                let dates = self.check_dates(violations, slot, zone, now);
                if dates.is_empty() && !violations.concerns_within("specific_dates") {
                    violations.add("specific_dates", Invalid::new("required", "must contain at least one date"));
                }
                if let Some(count) = package.and_then(|package| package.session_count)
                    && dates.len() > usize::from(count)
                {
                    let message = format!("must have at most {count} entries, the number of sessions of the package");
                    violations.add("specific_dates", Invalid::new("too_many", message));
                }
                Some(Schedule::Dates { dates, slot: slot? })
            }
        }
    }

    /// Returns the dates in ascending order. Violations are added under the place of each date.
    fn check_dates(
        &self,
        violations: &mut Violations,
        slot: Option<TimeSlot>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Vec<NaiveDate> {
        let given = self.specific_dates.as_deref().unwrap_or_default();
        if given.len() > MAX_SESSIONS {
            let reason = Invalid::new("too_many", format!("must have at most {MAX_SESSIONS} entries"));
            violations.add("specific_dates", reason);
            return Vec::new();
        }
        let today = now.with_timezone(&zone).date_naive();
        let mut dates: Vec<NaiveDate> = Vec::with_capacity(given.len());
        for (place, date) in given.iter().enumerate() {
            let Some(date) = *date else { continue };
            let has_begun = slot.map_or(date < today, |slot| Occurrence::at(zone, date, slot).starts_at <= now);
            let field = format!("specific_dates.{place}");
            if has_begun {
                violations.add(field, Invalid::new("in_past", "must not be in the past"));
            } else if dates.contains(&date) {
                violations.add(field, Invalid::new("self_overlap", "must not repeat a date"));
            }
            dates.push(date);
        }
        dates.sort_unstable();
        dates
    }
}
