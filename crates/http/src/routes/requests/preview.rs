//! `POST /session-requests/tutor/{id}/preview`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::ids::RequestId;
use astegni_domain::requests::{Acceptance, PreviewedAcceptance};
use astegni_domain::schedule::{Dst, Objection, Occurrence};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions_body::{ProposedSessionBody, acceptance};
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PathId};
use crate::services::Services;
use crate::wire::{self, ConflictBody};

/// The choices of an acceptance to preview.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PreviewBody {
    /// `fail` (default) or `skip`, see the acceptance.
    on_conflict: Option<String>,
    /// Sessions that replace those of the request's schedule, at most 200.
    sessions: Option<Vec<ProposedSessionBody>>,
}

impl Parse for PreviewBody {
    type Command = Acceptance;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Acceptance> {
        Some(acceptance(self.on_conflict, self.sessions, violations))
    }
}

/// A session that the acceptance would create.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlannedSessionBody {
    /// Place in the series, from 0.
    series_index: usize,
    /// Civil date `YYYY-MM-DD`.
    session_date: String,
    /// Start, wall clock `HH:MM:SS`.
    start_time: String,
    /// End, wall clock `HH:MM:SS`.
    end_time: String,
    /// IANA time zone of the wall clock.
    time_zone: &'static str,
    /// RFC 3339 instant in UTC of the start.
    starts_at: String,
    /// RFC 3339 instant in UTC of the end, exclusive.
    ends_at: String,
    /// Length in minutes.
    duration: i64,
    /// `gap` or `overlap` if a change of the clock affects the start, else null.
    dst: Option<&'static str>,
    /// Whether the session ends on the day after `session_date`.
    overnight: bool,
    /// Reasons why the tutor's availability does not offer the time: `outside_hours`, `short_notice`, `buffer`, `daily_limit`,
    /// `weekly_limit`. They do not prevent the acceptance.
    unavailable: Vec<&'static str>,
}

impl PlannedSessionBody {
    fn new(index: usize, occurrence: &Occurrence, objections: &[Objection], zone: chrono_tz::Tz) -> Self {
        Self {
            series_index: index,
            session_date: wire::date(occurrence.date),
            start_time: wire::time(occurrence.slot.start()),
            end_time: wire::time(occurrence.slot.end()),
            time_zone: zone.name(),
            starts_at: wire::instant(occurrence.starts_at),
            ends_at: wire::instant(occurrence.ends_at),
            duration: occurrence.slot.duration().num_minutes(),
            dst: occurrence.dst.map(Dst::as_str),
            overnight: occurrence.slot.is_overnight(),
            unavailable: objections.iter().map(|objection| objection.as_str()).collect(),
        }
    }
}

/// The outcome of an acceptance at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewedBody {
    /// Sessions that would be created.
    sessions: Vec<PlannedSessionBody>,
    /// Conflicts that would fail the acceptance.
    conflicts: Vec<ConflictBody>,
    /// Sessions that would be left out because they conflict.
    skipped: Vec<ConflictBody>,
}

/// Preview the acceptance of a session request
///
/// Returns exactly what accepting a pending session request would create, and writes nothing. Only the tutor who received
/// the request can preview its acceptance.
#[utoipa::path(
    tag = "requests",
    request_body = PreviewBody,
    params(("id" = i64, Path, description = "Id of the session request")),
    responses(
        (status = 200, description = "The sessions and their conflicts", body = PreviewedBody),
        (status = 403, description = "The caller is not a tutor"),
        (status = 404, description = "The caller received no such session request"),
        (status = 409, description = "The session request is no longer pending"),
    ),
)]
#[post("/session-requests/tutor/{id}/preview")]
pub(crate) async fn preview_acceptance(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Body(acceptance): Body<PreviewBody>,
) -> Result<Json<PreviewedBody>, ApiError> {
    let PreviewedAcceptance { preview, objections } =
        services.requests.preview(&caller, RequestId::new(id), acceptance).await?;
    let zone = preview.time_zone;
    let sessions = preview.sessions.iter().zip(&objections).enumerate();
    let sessions =
        sessions.map(|(index, (occurrence, objections))| PlannedSessionBody::new(index, occurrence, objections, zone));
    Ok(Json(PreviewedBody {
        sessions: sessions.collect(),
        conflicts: preview.conflicts.iter().map(ConflictBody::from).collect(),
        skipped: preview.skipped.iter().map(ConflictBody::from).collect(),
    }))
}
