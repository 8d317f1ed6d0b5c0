//! Paths outside the versioned API: the index, health checks for operators, and the explanations of error codes.

mod health;
mod index;
mod problems;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes of this context.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(index::get_index)
        .service(health::get_health)
        .service(health::check_liveness)
        .service(health::check_readiness)
        .service(problems::get_problem);
}
