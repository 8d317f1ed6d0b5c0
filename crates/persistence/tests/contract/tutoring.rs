use astegni_domain::RepositoryError;
use astegni_domain::accounts::Role;
use astegni_domain::ids::TutorId;
use astegni_domain::money::Money;
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::tutoring::{
    PackageRepository, PackageTerms, SortTutors, TutorChanges, TutorFilter, TutorPage, TutorRepository,
};
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{World, contract, draft, now, tutor_id};

fn found(world: &World, filter: TutorFilter) -> Vec<TutorId> {
    let page = TutorPage::Keyset(PageRequest::FIRST);
    let (page, total) = block_on(world.database.search(None, filter, page)).unwrap();
    assert_eq!(usize::try_from(total).unwrap(), page.items.len());
    page.items.into_iter().map(|card| card.profile.id).collect()
}

contract! {
    fn tutors_are_found_in_any_case_and_script(world: World) {
        let tutor = tutor_id(&world.person(Role::Tutor));
        world.person(Role::Tutor);
        let changes = TutorChanges {
            bio: Some("100% Übung_macht den Meister".to_owned()),
            subjects: Some(vec!["Ñandú | Mathematics".to_owned(), "Physics".to_owned()]),
            grade_levels: Some(vec!["Grade 10".to_owned()]),
            ..TutorChanges::default()
        };
        block_on(TutorRepository::update(&world.database, tutor, changes, now())).unwrap();
        let search = |text: &str| TutorFilter { search: Some(text.to_owned()), ..TutorFilter::default() };
        let subject = |text: &str| TutorFilter { subject: Some(text.to_owned()), ..TutorFilter::default() };
        assert_eq!(found(&world, search("übung_MACHT")), [tutor]);
        assert_eq!(found(&world, search("100%")), [tutor]);
        assert!(found(&world, search("1_0%")).is_empty());
        assert!(found(&world, search("%")).contains(&tutor) && found(&world, search("%")).len() == 1);
        assert_eq!(found(&world, subject("PHYSICS")), [tutor]);
        assert_eq!(found(&world, subject("ñANDÚ | mathematics")), [tutor]);
        assert!(found(&world, subject("phys")).is_empty());
        let grade = TutorFilter { grade_level: Some("grade 10".to_owned()), ..TutorFilter::default() };
        assert_eq!(found(&world, grade), [tutor]);
    }

    fn prices_sort_and_bound_a_search_and_follow_the_packages(world: World) {
        let tutors: Vec<_> = (0..3).map(|_| tutor_id(&world.person(Role::Tutor))).collect();
        let offer = |tutor, cents| {
            let terms = PackageTerms::new("Offer".to_owned(), Money::from_cents(cents));
            block_on(PackageRepository::create(&world.database, tutor, terms, now())).unwrap()
        };
        let cheap = offer(tutors[0], 10_000);
        offer(tutors[0], 30_000);
        offer(tutors[1], 20_000);
        let sorted = |sort| found(&world, TutorFilter { sort, ..TutorFilter::default() });
        assert_eq!(sorted(SortTutors::PriceAscending), tutors);
        assert_eq!(sorted(SortTutors::PriceDescending), [tutors[1], tutors[0], tutors[2]]);
        let at_most = TutorFilter { max_price: Some(Money::from_cents(15_000)), ..TutorFilter::default() };
        assert_eq!(found(&world, at_most.clone()), [tutors[0]]);
        assert!(block_on(PackageRepository::remove(&world.database, tutors[0], cheap.id, now())).unwrap());
        assert!(found(&world, at_most).is_empty());
    }

    fn pages_neither_repeat_nor_hide(world: World) {
        for _ in 0..5 {
            world.person(Role::Tutor);
        }
        for sort in [SortTutors::Newest, SortTutors::PriceAscending, SortTutors::PriceDescending] {
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let request = PageRequest { size: PageSize::new(2).unwrap(), after };
                let filter = TutorFilter { sort, ..TutorFilter::default() };
                let (page, _) = block_on(world.database.search(None, filter, TutorPage::Keyset(request))).unwrap();
                seen.extend(page.items.into_iter().map(|card| card.profile.id.get()));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 5, "{sort:?}");
        }
    }

    fn a_package_changed_since_it_was_seen_is_a_conflict(world: World) {
        let tutor = world.person(Role::Tutor);
        let package = world.package(&tutor);
        let later = now() + TimeDelta::seconds(1);
        let update = |seen| {
            block_on(PackageRepository::update(&world.database, package.id, package.terms.clone(), seen, later))
        };
        assert!(update(package.updated_at).is_ok());
        assert!(matches!(update(package.updated_at), Err(RepositoryError::Conflict)));
    }

    fn a_package_in_use_is_archived_and_an_unused_one_removed(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let (used, unused) = (world.package(&tutor), world.package(&tutor));
        let violations = astegni_domain::validation::Violations::new();
        block_on(world.requests().create(&student, draft(&tutor, Some(used.id)), violations)).unwrap();
        for package in [&used, &unused] {
            let remove = || PackageRepository::remove(&world.database, tutor_id(&tutor), package.id, now());
            assert!(block_on(remove()).unwrap());
            assert!(!block_on(remove()).unwrap());
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM tutor_packages"), 1);
        assert!(block_on(PackageRepository::list(&world.database, tutor_id(&tutor), false)).unwrap().is_empty());
    }

    fn nobody_removes_another_tutors_package(world: World) {
        let (tutor, other) = (world.person(Role::Tutor), world.person(Role::Tutor));
        let package = world.package(&tutor);
        let removed = PackageRepository::remove(&world.database, tutor_id(&other), package.id, now());
        assert!(!block_on(removed).unwrap());
    }
}
