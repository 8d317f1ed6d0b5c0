//! `GET /tutor/availability` and `PUT /tutor/availability`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, put};
use astegni_domain::schedule::Availability;

use super::availability_body::AvailabilityBody;
use super::availability_fields::AvailabilityFields;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Precondition, resource, tagged};
use crate::services::Services;

/// Get your availability
///
/// Returns the hours at which the caller offers sessions, and the limits on them. A tutor who has set nothing offers all times.
/// Only tutors have an availability; others see the free slots that result.
#[utoipa::path(
    tag = "schedule",
    params(("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response")),
    responses(
        (status = 200, description = "The availability, with its `ETag`", body = AvailabilityBody),
        (status = 304, description = "The availability has not changed"),
        (status = 403, description = "Only tutors have an availability"),
    ),
)]
#[get("/tutor/availability")]
pub(crate) async fn get_availability(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
) -> Result<HttpResponse, ApiError> {
    let availability = services.availability.own(&caller).await?;
    resource(&request, &AvailabilityBody::from(&availability))
}

/// Update your availability
///
/// Changes the fields that are sent. Availability decides which free slots are offered. It rejects nothing: a request outside
/// the hours can be sent and accepted, and its preview names what it disregards. Booked sessions stay as they are, and
/// their cancellation deadlines follow the notice. Only tutors have an availability.
#[utoipa::path(
    tag = "schedule",
    request_body = AvailabilityFields,
    params(("If-Match" = Option<String>, Header, description = "`ETag` of the version to update")),
    responses(
        (status = 200, description = "The availability after the change, with its `ETag`", body = AvailabilityBody),
        (status = 403, description = "Only tutors have an availability"),
        (status = 412, description = "The availability no longer has the version in `If-Match`"),
    ),
)]
#[put("/tutor/availability")]
pub(crate) async fn update_availability(
    services: Data<Services>,
    caller: Caller,
    precondition: Precondition,
    Body(changes): Body<AvailabilityFields>,
) -> Result<HttpResponse, ApiError> {
    let allows = |availability: &Availability| precondition.allows(&AvailabilityBody::from(availability));
    let availability = services.availability.update(&caller, &changes, allows).await?;
    tagged(HttpResponse::Ok(), &AvailabilityBody::from(&availability))
}
