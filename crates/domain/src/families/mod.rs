//! Families: guardianships of parents over students, and the transfer of a child's account to the child.
//!
//! ```text
//! (account created for a child) ------------------------> active
//! (student invited) ----> invited -- accept ------------> active -- end --> ended
//!                                 \\ reject -> rejected
//!                                  \\ end ---> ended
//! ```
//!
//! Each transition keeps its evidence: the account that acted, the instant and the network address. Closed
//! guardianships stay as history, and a new one may follow after [`INVITATION_COOLDOWN`].

mod claim;
mod errors;
mod guardianship;
mod plan;
mod ports;
mod service;
mod views;

pub use claim::{
    CLAIM_LIFETIME, ClaimCode, ClaimCodePlan, ClaimFacts, ClaimPlan, OpenClaim, check_claim, plan_claim_code,
};
pub use errors::{ClaimAccountError, ClaimError, FamilyError, FamilyRefusal};
pub use guardianship::{Evidence, Guardianship, GuardianshipFacts, GuardianshipStatus, GuardianshipTransition, Origin};
pub use plan::{
    ChildPlan, ChildRegistration, INVITATION_COOLDOWN, InvitationFacts, InvitationPlan, InvitedStudent, MAX_CHILDREN,
    ParentFacts, TransitionPlan, plan_child, plan_invitation, plan_transition,
};
pub use ports::FamilyRepository;
#[cfg(feature = "test-util")]
pub use ports::MockFamilyRepository;
pub use service::FamilyService;
pub use views::{Child, ChildRecord, Guardian};
