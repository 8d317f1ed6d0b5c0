//! Families: children, guardians and the transfer of accounts.

mod children;
mod claim;
mod guardians;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(children::list_children)
        .service(children::add_child)
        .service(children::remove_child)
        .service(claim::create_claim_code)
        .service(claim::claim_account)
        .service(guardians::list_guardians)
        .service(guardians::update_guardianship);
}
