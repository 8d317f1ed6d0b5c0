//! The use cases of tutoring, over mocks of their ports.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Role, RoleRequired};
use astegni_domain::change::Change;
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{MockConnectionRepository, ProfileFacts, Relation, RelationGate, Standing, Viewer};
use astegni_domain::ids::{PackageId, TutorId, UserId};
use astegni_domain::money::Money;
use astegni_domain::page::{CountedPage, Page, PageRequest};
use astegni_domain::tutoring::{
    MockPackageRepository, MockTutorRepository, NewPackage, Package, PackageChanges, PackageTerms, ProfileError,
    ReadTutorError, SearchPosition, TutorChanges, TutorFilter, TutorProfile, TutorSearch, TutoringService,
    WritePackageError,
};
use chrono::NaiveTime;
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, student, tutor, tutor_profile};

const TUTOR: TutorId = TutorId::new(2);
const VIEWER: UserId = UserId::new(1);
const PACKAGE: PackageId = PackageId::new(4);

fn package(tutor_id: TutorId) -> Package {
    let terms = PackageTerms::new("Algebra".to_owned(), Money::from_cents(100));
    Package { id: PACKAGE, tutor_id, terms, created_at: now(), updated_at: now() }
}

/// The ports of the service. A mock without expectations fails the test when it is called.
#[derive(Default)]
struct Ports {
    tutors: MockTutorRepository,
    packages: MockPackageRepository,
    connections: MockConnectionRepository,
}

impl Ports {
    /// A store that holds one tutor, if any.
    fn with_tutor(found: Option<TutorProfile>) -> Self {
        let mut ports = Self::default();
        ports.tutors.expect_find().with(eq(TUTOR)).times(1).return_once(|_| Ok(found));
        ports
    }

    /// A store that holds one package, if any.
    fn with_package(found: Option<Package>) -> Self {
        let mut ports = Self::default();
        ports.packages.expect_find().with(eq(PACKAGE)).returning(move |_| Ok(found.clone()));
        ports
    }

    /// Sets the number of active packages other than `except`.
    fn active(mut self, except: Option<PackageId>, count: i64) -> Self {
        self.packages.expect_count_active().with(eq(TUTOR), eq(except)).returning(move |_, _| Ok(count));
        self
    }

    fn service(self) -> TutoringService {
        let gate = RelationGate::new(Arc::new(self.connections));
        let clock = Arc::new(ManualClock::new(now()));
        TutoringService::new(Arc::new(self.tutors), Arc::new(self.packages), gate, clock)
    }
}

/// A store of relations in which the viewer has this standing towards the tutor.
fn relations(standing: Standing) -> MockConnectionRepository {
    let mut connections = MockConnectionRepository::new();
    let relation = Relation { standing, profile: ProfileFacts::of_stranger(true, false) };
    let viewer = Viewer::User(VIEWER);
    connections
        .expect_relation()
        .with(eq(viewer), eq(UserId::new(3)))
        .times(1)
        .returning(move |_, _| Ok(Some(relation)));
    connections
}

fn read(ports: Ports, viewer: Option<UserId>) -> Result<usize, ReadTutorError> {
    let found = block_on(ports.service().read(viewer, TUTOR, PageRequest::FIRST))?;
    assert_eq!(found.tutor, tutor_profile(true));
    Ok(found.packages.items.len())
}

fn listing(mut ports: Ports, active_only: bool) -> Ports {
    let expected = (eq(TUTOR), eq(active_only), eq(PageRequest::FIRST));
    ports
        .packages
        .expect_list()
        .with(expected.0, expected.1, expected.2)
        .times(1)
        .returning(|tutor, _, _| Ok(Page { items: vec![package(tutor)], next: None }));
    ports
}

fn new_package() -> NewPackage {
    let optional = PackageChanges { is_active: Some(true), ..PackageChanges::default() };
    NewPackage { name: "Algebra".to_owned(), hourly_rate: Money::from_cents(100), optional }
}

fn renaming() -> PackageChanges {
    PackageChanges { name: Some("Geometry".to_owned()), ..PackageChanges::default() }
}

/// Answers with a conflict a number of times, and then with success.
fn after_conflicts<T>(conflicts: usize, success: impl Fn() -> T) -> impl Fn() -> Result<T, RepositoryError> {
    let attempts = AtomicUsize::new(0);
    move || {
        if attempts.fetch_add(1, Ordering::Relaxed) < conflicts {
            Err(RepositoryError::Conflict)
        } else {
            Ok(success())
        }
    }
}

