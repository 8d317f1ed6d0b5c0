//! `GET /users/{id}/connections`: public lists.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::connections::{ConnectionFilter, Viewer};
use astegni_domain::ids::UserId;
use astegni_domain::page::PageRequest;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{ConnectionBody, chosen, kind, status};
use crate::error::ApiError;
use crate::extract::{MaybeCaller, PagingQuery, Parse, PathId, Query, list};
use crate::services::Services;

/// Filters and the page of a list of public connections.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PublicConnectionsQuery {
    /// `follow` or `friend`. Default: both.
    connection_type: Option<String>,
    /// `accepted` or `all`. Default: `all`. Connections with another status are not public.
    status: Option<String>,
    /// Largest number of items in the response, 1 to 100. On the unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Position of the page, taken from the `Link` header of the previous page.
    cursor: Option<String>,
}

impl Parse for PublicConnectionsQuery {
    type Command = (ConnectionFilter, PageRequest);

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let filter = ConnectionFilter {
            kind: violations.check_some("connection_type", chosen(self.connection_type), |word| kind(&word)),
            status: violations.check_some("status", chosen(self.status), |word| status(&word)),
            ..ConnectionFilter::default()
        };
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some((filter, page))
    }
}

/// List a user's connections
///
/// Returns accepted follows and friendships, newest first, and never blocks. The list of a private account is visible to
/// users whom it has accepted. Names, pictures and roles of private users are hidden from strangers.
#[utoipa::path(
    tag = "connections",
    params(PublicConnectionsQuery, ("id" = i64, Path, description = "Id of the user")),
    responses(
        (status = 200, description = "A page of connections", body = [ConnectionBody]),
        (status = 403, description = "The caller has blocked the user"),
        (status = 404, description = "The user does not exist, or the list is hidden from the caller"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/users/{id}/connections")]
pub(crate) async fn list_user_connections(
    request: HttpRequest,
    services: Data<Services>,
    MaybeCaller(caller): MaybeCaller,
    PathId(id): PathId,
    Query((filter, page)): Query<PublicConnectionsQuery>,
) -> Result<HttpResponse, ApiError> {
    let viewer = Viewer::from(caller.map(|actor| actor.user_id));
    let page = services.connections.public_list(viewer, UserId::new(id), filter, page).await?;
    Ok(list(&request, page, ConnectionBody::public))
}
