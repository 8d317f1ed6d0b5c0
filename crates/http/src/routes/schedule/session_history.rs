//! `GET /sessions/{id}/history`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::SessionId;
use astegni_domain::schedule::{ChangedField, HistoryEntry};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::PeriodBody;
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, PathId, Query, list};
use crate::services::Services;
use crate::wire;

/// A change of a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEntryBody {
    /// The version that the change led to; 0 for the booking.
    version: i32,
    /// `created`, `edited`, `rescheduled`, `cancelled`, `completed`, `no_show`, or `zone_rules` if the rules of the time zone
    /// were changed and the session kept its time on the wall clock.
    action: &'static str,
    /// User who made the change; null for a change of zone rules.
    actor_user_id: Option<i64>,
    actor_name: Option<String>,
    /// Reason that the user gave.
    reason: Option<String>,
    /// Names of the fields of the session that were changed.
    fields: Vec<&'static str>,
    /// Time of the session before the change; null for the booking.
    from: Option<PeriodBody>,
    /// Time of the session after the change.
    to: PeriodBody,
    /// RFC 3339 instant in UTC of the change.
    created_at: String,
}

impl From<HistoryEntry> for HistoryEntryBody {
    fn from(entry: HistoryEntry) -> Self {
        let (actor, name) = entry.actor.unzip();
        Self {
            version: entry.version,
            action: entry.kind.as_str(),
            actor_user_id: actor.map(astegni_domain::ids::UserId::get),
            actor_name: name,
            reason: entry.reason,
            fields: entry.fields.into_iter().map(ChangedField::as_str).collect(),
            from: entry.from.map(PeriodBody::from),
            to: entry.to.into(),
            created_at: wire::instant(entry.at),
        }
    }
}

/// List the changes of a session
///
/// Returns the history of a session that the caller teaches or attends, or that one of the caller's children attends, newest
/// first and down to its booking.
#[utoipa::path(
    tag = "schedule",
    params(("id" = i64, Path, description = "Id of the session"), PagingQuery),
    responses(
        (status = 200, description = "The changes; the `Link` header refers to the next page", body = [HistoryEntryBody]),
        (status = 404, description = "The caller has no session with this id"),
    ),
)]
#[get("/sessions/{id}/history")]
pub(crate) async fn list_session_history(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.schedule.history(&caller, SessionId::new(id), page).await?;
    Ok(list(&request, page, HistoryEntryBody::from))
}
