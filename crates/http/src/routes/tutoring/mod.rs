//! Endpoints of tutors and their packages.

mod body;
mod delete_package;
mod get_tutor;
mod own_packages;
mod package_fields;
mod profile;
mod search;
mod write_package;

pub(crate) use package_fields::schedule_type;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(search::search_tutors)
        .service(profile::get_own_tutor_profile)
        .service(profile::update_own_tutor_profile)
        .service(own_packages::list_own_packages)
        .service(own_packages::get_own_package)
        .service(write_package::create_package)
        .service(write_package::update_package)
        .service(delete_package::delete_package)
        .service(get_tutor::get_tutor)
        .service(get_tutor::get_tutor_at_old_path)
        .service(get_tutor::list_tutor_packages)
        .service(get_tutor::list_tutor_packages_at_old_path);
}
