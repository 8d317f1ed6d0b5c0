//! Endpoints of tutors and their packages.

mod body;
mod delete_package;
mod own_packages;
mod package_fields;
mod profile;
mod read_tutor;
mod search;
mod write_package;

pub(crate) use package_fields::{schedule_type, weekdays};

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(search::search_tutors)
        .service(profile::read_own_tutor_profile)
        .service(profile::update_own_tutor_profile)
        .service(own_packages::list_own_packages)
        .service(own_packages::read_own_package)
        .service(write_package::create_package)
        .service(write_package::update_package)
        .service(delete_package::delete_package)
        .service(read_tutor::read_tutor)
        .service(read_tutor::read_tutor_at_old_path)
        .service(read_tutor::list_tutor_packages)
        .service(read_tutor::list_tutor_packages_at_old_path);
}
