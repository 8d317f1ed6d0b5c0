//! `PATCH /chat/conversations/{id}`

use actix_web::web::Data;
use actix_web::{HttpResponse, patch};
use astegni_domain::ids::ConversationId;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::ConversationReadBody;
use super::caller::ChatCaller;
use super::participants::group_name;
use crate::error::{ApiError, Code};
use crate::extract::{Body, Nullable, Parse, PathId, Precondition, tagged};
use crate::services::Services;

/// Fields to change. Fields that are left out keep their values, and null is invalid.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateConversationBody {
    /// Name of the group, a single line.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Chess club")]
    name: Nullable<String>,
    /// Whether the caller has muted the conversation.
    #[serde(default)]
    #[schema(value_type = bool)]
    is_muted: Nullable<bool>,
    /// Whether the caller has archived the conversation.
    #[serde(default)]
    #[schema(value_type = bool)]
    is_archived: Nullable<bool>,
}

/// A parsed [`UpdateConversationBody`].
pub(crate) struct ConversationChanges {
    name: Option<String>,
    is_muted: Option<bool>,
    is_archived: Option<bool>,
}

impl Parse for UpdateConversationBody {
    type Command = ConversationChanges;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<ConversationChanges> {
        Some(ConversationChanges {
            name: self.name.parse_present("name", violations, |input| group_name(&input)),
            is_muted: self.is_muted.parse_present("is_muted", violations, Ok),
            is_archived: self.is_archived.parse_present("is_archived", violations, Ok),
        })
    }
}

/// Update a conversation
///
/// Renames a group, which only its admins can do, or mutes or archives a conversation for the caller alone, which every
/// participant can do.
#[utoipa::path(
    tag = "chat",
    request_body = UpdateConversationBody,
    params(
        ("id" = i64, Path, description = "Id of the conversation"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the version to update"),
    ),
    responses(
        (status = 200, description = "The updated conversation, with its `ETag`", body = ConversationReadBody),
        (status = 403, description = "The caller is not a participant (`not_a_participant`), or not an admin (`admin_only`)"),
        (status = 404, description = "The conversation does not exist"),
        (status = 409, description = "The conversation is not a group, and has no name to change"),
        (status = 412, description = "The conversation no longer has the version in `If-Match`"),
    ),
)]
#[patch("/chat/conversations/{id}")]
pub(crate) async fn update_conversation(
    services: Data<Services>,
    caller: ChatCaller,
    PathId(id): PathId,
    precondition: Precondition,
    Body(changes): Body<UpdateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let (chat, id) = (&services.chat, ConversationId::new(id));
    if precondition.is_given() {
        let current = chat.conversation(&caller, id).await?;
        if !precondition.allows(&ConversationReadBody::from(current)) {
            let detail = "The conversation has changed since the version in If-Match";
            return Err(ApiError::new(Code::PreconditionFailed, detail));
        }
    }
    if let Some(name) = changes.name {
        chat.rename(&caller, id, name).await?;
    }
    let updated = match (changes.is_muted, changes.is_archived) {
        (None, None) => chat.conversation(&caller, id).await?,
        (is_muted, is_archived) => chat.set_preferences(&caller, id, is_muted, is_archived).await?,
    };
    tagged(HttpResponse::Ok(), &ConversationReadBody::from(updated))
}
