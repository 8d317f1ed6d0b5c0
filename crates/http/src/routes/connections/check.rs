//! `POST /connections/check` and `POST /connections/check-batch`

use std::collections::BTreeMap;

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::connections::{Connection, Edge, Kind, Status};
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

/// With whom.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CheckBody {
    #[schema(required = true, nullable = false, example = 75)]
    target_user_id: Option<i64>,
}

impl Parse for CheckBody {
    type Command = UserId;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<UserId> {
        violations.require("target_user_id", self.target_user_id, Ok).map(UserId::new)
    }
}

/// With whom, several of them.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CheckBatchBody {
    /// 1 to 100 users.
    #[schema(required = true, nullable = false)]
    target_user_ids: Option<Vec<i64>>,
}

impl Parse for CheckBatchBody {
    type Command = Vec<UserId>;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Vec<UserId>> {
        violations.require("target_user_ids", self.target_user_ids, |ids| {
            if (1..=100).contains(&ids.len()) {
                Ok(ids.into_iter().map(UserId::new).collect())
            } else {
                Err(Invalid::new("out_of_range", "must be 1 to 100 users"))
            }
        })
    }
}

/// Whether you are connected. What tells most is told first: an accepted friendship, then follows, then what
/// waits, then your own block.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct CheckedBody {
    is_connected: bool,
    connection_type: Option<&'static str>,
    status: Option<&'static str>,
    /// `outgoing` where you began it, else `incoming`.
    direction: Option<&'static str>,
    connection_id: Option<i64>,
    /// Instant.
    created_at: Option<String>,
    /// Everything between the two that you may know.
    connections: Vec<ConnectionBody>,
}

impl CheckedBody {
    fn new(viewer: UserId, mut between: Vec<Connection>) -> Self {
        let weight = |edge: &Edge| {
            let state = match edge.status {
                Status::Accepted if edge.kind != Kind::Block => 0,
                Status::Pending => 1,
                Status::Accepted => 2,
                Status::Rejected => 3,
            };
            (state, edge.kind != Kind::Friend, edge.initiator != viewer)
        };
        between.sort_by_key(|connection| weight(&connection.edge));
        let Some(first) = between.first() else { return Self::default() };
        let edge = first.edge;
        Self {
            is_connected: edge.status == Status::Accepted && edge.kind != Kind::Block,
            connection_type: Some(edge.kind.as_str()),
            status: Some(edge.status.as_str()),
            direction: Some(if edge.initiator == viewer { "outgoing" } else { "incoming" }),
            connection_id: Some(edge.id.get()),
            created_at: Some(wire::instant(first.created_at)),
            connections: between.into_iter().map(ConnectionBody::from).collect(),
        }
    }
}

/// Whether you are connected, by user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckedBatchBody {
    connections: BTreeMap<String, CheckedBody>,
}

/// Whether you are connected with somebody
///
/// With somebody who is not there, or not for you to know, you are not.
#[utoipa::path(
    tag = "connections",
    request_body = CheckBody,
    responses((status = 200, description = "False and nulls where you are not", body = CheckedBody)),
)]
#[post("/connections/check")]
pub(crate) async fn check(
    services: Data<Services>,
    caller: Caller,
    Body(target): Body<CheckBody>,
) -> Result<Json<CheckedBody>, ApiError> {
    let between = services.connections.between(&caller, vec![target]).await?;
    Ok(Json(CheckedBody::new(caller.user_id, between)))
}

/// Whether you are connected with each of several people
#[utoipa::path(
    tag = "connections",
    request_body = CheckBatchBody,
    responses((status = 200, description = "By user", body = CheckedBatchBody)),
)]
#[post("/connections/check-batch")]
pub(crate) async fn check_batch(
    services: Data<Services>,
    caller: Caller,
    Body(targets): Body<CheckBatchBody>,
) -> Result<Json<CheckedBatchBody>, ApiError> {
    let mut by_user: BTreeMap<UserId, Vec<Connection>> = targets.iter().map(|target| (*target, Vec::new())).collect();
    for connection in services.connections.between(&caller, targets).await? {
        by_user.entry(connection.edge.other(caller.user_id)).or_default().push(connection);
    }
    let checked = |(user, between): (UserId, _)| (user.to_string(), CheckedBody::new(caller.user_id, between));
    Ok(Json(CheckedBatchBody { connections: by_user.into_iter().map(checked).collect() }))
}
