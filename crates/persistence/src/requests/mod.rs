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

use astegni_domain::requests::RequestStatus;
use strum::VariantArray;

pub(crate) use expire::{expire, pending_between, pending_under_guardianship};
pub(crate) use schedule_columns::ScheduleColumns;

/// Returns the stored names of the statuses in which a request introduces its requester and student to the tutor.
pub(crate) fn introducing_statuses() -> Vec<&'static str> {
    RequestStatus::VARIANTS.iter().filter(|status| status.introduces()).map(|status| status.as_str()).collect()
}
