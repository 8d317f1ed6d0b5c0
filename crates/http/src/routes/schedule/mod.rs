//! Endpoints of sessions, and of the calendars that they are booked in.

mod add_session;
mod availability;
mod availability_body;
mod availability_fields;
mod body;
mod cancel_session;
mod feeds;
mod fields;
mod get_course;
mod get_session;
mod list_sessions;
mod list_slots;
mod query;
mod session_history;
mod sessions_with_student;
mod time_off;
mod update_session;

pub(crate) use fields::time_slot;

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
        .service(add_session::add_session)
        .service(get_session::get_session)
        .service(update_session::update_session)
        .service(cancel_session::cancel_session)
        .service(session_history::list_session_history)
        .service(get_course::get_course)
        .service(availability::get_availability)
        .service(availability::update_availability)
        .service(time_off::list_time_off)
        .service(time_off::create_time_off)
        .service(time_off::delete_time_off)
        .service(list_slots::list_free_slots);
}