#[test]
fn a_search_is_passed_on_with_its_viewer() {
    let search =
        TutorSearch { filter: TutorFilter::default(), position: SearchPosition::Numbered(PageRequest::FIRST, 2) };
    let mut ports = Ports::default();
    ports
        .tutors
        .expect_search()
        .with(eq(Some(VIEWER)), eq(search.clone()))
        .times(1)
        .returning(|_, _| Ok(CountedPage { page: Page { items: Vec::new(), next: None }, total: 7 }));
    assert_eq!(block_on(ports.service().search(Some(VIEWER), search)).unwrap().total, 7);
}

#[test]
fn an_anonymous_viewer_reads_an_active_tutor_with_the_active_packages() {
    assert_eq!(read(listing(Ports::with_tutor(Some(tutor_profile(true))), true), None).unwrap(), 1);
}

#[test]
fn a_missing_or_inactive_tutor_is_not_found() {
    for found in [None, Some(tutor_profile(false))] {
        assert!(matches!(read(Ports::with_tutor(found), None), Err(ReadTutorError::NotFound)));
    }
}

#[test]
fn a_block_hides_a_tutor_from_the_blocked_viewer_and_is_named_to_the_blocker() {
    let seen = |standing| {
        let mut ports = Ports::with_tutor(Some(tutor_profile(true)));
        ports.connections = relations(standing);
        ports
    };
    assert_eq!(read(listing(seen(Standing::Open), true), Some(VIEWER)).unwrap(), 1);
    assert!(matches!(read(seen(Standing::BlockedByThem), Some(VIEWER)), Err(ReadTutorError::NotFound)));
    assert!(matches!(read(seen(Standing::BlockedByYou), Some(VIEWER)), Err(ReadTutorError::BlockedByYou)));
    let mut failing = Ports::with_tutor(Some(tutor_profile(true)));
    failing.connections.expect_relation().returning(|_, _| Err(RepositoryError::Conflict));
    assert!(matches!(read(failing, Some(VIEWER)), Err(ReadTutorError::Repository(_))));
}

#[test]
fn the_own_profile_is_returned_whether_or_not_it_is_active() {
    let own = |found| block_on(Ports::with_tutor(found).service().own_profile(&tutor()));
    assert_eq!(own(Some(tutor_profile(false))).unwrap(), tutor_profile(false));
    assert!(matches!(own(None), Err(ProfileError::RoleRequired(RoleRequired(Role::Tutor)))));
}

#[test]
fn a_profile_is_changed_at_the_clocks_instant() {
    let changes = TutorChanges { bio: Change::Clear, ..TutorChanges::default() };
    let mut ports = Ports::default();
    ports
        .tutors
        .expect_update()
        .with(eq(TUTOR), eq(changes.clone()), eq(now()))
        .times(1)
        .returning(|_, _, _| Ok(tutor_profile(true)));
    assert_eq!(block_on(ports.service().update_profile(&tutor(), changes)).unwrap(), tutor_profile(true));
}

#[test]
fn own_packages_are_listed_active_or_not() {
    let page = block_on(listing(Ports::default(), false).service().own_packages(&tutor(), PageRequest::FIRST)).unwrap();
    assert_eq!(page.items, [package(TUTOR)]);
}

#[test]
fn only_tutors_have_a_profile_and_packages() {
    let service = Ports::default().service();
    let nobody = student();
    let is_refused = |error: ProfileError| matches!(error, ProfileError::RoleRequired(RoleRequired(Role::Tutor)));
    assert!(is_refused(block_on(service.own_profile(&nobody)).unwrap_err()));
    assert!(is_refused(block_on(service.update_profile(&nobody, TutorChanges::default())).unwrap_err()));
    assert!(is_refused(block_on(service.own_packages(&nobody, PageRequest::FIRST)).unwrap_err()));
    let is_refused =
        |error: WritePackageError| matches!(error, WritePackageError::RoleRequired(RoleRequired(Role::Tutor)));
    assert!(is_refused(block_on(service.own_package(&nobody, PACKAGE)).unwrap_err()));
    assert!(is_refused(block_on(service.create_package(&nobody, new_package())).unwrap_err()));
    assert!(is_refused(block_on(service.update_package(&nobody, PACKAGE, renaming(), |_| true)).unwrap_err()));
    assert!(is_refused(block_on(service.remove_package(&nobody, PACKAGE, |_| true)).unwrap_err()));
}

