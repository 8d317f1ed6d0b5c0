//! Tutoring: what tutors say of themselves and what they offer.

mod errors;
mod package;
mod ports;
mod service;
mod tutor;

pub use errors::{ProfileError, ReadTutorError, WritePackageError};
pub use package::{Package, PackageChanges, PackageTerms, ScheduleType};
#[cfg(feature = "test-util")]
pub use ports::{MockPackageRepository, MockTutorRepository};
pub use ports::{PackageRepository, TutorPage, TutorRepository};
pub use service::TutoringService;
pub use tutor::{SortTutors, TutorCard, TutorChanges, TutorFilter, TutorProfile};
