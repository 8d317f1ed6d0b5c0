//! Families: children and guardians.

mod body;
mod children;
mod claim;
mod guardians;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(children::list_children)
        .service(children::add_child)
        .service(children::release_child)
        .service(claim::make_claim_code)
        .service(claim::claim_account)
        .service(guardians::list_guardians)
        .service(guardians::answer_guardian);
}
