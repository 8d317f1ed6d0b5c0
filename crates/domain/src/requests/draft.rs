//! What a requester gives, before the package has filled in what they left out.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use super::RequestTerms;
use crate::ids::{PackageId, StudentId, TutorId};
use crate::money::Money;
use crate::schedule::{DEFAULT_WEEKS, MAX_SESSIONS, Occurrence, Schedule, TimeSlot};
use crate::tutoring::{PackageTerms, ScheduleType};
use crate::validation::{Invalid, Violations};

/// When sessions are wanted, as far as the requester says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleDraft {
    /// How times are given.
    pub schedule_type: Option<ScheduleType>,
    /// On which days.
    pub days: Option<Vec<Weekday>>,
    /// On which dates, in the order given; none in the place of what was refused.
    pub specific_dates: Option<Vec<Option<NaiveDate>>>,
    /// From when, wall clock.
    pub start_time: Option<NaiveTime>,
    /// Until when, wall clock.
    pub end_time: Option<NaiveTime>,
    /// Where the wall clock hangs; the tutor's if it does not say.
    pub time_zone: Option<Tz>,
    /// Not before this day.
    pub starts_on: Option<NaiveDate>,
    /// For how many weeks, 1 to 26.
    pub weeks: Option<u8>,
}

/// A request as it comes in, each field parsed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestDraft {
    /// The tutor asked.
    pub tutor_id: TutorId,
    /// The package asked for.
    pub package_id: Option<PackageId>,
    /// The child it is for, where a parent asks.
    pub student_id: Option<StudentId>,
    /// Words for the tutor.
    pub message: Option<String>,
    /// When.
    pub schedule: ScheduleDraft,
    /// The price offered instead of the package's.
    pub counter_offer_price: Option<Money>,
    /// When, in free words.
    pub preferred_schedule: Option<String>,
    /// The old platform's years.
    pub year_range: Vec<i64>,
    /// The old platform's months.
    pub months: Vec<String>,
}

impl RequestDraft {
    /// The terms of the request, or everything that is wrong with them, on top of what was found when the
    /// fields were parsed.
    pub fn complete(
        &self,
        mut violations: Violations,
        package: Option<&PackageTerms>,
        tutor_zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<RequestTerms, Violations> {
        let time_zone = self.schedule.time_zone.unwrap_or(tutor_zone);
        let schedule = self.schedule.complete(&mut violations, package, time_zone, now);
        match schedule {
            Some(schedule) if violations.is_empty() => Ok(RequestTerms {
                message: self.message.clone(),
                schedule,
                time_zone,
                preferred_schedule: self.preferred_schedule.clone(),
                year_range: self.year_range.clone(),
                months: self.months.clone(),
                counter_offer_price: self.counter_offer_price,
            }),
            _ => Err(violations),
        }
    }
}

impl ScheduleDraft {
    fn says_nothing(&self) -> bool {
        self.schedule_type.is_none()
            && self.days.as_ref().is_none_or(Vec::is_empty)
            && self.specific_dates.as_ref().is_none_or(Vec::is_empty)
            && self.start_time.is_none()
            && self.end_time.is_none()
    }

    /// Whether something was said that could not be read.
    fn is_refused(violations: &Violations) -> bool {
        const FIELDS: [&str; 5] = ["schedule_type", "days", "specific_dates", "start_time", "end_time"];
        FIELDS.iter().any(|field| violations.concerns_within(field))
    }

    /// Whether dates are asked for rather than days, where the requester does not say so outright.
    fn kind(&self, package: Option<&PackageTerms>) -> ScheduleType {
        let gives_dates = self.specific_dates.as_ref().is_some_and(|dates| !dates.is_empty());
        let gives_days = self.days.as_ref().is_some_and(|days| !days.is_empty());
        self.schedule_type.unwrap_or(match (gives_dates, gives_days) {
            (true, false) => ScheduleType::SpecificDates,
            (false, true) => ScheduleType::Recurring,
            _ => package.map_or(ScheduleType::Recurring, |package| package.schedule_type),
        })
    }

