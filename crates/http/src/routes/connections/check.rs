//! `POST /connections/check` and `POST /connections/check-batch`

use std::collections::BTreeMap;

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::connections::ConnectionCheck;
use astegni_domain::ids::UserId;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::ConnectionBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::services::Services;
use crate::wire;

/// The user to check.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CheckBody {
    /// Id of the user.
    #[schema(required = true, nullable = false, example = 75)]
    target_user_id: Option<i64>,
}

impl Parse for CheckBody {
    type Command = UserId;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<UserId> {
        violations.require("target_user_id", self.target_user_id, UserId::parse)
    }
}

/// The users to check.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CheckBatchBody {
    /// Ids of 1 to 100 users.
    #[schema(required = true, nullable = false)]
    target_user_ids: Option<Vec<i64>>,
}

impl Parse for CheckBatchBody {
    type Command = Vec<UserId>;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Vec<UserId>> {
        let ids = violations.require("target_user_ids", self.target_user_ids, |ids| {
            let is_bounded = (1..=100).contains(&ids.len());
            if is_bounded { Ok(ids) } else { Err(Invalid::new("out_of_range", "must have 1 to 100 entries")) }
        })?;
        let id = |(place, id)| violations.check(format!("target_user_ids.{place}"), UserId::parse(id));
        ids.into_iter().enumerate().map(id).collect()
    }
}

/// The connection between the caller and another user.
///
/// Of several connections, the most relevant one represents the two: an accepted friendship, an accepted follow, a
/// pending friendship or follow, the caller's block, in this order.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct CheckedBody {
    /// Whether the two have an accepted follow or friendship.
    is_connected: bool,
    /// `follow`, `friend` or `block`, null if there is no connection.
    connection_type: Option<&'static str>,
    /// `pending`, `accepted` or `rejected`, null if there is no connection.
    status: Option<&'static str>,
    /// `outgoing` if the caller is the initiator, otherwise `incoming`.
    direction: Option<&'static str>,
    /// Id of the connection.
    connection_id: Option<i64>,
    /// RFC 3339 instant in UTC of the latest request.
    created_at: Option<String>,
    /// All connections between the two that the caller may see, by relevance, highest first.
    connections: Vec<ConnectionBody>,
}

impl CheckedBody {
    fn new(viewer: UserId, check: ConnectionCheck) -> Self {
        let Some(primary) = check.primary() else { return Self::default() };
        let (edge, created_at) = (primary.edge, primary.created_at);
        Self {
            is_connected: check.is_connected(),
            connection_type: Some(edge.kind.as_str()),
            status: Some(edge.status.as_str()),
            direction: Some(if edge.initiator == viewer { "outgoing" } else { "incoming" }),
            connection_id: Some(edge.id.get()),
            created_at: Some(wire::instant(created_at)),
            connections: check.connections.into_iter().map(ConnectionBody::from).collect(),
        }
    }
}

/// The connections between the caller and each of several users.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckedBatchBody {
    /// Results by user id.
    connections: BTreeMap<String, CheckedBody>,
}

async fn checks(
    services: &Services,
    caller: &Caller,
    users: Vec<UserId>,
) -> Result<impl Iterator<Item = (UserId, CheckedBody)>, ApiError> {
    let viewer = caller.user_id;
    let checks = services.connections.check(caller, users).await?;
    Ok(checks.into_iter().map(move |(user, check)| (user, CheckedBody::new(viewer, check))))
}

/// Check your connection with a user
///
/// Returns the connections between the caller and one user. A user who does not exist or is hidden from the caller is
/// reported as not connected.
#[utoipa::path(
    tag = "connections",
    request_body = CheckBody,
    responses((status = 200, description = "The connection, or false and nulls if there is none", body = CheckedBody)),
)]
#[post("/connections/check")]
pub(crate) async fn check_connection(
    services: Data<Services>,
    caller: Caller,
    Body(target): Body<CheckBody>,
) -> Result<Json<CheckedBody>, ApiError> {
    let mut checks = checks(&services, &caller, vec![target]).await?;
    Ok(Json(checks.next().map(|(_, body)| body).unwrap_or_default()))
}

/// Check your connections with several users
///
/// Returns the connections between the caller and each of up to 100 users. A user who does not exist or is hidden from
/// the caller is reported as not connected.
#[utoipa::path(
    tag = "connections",
    request_body = CheckBatchBody,
    responses((status = 200, description = "The connections by user id", body = CheckedBatchBody)),
)]
#[post("/connections/check-batch")]
pub(crate) async fn check_connection_batch(
    services: Data<Services>,
    caller: Caller,
    Body(targets): Body<CheckBatchBody>,
) -> Result<Json<CheckedBatchBody>, ApiError> {
    let checks = checks(&services, &caller, targets).await?;
    Ok(Json(CheckedBatchBody { connections: checks.map(|(user, body)| (user.to_string(), body)).collect() }))
}
