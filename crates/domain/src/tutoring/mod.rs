//! Tutor profiles, and the packages that tutors offer.

mod errors;
mod fields;
mod package;
mod ports;
mod service;
mod terms;
mod tutor;

pub use errors::{ProfileError, ReadTutorError, WritePackageError};
pub use fields::{
    parse_bio, parse_course_ids, parse_description, parse_location, parse_package_name, parse_quote, parse_search_term,
    parse_session_format, parse_tags, parse_weekdays,
};
pub use package::{
    MAX_ACTIVE_PACKAGES, NewPackage, Package, PackageChanges, PackageTerms, ScheduleType, check_active_packages,
    parse_session_count,
};
#[cfg(feature = "test-util")]
pub use ports::{MockPackageRepository, MockTutorRepository};
pub use ports::{PackageRepository, TutorRepository};
pub use service::TutoringService;
pub(crate) use service::visible_tutor;
pub use terms::{Term, TermKind, listed_terms, search_words};
pub use tutor::{
    MAX_COUNTED, SearchPosition, SortTutors, TutorCard, TutorChanges, TutorFilter, TutorProfile, TutorSearch,
    TutorWithPackages,
};
