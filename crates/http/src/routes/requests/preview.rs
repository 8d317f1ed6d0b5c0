//! `POST /session-requests/tutor/{id}/preview`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::ids::RequestId;
use astegni_domain::requests::Acceptance;
use astegni_domain::schedule::{Dst, Occurrence};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions_body::{ProposedSessionBody, acceptance};
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PathId};
use crate::services::Services;
use crate::wire::{self, ConflictBody};

/// How you would accept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PreviewBody {
    /// `fail` (the default) or `skip`.
    on_conflict: Option<String>,
    /// The sessions, where you edit them.
    sessions: Option<Vec<ProposedSessionBody>>,
}

impl Parse for PreviewBody {
    type Command = Acceptance;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Acceptance> {
        Some(acceptance(self.on_conflict, self.sessions, violations))
    }
}

/// A session that would be created.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlannedSessionBody {
    series_index: usize,
    /// Civil date.
    session_date: String,
    /// Wall clock.
    start_time: String,
    /// Wall clock.
    end_time: String,
    /// IANA name.
    time_zone: &'static str,
    /// Instant.
    starts_at: String,
    /// Instant, exclusive.
    ends_at: String,
    /// In minutes.
    duration: i64,
    /// `gap` or `overlap` where daylight saving touches the start.
    dst: Option<&'static str>,
}

impl PlannedSessionBody {
    fn new(index: usize, occurrence: &Occurrence, zone: chrono_tz::Tz) -> Self {
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
        }
    }
}

/// What accepting would create.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewedBody {
    /// What can be booked.
    sessions: Vec<PlannedSessionBody>,
    /// What keeps the acceptance from succeeding.
    conflicts: Vec<ConflictBody>,
    /// What would be left out.
    skipped: Vec<ConflictBody>,
}

/// See what accepting would create
///
/// Decides exactly as accepting does, and writes nothing.
#[utoipa::path(
    tag = "requests",
    request_body = PreviewBody,
    params(("id" = i64, Path, description = "The request")),
    responses(
        (status = 200, description = "The sessions and what is in their way", body = PreviewedBody),
        (status = 403, description = "You are no tutor"),
        (status = 404, description = "You received no such request"),
        (status = 409, description = "It is answered already"),
    ),
)]
#[post("/session-requests/tutor/{id}/preview")]
pub(crate) async fn preview_acceptance(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Body(acceptance): Body<PreviewBody>,
) -> Result<Json<PreviewedBody>, ApiError> {
    let (request, preview) = services.requests.preview(&caller, RequestId::new(id), acceptance).await?;
    let zone = request.terms.time_zone;
    let planned = |(index, occurrence)| PlannedSessionBody::new(index, occurrence, zone);
    Ok(Json(PreviewedBody {
        sessions: preview.sessions.iter().enumerate().map(planned).collect(),
        conflicts: preview.conflicts.iter().map(ConflictBody::from).collect(),
        skipped: preview.skipped.iter().map(ConflictBody::from).collect(),
    }))
}
