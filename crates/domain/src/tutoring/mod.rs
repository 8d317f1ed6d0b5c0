//! Tutoring: what tutors say of themselves and what they offer.

mod package;
mod ports;
mod service;
mod tutor;

pub use package::{Package, PackageChanges, PackageTerms, ScheduleType};
pub use ports::*;
pub use service::{ProfileError, ReadTutorError, TutoringService, WritePackageError};
pub use tutor::{SortTutors, TutorCard, TutorChanges, TutorFilter, TutorProfile};
