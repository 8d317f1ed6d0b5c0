//! A session request in JSON.

use astegni_domain::requests::{RequestView, ScheduleFields};
use serde::Serialize;
use utoipa::ToSchema;

use super::ScheduleBody;
use crate::wire::{self, Price};

/// A session request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RequestBody {
    id: i64,
    /// Tutor profile of the recipient.
    tutor_id: i64,
    tutor_name: String,
    /// User who sent the request.
    requester_id: i64,
    /// `student` or `parent`.
    requester_type: &'static str,
    requester_name: String,
    /// URL of the requester's picture.
    requester_profile_picture: Option<String>,
    /// Student profile that the sessions are for.
    #[serde(rename = "requested_to_id")]
    student_id: i64,
    requested_to_name: String,
    package_id: Option<i64>,
    /// Name of the package at the time of the request.
    package_name: Option<String>,
    /// Hourly rate of the package at the time of the request.
    package_price: Option<Price>,
    /// `pending`, `accepted`, `rejected`, `withdrawn` or `expired`.
    status: &'static str,
    message: Option<String>,
    student_name: String,
    student_grade: Option<String>,
    /// Description of convenient times.
    preferred_schedule: Option<String>,
    /// Phone number of the requester. Shown to the tutor and the requester only, once the request is accepted.
    contact_phone: Option<String>,
    /// E-mail address of the requester. Shown to the tutor and the requester only, once the request is accepted.
    contact_email: Option<String>,
    #[serde(flatten)]
    schedule: ScheduleBody,
    year_range: Vec<i64>,
    months: Vec<String>,
    /// IANA time zone of the schedule's wall clock.
    time_zone: &'static str,
    /// Hourly rate offered in place of the package's.
    counter_offer_price: Option<Price>,
    /// RFC 3339 instant in UTC of sending.
    created_at: String,
    /// RFC 3339 instant in UTC of the last change.
    updated_at: String,
    /// RFC 3339 instant in UTC from which an unanswered request is expired.
    expires_at: String,
    /// RFC 3339 instant in UTC of the answer or withdrawal.
    responded_at: Option<String>,
    rejected_reason: Option<String>,
    /// RFC 3339 instant in UTC of the rejection.
    rejected_at: Option<String>,
    /// `received` for the tutor, `sent` for all other viewers.
    direction: &'static str,
}

impl From<RequestView> for RequestBody {
    fn from(view: RequestView) -> Self {
        let RequestView { request, display, contact, direction } = view;
        Self {
            id: request.id.get(),
            tutor_id: request.tutor_id.get(),
            tutor_name: display.tutor_name,
            requester_id: request.requester_id.get(),
            requester_type: request.requester_type.as_str(),
            requester_name: display.requester_name,
            requester_profile_picture: display.requester_profile_picture,
            student_id: request.student_id.get(),
            requested_to_name: display.student_name.clone(),
            rejected_at: request.rejected_at().map(wire::instant),
            package_id: request.package.as_ref().map(|package| package.id.get()),
            package_price: request.package.as_ref().map(|package| Price(package.price)),
            package_name: request.package.map(|package| package.name),
            status: request.status.as_str(),
            message: request.terms.message,
            student_name: display.student_name,
            student_grade: display.student_grade,
            preferred_schedule: request.terms.preferred_schedule,
            contact_phone: contact.phone,
            contact_email: contact.email,
            schedule: ScheduleFields::from(&request.terms.schedule).into(),
            year_range: request.terms.year_range,
            months: request.terms.months,
            time_zone: request.terms.time_zone.name(),
            counter_offer_price: request.terms.counter_offer_price.map(Price),
            created_at: wire::instant(request.created_at),
            updated_at: wire::instant(request.updated_at),
            expires_at: wire::instant(request.expires_at),
            responded_at: request.responded_at.map(wire::instant),
            rejected_reason: request.rejected_reason,
            direction: direction.as_str(),
        }
    }
}
