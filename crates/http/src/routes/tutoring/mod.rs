//! Tutors and their packages.

mod body;
mod packages;
mod profile;
mod read_tutor;
mod search;
mod write_package;

pub(crate) use write_package::{schedule_type, weekdays};

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(search::search_tutors)
        .service(profile::own_profile)
        .service(profile::update_profile)
        .service(packages::own_packages)
        .service(packages::own_package)
        .service(write_package::create_package)
        .service(write_package::update_package)
        .service(write_package::remove_package)
        .service(read_tutor::read_tutor)
        .service(read_tutor::read_tutor_plural)
        .service(read_tutor::read_packages)
        .service(read_tutor::read_packages_plural);
}
