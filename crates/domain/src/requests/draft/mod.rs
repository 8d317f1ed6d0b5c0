//! A request as its sender gives it, before the package has supplied omitted fields.

mod fields;
mod schedule;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub use self::fields::{
    parse_dates, parse_message, parse_months, parse_preferred_schedule, parse_reason, parse_weeks, parse_years,
};
pub use self::schedule::ScheduleDraft;
use super::RequestTerms;
use crate::ids::{PackageId, StudentId, TutorId};
use crate::money::Money;
use crate::tutoring::PackageTerms;
use crate::validation::{Invalid, Violations};

/// A request whose fields were parsed one by one. Fields that were missing or rejected are `None`.
///
/// The violations found on parsing travel with the draft, so that the sender gets them together with those of the
/// rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestDraft {
    /// The recipient's tutor profile.
    pub tutor_id: Option<TutorId>,
    /// The package requested.
    pub package_id: Option<PackageId>,
    /// The student whom the sessions are for, where the sender names one.
    pub student_id: Option<StudentId>,
    /// See [`RequestTerms::message`].
    pub message: Option<String>,
    /// The times of the sessions.
    pub schedule: ScheduleDraft,
    /// See [`RequestTerms::counter_offer_price`].
    pub counter_offer_price: Option<Money>,
    /// See [`RequestTerms::preferred_schedule`].
    pub preferred_schedule: Option<String>,
    /// See [`RequestTerms::year_range`].
    pub year_range: Vec<i64>,
    /// See [`RequestTerms::months`].
    pub months: Vec<String>,
    /// Errors of single fields.
    pub violations: Violations,
}

impl RequestDraft {
    /// Returns the tutor, without whom no rule can be applied, or the violations.
    pub(super) fn tutor(&self) -> Result<TutorId, Violations> {
        self.tutor_id.ok_or_else(|| {
            let mut violations = self.violations.clone();
            violations.add("tutor_id", Invalid::new("required", "is required"));
            violations
        })
    }

    /// Supplies omitted fields from the package and applies the rules for terms. The error holds `violations`, which
    /// begin with those of the draft, and all that the rules add.
    pub(super) fn complete(
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

#[cfg(test)]
mod tests;
