//! Routes of accounts, roles and devices.

mod add_role;
mod body;
mod change_password;
mod devices;
mod login;
mod logout;
mod me;
mod my_roles;
mod oauth;
mod person;
mod refresh;
mod register;
mod switch_role;
mod update_me;
mod verify_token;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use body::TokenBody;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(register::register_account)
        .service(login::log_in)
        .service(refresh::refresh_tokens)
        .service(logout::log_out)
        .service(me::get_account)
        .service(update_me::update_account)
        .service(change_password::change_password)
        .service(devices::list_devices)
        .service(devices::sign_out_device)
        .service(my_roles::list_roles)
        .service(switch_role::switch_role)
        .service(add_role::add_role)
        .service(verify_token::verify_token);
}
