//! `GET /chat/conversations/{id}`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::ConversationId;

use super::body::ConversationReadBody;
use super::caller::ChatCaller;
use crate::error::ApiError;
use crate::extract::{PathId, resource};
use crate::services::Services;

/// Get a conversation
///
/// Returns a conversation with its participants. Only participants can read it, and guardians of a student who talks to a
/// tutor.
#[utoipa::path(
    tag = "chat",
    params(
        ("id" = i64, Path, description = "Id of the conversation"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The conversation, with its `ETag`", body = ConversationReadBody),
        (status = 304, description = "The conversation has not changed"),
        (status = 403, description = "The caller may not read the conversation"),
        (status = 404, description = "The conversation does not exist"),
    ),
)]
#[get("/chat/conversations/{id}")]
pub(crate) async fn get_conversation(
    request: HttpRequest,
    services: Data<Services>,
    caller: ChatCaller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let conversation = services.chat.conversation(&caller, ConversationId::new(id)).await?;
    resource(&request, &ConversationReadBody::from(conversation))
}
