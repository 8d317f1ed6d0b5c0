//! `POST /tutor/packages`, `PUT /tutor/packages/{id}` and `DELETE /tutor/packages/{id}`

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, post, put};
use astegni_domain::ids::PackageId;
use astegni_domain::money::Money;
use astegni_domain::schedule::{parse_time, parse_weekday};
use astegni_domain::text;
use astegni_domain::tutoring::{PackageChanges, ScheduleType};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc, Weekday};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::body::PackageBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PathId};
use crate::services::Services;
use crate::wire;

/// What a package says. In a change, what is left out or null stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PackageFields {
    #[schema(example = "Algebra for grade 10")]
    name: Option<String>,
    description: Option<String>,
    /// Exact, with two decimals at most.
    #[schema(value_type = Option<f64>, example = 150.00)]
    hourly_rate: Option<Box<RawValue>>,
    /// ISO 4217 (ETB).
    currency: Option<String>,
    subjects: Option<Vec<String>>,
    course_ids: Option<Vec<i64>>,
    grade_level: Option<Vec<String>>,
    session_format: Option<String>,
    /// `recurring` (the default) or `specific_dates`.
    schedule_type: Option<String>,
    /// English weekday names.
    schedule_days: Option<Vec<String>>,
    /// The tutor's wall clock.
    start_time: Option<String>,
    /// The tutor's wall clock.
    end_time: Option<String>,
    is_active: Option<bool>,
}

impl PackageFields {
    fn changes(self, violations: &mut Violations) -> PackageChanges {
        let lines = |input: Vec<String>| text::lines(&input, 50, 100);
        PackageChanges {
            name: violations.check_some("name", self.name, |input| text::line(&input, 255)),
            description: violations.check_some("description", self.description, |input| text::prose(&input, 5000)),
            hourly_rate: violations.check_some("hourly_rate", self.hourly_rate, |input| wire::parse_price(&input)),
            currency: violations.check_some("currency", self.currency, |input| input.parse()),
            subjects: violations.check_some("subjects", self.subjects, lines),
            course_ids: violations.check_some("course_ids", self.course_ids, course_ids),
            grade_level: violations.check_some("grade_level", self.grade_level, lines),
            session_format: violations
                .check_some("session_format", self.session_format, |input| text::line(&input, 50)),
            schedule_type: violations.check_some("schedule_type", self.schedule_type, |word| schedule_type(&word)),
            schedule_days: self.schedule_days.and_then(|days| weekdays("schedule_days", &days, violations)),
            start_time: violations.check_some("start_time", self.start_time, |input| parse_time(&input)),
            end_time: violations.check_some("end_time", self.end_time, |input| parse_time(&input)),
            is_active: self.is_active,
        }
    }
}

fn course_ids(ids: Vec<i64>) -> Result<Vec<i64>, Invalid> {
    if ids.len() > 50 { Err(Invalid::new("too_many", "must have at most 50 entries")) } else { Ok(ids) }
}

/// Reads how times are given.
pub(crate) fn schedule_type(word: &str) -> Result<ScheduleType, Invalid> {
    word.parse().map_err(|_| Invalid::new("unknown_schedule_type", "must be recurring or specific_dates"))
}

/// Reads weekday names, without repetitions, telling about each wrong one by its place.
pub(crate) fn weekdays(field: &str, names: &[String], violations: &mut Violations) -> Option<Vec<Weekday>> {
    if names.len() > 50 {
        violations.add(field, Invalid::new("too_many", "must have at most 50 entries"));
        return None;
    }
    let mut days = Vec::with_capacity(names.len().min(7));
    let mut sound = true;
    for (place, name) in names.iter().enumerate() {
        match violations.check(format!("{field}.{place}"), parse_weekday(name)) {
            Some(day) if !days.contains(&day) => days.push(day),
            Some(_) => {}
            None => sound = false,
        }
    }
    sound.then_some(days)
}

/// A new package.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct NewPackageBody(PackageFields);

impl Parse for NewPackageBody {
    type Command = (String, Money, PackageChanges);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let changes = self.0.changes(violations);
        let name = violations.require("name", changes.name.clone(), Ok);
        let hourly_rate = violations.require("hourly_rate", changes.hourly_rate, Ok);
        Some((name?, hourly_rate?, changes))
    }
}

/// A change of a package.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct PackageChangesBody(PackageFields);

impl Parse for PackageChangesBody {
    type Command = PackageChanges;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<PackageChanges> {
        Some(self.0.changes(violations))
    }
}

/// Offer a package
///
/// `name` and `hourly_rate` must be there.
#[utoipa::path(
    tag = "tutoring",
    request_body = PackageFields,
    responses(
        (status = 201, description = "The package", body = PackageBody),
        (status = 403, description = "You are no tutor"),
    ),
)]
#[post("/tutor/packages")]
pub(crate) async fn create_package(
    services: Data<Services>,
    caller: Caller,
    Body((name, hourly_rate, more)): Body<NewPackageBody>,
) -> Result<HttpResponse, ApiError> {
    let package = services.tutoring.create_package(&caller, name, hourly_rate, more).await?;
    let location = format!("/api/v1/tutor/packages/{}", package.id);
    Ok(HttpResponse::Created().insert_header(("Location", location)).json(PackageBody::from(package)))
}

/// Change a package
///
/// Requests that were sent keep it as it was.
#[utoipa::path(
    tag = "tutoring",
    request_body = PackageFields,
    params(("id" = i64, Path, description = "The package")),
    responses(
        (status = 200, description = "The package as it is now", body = PackageBody),
        (status = 403, description = "You are no tutor"),
        (status = 404, description = "You have no such package"),
    ),
)]
#[put("/tutor/packages/{id}")]
pub(crate) async fn update_package(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Body(changes): Body<PackageChangesBody>,
) -> Result<Json<PackageBody>, ApiError> {
    Ok(Json(services.tutoring.update_package(&caller, PackageId::new(id), changes).await?.into()))
}

/// Take a package off the market
///
/// One that a request or an enrolment names is archived, never removed.
#[utoipa::path(
    tag = "tutoring",
    params(("id" = i64, Path, description = "The package")),
    responses(
        (status = 204, description = "Gone from the market"),
        (status = 403, description = "You are no tutor"),
        (status = 404, description = "You have no such package"),
    ),
)]
#[delete("/tutor/packages/{id}")]
pub(crate) async fn remove_package(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    services.tutoring.remove_package(&caller, PackageId::new(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
