//! `GET /chat/messages/{conversation_id}`

use actix_web::get;
use actix_web::web::{Data, Json};
use astegni_domain::ids::{ConversationId, MessageId};
use astegni_domain::page::PageSize;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{MessageBody, check_repeated_user};
use crate::error::ApiError;
use crate::extract::{Caller, Parse, PathId, Query};
use crate::services::Services;

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesQuery {
    /// How many, 1 to 100 (50). Old clients ask for thousands and get 100.
    #[param(value_type = Option<i64>)]
    limit: Option<String>,
    /// Only those before this message.
    #[param(value_type = Option<i64>)]
    before_message_id: Option<String>,
    /// Yours, if sent at all.
    #[param(value_type = Option<i64>)]
    user_id: Option<String>,
}

impl Parse for MessagesQuery {
    type Command = (PageSize, Option<MessageId>, Option<String>);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let size = violations.check_some("limit", self.limit, |input| {
            let rows = input.parse::<i64>().ok().and_then(|rows| PageSize::new(rows.min(100)));
            rows.ok_or_else(|| Invalid::new("out_of_range", "must be an integer from 1"))
        });
        let before = violations.check_some("before_message_id", self.before_message_id, |input| {
            input.parse().map(MessageId::new).map_err(|_| Invalid::new("invalid_type", "must be an integer"))
        });
        Some((size.or_else(|| PageSize::new(50))?, before, self.user_id))
    }
}

/// Messages of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagesBody {
    messages: Vec<MessageBody>,
    /// How many there are in all.
    total: i64,
    limit: usize,
}

/// The messages of one of your conversations
#[utoipa::path(
    tag = "chat",
    params(MessagesQuery, ("conversation_id" = i64, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The newest first", body = MessagesBody),
        (status = 403, description = "You take no part in it"),
        (status = 404, description = "No such conversation"),
    ),
)]
#[get("/chat/messages/{conversation_id}")]
pub(crate) async fn list_messages(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Query((size, before, user_id)): Query<MessagesQuery>,
) -> Result<Json<MessagesBody>, ApiError> {
    check_repeated_user(user_id.as_deref(), &caller)?;
    let (page, total) = services.chat.messages(&caller, ConversationId::new(id), before, size).await?;
    let messages = page.items.into_iter().map(|message| MessageBody::new(message, &caller)).collect();
    Ok(Json(MessagesBody { messages, total, limit: size.get() }))
}
