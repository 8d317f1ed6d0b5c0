//! Session requests: a student, or a parent for a child, requests sessions from a tutor.
//!
//! ```text
//!                 accept -> accepted (creates the enrolment, the course and the sessions)
//!               /
//! (new) pending - reject   -> rejected
//!               \ withdraw -> withdrawn
//!                 expire   -> expired
//! ```
//!
//! Only pending requests change. A request expires by the clock: every reader compares `expires_at` with the present
//! instant. A block between the parties, and the end of the guardianship that a request was made under, bring the deadline
//! forward; the sender cannot tell the three apart by reading. A job in the background writes down what has expired and
//! announces it, except across a block.

mod acceptance;
mod announcement;
mod answer;
mod contact;
mod creation;
mod draft;
mod duplicate;
mod enrolment;
mod errors;
mod ports;
mod request;
mod schedule_fields;
mod service;
mod view;

pub use acceptance::{
    AcceptRefusal, Acceptance, AcceptancePlan, OnConflict, Preview, Proposal, ProposedSession, plan_acceptance,
};
pub use announcement::{ExpiringRequest, Involved};
pub use answer::{AnswerPlan, AnswerRefusal, WithdrawalFacts, plan_rejection, plan_withdrawal};
pub use contact::{Contact, RequesterContact};
pub use creation::{
    CreationFacts, CreationPlan, CreationRefusal, GuardianshipFact, PackageFact, RejectionLimit, RequestLimits,
    StudentFact, TutorFact, plan_creation,
};
pub use draft::{
    RequestDraft, ScheduleDraft, parse_dates, parse_message, parse_months, parse_preferred_schedule, parse_reason,
    parse_weeks, parse_years,
};
pub use duplicate::{DuplicateKey, PendingRequest, duplicate_of};
pub use enrolment::{EnrolledStudent, Enrolment, EnrolmentRecord, EnrolmentStatus, PaymentStatus};
pub use errors::{AcceptError, AnswerError, CreateRequestError, ReadRequestError};
pub use ports::{CreationQuery, RequestQueries, RequestRepository, SentRequest};
#[cfg(feature = "test-util")]
pub use ports::{MockRequestQueries, MockRequestRepository};
pub use request::{PackageSnapshot, RequestStatus, RequestTerms, RequestTransition, RequesterType, SessionRequest};
pub use schedule_fields::ScheduleFields;
pub use service::{AcceptedRequest, PreviewedAcceptance, RequestService};
pub use view::{Direction, DisplayFields, RequestRecord, RequestView};
