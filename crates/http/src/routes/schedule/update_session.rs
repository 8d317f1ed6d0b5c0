//! `PATCH /sessions/{id}`

use actix_web::web::Data;
use actix_web::{HttpResponse, patch};
use astegni_domain::ids::SessionId;
use astegni_domain::schedule::{
    Move, Outcome, PriorityLevel, Scope, Session, SessionMode, SessionUpdate, TimeSlot, parse_date, parse_time,
    parse_topics,
};
use astegni_domain::tutoring::parse_location;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::SessionBody;
use super::fields::{reason, time_slot};
use crate::error::ApiError;
use crate::extract::{Body, Caller, Nullable, Parse, PathId, Precondition, tagged};
use crate::services::Services;

/// Fields to change. Fields that are left out keep their values. Null clears `location`; it counts as left out for `scope`,
/// `overwrite_exceptions` and `reason`, and is otherwise invalid.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateSessionBody {
    /// Topics planned for the session, at most 20 texts of at most 2000 characters.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 20)]
    topics: Nullable<Vec<String>>,
    /// Topics that were covered, at most 20 texts of at most 2000 characters.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 20)]
    topics_covered: Nullable<Vec<String>>,
    /// `online`, `in_person` or `hybrid`.
    #[serde(default)]
    #[schema(value_type = String, example = "in_person")]
    session_mode: Nullable<String>,
    /// Place of a session that is not online, a single line.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    location: Nullable<String>,
    /// `low`, `medium`, `high` or `urgent`.
    #[serde(default)]
    #[schema(value_type = String)]
    priority_level: Nullable<String>,
    /// Civil date `YYYY-MM-DD` in the zone of the session.
    #[serde(default)]
    #[schema(value_type = String, example = "2026-02-03")]
    session_date: Nullable<String>,
    /// Start, wall clock `HH:MM` in the zone of the session.
    #[serde(default)]
    #[schema(value_type = String, example = "15:00")]
    start_time: Nullable<String>,
    /// End, wall clock `HH:MM` in the zone of the session, after the start unless `overnight` is true.
    #[serde(default)]
    #[schema(value_type = String, example = "17:00")]
    end_time: Nullable<String>,
    /// Whether an end before the start is on the next day; by default false if both times are given, otherwise as it is now.
    #[serde(default)]
    #[schema(value_type = bool)]
    overnight: Nullable<bool>,
    /// Outcome of a session that has begun: `completed` or `no_show`. It cannot be combined with a new time.
    #[serde(default)]
    #[schema(value_type = String)]
    status: Nullable<String>,
    /// `this` (the default), or `following` for the session and those of its course that start later, are scheduled and have not
    /// begun.
    scope: Option<String>,
    /// With the scope `following` and a new time, whether sessions that were moved on their own or added later follow the series
    /// again; false by default.
    overwrite_exceptions: Option<bool>,
    /// Reason for the change, which both sides see.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

impl Parse for UpdateSessionBody {
    type Command = SessionUpdate;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<SessionUpdate> {
        let topics = |input: Vec<String>| parse_topics(&input);
        let mut time = Move {
            date: self.session_date.parse_present("session_date", violations, |input| parse_date(&input)),
            start: self.start_time.parse_present("start_time", violations, |input| parse_time(&input)),
            end: self.end_time.parse_present("end_time", violations, |input| parse_time(&input)),
            overnight: self.overnight.parse_present("overnight", violations, Ok),
        };
        if let (Some(start), Some(end)) = (time.start, time.end) {
            time.end = violations.check("end_time", time_slot(start, end, time.overnight)).map(TimeSlot::end);
        }
        let update = SessionUpdate {
            topics: self.topics.parse_present("topics", violations, topics),
            topics_covered: self.topics_covered.parse_present("topics_covered", violations, topics),
            mode: self.session_mode.parse_present("session_mode", violations, |word| mode(&word)),
            location: self.location.parse("location", violations, |input| parse_location(&input)),
            priority: self.priority_level.parse_present("priority_level", violations, |word| priority(&word)),
            time,
            outcome: self.status.parse_present("status", violations, |word| outcome(&word)),
            scope: violations.check_some("scope", self.scope, |word| scope(&word)).unwrap_or_default(),
            overwrite_exceptions: self.overwrite_exceptions.unwrap_or_default(),
            reason: violations.check_some("reason", self.reason, |input| reason(&input)).flatten(),
        };
        violations.merge(update.contradictions());
        Some(update)
    }
}

fn mode(word: &str) -> Result<SessionMode, Invalid> {
    let message = "must be online, in_person or hybrid";
    word.replace('-', "_").parse().map_err(|_| Invalid::new("unknown_mode", message))
}

fn priority(word: &str) -> Result<PriorityLevel, Invalid> {
    word.parse().map_err(|_| Invalid::new("unknown_priority", "must be low, medium, high or urgent"))
}

/// Parses an outcome. The old platform spelled one of them with a hyphen.
fn outcome(word: &str) -> Result<Outcome, Invalid> {
    let message = match word {
        "cancelled" => "must be completed or no_show; sessions are cancelled by POST /sessions/{id}/cancel",
        _ => "must be completed or no_show",
    };
    word.replace('-', "_").parse().map_err(|_| Invalid::new("unknown_status", message))
}

/// Parses the sessions of a series that a change concerns.
pub(super) fn scope(word: &str) -> Result<Scope, Invalid> {
    word.parse().map_err(|_| Invalid::new("unknown_scope", "must be this or following"))
}

/// Update a session
///
/// Edits, reschedules or concludes a session. Only its tutor can do so; both sides are notified by a chat message and an
/// event. A session can be moved while it is scheduled and has not begun, to a time at which neither party has another
/// session and the tutor has no time off; otherwise nothing is changed. Its outcome can be recorded once it has begun, and
/// corrected later. A cancelled session cannot be changed.
///
/// With the scope `following`, the sessions of the course that start later change in the same way: a new date shifts them by the
/// same number of days, and new times apply to all. Sessions that were moved on their own or added later keep their time, unless
/// `overwrite_exceptions` is true. All of them change, or none.
#[utoipa::path(
    tag = "schedule",
    request_body = UpdateSessionBody,
    params(
        ("id" = i64, Path, description = "Id of the session"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the version to update"),
    ),
    responses(
        (status = 200, description = "The session after the change, with its `ETag`", body = SessionBody),
        (status = 403, description = "The caller is not the tutor of the session"),
        (status = 404, description = "The caller has no session with this id"),
        (status = 409, description = "The state of the session does not allow the change (`invalid_transition`), or the new \
            times conflict (`schedule_conflict`)"),
        (status = 412, description = "The session no longer has the version in `If-Match`"),
    ),
)]
#[patch("/sessions/{id}")]
pub(crate) async fn update_session(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    precondition: Precondition,
    Body(update): Body<UpdateSessionBody>,
) -> Result<HttpResponse, ApiError> {
    let viewer = caller.user_id;
    let allows = |session: &Session, now| precondition.allows(&SessionBody::new(session.clone(), viewer, now));
    let session = services.sessions.update(&caller, SessionId::new(id), &update, allows).await?;
    tagged(HttpResponse::Ok(), &SessionBody::new(session, viewer, services.clock.now()))
}
