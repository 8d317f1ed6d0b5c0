//! Families: who may act for a student.
//!
//! ```text
//! (a child's account is made) -----------------------> active
//! (a student is invited) ---> invited -- accept ---> active -- end --> ended
//!                                     \\ reject ---> rejected
//!                                      \\ end -----> ended
//! ```
//!
//! Each step keeps who took it, when and from where. What has ended stays as history; a new guardianship may
//! begin.

mod errors;
mod guardianship;
mod ports;
mod service;

pub use errors::{ClaimError, FamilyError, HandOverError};
pub use guardianship::{
    Child, Evidence, Guardian, GuardianStep, Guardianship, GuardianshipFacts, GuardianshipStatus, Origin,
};
#[cfg(feature = "test-util")]
pub use ports::MockFamilyRepository;
pub use ports::{Claim, FamilyRepository, GuardianshipPlan};
pub use service::{ChildRegistration, FamilyService};
