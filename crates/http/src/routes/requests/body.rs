//! A session request on the wire.

use astegni_domain::accounts::Actor;
use astegni_domain::ids::{PackageId, StudentId};
use astegni_domain::requests::{RequestView, ScheduleFields};
use serde::Serialize;
use utoipa::ToSchema;

use super::ScheduleBody;
use crate::wire::{self, Price};

/// A session request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RequestBody {
    id: i64,
    /// The tutor profile asked.
    tutor_id: i64,
    tutor_name: String,
    /// The user who asked.
    requester_id: i64,
    /// `student` or `parent`.
    requester_type: &'static str,
    requester_name: String,
    requester_profile_picture: Option<String>,
    /// The student profile it is for.
    requested_to_id: i64,
    requested_to_name: String,
    package_id: Option<i64>,
    /// The package's name when it was asked for.
    package_name: Option<String>,
    /// The package's hourly rate when it was asked for.
    package_price: Option<Price>,
    /// `pending`, `accepted`, `rejected`, `withdrawn` or `expired`.
    status: &'static str,
    message: Option<String>,
    student_name: String,
    student_grade: Option<String>,
    preferred_schedule: Option<String>,
    /// Null until the request is accepted.
    contact_phone: Option<String>,
    /// Null until the request is accepted.
    contact_email: Option<String>,
    #[serde(flatten)]
    schedule: ScheduleBody,
    year_range: Vec<i64>,
    months: Vec<String>,
    /// IANA name.
    time_zone: &'static str,
    counter_offer_price: Option<Price>,
    /// Instant.
    created_at: String,
    /// Instant.
    updated_at: String,
    /// Instant from which it is no longer pending.
    expires_at: String,
    /// Instant.
    responded_at: Option<String>,
    rejected_reason: Option<String>,
    /// Instant.
    rejected_at: Option<String>,
    /// `sent` or `received`.
    direction: &'static str,
}

impl RequestBody {
    /// A request as somebody sees it.
    pub(super) fn new(view: RequestView, viewer: &Actor) -> Self {
        let request = view.request;
        let responded_at = request.responded_at.map(wire::instant);
        let sent = request.parties.tutor != viewer.user_id;
        Self {
            id: request.id.get(),
            tutor_id: request.tutor_id.get(),
            tutor_name: view.tutor_name,
            requester_id: request.requester_id.get(),
            requester_type: request.requester_type.as_str(),
            requester_name: view.requester_name,
            requester_profile_picture: view.requester_profile_picture,
            requested_to_id: StudentId::get(request.student_id),
            requested_to_name: view.student_name.clone(),
            package_id: request.package.as_ref().map(|package| PackageId::get(package.id)),
            package_price: request.package.as_ref().map(|package| Price(package.price)),
            package_name: request.package.map(|package| package.name),
            status: request.status.as_str(),
            message: request.terms.message,
            student_name: view.student_name,
            student_grade: view.student_grade,
            preferred_schedule: request.terms.preferred_schedule,
            contact_phone: view.contact_phone,
            contact_email: view.contact_email,
            schedule: ScheduleFields::from(&request.terms.schedule).into(),
            year_range: request.terms.year_range,
            months: request.terms.months,
            time_zone: request.terms.time_zone.name(),
            counter_offer_price: request.terms.counter_offer_price.map(Price),
            created_at: wire::instant(request.created_at),
            updated_at: wire::instant(request.updated_at),
            expires_at: wire::instant(request.expires_at),
            rejected_at: responded_at
                .clone()
                .filter(|_| request.status == astegni_domain::requests::RequestStatus::Rejected),
            responded_at,
            rejected_reason: request.rejected_reason,
            direction: if sent { "sent" } else { "received" },
        }
    }
}
