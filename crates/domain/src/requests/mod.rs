//! Session requests: a student, or a parent for a child, asks a tutor for sessions.
//!
//! ```text
//!                 accept -> accepted (enrolment, course and sessions come with it)
//!               /
//! (new) pending - reject   -> rejected
//!               \ withdraw -> withdrawn
//!                 time     -> expired
//! ```
//!
//! What is not pending never changes again. A request expires by itself: whoever reads or answers it
//! compares `expires_at` with the clock, so no sweeper has to run for that.

mod acceptance;
mod answer;
mod creation;
mod draft;
mod duplicate;
mod enrolment;
mod errors;
mod ports;
mod request;
mod schedule_fields;
mod service;

pub use acceptance::{
    AcceptRefusal, Acceptance, AcceptancePlan, OnConflict, Preview, ProposedSession, plan_acceptance, preview,
};
pub use answer::{AnswerPlan, Notice, plan_rejection, plan_withdrawal};
pub use creation::{
    CreationFacts, CreationPlan, CreationRefusal, RequestLimits, StudentFact, TutorFact, plan_creation,
};
pub use draft::{RequestDraft, ScheduleDraft};
pub use duplicate::{DuplicateKey, Earlier, duplicate_of};
pub use enrolment::EnrolledStudent;
pub use errors::{AcceptError, AnswerError, CreateRequestError, ReadRequestError};
pub use ports::{CreationQuery, RequestQueries, RequestRepository, Sent};
#[cfg(feature = "test-util")]
pub use ports::{MockRequestQueries, MockRequestRepository};
pub use request::{PackageSnapshot, RequestStatus, RequestTerms, RequestView, RequesterType, SessionRequest, Step};
pub use schedule_fields::ScheduleFields;
pub use service::{Answered, RequestService};
