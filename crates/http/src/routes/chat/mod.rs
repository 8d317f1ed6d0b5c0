//! Conversations and messages.

mod body;
mod list_conversations;
mod list_messages;
mod read_conversation;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_conversations::list_conversations)
        .service(read_conversation::read_conversation)
        .service(list_messages::list_messages);
}
