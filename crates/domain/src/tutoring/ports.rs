//! Ports of tutoring.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Package, PackageTerms, TutorCard, TutorChanges, TutorProfile, TutorSearch};
use crate::RepositoryError;
use crate::ids::{PackageId, TutorId, UserId};
use crate::page::{CountedPage, Page, PageRequest};

/// A store of tutor profiles.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait TutorRepository: Send + Sync {
    /// Returns a profile, active or not.
    async fn find(&self, id: TutorId) -> Result<Option<TutorProfile>, RepositoryError>;

    /// Applies the changes and returns the resulting profile.
    async fn update(
        &self,
        id: TutorId,
        changes: TutorChanges,
        now: DateTime<Utc>,
    ) -> Result<TutorProfile, RepositoryError>;

    /// Returns a page of the active tutors that match a search, and their number, counted up to
    /// [`MAX_COUNTED`](super::MAX_COUNTED). MUST NOT contain tutors who blocked the viewer or whom the viewer blocked.
    async fn search(
        &self,
        viewer: Option<UserId>,
        search: TutorSearch,
    ) -> Result<CountedPage<TutorCard>, RepositoryError>;
}

/// A store of packages. Archived packages are kept for the requests that refer to them, and are never returned.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait PackageRepository: Send + Sync {
    /// Returns a package, active or not.
    async fn find(&self, id: PackageId) -> Result<Option<Package>, RepositoryError>;

    /// Returns a page of a tutor's packages, ascending by price; with `active_only`, without inactive ones.
    async fn list(
        &self,
        tutor: TutorId,
        active_only: bool,
        page: PageRequest,
    ) -> Result<Page<Package>, RepositoryError>;

    /// Returns the number of a tutor's active packages, not counting `except`.
    async fn count_active(&self, tutor: TutorId, except: Option<PackageId>) -> Result<i64, RepositoryError>;

    /// Adds a package. MUST return `Conflict` where [`check_active_packages`](super::check_active_packages) no longer
    /// allows it; writes of one tutor's packages MUST be serialised.
    async fn create(&self, tutor: TutorId, terms: PackageTerms, now: DateTime<Utc>)
    -> Result<Package, RepositoryError>;

    /// Replaces the terms of a package. MUST return `Conflict` where the stored package is no longer `seen`, or where
    /// [`check_active_packages`](super::check_active_packages) no longer allows the terms.
    async fn update(&self, seen: &Package, terms: PackageTerms, now: DateTime<Utc>)
    -> Result<Package, RepositoryError>;

    /// Deletes a package, or archives it if a request refers to it. MUST return `Conflict` where the stored package is
    /// no longer `seen`, or where a request refers to it in the meantime.
    async fn remove(&self, seen: &Package, now: DateTime<Utc>) -> Result<(), RepositoryError>;
}
