//! Endpoints of sessions.

mod body;
mod list_sessions;
mod query;
mod read_session;
mod sessions_with_student;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_sessions::list_sessions)
        .service(list_sessions::list_taught_sessions)
        .service(list_sessions::list_attended_sessions)
        .service(list_sessions::list_childrens_sessions)
        .service(sessions_with_student::list_sessions_with_student)
        .service(read_session::read_session);
}
