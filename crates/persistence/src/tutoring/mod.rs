//! Tutor profiles and packages.

mod packages;
mod search;
mod tutors;

pub(crate) use packages::{PACKAGE_COLUMNS, PackageColumns, PackageRow, package};
pub(crate) use search::folded_list;
pub(crate) use tutors::{refresh_search, search_text};
