//! Session requests, and what their acceptance creates.

mod accept;
mod create;
mod facts;
mod queries;
mod repository;
mod rows;
