//! `POST /session-requests`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::ids::{PackageId, StudentId, TutorId};
use astegni_domain::requests::{
    RequestDraft, ScheduleDraft, parse_dates, parse_message, parse_months, parse_preferred_schedule, parse_weeks,
    parse_years,
};
use astegni_domain::schedule::{parse_date, parse_time, parse_zone};
use astegni_domain::tutoring::parse_weekdays;
use astegni_domain::validation::Violations;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Caller, DraftBody, ParseDraft};
use crate::routes::tutoring::schedule_type;
use crate::services::Services;
use crate::wire;

/// A new session request. Fields of the schedule that are omitted come from the package.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateRequestBody {
    /// Tutor profile of the recipient.
    #[schema(required = true, nullable = false, example = 2)]
    tutor_id: Option<i64>,
    /// Active package of the tutor.
    #[schema(example = 1)]
    package_id: Option<i64>,
    /// Message to the tutor, at most 5000 characters.
    #[schema(example = "I'd like to book sessions")]
    message: Option<String>,
    /// Student profile of the child. Required for parents; students may name their own profile only.
    #[serde(rename = "requested_to_id")]
    student_id: Option<i64>,
    /// `recurring` or `specific_dates`. By default it follows from `days`, `specific_dates` or the package.
    #[schema(example = "recurring")]
    schedule_type: Option<String>,
    /// English weekday names, in full or their first three letters.
    #[schema(example = json!(["Monday", "Wednesday"]))]
    days: Option<Vec<String>>,
    /// Civil dates `YYYY-MM-DD`, at most 200, none in the past.
    specific_dates: Option<Vec<String>>,
    /// Start of each session, wall clock `HH:MM`.
    #[schema(example = "14:00")]
    start_time: Option<String>,
    /// End of each session, wall clock `HH:MM`, after `start_time` unless `overnight` is true.
    #[schema(example = "16:00")]
    end_time: Option<String>,
    /// Whether an end before the start is on the next day; false by default.
    overnight: Option<bool>,
    /// IANA time zone of the wall clock, by default the tutor's.
    time_zone: Option<String>,
    /// Civil date `YYYY-MM-DD` on or after which a weekly pattern starts, by default today.
    starts_on: Option<String>,
    /// Length of a weekly pattern in weeks, 1 to 26, by default 8.
    weeks: Option<i64>,
    /// Hourly rate offered in place of the package's, more than 0, at most two decimals.
    #[schema(value_type = Option<f64>, example = 150.00)]
    counter_offer_price: Option<Box<RawValue>>,
    /// Description of convenient times, at most 1000 characters.
    preferred_schedule: Option<String>,
    /// At most 10 years from 1900 to 2199.
    year_range: Option<Vec<i64>>,
    /// At most 24 texts of at most 20 characters.
    months: Option<Vec<String>>,
}

impl ParseDraft for CreateRequestBody {
    type Draft = RequestDraft;

    fn parse(self, mut violations: Violations) -> RequestDraft {
        let schedule = ScheduleDraft {
            schedule_type: violations.check_some("schedule_type", self.schedule_type, |word| schedule_type(&word)),
            days: self.days.and_then(|days| parse_weekdays("days", &days, &mut violations)),
            specific_dates: self.specific_dates.map(|dates| parse_dates(&dates, &mut violations)),
            start_time: violations.check_some("start_time", self.start_time, |input| parse_time(&input)),
            end_time: violations.check_some("end_time", self.end_time, |input| parse_time(&input)),
            time_zone: violations.check_some("time_zone", self.time_zone, |input| parse_zone(&input)),
            starts_on: violations.check_some("starts_on", self.starts_on, |input| parse_date(&input)),
            weeks: violations.check_some("weeks", self.weeks, parse_weeks),
            overnight: self.overnight.unwrap_or_default(),
        };
        RequestDraft {
            tutor_id: violations.require("tutor_id", self.tutor_id, TutorId::parse),
            package_id: violations.check_some("package_id", self.package_id, PackageId::parse),
            student_id: violations.check_some("requested_to_id", self.student_id, StudentId::parse),
            message: violations.check_some("message", self.message, |input| parse_message(&input)),
            schedule,
            counter_offer_price: violations.check_some("counter_offer_price", self.counter_offer_price, |input| {
                wire::parse_price(&input)?.positive()
            }),
            preferred_schedule: violations
                .check_some("preferred_schedule", self.preferred_schedule, |input| parse_preferred_schedule(&input)),
            year_range: violations.check_some("year_range", self.year_range, parse_years).unwrap_or_default(),
            months: violations.check_some("months", self.months, |input| parse_months(&input)).unwrap_or_default(),
            violations,
        }
    }
}

/// A session request that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestSentBody {
    success: bool,
    message: &'static str,
    request_id: i64,
    /// Direct conversation of the requester and the tutor.
    conversation_id: i64,
    /// Message about the request.
    message_id: i64,
    /// RFC 3339 instant in UTC of sending.
    created_at: String,
}

/// Send a session request
///
/// Students request sessions for themselves; parents name one of their children. The request appears as a message in
/// the direct conversation with the tutor. It expires after 14 days, or when its last date has passed. A requester can
/// have at most 20 pending requests and no duplicate of a pending one. After three rejections by one tutor within 30
/// days, the caller cannot ask that tutor until the oldest of the three is 30 days old.
#[utoipa::path(
    tag = "requests",
    request_body = CreateRequestBody,
    responses(
        (status = 200, description = "The session request was sent", body = RequestSentBody),
        (status = 400, description = "A profile or the child is missing, or the caller is the tutor"),
        (status = 403, description = "The caller is neither a student nor a parent, is a student who names another \
            student, or has blocked the tutor"),
        (status = 404, description = "The tutor or the child was not found"),
        (status = 409, description = "A duplicate of the request is pending"),
        (status = 429, description = "The caller has too many pending requests, or the tutor rejected several recently"),
    ),
)]
#[post("/session-requests")]
pub(crate) async fn create_session_request(
    services: Data<Services>,
    caller: Caller,
    DraftBody(draft): DraftBody<CreateRequestBody>,
) -> Result<Json<RequestSentBody>, ApiError> {
    let sent = services.requests.create(&caller, draft).await?;
    Ok(Json(RequestSentBody {
        success: true,
        message: "Session request sent successfully",
        request_id: sent.request_id.get(),
        conversation_id: sent.conversation_id.get(),
        message_id: sent.message_id.get(),
        created_at: wire::instant(sent.created_at),
    }))
}
