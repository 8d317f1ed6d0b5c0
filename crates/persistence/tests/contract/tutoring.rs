use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::change::Change;
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::RelationGate;
use astegni_domain::ids::{PackageId, TutorId};
use astegni_domain::money::Money;
use astegni_domain::page::{CountedPage, PageRequest, PageSize};
use astegni_domain::tutoring::{
    NewPackage, Package, PackageChanges, PackageRepository, PackageTerms, SearchPosition, TutorChanges, TutorFilter,
    TutorRepository, TutorSearch, TutoringService, WritePackageError,
};
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{World, contract, draft, now, race, tutor_id};

pub(crate) fn found(world: &World, filter: TutorFilter) -> Vec<TutorId> {
    let search = TutorSearch { filter, position: SearchPosition::Keyset(PageRequest::FIRST) };
    let CountedPage { page, total } = block_on(world.database.search(None, search)).unwrap();
    assert_eq!(usize::try_from(total).unwrap(), page.items.len());
    page.items.into_iter().map(|card| card.profile.id).collect()
}

/// Creates a package at a price.
pub(crate) fn offer(world: &World, tutor: TutorId, cents: i64) -> Package {
    let terms = PackageTerms::new("Offer".to_owned(), Money::from_cents(cents));
    block_on(PackageRepository::create(&world.database, tutor, terms, now())).unwrap()
}

fn service(world: &World) -> TutoringService {
    let database = Arc::new(world.database.clone());
    let clock = Arc::new(ManualClock::new(now()));
    TutoringService::new(database.clone(), database.clone(), RelationGate::new(database), clock)
}

fn create(world: &World, tutor: &Actor, is_active: bool) -> Result<Package, WritePackageError> {
    let optional = PackageChanges { is_active: Some(is_active), ..PackageChanges::default() };
    let package = NewPackage { name: "Algebra".to_owned(), hourly_rate: Money::from_cents(1), optional };
    block_on(service(world).create_package(tutor, package))
}

fn activate(world: &World, tutor: &Actor, id: PackageId) -> Result<Package, WritePackageError> {
    let changes = PackageChanges { is_active: Some(true), ..PackageChanges::default() };
    block_on(service(world).update_package(tutor, id, changes, |_| true))
}

fn active_packages(world: &World) -> i64 {
    world.number("SELECT COUNT(*) FROM tutor_packages WHERE is_active")
}

