//! Follows, friendships and blocks.

mod answer;
mod body;
mod check;
mod create;
mod end;
mod list;
mod public;
mod stats;
mod verbs;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create::create_connection)
        .service(list::list_connections)
        .service(stats::own_stats)
        .service(check::check)
        .service(check::check_batch)
        .service(list::read_connection)
        .service(answer::answer_connection)
        .service(end::end_connection)
        .service(public::public_connections)
        .service(stats::public_stats)
        .service(verbs::follow)
        .service(verbs::unfollow)
        .service(verbs::befriend)
        .service(verbs::unfriend)
        .service(verbs::block)
        .service(verbs::unblock);
}
