//! `POST /chat/conversations`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::chat::{ConversationKind, OpenedConversation};
use astegni_domain::ids::UserId;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::ConversationDetailsBody;
use super::caller::ChatCaller;
use super::participants::{FIELD, group_name, require_others, user_ids};
use crate::error::ApiError;
use crate::extract::{Body, Parse};
use crate::services::Services;

/// A conversation to be created.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateConversationBody {
    /// `direct` or `group`.
    #[serde(rename = "type")]
    #[schema(required = true, nullable = false, example = "direct")]
    kind: Option<String>,
    /// Name of the group, a single line. Required for a group, ignored for a direct conversation.
    #[schema(min_length = 1, max_length = 100, example = "Chess club")]
    name: Option<String>,
    /// Id of the other user, or ids of 1 to 99 other users for a group.
    #[schema(required = true, nullable = false, min_items = 1, max_items = 100, example = json!([75]))]
    participant_user_ids: Option<Vec<i64>>,
}

/// A parsed [`CreateConversationBody`].
pub(crate) enum NewConversation {
    Direct(UserId),
    Group { name: String, users: Vec<UserId> },
}

impl Parse for CreateConversationBody {
    type Command = NewConversation;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<NewConversation> {
        let kind = violations.require("type", self.kind, |word| {
            word.parse().map_err(|_| Invalid::new("unknown_value", "must be direct or group"))
        });
        let users = user_ids(self.participant_user_ids, violations);
        match kind? {
            ConversationKind::Direct => {
                let others = users?;
                let other = others.first().copied().filter(|_| others.len() == 1);
                let reason = Invalid::new("out_of_range", "must have exactly one entry for a direct conversation");
                violations.check(FIELD, other.map(NewConversation::Direct).ok_or(reason))
            }
            ConversationKind::Group => {
                let name = violations.require("name", self.name, |input| group_name(&input));
                Some(NewConversation::Group { name: name?, users: users? })
            }
        }
    }
}

/// The conversation that a request asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedConversationBody {
    conversation: ConversationDetailsBody,
    /// Id of the conversation.
    conversation_id: i64,
    /// Whether the conversation existed before.
    existing: bool,
    /// `Conversation created` or `Existing conversation returned`.
    message: &'static str,
}

impl From<OpenedConversation> for CreatedConversationBody {
    fn from(opened: OpenedConversation) -> Self {
        Self {
            conversation_id: opened.details.conversation.id.get(),
            existing: opened.existing,
            message: if opened.existing { "Existing conversation returned" } else { "Conversation created" },
            conversation: opened.details.into(),
        }
    }
}

/// Create a conversation
///
/// Creates a direct conversation with another user, or returns the one that the two have. A group gets the caller as its
/// admin; the caller's own id and repetitions in `participant_user_ids` are ignored. The other users must accept messages
/// from the caller; see `who_can_message` in the settings.
#[utoipa::path(
    tag = "chat",
    request_body = CreateConversationBody,
    responses(
        (status = 200, description = "The conversation, new or existing", body = CreatedConversationBody),
        (status = 400, description = "Cannot start a conversation with yourself"),
        (status = 403, description = "The caller has blocked the other user (`blocked_by_you`), or the user does not accept messages from the caller (`messages_not_accepted`)"),
        (status = 404, description = "The other user does not exist or is hidden from the caller"),
        (status = 422, description = "Invalid fields, or members of a group who do not accept messages from the caller"),
    ),
)]
#[post("/chat/conversations")]
pub(crate) async fn create_conversation(
    services: Data<Services>,
    caller: ChatCaller,
    Body(conversation): Body<CreateConversationBody>,
) -> Result<Json<CreatedConversationBody>, ApiError> {
    let opened = match conversation {
        NewConversation::Direct(other) => services.chat.open_direct(&caller, other).await?,
        NewConversation::Group { name, users } => {
            require_others(&users, caller.user_id)?;
            services.chat.create_group(&caller, name, users).await?
        }
    };
    Ok(Json(opened.into()))
}
