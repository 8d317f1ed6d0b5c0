//! `GET /tutor/profile` and `PUT /tutor/profile`

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use astegni_domain::schedule::parse_zone;
use astegni_domain::text;
use astegni_domain::tutoring::TutorChanges;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TutorBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::services::Services;

/// What to change; what is left out or null stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TutorProfileBody {
    bio: Option<String>,
    quote: Option<String>,
    subjects: Option<Vec<String>>,
    languages: Option<Vec<String>>,
    grade_levels: Option<Vec<String>>,
    /// IANA name.
    time_zone: Option<String>,
    session_format: Option<String>,
    location: Option<String>,
}

impl Parse for TutorProfileBody {
    type Command = TutorChanges;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<TutorChanges> {
        let lines = |input: Vec<String>| text::lines(&input, 50, 100);
        Some(TutorChanges {
            bio: violations.check_some("bio", self.bio, |input| text::prose(&input, 5000)),
            quote: violations.check_some("quote", self.quote, |input| text::prose(&input, 500)),
            subjects: violations.check_some("subjects", self.subjects, lines),
            languages: violations.check_some("languages", self.languages, lines),
            grade_levels: violations.check_some("grade_levels", self.grade_levels, lines),
            time_zone: violations.check_some("time_zone", self.time_zone, |input| parse_zone(&input)),
            session_format: violations
                .check_some("session_format", self.session_format, |input| text::line(&input, 50)),
            location: violations.check_some("location", self.location, |input| text::line(&input, 200)),
        })
    }
}

/// Your tutor profile
#[utoipa::path(
    tag = "tutoring",
    responses(
        (status = 200, description = "The profile", body = TutorBody),
        (status = 403, description = "You are no tutor"),
    ),
)]
#[get("/tutor/profile")]
pub(crate) async fn own_profile(services: Data<Services>, caller: Caller) -> Result<Json<TutorBody>, ApiError> {
    Ok(Json(services.tutoring.own_profile(&caller).await?.into()))
}

/// Change your tutor profile
#[utoipa::path(
    tag = "tutoring",
    request_body = TutorProfileBody,
    responses(
        (status = 200, description = "The profile as it is now", body = TutorBody),
        (status = 403, description = "You are no tutor"),
    ),
)]
#[put("/tutor/profile")]
pub(crate) async fn update_profile(
    services: Data<Services>,
    caller: Caller,
    Body(changes): Body<TutorProfileBody>,
) -> Result<Json<TutorBody>, ApiError> {
    Ok(Json(services.tutoring.update_profile(&caller, changes).await?.into()))
}
