//! Routes of session requests.

mod answer;
mod body;
mod create;
mod mine;
mod my_students;
mod preview;
mod received;
mod schedule_body;
mod sessions_body;
mod withdraw;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use schedule_body::ScheduleBody;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create::create_session_request)
        .service(mine::list_session_requests)
        .service(received::list_received_session_requests)
        .service(my_students::list_enrolled_students)
        .service(received::get_received_session_request)
        .service(preview::preview_acceptance)
        .service(answer::answer_session_request)
        .service(withdraw::withdraw_session_request);
}
