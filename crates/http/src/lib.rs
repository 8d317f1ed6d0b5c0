//! The HTTP API of Astegni, a library: it is given a store and a clock, and knows neither which store it is nor how
//! it is configured.
//!
//! The path of a request: `middleware` (request id, problems, old paths), a route in `routes` that parses it with
//! `extract`, a service of the domain, and back through `error`.

pub mod adapters;
pub mod app;
pub mod error;
pub mod extract;
pub mod middleware;
pub mod openapi;
pub mod routes;
pub mod services;
pub mod wire;
