//! `GET /chat/messages/{conversation_id}`

use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::chat::MessagesPage;
use astegni_domain::ids::{ConversationId, MessageId, parse_id};
use astegni_domain::page::CountedPage;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{MessageBody, check_user_id};
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, Parse, PathId, Query, next_link};
use crate::services::Services;

/// The parameters of a list of messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesQuery {
    /// Largest number of messages in the response, 1 to 100; more, which old clients ask for, count as 100. On the
    /// unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, default = 20)]
    limit: Option<String>,
    /// Position of the page, taken from the `Link` header of the previous page.
    cursor: Option<String>,
    /// Id of the message that all returned messages precede.
    #[param(value_type = Option<i64>)]
    before_message_id: Option<String>,
    /// Id of the caller, which old clients send.
    #[param(value_type = Option<i64>)]
    user_id: Option<String>,
}

/// A parsed [`MessagesQuery`].
#[derive(Debug)]
pub(crate) struct MessageList {
    page: MessagesPage,
    user_id: Option<String>,
}

impl Parse for MessagesQuery {
    type Command = MessageList;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<MessageList> {
        let is_over = |limit: &str| limit.parse().is_ok_and(|rows: i64| rows > 100);
        let limit = self.limit.map(|limit| if is_over(&limit) { "100".to_owned() } else { limit });
        let id = |input: String| parse_id(&input).map(MessageId::new);
        let before = violations.check_some("before_message_id", self.before_message_id, id);
        let page = PagingQuery::new(limit, self.cursor).parse(now, violations)?;
        Some(MessageList { page: MessagesPage { page, before }, user_id: self.user_id })
    }
}

/// A page of a conversation's messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagesBody {
    messages: Vec<MessageBody>,
    /// Number of messages in the conversation.
    total: i64,
    /// Number of messages per page.
    limit: usize,
}

/// List the messages of a conversation
///
/// Returns the messages, newest first. Only participants can read a conversation.
#[utoipa::path(
    tag = "chat",
    params(("conversation_id" = i64, Path, description = "Id of the conversation"), MessagesQuery),
    responses(
        (status = 200, description = "The messages; the `Link` header refers to the next page", body = MessagesBody),
        (status = 403, description = "The caller is not a participant in the conversation"),
        (status = 404, description = "The conversation does not exist"),
    ),
)]
#[get("/chat/messages/{conversation_id}")]
pub(crate) async fn list_messages(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Query(MessageList { page: wanted, user_id }): Query<MessagesQuery>,
) -> Result<HttpResponse, ApiError> {
    check_user_id(user_id.as_deref(), &caller)?;
    let CountedPage { page, total } = services.chat.messages(&caller, ConversationId::new(id), wanted).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(&request, next)) {
        response.insert_header((LINK, link));
    }
    let messages = page.items.into_iter().map(|message| MessageBody::new(message, &caller)).collect();
    Ok(response.json(MessagesBody { messages, total, limit: wanted.page.size.get() }))
}
