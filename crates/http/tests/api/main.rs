//! The API over real services on SQLite, called by actors: `Anonymous`, `Student`, `Tutor`, `Parent`.

mod support;

mod accounts;
mod chat;
mod errors;
mod openapi;
mod requests;
mod schedule;
mod tutoring;
