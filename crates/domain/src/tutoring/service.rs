//! The use cases of tutoring.

use std::sync::Arc;

use super::{
    Package, PackageChanges, PackageRepository, PackageTerms, TutorCard, TutorChanges, TutorFilter, TutorPage,
    TutorProfile, TutorRepository,
};
use crate::accounts::Actor;
use crate::connections::{ConnectionError, Refusal, RelationGate};
use crate::ids::{PackageId, TutorId, UserId};
use crate::money::Money;
use crate::page::Page;
use crate::validation::Violations;
use crate::{Clock, RepositoryError};

/// How often a write is decided anew when what it was decided on has changed.
const ATTEMPTS: usize = 3;

/// Why a tutor is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadTutorError {
    /// There is none, or none for this viewer to know.
    #[error("no such tutor")]
    NotFound,
    /// The viewer blocked the tutor.
    #[error("the viewer blocked the tutor")]
    BlockedByYou,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a tutor's own profile is neither shown nor changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The caller is no tutor.
    #[error("the caller is no tutor")]
    NotATutor,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a package is not written.
#[derive(Debug, thiserror::Error)]
pub enum WritePackageError {
    /// The caller is no tutor.
    #[error("the caller is no tutor")]
    NotATutor,
    /// The caller has no such package.
    #[error("no such package")]
    NotFound,
    /// The terms don't go together.
    #[error("the terms are invalid")]
    Invalid(Violations),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The use cases of tutoring.
#[derive(Clone)]
pub struct TutoringService {
    tutors: Arc<dyn TutorRepository>,
    packages: Arc<dyn PackageRepository>,
    gate: RelationGate,
    clock: Arc<dyn Clock>,
}

impl TutoringService {
    /// Wires the use cases to their ports.
    pub fn new(
        tutors: Arc<dyn TutorRepository>,
        packages: Arc<dyn PackageRepository>,
        gate: RelationGate,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { tutors, packages, gate, clock }
    }

    /// A page of the tutors that a filter finds, and how many it finds in all.
    pub async fn search(
        &self,
        viewer: Option<UserId>,
        filter: TutorFilter,
        page: TutorPage,
    ) -> Result<(Page<TutorCard>, i64), RepositoryError> {
        self.tutors.search(viewer, filter, page).await
    }

    /// An active tutor and the active packages, the cheapest first.
    pub async fn read(
        &self,
        viewer: Option<UserId>,
        id: TutorId,
    ) -> Result<(TutorProfile, Vec<Package>), ReadTutorError> {
        let tutor = self.tutors.find(id).await?.filter(|tutor| tutor.is_active).ok_or(ReadTutorError::NotFound)?;
        if viewer.is_some() {
            self.gate.open(viewer, tutor.user_id).await.map_err(|error| match error {
                ConnectionError::Refused(Refusal::BlockedByYou) => ReadTutorError::BlockedByYou,
                ConnectionError::Refused(_) => ReadTutorError::NotFound,
                ConnectionError::Repository(error) => ReadTutorError::Repository(error),
            })?;
        }
        Ok((tutor, self.packages.list(id, true).await?))
    }

    /// The caller's own profile.
    pub async fn own_profile(&self, actor: &Actor) -> Result<TutorProfile, ProfileError> {
        let id = actor.profiles.tutor.ok_or(ProfileError::NotATutor)?;
        self.tutors.find(id).await?.ok_or(ProfileError::NotATutor)
    }

    /// Changes the caller's own profile.
    pub async fn update_profile(&self, actor: &Actor, changes: TutorChanges) -> Result<TutorProfile, ProfileError> {
        let id = actor.profiles.tutor.ok_or(ProfileError::NotATutor)?;
        Ok(self.tutors.update(id, changes, self.clock.now()).await?)
    }

    /// The caller's own packages, active or not.
    pub async fn own_packages(&self, actor: &Actor) -> Result<Vec<Package>, ProfileError> {
        let tutor = actor.profiles.tutor.ok_or(ProfileError::NotATutor)?;
        Ok(self.packages.list(tutor, false).await?)
    }

    /// One of the caller's own packages.
    pub async fn own_package(&self, actor: &Actor, id: PackageId) -> Result<Package, WritePackageError> {
        let tutor = actor.profiles.tutor.ok_or(WritePackageError::NotATutor)?;
        let package = self.packages.find(id).await?;
        package.filter(|package| package.tutor_id == tutor).ok_or(WritePackageError::NotFound)
    }

    /// Offers a new package.
    pub async fn create_package(
        &self,
        actor: &Actor,
        name: String,
        hourly_rate: Money,
        more: PackageChanges,
    ) -> Result<Package, WritePackageError> {
        let tutor = actor.profiles.tutor.ok_or(WritePackageError::NotATutor)?;
        let terms = PackageTerms::new(name, hourly_rate).apply(more).map_err(WritePackageError::Invalid)?;
        Ok(self.packages.create(tutor, terms, self.clock.now()).await?)
    }

    /// Changes one of the caller's packages. Requests that were sent keep it as it was.
    pub async fn update_package(
        &self,
        actor: &Actor,
        id: PackageId,
        changes: PackageChanges,
    ) -> Result<Package, WritePackageError> {
        let mut attempt = 1;
        loop {
            let package = self.own_package(actor, id).await?;
            let terms = package.terms.apply(changes.clone()).map_err(WritePackageError::Invalid)?;
            match self.packages.update(id, terms, package.updated_at, self.clock.now()).await {
                Err(RepositoryError::Conflict) if attempt < ATTEMPTS => attempt += 1,
                written => return Ok(written?),
            }
        }
    }

    /// Takes one of the caller's packages off the market.
    pub async fn remove_package(&self, actor: &Actor, id: PackageId) -> Result<(), WritePackageError> {
        let tutor = actor.profiles.tutor.ok_or(WritePackageError::NotATutor)?;
        let mut attempt = 1;
        loop {
            match self.packages.remove(tutor, id, self.clock.now()).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(WritePackageError::NotFound),
                // A request has just named it: it is archived then.
                Err(RepositoryError::Conflict) if attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
