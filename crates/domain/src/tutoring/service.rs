//! The use cases of tutoring.

use std::sync::Arc;

use super::{
    NewPackage, Package, PackageChanges, PackageRepository, PackageTerms, ProfileError, ReadTutorError, TutorCard,
    TutorChanges, TutorProfile, TutorRepository, TutorSearch, TutorWithPackages, WritePackageError,
    check_active_packages,
};
use crate::accounts::{Actor, Role, RoleRequired};
use crate::connections::{ConnectionError, Refusal, RelationGate};
use crate::ids::{PackageId, TutorId, UserId};
use crate::page::{CountedPage, Page, PageRequest};
use crate::{Clock, RepositoryError, retry_on_conflict};

/// Returns an active tutor, unless a block hides the tutor from the viewer.
pub(crate) async fn visible_tutor(
    tutors: &dyn TutorRepository,
    gate: &RelationGate,
    viewer: Option<UserId>,
    id: TutorId,
) -> Result<TutorProfile, ReadTutorError> {
    let tutor = tutors.find(id).await?.filter(|tutor| tutor.is_active).ok_or(ReadTutorError::NotFound)?;
    if viewer.is_some() {
        gate.open(viewer, tutor.user_id).await.map_err(|error| match error {
            ConnectionError::Refused(Refusal::BlockedByYou) => ReadTutorError::BlockedByYou,
            ConnectionError::Refused(_) => ReadTutorError::NotFound,
            ConnectionError::Repository(error) => ReadTutorError::Repository(error),
        })?;
    }
    Ok(tutor)
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

    /// Returns a page of the tutors that match a search.
    pub async fn search(
        &self,
        viewer: Option<UserId>,
        search: TutorSearch,
    ) -> Result<CountedPage<TutorCard>, RepositoryError> {
        self.tutors.search(viewer, search).await
    }

    /// Returns an active tutor with a page of the active packages, ascending by price.
    pub async fn read(
        &self,
        viewer: Option<UserId>,
        id: TutorId,
        page: PageRequest,
    ) -> Result<TutorWithPackages, ReadTutorError> {
        let tutor = visible_tutor(self.tutors.as_ref(), &self.gate, viewer, id).await?;
        let packages = self.packages.list(id, true, page).await?;
        Ok(TutorWithPackages { tutor, packages })
    }

    /// Returns the caller's own profile.
    pub async fn own_profile(&self, actor: &Actor) -> Result<TutorProfile, ProfileError> {
        let id = actor.tutor()?.profile;
        Ok(self.tutors.find(id).await?.ok_or(RoleRequired(Role::Tutor))?)
    }

    /// Changes the caller's own profile.
    pub async fn update_profile(&self, actor: &Actor, changes: TutorChanges) -> Result<TutorProfile, ProfileError> {
        let id = actor.tutor()?.profile;
        Ok(self.tutors.update(id, changes, self.clock.now()).await?)
    }

    /// Returns a page of the caller's own packages, active or not, ascending by price.
    pub async fn own_packages(&self, actor: &Actor, page: PageRequest) -> Result<Page<Package>, ProfileError> {
        let tutor = actor.tutor()?.profile;
        Ok(self.packages.list(tutor, false, page).await?)
    }

    /// Returns one of the caller's own packages.
    pub async fn own_package(&self, actor: &Actor, id: PackageId) -> Result<Package, WritePackageError> {
        let tutor = actor.tutor()?.profile;
        let package = self.packages.find(id).await?;
        package.filter(|package| package.tutor_id == tutor).ok_or(WritePackageError::NotFound)
    }

    /// Creates a package.
    pub async fn create_package(&self, actor: &Actor, package: NewPackage) -> Result<Package, WritePackageError> {
        let tutor = actor.tutor()?.profile;
        let terms = PackageTerms::new(package.name, package.hourly_rate)
            .apply(package.optional)
            .map_err(WritePackageError::Invalid)?;
        retry_on_conflict(async || {
            let active = self.packages.count_active(tutor, None).await?;
            check_active_packages(&terms, active).map_err(WritePackageError::Invalid)?;
            Ok(self.packages.create(tutor, terms.clone(), self.clock.now()).await)
        })
        .await
    }

    /// Changes one of the caller's packages if the stored package satisfies `precondition`. Requests keep the package
    /// as it was when they were sent.
    pub async fn update_package(
        &self,
        actor: &Actor,
        id: PackageId,
        changes: PackageChanges,
        precondition: impl Fn(&Package) -> bool,
    ) -> Result<Package, WritePackageError> {
        retry_on_conflict(async || {
            let seen = self.own_package(actor, id).await?;
            if !precondition(&seen) {
                return Err(WritePackageError::PreconditionFailed);
            }
            let terms = seen.terms.clone().apply(changes.clone()).map_err(WritePackageError::Invalid)?;
            let active = self.packages.count_active(seen.tutor_id, Some(id)).await?;
            check_active_packages(&terms, active).map_err(WritePackageError::Invalid)?;
            Ok(self.packages.update(&seen, terms, self.clock.now()).await)
        })
        .await
    }

    /// Withdraws one of the caller's packages from the market if the stored package satisfies `precondition`.
    pub async fn remove_package(
        &self,
        actor: &Actor,
        id: PackageId,
        precondition: impl Fn(&Package) -> bool,
    ) -> Result<(), WritePackageError> {
        retry_on_conflict(async || {
            let seen = self.own_package(actor, id).await?;
            if !precondition(&seen) {
                return Err(WritePackageError::PreconditionFailed);
            }
            Ok(self.packages.remove(&seen, self.clock.now()).await)
        })
        .await
    }
}
