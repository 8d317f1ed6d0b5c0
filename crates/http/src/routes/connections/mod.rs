//! Routes of follows, friendships and blocks.

mod answer;
mod body;
mod check;
mod create;
mod delete;
mod list;
mod public;
mod stats;
mod verbs;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create::create_connection)
        .service(list::list_connections)
        .service(stats::get_connection_stats)
        .service(check::check_connection)
        .service(check::check_connection_batch)
        .service(list::get_connection)
        .service(answer::answer_connection)
        .service(delete::delete_connection)
        .service(public::list_user_connections)
        .service(stats::get_user_connection_stats)
        .service(verbs::follow_user)
        .service(verbs::unfollow_user)
        .service(verbs::befriend_user)
        .service(verbs::unfriend_user)
        .service(verbs::block_user)
        .service(verbs::unblock_user);
}
