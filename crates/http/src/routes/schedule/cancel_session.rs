//! `POST /sessions/{id}/cancel`

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use astegni_domain::ids::SessionId;
use astegni_domain::schedule::{CancelCommand, Session};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::SessionBody;
use super::fields::reason;
use super::update_session::scope;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PathId, Precondition, tagged};
use crate::services::Services;

/// The choices of a user who cancels.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CancelSessionBody {
    /// Reason for the cancellation, which both sides see.
    #[schema(max_length = 500, example = "I am ill")]
    reason: Option<String>,
    /// `this` (the default), or `following` for the session and those of its course that start later, are scheduled and have not
    /// begun.
    scope: Option<String>,
}

impl Parse for CancelSessionBody {
    type Command = CancelCommand;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<CancelCommand> {
        Some(CancelCommand {
            reason: violations.check_some("reason", self.reason, |input| reason(&input)).flatten(),
            scope: violations.check_some("scope", self.scope, |word| scope(&word)).unwrap_or_default(),
        })
    }
}

/// Cancel a session
///
/// Cancels a scheduled session that has not begun. The tutor, the student and the student's guardians can do so; both sides
/// are notified by a chat message and an event. The session remains, and its time is free again. After
/// `cancellation_deadline`, a cancellation by the student's side is late, and the session counts as used; otherwise it is
/// credited to the package, if its number of sessions is limited.
#[utoipa::path(
    tag = "schedule",
    request_body = CancelSessionBody,
    params(
        ("id" = i64, Path, description = "Id of the session"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the version to cancel"),
    ),
    responses(
        (status = 200, description = "The cancelled session, with its `ETag`", body = SessionBody),
        (status = 404, description = "The caller has no session with this id"),
        (status = 409, description = "The session has begun or is not scheduled (`invalid_transition`)"),
        (status = 412, description = "The session no longer has the version in `If-Match`"),
    ),
)]
#[post("/sessions/{id}/cancel")]
pub(crate) async fn cancel_session(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    precondition: Precondition,
    Body(command): Body<CancelSessionBody>,
) -> Result<HttpResponse, ApiError> {
    let viewer = caller.user_id;
    let allows = |session: &Session, now| precondition.allows(&SessionBody::new(session.clone(), viewer, now));
    let session = services.sessions.cancel(&caller, SessionId::new(id), &command, allows).await?;
    tagged(HttpResponse::Ok(), &SessionBody::new(session, viewer, services.clock.now()))
}
