//! Endpoints of sessions.

mod body;
mod feeds;
mod get_session;
mod list_sessions;
mod query;
mod sessions_with_student;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    // `/sessions/{id}.ics` precedes `/sessions/{id}`.
    feeds::configure(config);
    config
        .service(list_sessions::list_sessions)
        .service(list_sessions::list_taught_sessions)
        .service(list_sessions::list_attended_sessions)
        .service(list_sessions::list_sessions_of_children)
        .service(sessions_with_student::list_sessions_with_student)
        .service(get_session::get_session);
}
