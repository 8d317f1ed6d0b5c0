//! Packages: what a tutor offers, at which price, and when.

use chrono::{DateTime, NaiveTime, Utc, Weekday};

use crate::ids::{PackageId, TutorId};
use crate::money::{Currency, Money};
use crate::schedule::TimeSlot;
use crate::validation::Violations;

/// How the times of a package or a request are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ScheduleType {
    /// The same days every week.
    Recurring,
    /// Some dates.
    SpecificDates,
}

impl ScheduleType {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What a package says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageTerms {
    /// Its title.
    pub name: String,
    /// More words.
    pub description: Option<String>,
    /// The price of an hour.
    pub hourly_rate: Money,
    /// The money it is paid in.
    pub currency: Currency,
    /// What is taught.
    pub subjects: Vec<String>,
    /// The courses taught, by the old platform's numbers.
    pub course_ids: Vec<i64>,
    /// For whom.
    pub grade_level: Vec<String>,
    /// `online` and the like.
    pub session_format: Option<String>,
    /// How times are given.
    pub schedule_type: ScheduleType,
    /// On which days, if it says.
    pub schedule_days: Vec<Weekday>,
    /// From when on the tutor's wall clock, if it says.
    pub start_time: Option<NaiveTime>,
    /// Until when on the tutor's wall clock, if it says.
    pub end_time: Option<NaiveTime>,
    /// Whether it can be asked for.
    pub is_active: bool,
}

/// A package as its readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Which package.
    pub id: PackageId,
    /// Whose.
    pub tutor_id: TutorId,
    /// What it says.
    pub terms: PackageTerms,
    /// When it was made, an instant.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, an instant.
    pub updated_at: DateTime<Utc>,
}

/// What a tutor gives of a package. What is `None` stays as it is, or as it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageChanges {
    /// See [`PackageTerms::name`].
    pub name: Option<String>,
    /// See [`PackageTerms::description`].
    pub description: Option<String>,
    /// See [`PackageTerms::hourly_rate`].
    pub hourly_rate: Option<Money>,
    /// See [`PackageTerms::currency`].
    pub currency: Option<Currency>,
    /// See [`PackageTerms::subjects`].
    pub subjects: Option<Vec<String>>,
    /// See [`PackageTerms::course_ids`].
    pub course_ids: Option<Vec<i64>>,
    /// See [`PackageTerms::grade_level`].
    pub grade_level: Option<Vec<String>>,
    /// See [`PackageTerms::session_format`].
    pub session_format: Option<String>,
    /// See [`PackageTerms::schedule_type`].
    pub schedule_type: Option<ScheduleType>,
    /// See [`PackageTerms::schedule_days`].
    pub schedule_days: Option<Vec<Weekday>>,
    /// See [`PackageTerms::start_time`].
    pub start_time: Option<NaiveTime>,
    /// See [`PackageTerms::end_time`].
    pub end_time: Option<NaiveTime>,
    /// See [`PackageTerms::is_active`].
    pub is_active: Option<bool>,
}

impl PackageTerms {
    /// What a package of this name and price says where its tutor says no more.
    pub fn new(name: String, hourly_rate: Money) -> Self {
        Self {
            name,
            description: None,
            hourly_rate,
            currency: Currency::ETB,
            subjects: Vec::new(),
            course_ids: Vec::new(),
            grade_level: Vec::new(),
            session_format: None,
            schedule_type: ScheduleType::Recurring,
            schedule_days: Vec::new(),
            start_time: None,
            end_time: None,
            is_active: true,
        }
    }

    /// The terms after a change, or what is wrong with them taken together.
    pub fn apply(self, changes: PackageChanges) -> Result<Self, Violations> {
        let terms = Self {
            name: changes.name.unwrap_or(self.name),
            description: changes.description.or(self.description),
            hourly_rate: changes.hourly_rate.unwrap_or(self.hourly_rate),
            currency: changes.currency.unwrap_or(self.currency),
            subjects: changes.subjects.unwrap_or(self.subjects),
            course_ids: changes.course_ids.unwrap_or(self.course_ids),
            grade_level: changes.grade_level.unwrap_or(self.grade_level),
            session_format: changes.session_format.or(self.session_format),
            schedule_type: changes.schedule_type.unwrap_or(self.schedule_type),
            schedule_days: changes.schedule_days.unwrap_or(self.schedule_days),
            start_time: changes.start_time.or(self.start_time),
            end_time: changes.end_time.or(self.end_time),
            is_active: changes.is_active.unwrap_or(self.is_active),
        };
        let mut violations = Violations::new();
        if let (Some(start), Some(end)) = (terms.start_time, terms.end_time) {
            violations.check("end_time", TimeSlot::new(start, end));
        }
        if violations.is_empty() { Ok(terms) } else { Err(violations) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_leaves_the_rest_and_is_checked_with_it() {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0);
        let terms = PackageTerms::new("Algebra".to_owned(), Money::from_cents(10_000));
        let timed = PackageChanges { start_time: time(14), end_time: time(16), ..PackageChanges::default() };
        let terms = terms.apply(timed).unwrap();
        assert_eq!(terms.name, "Algebra");
        let backwards = PackageChanges { end_time: time(13), ..PackageChanges::default() };
        assert!(terms.apply(backwards).unwrap_err().concerns("end_time"));
    }
}
