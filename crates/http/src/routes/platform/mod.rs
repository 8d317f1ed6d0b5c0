//! What operators and browsers ask for: health, the front page, and what the problems mean.

mod front;
mod health;
mod problems;

use utoipa_actix_web::service_config::ServiceConfig;

/// Paths outside the versioned API.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(front::front)
        .service(health::health)
        .service(health::live)
        .service(health::ready)
        .service(problems::get_problem);
}
