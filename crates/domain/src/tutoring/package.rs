//! Packages: the lessons that a tutor offers, with their price and times.

use chrono::{DateTime, NaiveTime, Utc, Weekday};

use crate::change::Change;
use crate::ids::{PackageId, TutorId};
use crate::money::{Currency, Money};
use crate::schedule::{MAX_SESSIONS, TimeSlot};
use crate::validation::{Invalid, Violations};

/// The largest number of active packages of one tutor.
pub const MAX_ACTIVE_PACKAGES: i64 = 100;

/// The form in which a package or a request gives its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ScheduleType {
    /// The same weekdays every week.
    Recurring,
    /// A list of civil dates.
    SpecificDates,
}

impl ScheduleType {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The terms of a package, as set by its tutor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the other fields are those of the API")]
pub struct PackageTerms {
    pub name: String,
    pub description: Option<String>,
    /// The price of one hour.
    pub hourly_rate: Money,
    pub currency: Currency,
    pub subjects: Vec<String>,
    /// Course numbers of the old platform, all positive.
    pub course_ids: Vec<i64>,
    pub grade_level: Vec<String>,
    /// Free text such as `online`.
    pub session_format: Option<String>,
    pub schedule_type: ScheduleType,
    /// The suggested weekdays, without duplicates.
    pub schedule_days: Vec<Weekday>,
    /// The suggested start, on the tutor's wall clock.
    pub start_time: Option<NaiveTime>,
    /// The suggested end, on the tutor's wall clock.
    pub end_time: Option<NaiveTime>,
    /// The number of sessions that the package consists of, 1 to [`MAX_SESSIONS`]; `None` if it is not limited.
    pub session_count: Option<u16>,
    /// Whether students can request sessions under the package.
    pub is_active: bool,
}

/// A stored package that is not archived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the ids and the terms are named after their types")]
pub struct Package {
    pub id: PackageId,
    pub tutor_id: TutorId,
    pub terms: PackageTerms,
    /// The instant of creation.
    pub created_at: DateTime<Utc>,
    /// The instant of the last change. It is different after every change.
    pub updated_at: DateTime<Utc>,
}

/// A partial update of [`PackageTerms`], whose fields it mirrors. `None` keeps a field that cannot be null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is documented in PackageTerms")]
pub struct PackageChanges {
    pub name: Option<String>,
    pub description: Change<String>,
    pub hourly_rate: Option<Money>,
    pub currency: Option<Currency>,
    pub subjects: Option<Vec<String>>,
    pub course_ids: Option<Vec<i64>>,
    pub grade_level: Option<Vec<String>>,
    pub session_format: Change<String>,
    pub schedule_type: Option<ScheduleType>,
    pub schedule_days: Option<Vec<Weekday>>,
    pub start_time: Change<NaiveTime>,
    pub end_time: Change<NaiveTime>,
    pub session_count: Change<u16>,
    pub is_active: Option<bool>,
}

/// A package to be created: the two required terms, and the optional ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is documented in PackageTerms")]
pub struct NewPackage {
    pub name: String,
    pub hourly_rate: Money,
    /// Terms that differ from the defaults of [`PackageTerms::new`].
    pub optional: PackageChanges,
}

impl PackageTerms {
    /// Returns the terms of an active package with nothing but a name and a price.
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
            session_count: None,
            is_active: true,
        }
    }

    /// Returns the terms after a change, or the fields that contradict each other.
    pub fn apply(self, changes: PackageChanges) -> Result<Self, Violations> {
        let terms = Self {
            name: changes.name.unwrap_or(self.name),
            description: changes.description.apply(self.description),
            hourly_rate: changes.hourly_rate.unwrap_or(self.hourly_rate),
            currency: changes.currency.unwrap_or(self.currency),
            subjects: changes.subjects.unwrap_or(self.subjects),
            course_ids: changes.course_ids.unwrap_or(self.course_ids),
            grade_level: changes.grade_level.unwrap_or(self.grade_level),
            session_format: changes.session_format.apply(self.session_format),
            schedule_type: changes.schedule_type.unwrap_or(self.schedule_type),
            schedule_days: changes.schedule_days.unwrap_or(self.schedule_days),
            start_time: changes.start_time.apply(self.start_time),
            end_time: changes.end_time.apply(self.end_time),
            session_count: changes.session_count.apply(self.session_count),
            is_active: changes.is_active.unwrap_or(self.is_active),
        };
        let mut violations = Violations::new();
        if let (Some(start), Some(end)) = (terms.start_time, terms.end_time) {
            violations.check("end_time", TimeSlot::new(start, end));
        }
        if violations.is_empty() { Ok(terms) } else { Err(violations) }
    }
}

