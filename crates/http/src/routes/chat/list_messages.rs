//! `GET /chat/messages/{id}`, with the id of a conversation

use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::chat::{MessagesFrom, MessagesPage};
use astegni_domain::ids::{ConversationId, MessageId, parse_id};
use astegni_domain::page::CountedPage;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::ChatCaller;
use super::message_body::MessageBody;
use crate::error::ApiError;
use crate::extract::{PagingQuery, Parse, PathId, Query, next_link};
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
    /// Id of the message that all returned messages precede, the nearest ones on the first page.
    #[param(value_type = Option<i64>, minimum = 1)]
    before_message_id: Option<String>,
    /// Id of the message that all returned messages follow, the nearest ones on the first page. Excludes
    /// `before_message_id`.
    #[param(value_type = Option<i64>, minimum = 1)]
    after: Option<String>,
}

impl Parse for MessagesQuery {
    type Command = MessagesPage;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<MessagesPage> {
        let is_over = |limit: &str| limit.parse().is_ok_and(|rows: i64| rows > 100);
        let limit = self.limit.map(|limit| if is_over(&limit) { "100".to_owned() } else { limit });
        let id = |input: String| parse_id(&input).map(MessageId::new);
        if self.before_message_id.is_some() && self.after.is_some() {
            let reason = "must be omitted when before_message_id is given";
            violations.add("after", Invalid::new("ambiguous", reason));
        }
        let before = violations.check_some("before_message_id", self.before_message_id, id);
        let after = violations.check_some("after", self.after, id);
        let from = match (before, after) {
            (Some(message), _) => MessagesFrom::Before(message),
            (None, Some(message)) => MessagesFrom::After(message),
            (None, None) => MessagesFrom::Latest,
        };
        let page = PagingQuery::new(limit, self.cursor).parse(now, violations)?;
        Some(MessagesPage { page, from })
    }
}

/// A page of a conversation's messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagesBody {
    messages: Vec<MessageBody>,
    /// Number of messages in the conversation that the caller can see.
    total: i64,
    /// Number of messages per page.
    limit: usize,
}

/// List the messages of a conversation
///
/// Returns a page of messages, newest first. The next page has older messages or, with `after`, newer ones. Only
/// participants can read a conversation, and guardians of a student who talks to a tutor. Participants of a group see the
/// messages since they joined.
#[utoipa::path(
    tag = "chat",
    params(("id" = i64, Path, description = "Id of the conversation"), MessagesQuery),
    responses(
        (status = 200, description = "The messages; the `Link` header refers to the next page", body = MessagesBody),
        (status = 403, description = "The caller may not read the conversation"),
        (status = 404, description = "The conversation does not exist"),
    ),
)]
#[get("/chat/messages/{id}")]
pub(crate) async fn list_messages(
    request: HttpRequest,
    services: Data<Services>,
    caller: ChatCaller,
    PathId(id): PathId,
    Query(wanted): Query<MessagesQuery>,
) -> Result<HttpResponse, ApiError> {
    let CountedPage { page, total } = services.chat.messages(&caller, ConversationId::new(id), wanted).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(&request, next)) {
        response.insert_header((LINK, link));
    }
    let mut messages: Vec<_> =
        page.items.into_iter().map(|message| MessageBody::new(message, caller.user_id)).collect();
    if matches!(wanted.from, MessagesFrom::After(_)) {
        messages.reverse();
    }
    Ok(response.json(MessagesBody { messages, total, limit: wanted.page.size.get() }))
}
