//! Session requests, enrolments and courses.

mod accept;
mod create;
mod expire;
mod facts;
mod queries;
mod repository;
mod rows;
mod schedule_columns;
mod students;

pub(crate) use expire::{expire_between, expire_under_guardianship};
pub(crate) use schedule_columns::ScheduleColumns;