/// Parses the number of sessions of a package.
pub fn parse_session_count(input: i64) -> Result<u16, Invalid> {
    let count = u16::try_from(input).ok().filter(|count| (1..=MAX_SESSIONS).contains(&usize::from(*count)));
    count.ok_or_else(|| Invalid::new("out_of_range", format!("must be between 1 and {MAX_SESSIONS}")))
}

/// Checks the limit of [`MAX_ACTIVE_PACKAGES`] for a package about to be written, given the number of the tutor's
/// other active packages. Inactive packages are not limited.
pub fn check_active_packages(terms: &PackageTerms, other_active: i64) -> Result<(), Violations> {
    if !terms.is_active || other_active < MAX_ACTIVE_PACKAGES {
        return Ok(());
    }
    let mut violations = Violations::new();
    let message = format!("must be false: a tutor can have at most {MAX_ACTIVE_PACKAGES} active packages");
    violations.add("is_active", Invalid::new("too_many_active", message));
    Err(violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(hour: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, 0, 0).unwrap()
    }

    fn algebra() -> PackageTerms {
        PackageTerms::new("Algebra".to_owned(), Money::from_cents(10_000))
    }

    fn full() -> PackageTerms {
        PackageTerms {
            name: "Geometry".to_owned(),
            description: Some("Circles".to_owned()),
            hourly_rate: Money::from_cents(5),
            currency: "USD".parse().unwrap(),
            subjects: vec!["Mathematics".to_owned()],
            course_ids: vec![4],
            grade_level: vec!["10".to_owned()],
            session_format: Some("online".to_owned()),
            schedule_type: ScheduleType::SpecificDates,
            schedule_days: vec![Weekday::Mon],
            start_time: Some(time(14)),
            end_time: Some(time(16)),
            session_count: Some(10),
            is_active: false,
        }
    }

    fn all_of(terms: PackageTerms) -> PackageChanges {
        PackageChanges {
            name: Some(terms.name),
            description: terms.description.map_or(Change::Clear, Change::Set),
            hourly_rate: Some(terms.hourly_rate),
            currency: Some(terms.currency),
            subjects: Some(terms.subjects),
            course_ids: Some(terms.course_ids),
            grade_level: Some(terms.grade_level),
            session_format: terms.session_format.map_or(Change::Clear, Change::Set),
            schedule_type: Some(terms.schedule_type),
            schedule_days: Some(terms.schedule_days),
            start_time: terms.start_time.map_or(Change::Clear, Change::Set),
            end_time: terms.end_time.map_or(Change::Clear, Change::Set),
            session_count: terms.session_count.map_or(Change::Clear, Change::Set),
            is_active: Some(terms.is_active),
        }
    }

    #[test]
    fn schedule_types_have_their_names_of_the_api() {
        for (schedule_type, name) in
            [(ScheduleType::Recurring, "recurring"), (ScheduleType::SpecificDates, "specific_dates")]
        {
            assert_eq!((schedule_type.as_str(), name.parse()), (name, Ok(schedule_type)));
        }
    }

    #[test]
    fn a_new_package_is_active_recurring_and_priced_in_birr() {
        let terms = algebra();
        assert_eq!((terms.currency, terms.schedule_type), (Currency::ETB, ScheduleType::Recurring));
        assert!(terms.is_active);
        assert_eq!((terms.start_time, terms.end_time, terms.description), (None, None, None));
    }

    #[test]
    fn a_change_replaces_what_it_names_and_keeps_the_rest() {
        assert_eq!(algebra().apply(all_of(full())), Ok(full()));
        assert_eq!(full().apply(all_of(algebra())), Ok(algebra()));
        assert_eq!(full().apply(PackageChanges::default()), Ok(full()));
    }

    #[test]
    fn the_end_is_checked_against_the_start_that_stays() {
        let backwards = PackageChanges { end_time: Change::Set(time(14)), ..PackageChanges::default() };
        assert!(full().apply(backwards).unwrap_err().concerns("end_time"));
        let later = PackageChanges { end_time: Change::Set(time(15)), ..PackageChanges::default() };
        assert_eq!(full().apply(later).unwrap().end_time, Some(time(15)));
        let open = PackageChanges { end_time: Change::Clear, ..PackageChanges::default() };
        assert_eq!(full().apply(open).unwrap().end_time, None);
    }

    #[test]
    fn the_hundred_and_first_active_package_is_rejected() {
        assert_eq!(check_active_packages(&algebra(), 99), Ok(()));
        for count in [100, 101] {
            let violations = check_active_packages(&algebra(), count).unwrap_err();
            let error = &violations.errors()[0];
            assert_eq!((error.field.as_str(), error.code), ("is_active", "too_many_active"));
            assert_eq!(error.message, "must be false: a tutor can have at most 100 active packages");
        }
        assert_eq!(check_active_packages(&full(), 100), Ok(()));
    }
}
