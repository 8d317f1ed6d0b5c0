//! The HTTP API of Astegni.
//!
//! A request's way: `middleware` (request id, problems, old paths), a route in `routes` that parses it with
//! `extract`, a service of the domain, and back through `error`. [`bootstrap`] is the one module that
//! names the persistence crate.

pub mod adapters;
pub mod app;
pub mod bootstrap;
pub mod cli;
pub mod config;
pub mod error;
pub mod extract;
pub mod middleware;
pub mod openapi;
pub mod routes;
pub mod services;
pub mod telemetry;
pub mod wire;
