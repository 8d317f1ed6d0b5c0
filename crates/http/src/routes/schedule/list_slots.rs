//! `GET /tutors/{tutor_id}/slots`

use actix_web::get;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::ids::{StudentId, TutorId, parse_id};
use astegni_domain::schedule::{DEFAULT_STEP, Occurrence, STEPS, SlotQuery, parse_date, parse_zone};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::fields::within;
use crate::error::ApiError;
use crate::extract::{MaybeCaller, Parse, PathId, Query};
use crate::services::Services;
use crate::wire;

/// The duration of a slot if none is requested, in minutes.
const DEFAULT_DURATION: u16 = 60;

/// A search for free slots.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SlotsQuery {
    /// First civil date `YYYY-MM-DD` in `time_zone`; by default today.
    from: Option<String>,
    /// Last civil date `YYYY-MM-DD` in `time_zone`; by default six days after `from`, and at most 30.
    to: Option<String>,
    /// Duration of a session in minutes.
    #[param(value_type = Option<i64>, minimum = 5, maximum = 720, default = 60)]
    duration: Option<String>,
    /// IANA name of the zone of the dates and of the slots' wall clock; by default the tutor's.
    time_zone: Option<String>,
    /// Distance between starts in minutes, on the tutor's wall clock: 5, 10, 15, 20, 30 or 60.
    #[param(value_type = Option<i64>, default = 15)]
    step: Option<String>,
    /// Student profile in whose calendar the slots are free as well: the caller's own, or a child's. By default the own profile
    /// of a caller who acts as a student.
    #[param(value_type = Option<i64>)]
    student_id: Option<String>,
}

impl Parse for SlotsQuery {
    type Command = (SlotQuery, Option<StudentId>);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let duration = violations.check_some("duration", self.duration, |input| minutes(&input));
        let query = SlotQuery {
            from: violations.check_some("from", self.from, |input| parse_date(&input)),
            to: violations.check_some("to", self.to, |input| parse_date(&input)),
            duration: duration.unwrap_or(DEFAULT_DURATION),
            step: violations.check_some("step", self.step, |input| step(&input)).unwrap_or(DEFAULT_STEP),
            time_zone: violations.check_some("time_zone", self.time_zone, |input| parse_zone(&input)),
        };
        let student = violations.check_some("student_id", self.student_id, |input| parse_id(&input));
        Some((query, student.map(StudentId::new)))
    }
}

fn minutes(input: &str) -> Result<u16, Invalid> {
    within(5..=720, parse_id(input).unwrap_or_default())
}

fn step(input: &str) -> Result<u16, Invalid> {
    let step = parse_id(input).ok().and_then(|step| u16::try_from(step).ok());
    let step = step.filter(|step| STEPS.contains(step));
    step.ok_or_else(|| Invalid::new("unknown_step", "must be 5, 10, 15, 20, 30 or 60"))
}

/// A time that can be booked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlotBody {
    /// RFC 3339 instant in UTC of the start.
    starts_at: String,
    /// RFC 3339 instant in UTC of the end, exclusive.
    ends_at: String,
    /// Civil date `YYYY-MM-DD` of the start in `time_zone`.
    session_date: String,
    /// Wall-clock time `HH:MM:SS` in `time_zone`.
    start_time: String,
    /// Wall-clock time `HH:MM:SS` in `time_zone`.
    end_time: String,
    /// Whether the slot ends on the day after `session_date`.
    overnight: bool,
}

impl From<Occurrence> for SlotBody {
    fn from(occurrence: Occurrence) -> Self {
        Self {
            starts_at: wire::instant(occurrence.starts_at),
            ends_at: wire::instant(occurrence.ends_at),
            session_date: wire::date(occurrence.date),
            start_time: wire::time(occurrence.slot.start()),
            end_time: wire::time(occurrence.slot.end()),
            overnight: occurrence.slot.is_overnight(),
        }
    }
}

/// The free slots of a tutor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlotsBody {
    /// IANA name of the zone of the wall-clock times.
    time_zone: &'static str,
    /// Slots, ascending by start. They overlap if the duration is longer than the step.
    #[schema(max_items = 8940)]
    slots: Vec<SlotBody>,
}

/// List a tutor's free slots
///
/// Returns the times at which the tutor can be booked: within the tutor's hours, notice and limits, and free in the tutor's
/// calendar, as well as the student's, if there is one. Nothing else about either calendar is revealed. `session_date`, the
/// times, `overnight` and `time_zone` of a slot are valid in a session request. At most 31 days are searched. No access
/// token is required.
#[utoipa::path(
    tag = "schedule",
    params(("tutor_id" = i64, Path, description = "Id of the tutor profile"), SlotsQuery),
    responses(
        (status = 200, description = "The slots", body = SlotsBody),
        (status = 403, description = "The caller has blocked this tutor"),
        (status = 404, description = "The tutor does not exist or is hidden from the caller, or the student is neither the \
            caller nor a child of the caller"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutors/{tutor_id}/slots")]
pub(crate) async fn list_free_slots(
    services: Data<Services>,
    MaybeCaller(caller): MaybeCaller,
    PathId(id): PathId,
    Query((query, student)): Query<SlotsQuery>,
) -> Result<Json<SlotsBody>, ApiError> {
    let student = student.or_else(|| caller.as_ref().and_then(own_profile));
    let viewer = caller.map(|actor| actor.user_id);
    let found = services.availability.slots(viewer, TutorId::new(id), student, &query).await?;
    Ok(Json(SlotsBody {
        time_zone: found.time_zone.name(),
        slots: found.slots.into_iter().map(SlotBody::from).collect(),
    }))
}

/// Returns the student profile of a caller who acts as a student.
fn own_profile(caller: &Actor) -> Option<StudentId> {
    caller.profiles.student.filter(|_| caller.active_role == Some(Role::Student))
}
