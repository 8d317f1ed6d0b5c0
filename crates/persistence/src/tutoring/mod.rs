//! Tutor profiles and packages.

mod packages;
mod search;
mod terms;
mod tutors;

pub(crate) use packages::{PACKAGE_COLUMNS, PackageColumns, PackageRow, package};
pub(crate) use terms::refresh_terms;
