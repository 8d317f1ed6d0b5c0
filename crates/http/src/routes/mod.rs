//! The routes. A file has one endpoint, or a few closely related ones; a folder has those of one context.

pub mod accounts;
pub mod chat;
pub mod connections;
pub mod events;
pub mod families;
pub mod platform;
pub mod requests;
pub mod schedule;
pub mod tutoring;

use actix_web::App;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};

/// Registers every route: those of the platform, and the API under `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    platform::configure(config);
    config.service(scope::scope("/api/v1").configure(v1));
}

/// Collects the routes' own descriptions into an OpenAPI document, which `openapi` completes.
pub fn describe() -> OpenApi {
    App::new().into_utoipa_app().configure(configure).split_for_parts().1
}

/// Registers the versioned API. Paths are matched in this order, so literal ones precede those with an id in the same
/// place: `/tutor/{tutor_id}` comes last.
fn v1(config: &mut ServiceConfig<'_>) {
    accounts::configure(config);
    families::configure(config);
    connections::configure(config);
    requests::configure(config);
    schedule::configure(config);
    chat::configure(config);
    events::configure(config);
    tutoring::configure(config);
}
