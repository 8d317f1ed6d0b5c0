//! `GET /connections` and `GET /connections/{id}`

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::connections::{ConnectionFilter, Direction};
use astegni_domain::ids::ConnectionId;
use astegni_domain::page::PageRequest;
use astegni_domain::text;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{ConnectionBody, chosen, kind, status};
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, Parse, PathId, Query, list};
use crate::services::Services;

/// Filters and the page of a list of connections.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConnectionsQuery {
    /// `follow`, `friend` or `block`. Default: all.
    connection_type: Option<String>,
    /// `pending`, `accepted`, `rejected` or `all`. Default: `all`.
    status: Option<String>,
    /// `following` and `followers` select follows; `outgoing` and `incoming` select connections of any kind by their
    /// initiator; `all` is the default.
    direction: Option<String>,
    /// Beginnings of consecutive words of the other user's name, ignoring case, at most 100 characters: `abe ke` finds
    /// Abebe Kebede, `bebe` does not. Hidden names do not match.
    search: Option<String>,
    /// Largest number of items in the response, 1 to 100. On the unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Position of the page, taken from the `Link` header of the previous page.
    cursor: Option<String>,
}

impl Parse for ConnectionsQuery {
    type Command = (ConnectionFilter, PageRequest);

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let filter = ConnectionFilter {
            kind: violations.check_some("connection_type", chosen(self.connection_type), |word| kind(&word)),
            status: violations.check_some("status", chosen(self.status), |word| status(&word)),
            direction: violations
                .check_some("direction", chosen(self.direction), |word| direction(&word))
                .unwrap_or_default(),
            search: violations.check_some("search", self.search.filter(|text| !text.trim().is_empty()), |input| {
                text::line(&input, 100)
            }),
        };
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some((filter, page))
    }
}

fn direction(word: &str) -> Result<Direction, Invalid> {
    match word {
        "following" => Ok(Direction::Following),
        "followers" => Ok(Direction::Followers),
        "outgoing" => Ok(Direction::Outgoing),
        "incoming" => Ok(Direction::Incoming),
        _ => Err(Invalid::new("unknown_direction", "must be following, followers, outgoing, incoming or all")),
    }
}

/// List your connections
///
/// Returns the caller's connections, newest first. Blocks appear to their initiator only, rejections to their
/// recipient only.
#[utoipa::path(
    tag = "connections",
    params(ConnectionsQuery),
    responses((status = 200, description = "A page of connections", body = [ConnectionBody])),
)]
#[get("/connections")]
pub(crate) async fn list_connections(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query((filter, page)): Query<ConnectionsQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.connections.list(&caller, filter, page).await?;
    Ok(list(&request, page, ConnectionBody::from))
}

/// Get a connection
///
/// Returns a connection of the caller. Only its two participants may view it.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the connection")),
    responses(
        (status = 200, description = "The connection", body = ConnectionBody),
        (status = 403, description = "The caller is not a participant"),
        (status = 404, description = "The connection does not exist or is hidden from the caller"),
    ),
)]
#[get("/connections/{id}")]
pub(crate) async fn get_connection(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<ConnectionBody>, ApiError> {
    Ok(Json(services.connections.find(&caller, ConnectionId::new(id)).await?.into()))
}
