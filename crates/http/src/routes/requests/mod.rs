//! Session requests.

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
        .service(create::create_request)
        .service(mine::my_requests)
        .service(received::received_requests)
        .service(my_students::my_students)
        .service(received::received_request)
        .service(preview::preview_acceptance)
        .service(answer::answer_request)
        .service(withdraw::withdraw_request);
}
