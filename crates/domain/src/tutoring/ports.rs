//! What tutoring needs from outside.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Package, PackageTerms, TutorCard, TutorChanges, TutorFilter, TutorProfile};
use crate::RepositoryError;
use crate::ids::{PackageId, TutorId, UserId};
use crate::page::{Page, PageRequest};

/// Where a page of search results begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TutorPage {
    /// Behind a row, for clients that follow links.
    Keyset(PageRequest),
    /// At a page number from 1, for old clients; its size is the page's.
    Numbered(PageRequest, u32),
}

/// Keeps tutor profiles and answers questions about them.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait TutorRepository: Send + Sync {
    /// Looks a profile up.
    async fn find(&self, id: TutorId) -> Result<Option<TutorProfile>, RepositoryError>;

    /// Writes the fields that are given and answers with the profile as it is then.
    async fn update(
        &self,
        id: TutorId,
        changes: TutorChanges,
        now: DateTime<Utc>,
    ) -> Result<TutorProfile, RepositoryError>;

    /// A page of the active tutors that a filter finds, and how many it finds in all. MUST NOT hold tutors
    /// who blocked the viewer or whom the viewer blocked.
    async fn search(
        &self,
        viewer: Option<UserId>,
        filter: TutorFilter,
        page: TutorPage,
    ) -> Result<(Page<TutorCard>, i64), RepositoryError>;
}

/// Keeps packages.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait PackageRepository: Send + Sync {
    /// Looks a package up that is not archived.
    async fn find(&self, id: PackageId) -> Result<Option<Package>, RepositoryError>;

    /// A tutor's packages that are not archived, the cheapest first; only the active ones where asked.
    async fn list(&self, tutor: TutorId, active_only: bool) -> Result<Vec<Package>, RepositoryError>;

    /// Keeps a new package.
    async fn create(&self, tutor: TutorId, terms: PackageTerms, now: DateTime<Utc>)
    -> Result<Package, RepositoryError>;

    /// Replaces the terms of a package. MUST answer `Conflict` where it was changed after `seen`.
    async fn update(
        &self,
        id: PackageId,
        terms: PackageTerms,
        seen: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Package, RepositoryError>;

    /// Removes a tutor's package that no request or enrolment names; archives one that is in use. False
    /// where the tutor has no such package. MUST answer `Conflict` where a request names it in between.
    async fn remove(&self, tutor: TutorId, id: PackageId, now: DateTime<Utc>) -> Result<bool, RepositoryError>;
}
