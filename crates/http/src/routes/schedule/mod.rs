//! Sessions.

mod body;
mod list_sessions;
mod read_session;
mod student_sessions;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_sessions::list_sessions)
        .service(list_sessions::tutor_sessions)
        .service(list_sessions::student_sessions)
        .service(list_sessions::parent_sessions)
        .service(student_sessions::student_sessions)
        .service(read_session::read_session);
}
