//! Conversations and messages.

mod body;
mod get_conversation;
mod list_conversations;
mod list_messages;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_conversations::list_conversations)
        .service(get_conversation::get_conversation)
        .service(list_messages::list_messages);
}
