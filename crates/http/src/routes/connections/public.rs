//! `GET /users/{id}/connections`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::connections::{Kind, Status};
use astegni_domain::ids::UserId;
use astegni_domain::page::{Page, PageRequest};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{ConnectionBody, kind, status};
use crate::error::ApiError;
use crate::extract::{MaybeCaller, PagingQuery, Parse, PathId, Query, list};
use crate::services::Services;

/// Which connections.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublicConnectionsQuery {
    /// `follow` or `friend`; both unless given.
    connection_type: Option<String>,
    /// Only `accepted` ones are public.
    status: Option<String>,
    /// How many rows, 1 to 100. Left out: the first 100.
    #[param(value_type = Option<i64>)]
    limit: Option<String>,
    /// Where the page begins, from the `Link` header of the page before.
    cursor: Option<String>,
}

impl Parse for PublicConnectionsQuery {
    type Command = (Option<Kind>, Option<Status>, PageRequest);

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let given = |input: Option<String>| input.filter(|word| !matches!(word.trim(), "" | "all"));
        let kind = violations.check_some("connection_type", given(self.connection_type), |word| kind(&word));
        let status = violations.check_some("status", given(self.status), |word| status(&word));
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some((kind, status, page))
    }
}

/// Somebody's connections
///
/// Accepted follows and friendships, never blocks. A private account's are for those it accepted.
#[utoipa::path(
    tag = "connections",
    params(PublicConnectionsQuery, ("id" = i64, Path, description = "The user")),
    responses(
        (status = 200, description = "The newest first", body = [ConnectionBody]),
        (status = 403, description = "You blocked them"),
        (status = 404, description = "No such user, or none for you to know"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/users/{id}/connections")]
pub(crate) async fn public_connections(
    request: HttpRequest,
    services: Data<Services>,
    MaybeCaller(caller): MaybeCaller,
    PathId(id): PathId,
    Query((kind, status, page)): Query<PublicConnectionsQuery>,
) -> Result<HttpResponse, ApiError> {
    let viewer = caller.map(|actor| actor.user_id);
    let found = services.connections.public_list(viewer, UserId::new(id), kind, page).await?;
    let is_public = status.is_none_or(|status| status == Status::Accepted);
    let found = if is_public { found } else { Page { items: Vec::new(), next: None } };
    Ok(list(&request, found, ConnectionBody::public))
}
