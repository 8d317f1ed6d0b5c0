//! The HTTP API of Astegni: a library that is given a store and a clock.
//!
//! A request passes through `middleware`, is parsed with `extract` by a route in `routes`, and calls a service of the
//! domain; errors are rendered by `error`. Absent on purpose: rules, which are the domain's; configuration and the choice
//! of a store, which are the binary's.

pub mod adapters;
pub mod app;
pub mod background;
pub mod error;
pub mod extract;
pub mod middleware;
pub mod openapi;
pub mod realtime;
pub mod routes;
pub mod services;
pub mod wire;
