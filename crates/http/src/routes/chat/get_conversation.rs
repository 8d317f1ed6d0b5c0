//! `GET /chat/conversations/{id}`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::chat::ConversationDetails;
use astegni_domain::ids::ConversationId;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{ConversationBody, ParticipantBody};
use crate::error::ApiError;
use crate::extract::{Caller, PathId, resource};
use crate::services::Services;

/// A conversation with its participants.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationDetailsBody {
    #[serde(flatten)]
    conversation: ConversationBody,
    /// Participants by ascending user id.
    #[schema(max_items = 100)]
    participants: Vec<ParticipantBody>,
}

/// A response with one conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationReadBody {
    conversation: ConversationDetailsBody,
}

/// Get a conversation
///
/// Returns a conversation with its participants. Only participants can read it.
#[utoipa::path(
    tag = "chat",
    params(
        ("id" = i64, Path, description = "Id of the conversation"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The conversation, with its `ETag`", body = ConversationReadBody),
        (status = 304, description = "The conversation has not changed"),
        (status = 403, description = "The caller is not a participant in the conversation"),
        (status = 404, description = "The conversation does not exist"),
    ),
)]
#[get("/chat/conversations/{id}")]
pub(crate) async fn get_conversation(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let ConversationDetails { conversation, participants } =
        services.chat.conversation(&caller, ConversationId::new(id)).await?;
    let participants = participants.into_iter().map(ParticipantBody::from).collect();
    let body = ConversationReadBody {
        conversation: ConversationDetailsBody { conversation: conversation.into(), participants },
    };
    resource(&request, &body)
}