    /// Fills what is left out from the package. Nothing scheduled at all is legal.
    fn complete(
        &self,
        violations: &mut Violations,
        package: Option<&PackageTerms>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Option<Schedule> {
        let start = self.start_time.or(package.and_then(|package| package.start_time));
        let end = self.end_time.or(package.and_then(|package| package.end_time));
        let kind = self.kind(package);
        let days = match &self.days {
            Some(days) if !days.is_empty() => days.clone(),
            _ => package.map(|package| package.schedule_days.clone()).unwrap_or_default(),
        };
        if self.says_nothing() && !Self::is_refused(violations) {
            let complete = kind == ScheduleType::Recurring && !days.is_empty() && start.is_some() && end.is_some();
            if !complete {
                return Some(Schedule::Unscheduled);
            }
        }
        let start = violations.require("start_time", start, Ok);
        let end = violations.require("end_time", end, Ok);
        let slot = match (start, end) {
            (Some(start), Some(end)) => violations.check("end_time", TimeSlot::new(start, end)),
            _ => None,
        };
        match kind {
            ScheduleType::Recurring => {
                if days.is_empty() && !violations.concerns_within("days") {
                    violations.add("days", Invalid::new("required", "must name at least one day"));
                }
                let today = now.with_timezone(&zone).date_naive();
                if self.starts_on.is_some_and(|date| date < today) {
                    violations.add("starts_on", Invalid::new("in_past", "must not be in the past"));
                }
                if !self.check_dates(violations, slot, zone, now).is_empty() {
                    let reason = Invalid::new("ambiguous", "must be left out where sessions recur weekly");
                    violations.add("specific_dates", reason);
                }
                Some(Schedule::Weekly {
                    days,
                    slot: slot?,
                    weeks: self.weeks.unwrap_or(DEFAULT_WEEKS),
                    starts_on: self.starts_on,
                })
            }
            ScheduleType::SpecificDates => {
                let dates = self.check_dates(violations, slot, zone, now);
                if dates.is_empty() && !violations.concerns_within("specific_dates") {
                    violations.add("specific_dates", Invalid::new("required", "must name at least one date"));
                }
                Some(Schedule::Dates { dates, slot: slot? })
            }
        }
    }

    /// The dates in ascending order; what is wrong with each is noted under its place.
    fn check_dates(
        &self,
        violations: &mut Violations,
        slot: Option<TimeSlot>,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Vec<NaiveDate> {
        let given = self.specific_dates.as_deref().unwrap_or_default();
        if given.len() > MAX_SESSIONS {
            let reason = Invalid::new("too_many", format!("must have at most {MAX_SESSIONS} dates"));
            violations.add("specific_dates", reason);
            return Vec::new();
        }
        let today = now.with_timezone(&zone).date_naive();
        let mut dates: Vec<NaiveDate> = Vec::with_capacity(given.len());
        let read = given.iter().enumerate().filter_map(|(place, date)| date.as_ref().map(|date| (place, date)));
        for (place, date) in read {
            let has_begun = slot.map_or(*date < today, |slot| Occurrence::at(zone, *date, slot).starts_at <= now);
            if has_begun {
                violations.add(format!("specific_dates.{place}"), Invalid::new("in_past", "must not be in the past"));
            }
            if dates.contains(date) {
                let reason = Invalid::new("self_overlap", "stands twice, so that sessions would overlap");
                violations.add(format!("specific_dates.{place}"), reason);
            }
            dates.push(*date);
        }
        dates.sort_unstable();
        dates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-01-30T05:00:00Z".parse().unwrap()
    }

    fn time(hour: u32) -> Option<NaiveTime> {
        NaiveTime::from_hms_opt(hour, 0, 0)
    }

    fn complete(
        draft: &ScheduleDraft,
        package: Option<&PackageTerms>,
    ) -> Result<Schedule, Vec<(String, &'static str)>> {
        let mut violations = Violations::new();
        let schedule = draft.complete(&mut violations, package, Tz::Africa__Addis_Ababa, now());
        let errors: Vec<_> = violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect();
        if errors.is_empty() { Ok(schedule.unwrap()) } else { Err(errors) }
    }

    fn package() -> PackageTerms {
        let mut terms = PackageTerms::new("Algebra".to_owned(), Money::from_cents(10_000));
        terms.schedule_days = vec![Weekday::Mon];
        (terms.start_time, terms.end_time) = (time(14), time(16));
        terms
    }

    #[test]
    fn nothing_scheduled_at_all_is_legal() {
        assert_eq!(complete(&ScheduleDraft::default(), None), Ok(Schedule::Unscheduled));
        let bare = PackageTerms::new("Algebra".to_owned(), Money::from_cents(1));
        assert_eq!(complete(&ScheduleDraft::default(), Some(&bare)), Ok(Schedule::Unscheduled));
    }

    #[test]
    fn what_is_left_out_comes_from_the_package() {
        let Ok(Schedule::Weekly { days, slot, .. }) = complete(&ScheduleDraft::default(), Some(&package())) else {
            panic!("not weekly");
        };
        assert_eq!((days, slot.start()), (vec![Weekday::Mon], time(14).unwrap()));
        let draft = ScheduleDraft { days: Some(vec![Weekday::Tue]), end_time: time(15), ..ScheduleDraft::default() };
        let Ok(Schedule::Weekly { days, slot, .. }) = complete(&draft, Some(&package())) else {
            panic!("not weekly");
        };
        assert_eq!((days, slot.end()), (vec![Weekday::Tue], time(15).unwrap()));
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let draft = ScheduleDraft {
            schedule_type: Some(ScheduleType::Recurring),
            days: Some(Vec::new()),
            specific_dates: Some(vec![None, "2020-01-01".parse().ok()]),
            start_time: time(16),
            end_time: time(14),
            starts_on: "2026-01-29".parse().ok(),
            ..ScheduleDraft::default()
        };
        let errors = complete(&draft, None).unwrap_err();
        let expected = [
            ("end_time", "before_start"),
            ("days", "required"),
            ("starts_on", "in_past"),
            ("specific_dates.1", "in_past"),
            ("specific_dates", "ambiguous"),
        ];
        assert_eq!(errors, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn dates_are_sorted_and_stand_once() {
        let dates = |dates: &[&str]| ScheduleDraft {
            specific_dates: Some(dates.iter().map(|date| date.parse().ok()).collect()),
            start_time: time(10),
            end_time: time(11),
            ..ScheduleDraft::default()
        };
        let Ok(Schedule::Dates { dates: sorted, .. }) = complete(&dates(&["2026-02-02", "2026-01-30"]), None) else {
            panic!("no dates");
        };
        assert_eq!(sorted[0].to_string(), "2026-01-30");
        let twice = complete(&dates(&["2026-02-02", "2026-02-02"]), None).unwrap_err();
        assert_eq!(twice, [("specific_dates.1".to_owned(), "self_overlap")]);
    }

    #[test]
    fn a_slot_of_today_that_has_begun_is_in_the_past() {
        let draft = ScheduleDraft {
            specific_dates: Some(vec!["2026-01-30".parse().ok()]),
            start_time: time(8),
            end_time: time(9),
            ..ScheduleDraft::default()
        };
        assert_eq!(complete(&draft, None).unwrap_err(), [("specific_dates.0".to_owned(), "in_past")]);
    }
}