contract! {
    fn null_clears_the_nullable_fields_of_a_profile(world: World) {
        let tutor = tutor_id(&world.person(Role::Tutor));
        let update = |changes| block_on(TutorRepository::update(&world.database, tutor, changes, now())).unwrap();
        let text = |text: &str| Change::Set(text.to_owned());
        let all = update(TutorChanges {
            bio: text("Bio"),
            quote: text("Quote"),
            session_format: text("online"),
            location: text("Adama"),
            ..TutorChanges::default()
        });
        assert_eq!((all.bio.as_deref(), all.location.as_deref()), (Some("Bio"), Some("Adama")));
        assert_eq!(update(TutorChanges::default()), all);
        let rest = update(TutorChanges { bio: Change::Clear, location: Change::Clear, ..TutorChanges::default() });
        assert_eq!((rest.bio, rest.location), (None, None));
        assert_eq!((rest.quote.as_deref(), rest.session_format.as_deref()), (Some("Quote"), Some("online")));
        let none = update(TutorChanges { quote: Change::Clear, session_format: Change::Clear, ..TutorChanges::default() });
        assert_eq!((none.quote, none.session_format), (None, None));
        assert!(found(&world, TutorFilter { search: Some("bio".to_owned()), ..TutorFilter::default() }).is_empty());
    }

    fn a_package_changed_since_it_was_seen_is_a_conflict_even_if_the_clock_stands_still(world: World) {
        let tutor = world.person(Role::Tutor);
        let seen = world.package(&tutor);
        let update = |seen: &Package| {
            block_on(PackageRepository::update(&world.database, seen, seen.terms.clone(), now()))
        };
        let updated = update(&seen).unwrap();
        assert_eq!(updated.updated_at, now() + TimeDelta::microseconds(1));
        assert!(matches!(update(&seen), Err(RepositoryError::Conflict)));
        let remove = |seen| block_on(PackageRepository::remove(&world.database, seen, now()));
        assert!(matches!(remove(&seen), Err(RepositoryError::Conflict)));
        remove(&updated).unwrap();
        assert!(matches!(update(&updated), Err(RepositoryError::Conflict)));
    }

    fn a_package_in_use_is_archived_and_an_unused_one_deleted(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let (used, unused) = (world.package(&tutor), world.package(&tutor));
        block_on(world.requests().create(&student, draft(&tutor, Some(used.id)))).unwrap();
        for package in [&used, &unused] {
            block_on(service(&world).remove_package(&tutor, package.id, |_| true)).unwrap();
            let again = block_on(service(&world).remove_package(&tutor, package.id, |_| true));
            assert!(matches!(again, Err(WritePackageError::NotFound)));
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM tutor_packages"), 1);
        let list = PackageRepository::list(&world.database, tutor_id(&tutor), false, PageRequest::FIRST);
        assert!(block_on(list).unwrap().items.is_empty());
        assert_eq!(block_on(world.database.count_active(tutor_id(&tutor), None)).unwrap(), 0);
    }

    fn packages_are_listed_by_price_in_pages(world: World) {
        let tutor = tutor_id(&world.person(Role::Tutor));
        offer(&world, tutor_id(&world.person(Role::Tutor)), 5);
        let created: Vec<_> = [30, 10, 20, 10, 10].map(|cents| offer(&world, tutor, cents)).into();
        let inactive = PackageTerms { is_active: false, ..created[2].terms.clone() };
        block_on(PackageRepository::update(&world.database, &created[2], inactive, now())).unwrap();
        let pages = |active_only| {
            let mut ids = Vec::new();
            let mut request = PageRequest { size: PageSize::new(2).unwrap(), after: None };
            loop {
                let list = PackageRepository::list(&world.database, tutor, active_only, request);
                let page = block_on(list).unwrap();
                assert!(page.items.len() <= 2);
                ids.extend(page.items.into_iter().map(|package| package.id));
                request.after = page.next;
                if request.after.is_none() {
                    return ids;
                }
            }
        };
        let expected = |places: &[usize]| places.iter().map(|place| created[*place].id).collect::<Vec<_>>();
        assert_eq!(pages(false), expected(&[1, 3, 4, 2, 0]));
        assert_eq!(pages(true), expected(&[1, 3, 4, 0]));
        assert_eq!(block_on(world.database.count_active(tutor, None)).unwrap(), 4);
        assert_eq!(block_on(world.database.count_active(tutor, Some(created[0].id))).unwrap(), 3);
        assert_eq!(block_on(world.database.count_active(tutor, Some(created[2].id))).unwrap(), 4);
    }

    fn of_110_concurrent_creations_100_succeed(world: World) {
        let tutor = world.person(Role::Tutor);
        let outcomes = race(11, |_| (0..10).map(|_| create(&world, &tutor, true)).collect::<Vec<_>>());
        let (created, rejected): (Vec<_>, Vec<_>) = outcomes.into_iter().flatten().partition(Result::is_ok);
        assert_eq!((created.len(), rejected.len()), (100, 10));
        for error in rejected.into_iter().filter_map(Result::err) {
            assert!(matches!(&error, WritePackageError::Invalid(fields) if fields.concerns("is_active")), "{error:?}");
        }
        assert_eq!(active_packages(&world), 100);
        assert!(!create(&world, &tutor, false).unwrap().terms.is_active);
        assert!(create(&world, &world.person(Role::Tutor), true).is_ok());
    }

    fn of_concurrent_activations_only_the_hundredth_package_succeeds(world: World) {
        let tutor = world.person(Role::Tutor);
        for _ in 0..99 {
            create(&world, &tutor, true).unwrap();
        }
        let inactive: Vec<_> = (0..8).map(|_| create(&world, &tutor, false).unwrap().id).collect();
        let outcomes = race(8, |number| activate(&world, &tutor, inactive[number]));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(active_packages(&world), 100);
        let active = outcomes.into_iter().find_map(Result::ok).unwrap();
        assert!(activate(&world, &tutor, active.id).is_ok(), "an active package can be changed at the limit");
    }
}