#[test]
fn a_package_of_another_tutor_is_not_found() {
    for found in [None, Some(package(TutorId::new(9)))] {
        let service = Ports::with_package(found).service();
        let is_missing = |error: WritePackageError| matches!(error, WritePackageError::NotFound);
        assert!(is_missing(block_on(service.own_package(&tutor(), PACKAGE)).unwrap_err()));
        assert!(is_missing(block_on(service.update_package(&tutor(), PACKAGE, renaming(), |_| true)).unwrap_err()));
        assert!(is_missing(block_on(service.remove_package(&tutor(), PACKAGE, |_| true)).unwrap_err()));
    }
    let own = block_on(Ports::with_package(Some(package(TUTOR))).service().own_package(&tutor(), PACKAGE));
    assert_eq!(own.unwrap(), package(TUTOR));
}

#[test]
fn a_package_is_created_with_its_terms_and_again_after_a_conflict() {
    let mut ports = Ports::default().active(None, 99);
    let outcome = after_conflicts(1, || package(TUTOR));
    ports
        .packages
        .expect_create()
        .with(eq(TUTOR), eq(package(TUTOR).terms), eq(now()))
        .times(2)
        .returning(move |_, _, _| outcome());
    assert_eq!(block_on(ports.service().create_package(&tutor(), new_package())).unwrap(), package(TUTOR));
}

#[test]
fn a_hundred_and_first_active_package_is_not_written() {
    let is_rejected = |error: &WritePackageError| matches!(error, WritePackageError::Invalid(violations) if violations.concerns("is_active"));
    let created = block_on(Ports::default().active(None, 100).service().create_package(&tutor(), new_package()));
    assert!(is_rejected(&created.unwrap_err()));
    let inactive = Package { terms: PackageTerms { is_active: false, ..package(TUTOR).terms }, ..package(TUTOR) };
    let activate = PackageChanges { is_active: Some(true), ..PackageChanges::default() };
    let service = Ports::with_package(Some(inactive)).active(Some(PACKAGE), 100).service();
    let activated = block_on(service.update_package(&tutor(), PACKAGE, activate, |_| true));
    assert!(is_rejected(&activated.unwrap_err()));
}

#[test]
fn contradictory_terms_are_not_written() {
    let time = |hour| Change::Set(NaiveTime::from_hms_opt(hour, 0, 0).unwrap());
    let times = PackageChanges { start_time: time(11), end_time: time(10), ..PackageChanges::default() };
    let is_rejected = |error: &WritePackageError| matches!(error, WritePackageError::Invalid(violations) if violations.concerns("end_time"));
    let new = NewPackage { optional: times.clone(), ..new_package() };
    assert!(is_rejected(&block_on(Ports::default().service().create_package(&tutor(), new)).unwrap_err()));
    let service = Ports::with_package(Some(package(TUTOR))).service();
    assert!(is_rejected(&block_on(service.update_package(&tutor(), PACKAGE, times, |_| true)).unwrap_err()));
}

#[test]
fn a_package_is_changed_as_it_was_seen_and_again_after_a_conflict() {
    let mut ports = Ports::with_package(Some(package(TUTOR))).active(Some(PACKAGE), 99);
    let terms = PackageTerms { name: "Geometry".to_owned(), ..package(TUTOR).terms };
    let outcome = after_conflicts(1, || package(TUTOR));
    ports
        .packages
        .expect_update()
        .withf(move |seen, new, at| (seen, new, *at) == (&package(TUTOR), &terms, now()))
        .times(2)
        .returning(move |_, _, _| outcome());
    let updated =
        block_on(ports.service().update_package(&tutor(), PACKAGE, renaming(), |seen| *seen == package(TUTOR)));
    assert_eq!(updated.unwrap(), package(TUTOR));
}

#[test]
fn a_package_is_removed_as_it_was_seen_and_again_after_a_conflict() {
    let mut ports = Ports::with_package(Some(package(TUTOR)));
    let outcome = after_conflicts(1, || ());
    ports
        .packages
        .expect_remove()
        .withf(|seen, at| (seen, *at) == (&package(TUTOR), now()))
        .times(2)
        .returning(move |_, _| outcome());
    block_on(ports.service().remove_package(&tutor(), PACKAGE, |seen| *seen == package(TUTOR))).unwrap();
}

#[test]
fn a_package_that_fails_the_precondition_is_not_written() {
    let service = Ports::with_package(Some(package(TUTOR))).service();
    let updated = block_on(service.update_package(&tutor(), PACKAGE, renaming(), |_| false));
    assert!(matches!(updated, Err(WritePackageError::PreconditionFailed)));
    let removed = block_on(service.remove_package(&tutor(), PACKAGE, |_| false));
    assert!(matches!(removed, Err(WritePackageError::PreconditionFailed)));
}
