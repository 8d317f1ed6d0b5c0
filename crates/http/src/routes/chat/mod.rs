//! Conversations, their messages and participants, and the caller's settings of chat.

mod body;
mod caller;
mod change_message;
mod create_conversation;
mod get_conversation;
mod list_conversations;
mod list_messages;
mod message_body;
mod participants;
mod reading;
mod send_message;
mod settings;
mod update_conversation;

pub(crate) use message_body::MessageBody;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_conversations::list_conversations)
        .service(create_conversation::create_conversation)
        .service(get_conversation::get_conversation)
        .service(update_conversation::update_conversation)
        .service(participants::add_participants)
        .service(participants::remove_participant)
        .service(reading::mark_conversation_read)
        .service(reading::get_read_status)
        .service(list_messages::list_messages)
        .service(send_message::send_message)
        .service(change_message::update_message)
        .service(change_message::delete_message)
        .service(settings::get_chat_settings)
        .service(settings::update_chat_settings);
}
