//! `GET /tutor/time-off`, `POST /tutor/time-off` and `DELETE /tutor/time-off/{id}`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use astegni_domain::ids::TimeOffId;
use astegni_domain::schedule::{Period, TimeOff, TimeOffTerms};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{PeriodBody, SessionBody};
use super::fields::instant;
use crate::error::ApiError;
use crate::extract::{Body, Caller, PagingQuery, Parse, PathId, Query, list};
use crate::services::Services;
use crate::wire;

/// A period at which the tutor cannot be booked.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateTimeOffBody {
    /// RFC 3339 instant of the start, with any offset, in whole seconds.
    #[schema(required = true, nullable = false, example = "2026-02-02T09:00:00+03:00")]
    starts_at: Option<String>,
    /// RFC 3339 instant of the end, exclusive: in the future, and at most 366 days after the start.
    #[schema(required = true, nullable = false, example = "2026-02-06T18:00:00+03:00")]
    ends_at: Option<String>,
    /// Note to yourself, which no other user sees.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Whether the sessions during the period are cancelled, at most 100; false by default.
    cancel_sessions: Option<bool>,
}

impl Parse for CreateTimeOffBody {
    type Command = TimeOffTerms;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<TimeOffTerms> {
        let starts_at = violations.require("starts_at", self.starts_at, |input| instant(&input));
        let ends_at = violations.require("ends_at", self.ends_at, |input| instant(&input));
        let reason = violations.check_some("reason", self.reason, |input| TimeOffTerms::parse_reason(&input));
        let period = Period { starts_at: starts_at?, ends_at: ends_at? };
        TimeOffTerms::check_period(period, now, violations);
        Some(TimeOffTerms {
            period,
            reason: reason.filter(|reason| !reason.is_empty()),
            cancels_sessions: self.cancel_sessions.unwrap_or_default(),
        })
    }
}

/// Time off of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeOffBody {
    id: i64,
    #[serde(flatten)]
    period: PeriodBody,
    /// Note of the tutor, which no other user sees.
    reason: Option<String>,
    /// RFC 3339 instant in UTC of the creation.
    created_at: String,
}

impl From<TimeOff> for TimeOffBody {
    fn from(time_off: TimeOff) -> Self {
        Self {
            id: time_off.id.get(),
            period: time_off.period.into(),
            reason: time_off.reason,
            created_at: wire::instant(time_off.created_at),
        }
    }
}

/// New time off, and the sessions that it overlaps.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeOffCreatedBody {
    #[serde(flatten)]
    time_off: TimeOffBody,
    /// First sessions that were booked for the period, ascending by start, as they are now: cancelled, if that was requested.
    #[schema(max_items = 100)]
    affected_sessions: Vec<SessionBody>,
    /// Number of all sessions that were booked for the period.
    affected_sessions_count: i64,
}

/// List your time off
///
/// Returns the caller's time off, newest start first. Only tutors have time off.
#[utoipa::path(
    tag = "schedule",
    params(PagingQuery),
    responses(
        (status = 200, description = "The time off; the `Link` header refers to the next page", body = [TimeOffBody]),
        (status = 403, description = "Only tutors have time off"),
    ),
)]
#[get("/tutor/time-off")]
pub(crate) async fn list_time_off(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.availability.time_off(&caller, page).await?;
    Ok(list(&request, page, TimeOffBody::from))
}

/// Create time off
///
/// Records a period at which the caller cannot be booked: sessions during it are conflicts, and no slots are offered. Booked
/// sessions stay as they are, unless `cancel_sessions` is true; those that have begun always do. Only tutors have time off.
#[utoipa::path(
    tag = "schedule",
    request_body = CreateTimeOffBody,
    responses(
        (status = 201, description = "The time off, with the sessions that it overlaps", body = TimeOffCreatedBody),
        (status = 403, description = "Only tutors have time off"),
        (status = 409, description = "The caller has 500 periods of time off that are not over"),
    ),
)]
#[post("/tutor/time-off")]
pub(crate) async fn create_time_off(
    services: Data<Services>,
    caller: Caller,
    Body(terms): Body<CreateTimeOffBody>,
) -> Result<HttpResponse, ApiError> {
    let created = services.availability.add_time_off(&caller, &terms).await?;
    let location = format!("/api/v1/tutor/time-off/{}", created.time_off.id);
    let (viewer, now) = (caller.user_id, services.clock.now());
    let affected = created.affected.into_iter().map(|session| SessionBody::new(session, viewer, now));
    Ok(HttpResponse::Created().insert_header(("Location", location)).json(TimeOffCreatedBody {
        time_off: created.time_off.into(),
        affected_sessions: affected.collect(),
        affected_sessions_count: created.affected_count,
    }))
}

/// Delete time off
///
/// Makes the caller bookable again during the period. Sessions that were cancelled stay cancelled.
#[utoipa::path(
    tag = "schedule",
    params(("id" = i64, Path, description = "Id of the time off")),
    responses(
        (status = 204, description = "The time off was deleted"),
        (status = 403, description = "Only tutors have time off"),
        (status = 404, description = "The caller has no time off with this id"),
    ),
)]
#[delete("/tutor/time-off/{id}")]
pub(crate) async fn delete_time_off(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    services.availability.remove_time_off(&caller, TimeOffId::new(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
