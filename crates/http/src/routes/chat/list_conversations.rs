//! `GET /chat/conversations`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::page::PageRequest;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{ConversationBody, check_repeated_user};
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, Parse, Query, next_link};
use crate::services::Services;

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationsQuery {
    /// How many rows, 1 to 100. Left out: the first 100.
    #[param(value_type = Option<i64>)]
    limit: Option<String>,
    /// Where the page begins, from the `Link` header of the page before.
    cursor: Option<String>,
    /// How many rows to pass over, for old clients.
    #[param(value_type = Option<i64>)]
    offset: Option<String>,
    /// Yours, if sent at all.
    #[param(value_type = Option<i64>)]
    user_id: Option<String>,
}

impl Parse for ConversationsQuery {
    type Command = (PageRequest, i64, Option<String>);

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let offset = violations.check_some("offset", self.offset, |input| {
            let sound = input.parse::<i64>().ok().filter(|offset| (0..=1_000_000).contains(offset));
            sound.ok_or_else(|| Invalid::new("out_of_range", "must be an integer from 0"))
        });
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some((page, offset.unwrap_or_default(), self.user_id))
    }
}

/// Your conversations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationsBody {
    conversations: Vec<ConversationBody>,
    /// How many there are in all.
    total: i64,
    limit: usize,
    offset: i64,
}

/// Your conversations
#[utoipa::path(
    tag = "chat",
    params(ConversationsQuery),
    responses((status = 200, description = "The last spoken in first", body = ConversationsBody)),
)]
#[get("/chat/conversations")]
pub(crate) async fn list_conversations(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query((page, offset, user_id)): Query<ConversationsQuery>,
) -> Result<HttpResponse, ApiError> {
    check_repeated_user(user_id.as_deref(), &caller)?;
    let (found, total) = services.chat.conversations(&caller, page, offset).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = found.next.and_then(|next| next_link(&request, next)) {
        response.insert_header(("Link", link));
    }
    Ok(response.json(ConversationsBody {
        conversations: found.items.into_iter().map(ConversationBody::from).collect(),
        total,
        limit: page.size.get(),
        offset,
    }))
}
