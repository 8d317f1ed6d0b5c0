//! `POST /calendar/feeds`

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::post;
use actix_web::web::Data;
use astegni_domain::schedule::{FeedScope, parse_feed_name};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::FeedBody;
use super::links::FeedLinks;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PublicUrl};
use crate::services::Services;

/// A calendar feed to be created.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewFeedBody {
    /// `full` (the default) shows the package, the first name of the other side, and the location. `busy` shows the times
    /// only.
    scope: Option<String>,
    /// Name of the calendar, at most 100 characters; `Astegni` by default.
    name: Option<String>,
}

impl Parse for NewFeedBody {
    type Command = (FeedScope, Option<String>);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let scope = |word: String| word.parse().map_err(|_| Invalid::new("unknown_scope", "must be full or busy"));
        let scope = violations.check_some("scope", self.scope, scope);
        let name = violations.check_some("name", self.name, |name| parse_feed_name(&name));
        Some((scope.unwrap_or_default(), name))
    }
}

/// A new calendar feed with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedFeedBody {
    #[serde(flatten)]
    feed: FeedBody,
    /// Address of the feed, which needs no access token. It contains the secret and is not shown again.
    url: String,
    /// Part of the address that must be kept secret.
    secret: String,
    links: FeedLinks,
}

/// Create a calendar feed
///
/// Creates an address at which calendar programs read the caller's sessions: those that the caller teaches or attends, and
/// those of the caller's children. Everyone who knows the address can read them, so it is shown in this response only. A user
/// can have at most 20 feeds.
#[utoipa::path(
    tag = "schedule",
    request_body = NewFeedBody,
    responses(
        (status = 201, description = "The feed with its address", body = CreatedFeedBody),
        (status = 409, description = "The caller has 20 feeds"),
    ),
)]
#[post("/calendar/feeds")]
pub(crate) async fn create_feed(
    services: Data<Services>,
    caller: Caller,
    base: PublicUrl,
    Body((scope, name)): Body<NewFeedBody>,
) -> Result<HttpResponse, ApiError> {
    let created = services.feeds.create(&caller, scope, name).await?;
    let url = format!("{base}/api/v1/calendar/{}.ics", created.secret);
    let links = FeedLinks::new(&url, created.feed.name.as_deref().unwrap_or("Astegni"));
    let location = (LOCATION, format!("/api/v1/calendar/feeds/{}", created.feed.id));
    let body = CreatedFeedBody { feed: created.feed.into(), url, secret: created.secret, links };
    Ok(HttpResponse::Created().insert_header(location).json(body))
}
