//! Live events.

mod create_ticket;
mod list_events;
mod open_socket;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_events::list_events).service(create_ticket::create_ticket).service(open_socket::open_socket);
}
