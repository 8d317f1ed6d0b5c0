//! The routes: one endpoint, or a few closely related verbs, a file, in the folder of its context.

pub mod accounts;
pub mod chat;
pub mod connections;
pub mod families;
pub mod platform;
pub mod requests;
pub mod schedule;
pub mod tutoring;

use utoipa_actix_web::service_config::ServiceConfig;

/// Everything under `/api/v1`. Paths are tried in this order, so fixed ones stand before those with an id in
/// the same place: `/tutor/{tutor_id}` comes last.
pub fn v1(config: &mut ServiceConfig<'_>) {
    accounts::configure(config);
    families::configure(config);
    connections::configure(config);
    requests::configure(config);
    schedule::configure(config);
    chat::configure(config);
    tutoring::configure(config);
}
