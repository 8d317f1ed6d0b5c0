//! `GET /tutor/profile` and `PUT /tutor/profile`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, put};
use astegni_domain::schedule::parse_zone;
use astegni_domain::tutoring::{
    TutorChanges, parse_bio, parse_location, parse_quote, parse_session_format, parse_tags,
};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TutorBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Nullable, Parse, resource, tagged};
use crate::services::Services;

/// Changes of a tutor profile. Missing fields keep their value, and `null` clears `bio`, `quote`, `session_format` and
/// `location`.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TutorProfileBody {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 3000)]
    bio: Nullable<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    quote: Nullable<String>,
    /// Names of at most 60 characters.
    #[schema(max_items = 20)]
    subjects: Option<Vec<String>>,
    /// Names of at most 60 characters.
    #[schema(max_items = 20)]
    languages: Option<Vec<String>>,
    /// Names of at most 60 characters.
    #[schema(max_items = 20)]
    grade_levels: Option<Vec<String>>,
    /// IANA name of the tutor's zone.
    #[schema(example = "Africa/Addis_Ababa")]
    time_zone: Option<String>,
    /// Free text such as `online`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 50)]
    session_format: Nullable<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    location: Nullable<String>,
}

impl Parse for TutorProfileBody {
    type Command = TutorChanges;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<TutorChanges> {
        let tags = |input: Vec<String>| parse_tags(&input);
        Some(TutorChanges {
            bio: self.bio.parse("bio", violations, |input| parse_bio(&input)),
            quote: self.quote.parse("quote", violations, |input| parse_quote(&input)),
            subjects: violations.check_some("subjects", self.subjects, tags),
            languages: violations.check_some("languages", self.languages, tags),
            grade_levels: violations.check_some("grade_levels", self.grade_levels, tags),
            time_zone: violations.check_some("time_zone", self.time_zone, |input| parse_zone(&input)),
            session_format: self
                .session_format
                .parse("session_format", violations, |input| parse_session_format(&input)),
            location: self.location.parse("location", violations, |input| parse_location(&input)),
        })
    }
}

/// Get your tutor profile
///
/// Returns the caller's public profile. Only tutors have one.
#[utoipa::path(
    tag = "tutoring",
    params(("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response")),
    responses(
        (status = 200, description = "The profile, with its `ETag`", body = TutorBody),
        (status = 304, description = "The profile has not changed"),
        (status = 403, description = "Only tutors have a tutor profile"),
    ),
)]
#[get("/tutor/profile")]
pub(crate) async fn get_own_tutor_profile(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
) -> Result<HttpResponse, ApiError> {
    let profile = services.tutoring.own_profile(&caller).await?;
    resource(&request, &TutorBody::from(profile))
}

/// Update your tutor profile
///
/// Changes the fields that are sent. The profile is public. `time_zone` applies to the caller's account and to the times of
/// the caller's packages. Only tutors have a profile.
#[utoipa::path(
    tag = "tutoring",
    request_body = TutorProfileBody,
    responses(
        (status = 200, description = "The updated profile, with its `ETag`", body = TutorBody),
        (status = 403, description = "Only tutors have a tutor profile"),
    ),
)]
#[put("/tutor/profile")]
pub(crate) async fn update_own_tutor_profile(
    services: Data<Services>,
    caller: Caller,
    Body(changes): Body<TutorProfileBody>,
) -> Result<HttpResponse, ApiError> {
    let profile = services.tutoring.update_profile(&caller, changes).await?;
    tagged(HttpResponse::Ok(), &TutorBody::from(profile))
}
