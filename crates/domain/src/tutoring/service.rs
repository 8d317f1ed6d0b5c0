//! The use cases of tutoring.

use std::sync::Arc;

use super::{
    Package, PackageChanges, PackageRepository, PackageTerms, ProfileError, ReadTutorError, TutorCard, TutorChanges,
    TutorFilter, TutorPage, TutorProfile, TutorRepository, WritePackageError,
};
use crate::accounts::{Actor, Role, RoleRequired};
use crate::connections::{ConnectionError, Refusal, RelationGate};
use crate::ids::{PackageId, TutorId, UserId};
use crate::money::Money;
use crate::page::Page;
use crate::{Clock, RepositoryError, retry_on_conflict};

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
        let id = actor.tutor()?.profile;
        Ok(self.tutors.find(id).await?.ok_or(RoleRequired(Role::Tutor))?)
    }

    /// Changes the caller's own profile.
    pub async fn update_profile(&self, actor: &Actor, changes: TutorChanges) -> Result<TutorProfile, ProfileError> {
        let id = actor.tutor()?.profile;
        Ok(self.tutors.update(id, changes, self.clock.now()).await?)
    }

    /// The caller's own packages, active or not.
    pub async fn own_packages(&self, actor: &Actor) -> Result<Vec<Package>, ProfileError> {
        let tutor = actor.tutor()?.profile;
        Ok(self.packages.list(tutor, false).await?)
    }

    /// One of the caller's own packages.
    pub async fn own_package(&self, actor: &Actor, id: PackageId) -> Result<Package, WritePackageError> {
        let tutor = actor.tutor()?.profile;
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
        let tutor = actor.tutor()?.profile;
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
        retry_on_conflict(async || {
            let package = self.own_package(actor, id).await?;
            let terms = package.terms.apply(changes.clone()).map_err(WritePackageError::Invalid)?;
            Ok(self.packages.update(id, terms, package.updated_at, self.clock.now()).await)
        })
        .await
    }

    /// Takes one of the caller's packages off the market.
    pub async fn remove_package(&self, actor: &Actor, id: PackageId) -> Result<(), WritePackageError> {
        let tutor = actor.tutor()?.profile;
        // A conflict means that a request has just named the package, which is then archived.
        let removed = retry_on_conflict(async || {
            Ok::<_, WritePackageError>(self.packages.remove(tutor, id, self.clock.now()).await)
        });
        if removed.await? { Ok(()) } else { Err(WritePackageError::NotFound) }
    }
}
