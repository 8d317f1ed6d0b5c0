//! The fields of a package in a request body.

use astegni_domain::schedule::parse_time;
use astegni_domain::tutoring::{
    NewPackage, PackageChanges, ScheduleType, parse_course_ids, parse_description, parse_package_name,
    parse_session_count, parse_session_format, parse_tags, parse_weekdays,
};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::extract::{Nullable, Parse};
use crate::wire;

/// The terms of a package. In an update, missing fields keep their value, and `null` clears `description`,
/// `session_format`, `start_time`, `end_time` and `session_count`.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PackageFields {
    #[schema(example = "Algebra for grade 10", max_length = 255)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Nullable<String>,
    /// The price of one hour, with at most two decimals.
    #[schema(value_type = Option<f64>, example = 150.00)]
    hourly_rate: Option<Box<RawValue>>,
    /// ISO 4217 code, `ETB` by default.
    currency: Option<String>,
    /// Names of at most 60 characters.
    #[schema(max_items = 20)]
    subjects: Option<Vec<String>>,
    /// Positive course numbers.
    #[schema(max_items = 50)]
    course_ids: Option<Vec<i64>>,
    /// Names of at most 60 characters.
    #[schema(max_items = 20)]
    grade_level: Option<Vec<String>>,
    /// Free text such as `online`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 50)]
    session_format: Nullable<String>,
    /// `recurring` (the default) or `specific_dates`.
    schedule_type: Option<String>,
    /// English weekday names, in full or abbreviated to three letters.
    schedule_days: Option<Vec<String>>,
    /// Wall-clock time `HH:MM` in the tutor's zone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    start_time: Nullable<String>,
    /// Wall-clock time `HH:MM` in the tutor's zone, after `start_time`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    end_time: Nullable<String>,
    /// Number of sessions, 1 to 200, after which a series ends. Null: not limited.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 200)]
    session_count: Nullable<i64>,
    /// Whether the package can be requested; true by default. A tutor has at most 100 active packages.
    is_active: Option<bool>,
}

impl PackageFields {
    fn changes(self, violations: &mut Violations) -> PackageChanges {
        PackageChanges {
            name: violations.check_some("name", self.name, |input| parse_package_name(&input)),
            description: self.description.parse("description", violations, |input| parse_description(&input)),
            hourly_rate: violations.check_some("hourly_rate", self.hourly_rate, |input| wire::parse_price(&input)),
            currency: violations.check_some("currency", self.currency, |input| input.parse()),
            subjects: violations.check_some("subjects", self.subjects, |input| parse_tags(&input)),
            course_ids: violations.check_some("course_ids", self.course_ids, |input| parse_course_ids(&input)),
            grade_level: violations.check_some("grade_level", self.grade_level, |input| parse_tags(&input)),
            session_format: self
                .session_format
                .parse("session_format", violations, |input| parse_session_format(&input)),
            schedule_type: violations.check_some("schedule_type", self.schedule_type, |word| schedule_type(&word)),
            schedule_days: self.schedule_days.and_then(|days| parse_weekdays("schedule_days", &days, violations)),
            start_time: self.start_time.parse("start_time", violations, |input| parse_time(&input)),
            end_time: self.end_time.parse("end_time", violations, |input| parse_time(&input)),
            session_count: self.session_count.parse("session_count", violations, parse_session_count),
            is_active: self.is_active,
        }
    }
}

/// Parses a schedule type.
pub(crate) fn schedule_type(word: &str) -> Result<ScheduleType, Invalid> {
    word.parse().map_err(|_| Invalid::new("unknown_schedule_type", "must be recurring or specific_dates"))
}

/// The body of a package to be created.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct NewPackageBody(PackageFields);

impl Parse for NewPackageBody {
    type Command = NewPackage;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<NewPackage> {
        let optional = self.0.changes(violations);
        let name = violations.require("name", optional.name.clone(), Ok);
        let hourly_rate = violations.require("hourly_rate", optional.hourly_rate, Ok);
        Some(NewPackage { name: name?, hourly_rate: hourly_rate?, optional })
    }
}

/// The body of an update of a package.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct PackageChangesBody(PackageFields);

impl Parse for PackageChangesBody {
    type Command = PackageChanges;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<PackageChanges> {
        Some(self.0.changes(violations))
    }
}
