//! `POST /session-requests`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::ids::{PackageId, StudentId, TutorId};
use astegni_domain::requests::{RequestDraft, ScheduleDraft};
use astegni_domain::schedule::{MAX_SESSIONS, parse_date, parse_time, parse_zone};
use astegni_domain::text;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::routes::tutoring::{schedule_type, weekdays};
use crate::services::Services;
use crate::wire;

/// What is asked for. What is left out comes from the package.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateRequestBody {
    /// The tutor profile.
    #[schema(required = true, nullable = false, example = 2)]
    tutor_id: Option<i64>,
    #[schema(example = 1)]
    package_id: Option<i64>,
    #[schema(example = "I'd like to book sessions")]
    message: Option<String>,
    /// The student profile of the child, where a parent asks.
    requested_to_id: Option<i64>,
    /// `recurring` or `specific_dates`.
    #[schema(example = "recurring")]
    schedule_type: Option<String>,
    /// English weekday names.
    #[schema(example = json!(["Monday", "Wednesday"]))]
    days: Option<Vec<String>>,
    /// Civil dates.
    specific_dates: Option<Vec<String>>,
    /// Wall clock.
    #[schema(example = "14:00")]
    start_time: Option<String>,
    /// Wall clock.
    #[schema(example = "16:00")]
    end_time: Option<String>,
    /// IANA name; the tutor's unless given.
    time_zone: Option<String>,
    /// A weekly pattern does not begin before this civil date.
    starts_on: Option<String>,
    /// For how many weeks, 1 to 26 (8).
    weeks: Option<i64>,
    /// Exact, with two decimals at most, more than 0.
    #[schema(value_type = Option<f64>, example = 150.00)]
    counter_offer_price: Option<Box<RawValue>>,
    preferred_schedule: Option<String>,
    year_range: Option<Vec<i64>>,
    months: Option<Vec<String>>,
}

impl Parse for CreateRequestBody {
    /// What is wrong with single fields goes along: what is wrong with them together, and with the package,
    /// is told at the same time.
    type Command = (RequestDraft, Violations);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let tutor_id = violations.require("tutor_id", self.tutor_id, Ok);
        let schedule = ScheduleDraft {
            schedule_type: violations.check_some("schedule_type", self.schedule_type, |word| schedule_type(&word)),
            days: self.days.and_then(|days| weekdays("days", &days, violations)),
            specific_dates: self.specific_dates.map(|dates| read_dates(&dates, violations)),
            start_time: violations.check_some("start_time", self.start_time, |input| parse_time(&input)),
            end_time: violations.check_some("end_time", self.end_time, |input| parse_time(&input)),
            time_zone: violations.check_some("time_zone", self.time_zone, |input| parse_zone(&input)),
            starts_on: violations.check_some("starts_on", self.starts_on, |input| parse_date(&input)),
            weeks: violations.check_some("weeks", self.weeks, weeks),
        };
        let draft = RequestDraft {
            // Refused above where it is missing, before anybody is asked.
            tutor_id: TutorId::new(tutor_id.unwrap_or_default()),
            package_id: self.package_id.map(PackageId::new),
            student_id: self.requested_to_id.map(StudentId::new),
            message: violations.check_some("message", self.message, |input| text::prose(&input, 5000)),
            schedule,
            counter_offer_price: violations.check_some("counter_offer_price", self.counter_offer_price, |input| {
                wire::parse_price(&input)?.positive()
            }),
            preferred_schedule: violations
                .check_some("preferred_schedule", self.preferred_schedule, |input| text::prose(&input, 1000)),
            year_range: violations.check_some("year_range", self.year_range, years).unwrap_or_default(),
            months: violations
                .check_some("months", self.months, |input| text::lines(&input, 24, 20))
                .unwrap_or_default(),
        };
        tutor_id.map(|_| (draft, std::mem::take(violations)))
    }
}

fn weeks(input: i64) -> Result<u8, Invalid> {
    u8::try_from(input)
        .ok()
        .filter(|weeks| (1..=26).contains(weeks))
        .ok_or_else(|| Invalid::new("out_of_range", "must be from 1 to 26"))
}

fn years(input: Vec<i64>) -> Result<Vec<i64>, Invalid> {
    let sound = input.len() <= 10 && input.iter().all(|year| (1900..2200).contains(year));
    if sound { Ok(input) } else { Err(Invalid::new("invalid_years", "must be at most 10 years")) }
}

fn read_dates(input: &[String], violations: &mut Violations) -> Vec<Option<NaiveDate>> {
    let date = |(place, text): (usize, &String)| violations.check(format!("specific_dates.{place}"), parse_date(text));
    // The list itself is bounded where it is completed.
    input.iter().enumerate().take(MAX_SESSIONS + 1).map(date).collect()
}

/// A request that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestSentBody {
    success: bool,
    message: &'static str,
    request_id: i64,
    conversation_id: i64,
    message_id: i64,
    /// Instant.
    created_at: String,
}

/// Ask a tutor for sessions
///
/// A student asks for themselves; a parent names a child in their care. The conversation of the two is found
/// or made and gets the request as a message.
#[utoipa::path(
    tag = "requests",
    request_body = CreateRequestBody,
    responses(
        (status = 200, description = "The request was sent", body = RequestSentBody),
        (status = 400, description = "The request makes no sense for this caller"),
        (status = 403, description = "Only students and parents ask"),
        (status = 404, description = "No such tutor, or no such child in your care"),
        (status = 409, description = "The same request is pending"),
        (status = 429, description = "Too many are pending, or were rejected lately"),
    ),
)]
#[post("/session-requests")]
pub(crate) async fn create_request(
    services: Data<Services>,
    caller: Caller,
    Body((draft, violations)): Body<CreateRequestBody>,
) -> Result<Json<RequestSentBody>, ApiError> {
    let (sent, created_at) = services.requests.create(&caller, draft, violations).await?;
    Ok(Json(RequestSentBody {
        success: true,
        message: "Session request sent successfully",
        request_id: sent.request_id.get(),
        conversation_id: sent.conversation_id.get(),
        message_id: sent.message_id.get(),
        created_at: wire::instant(created_at),
    }))
}
