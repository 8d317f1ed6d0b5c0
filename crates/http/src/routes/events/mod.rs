//! Live events.

mod read;
mod socket;
mod ticket;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(read::read_events).service(ticket::issue_ticket).service(socket::open_socket);
}
