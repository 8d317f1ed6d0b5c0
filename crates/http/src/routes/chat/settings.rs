//! `GET /chat/settings` and `PUT /chat/settings`

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use astegni_domain::chat::{ChatSettings, MessagePolicy, SettingsChange};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::ChatCaller;
use crate::error::ApiError;
use crate::extract::{Body, Nullable, Parse};
use crate::services::Services;

/// Settings to change. Fields that are left out keep their values, and null is invalid.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateChatSettingsBody {
    /// `everyone`, `connections` or `none`. Connections are friends, users whom the caller follows, the followers of a private
    /// account, and the caller's guardians and children.
    #[serde(default)]
    #[schema(value_type = String, example = "connections")]
    who_can_message: Nullable<String>,
    /// Whether other participants learn what the caller reads from now on.
    #[serde(default)]
    #[schema(value_type = bool)]
    read_receipts: Nullable<bool>,
    /// Whether other participants learn that the caller is typing.
    #[serde(default)]
    #[schema(value_type = bool)]
    typing_indicators: Nullable<bool>,
    /// Whether users in the same conversations learn that the caller is online.
    #[serde(default)]
    #[schema(value_type = bool)]
    online_status: Nullable<bool>,
}

impl Parse for UpdateChatSettingsBody {
    type Command = SettingsChange;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<SettingsChange> {
        let policy = |word: String| {
            let reason = Invalid::new("unknown_value", "must be everyone, connections or none");
            word.parse::<MessagePolicy>().map_err(|_| reason)
        };
        Some(SettingsChange {
            who_can_message: self.who_can_message.parse_present("who_can_message", violations, policy),
            read_receipts: self.read_receipts.parse_present("read_receipts", violations, Ok),
            typing_indicators: self.typing_indicators.parse_present("typing_indicators", violations, Ok),
            online_status: self.online_status.parse_present("online_status", violations, Ok),
        })
    }
}

/// The caller's settings of chat.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatSettingsBody {
    /// The users who may begin to write to the caller and add the caller to groups: `everyone` by default, `connections` or
    /// `none`.
    who_can_message: &'static str,
    /// Whether other participants learn what the caller reads; true by default.
    read_receipts: bool,
    /// Whether other participants learn that the caller is typing; true by default.
    typing_indicators: bool,
    /// Whether users in the same conversations learn that the caller is online; true by default.
    online_status: bool,
}

/// A response with the caller's settings of chat.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatSettingsReadBody {
    settings: ChatSettingsBody,
}

impl From<ChatSettings> for ChatSettingsReadBody {
    fn from(settings: ChatSettings) -> Self {
        Self {
            settings: ChatSettingsBody {
                who_can_message: settings.who_can_message.as_str(),
                read_receipts: settings.read_receipts,
                typing_indicators: settings.typing_indicators,
                online_status: settings.online_status,
            },
        }
    }
}

/// Get your chat settings
///
/// Returns the caller's settings of chat.
#[utoipa::path(
    tag = "chat",
    responses((status = 200, description = "The settings", body = ChatSettingsReadBody)),
)]
#[get("/chat/settings")]
pub(crate) async fn get_chat_settings(
    services: Data<Services>,
    caller: ChatCaller,
) -> Result<Json<ChatSettingsReadBody>, ApiError> {
    Ok(Json(services.chat.settings(&caller).await?.into()))
}

/// Update your chat settings
///
/// Changes the settings of chat that are sent. Users who could already write to the caller, because the caller has written
/// to them in the conversation, still can.
#[utoipa::path(
    tag = "chat",
    request_body = UpdateChatSettingsBody,
    responses((status = 200, description = "The settings after the change", body = ChatSettingsReadBody)),
)]
#[put("/chat/settings")]
pub(crate) async fn update_chat_settings(
    services: Data<Services>,
    caller: ChatCaller,
    Body(change): Body<UpdateChatSettingsBody>,
) -> Result<Json<ChatSettingsReadBody>, ApiError> {
    Ok(Json(services.chat.change_settings(&caller, change).await?.into()))
}
