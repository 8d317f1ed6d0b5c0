//! `GET /chat/conversations/{id}`

use actix_web::get;
use actix_web::web::{Data, Json};
use astegni_domain::ids::ConversationId;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{ConversationBody, ParticipantBody};
use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

/// A conversation with who takes part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationWithPeopleBody {
    #[serde(flatten)]
    conversation: ConversationBody,
    participants: Vec<ParticipantBody>,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationReadBody {
    conversation: ConversationWithPeopleBody,
}

/// One of your conversations
#[utoipa::path(
    tag = "chat",
    params(("id" = i64, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation", body = ConversationReadBody),
        (status = 403, description = "You take no part in it"),
        (status = 404, description = "No such conversation"),
    ),
)]
#[get("/chat/conversations/{id}")]
pub(crate) async fn read_conversation(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<ConversationReadBody>, ApiError> {
    let (conversation, participants) = services.chat.conversation(&caller, ConversationId::new(id)).await?;
    Ok(Json(ConversationReadBody {
        conversation: ConversationWithPeopleBody {
            conversation: conversation.into(),
            participants: participants.into_iter().map(ParticipantBody::from).collect(),
        },
    }))
}
