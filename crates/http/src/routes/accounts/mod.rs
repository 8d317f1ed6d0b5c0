//! Accounts, roles and devices.

mod add_role;
mod body;
mod change_password;
mod devices;
mod login;
mod logout;
mod me;
mod my_roles;
mod refresh;
mod register;
mod switch_role;
mod update_me;
mod verify_token;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use body::TokenBody;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(register::register)
        .service(login::login)
        .service(refresh::refresh)
        .service(logout::logout)
        .service(me::me)
        .service(update_me::update_me)
        .service(change_password::change_password)
        .service(devices::list_devices)
        .service(devices::end_device)
        .service(my_roles::my_roles)
        .service(switch_role::switch_role)
        .service(add_role::add_role)
        .service(verify_token::verify_token);
}
