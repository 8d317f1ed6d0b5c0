use std::cmp::Reverse;

use astegni_domain::accounts::{AccountRepository, Actor, EmailAddress, ProfileChanges, Role, Username};
use astegni_domain::change::Change;
use astegni_domain::ids::{TutorId, UserId};
use astegni_domain::money::Money;
use astegni_domain::page::{CountedPage, PageRequest, PageSize};
use astegni_domain::tutoring::{
    PackageRepository, SearchPosition, SortTutors, TutorCard, TutorChanges, TutorFilter, TutorRepository, TutorSearch,
};
use astegni_persistence::{Population, PopulationSize, Seeder, SharedFacts};
use futures_executor::block_on;

use crate::harness::{World, contract, now, tutor_id};
use crate::statements::{assert_count, sent_during};
use crate::tutoring::{found, offer};

/// The number of tutors in [`seed`], of whom more than a common condition needs share a word.
const TUTORS: i64 = 1100;

const SORTS: [SortTutors; 3] = [SortTutors::Newest, SortTutors::PriceAscending, SortTutors::PriceDescending];

fn seed(world: &World) {
    let size = PopulationSize { users: 1100, tutors: 1100, follows: 0, celebrity: 0 };
    let facts = SharedFacts {
        password_hash: "$argon2id$".to_owned(),
        time_zone: chrono_tz::Tz::Africa__Addis_Ababa,
        created_at: now(),
    };
    let population = Population::new(size).unwrap();
    Seeder::connect(&world.url).unwrap().seed(&population, &facts, |_| {}).unwrap();
}

fn searching(text: &str) -> TutorFilter {
    TutorFilter { search: Some(text.to_owned()), ..TutorFilter::default() }
}

fn teaching(subject: &str) -> TutorFilter {
    TutorFilter { subject: Some(subject.to_owned()), ..TutorFilter::default() }
}

fn priced(least: Option<i64>, most: Option<i64>, filter: TutorFilter) -> TutorFilter {
    TutorFilter { min_price: least.map(Money::from_cents), max_price: most.map(Money::from_cents), ..filter }
}

/// The conditions of searches in [`seed`]: rare and common ones, single terms and ranges, alone and together.
fn filters() -> Vec<TutorFilter> {
    let grade = |grade: &str, filter| TutorFilter { grade_level: Some(grade.to_owned()), ..filter };
    vec![
        TutorFilter::default(),
        // Common: all tutors have one word, or some word of a range.
        searching("TEACHES"),
        searching("te in"),
        searching("first"),
        searching("la fi"),
        searching("last t"),
        // Rare.
        searching("last77"),
        searching("last777 first777"),
        searching("phys ada"),
        searching("a"),
        searching("teaches phys first1"),
        searching("physics chem"),
        searching("%"),
        teaching("physics"),
        teaching("phys"),
        grade("grade 12", teaching("Programming")),
        grade("Grade 12", searching("first")),
        grade("Grade 5", teaching("Programming")),
        // Many tutors with a price, few, and none.
        priced(Some(1), None, TutorFilter::default()),
        priced(None, Some(100_000), searching("first")),
        priced(Some(15_000), Some(16_000), TutorFilter::default()),
        priced(Some(15_000), Some(21_500), searching("teaches")),
        priced(Some(22_500), Some(22_500), teaching("physics")),
        priced(Some(2), Some(1), TutorFilter::default()),
    ]
}

fn search(
    world: &World,
    viewer: Option<UserId>,
    filter: &TutorFilter,
    position: SearchPosition,
) -> CountedPage<TutorCard> {
    block_on(world.database.search(viewer, TutorSearch { filter: filter.clone(), position })).unwrap()
}

fn ids(cards: &[TutorCard]) -> Vec<i64> {
    cards.iter().map(|card| card.profile.id.get()).collect()
}

/// Follows the cursors from the first page to the last, and returns all cards with the total of each page.
fn all_pages(world: &World, viewer: Option<UserId>, filter: &TutorFilter, size: i64) -> (Vec<TutorCard>, Vec<i64>) {
    let (mut cards, mut totals) = (Vec::new(), Vec::new());
    let mut request = PageRequest { size: PageSize::new(size).unwrap(), after: None };
    loop {
        let CountedPage { page, total } = search(world, viewer, filter, SearchPosition::Keyset(request));
        assert!(page.items.len() <= request.size.get());
        cards.extend(page.items);
        totals.push(total);
        request.after = page.next;
        if request.after.is_none() {
            return (cards, totals);
        }
    }
}

/// Evaluates a search by the rule of the domain.
fn expected(all: &[TutorCard], hidden: &[i64], filter: &TutorFilter) -> Vec<i64> {
    let mut matching: Vec<&TutorCard> = all.iter().filter(|card| filter.matches(card)).collect();
    matching.retain(|card| !hidden.contains(&card.profile.id.get()));
    let newest = |card: &TutorCard| Reverse(card.profile.id);
    match filter.sort {
        SortTutors::Newest => matching.sort_by_key(|card| newest(card)),
        SortTutors::PriceAscending => matching.sort_by_key(|card| (card.price.is_none(), card.price, newest(card))),
        SortTutors::PriceDescending => {
            matching.sort_by_key(|card| (card.price.is_none(), Reverse(card.price), newest(card)));
        }
    }
    matching.into_iter().map(|card| card.profile.id.get()).collect()
}

/// Compares keyset pages, numbered pages and totals of every filter in every order with the rule.
fn assert_all(world: &World, viewer: Option<UserId>, all: &[TutorCard], hidden: &[i64]) {
    for (filter, sort) in filters().into_iter().flat_map(|filter| SORTS.map(|sort| (filter.clone(), sort))) {
        let filter = TutorFilter { sort, ..filter };
        let expected = expected(all, hidden, &filter);
        let counted = i64::try_from(expected.len()).unwrap().min(1000);
        let (cards, totals) = all_pages(world, viewer, &filter, 100);
        assert_eq!(ids(&cards), expected, "{filter:?}");
        assert!(totals.iter().all(|total| *total == counted), "{filter:?}: {totals:?}, not {counted}");
        for (size, number) in [(100, 1), (7, 3), (100, 11), (20, 60)] {
            let request = PageRequest { size: PageSize::new(size).unwrap(), after: None };
            let page = search(world, viewer, &filter, SearchPosition::Numbered(request, number));
            let size = request.size.get();
            let skipped = (usize::try_from(number).unwrap() - 1) * size;
            let rows: Vec<i64> = expected.iter().skip(skipped).take(size).copied().collect();
            assert_eq!((ids(&page.page.items), page.total), (rows, counted), "page {number} of {filter:?}");
            assert_eq!(page.page.next.is_some(), expected.len() > skipped + size, "page {number} of {filter:?}");
        }
    }
}

fn block(world: &World, initiator: UserId, recipient: i64) {
    world.execute(&format!(
        "INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
         VALUES ({initiator}, {recipient}, 'block', 'accepted', {initiator}, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
    ));
}

fn terms(world: &World, tutor: TutorId, condition: &str) -> i64 {
    world.number(&format!("SELECT COUNT(*) FROM tutor_terms WHERE tutor_id = {tutor} AND {condition}"))
}

fn rename(world: &World, actor: &Actor, first: &str) {
    let changes = ProfileChanges { first_name: Change::Set(first.to_owned()), ..ProfileChanges::default() };
    block_on(AccountRepository::update(&world.database, actor.user_id, changes, now())).unwrap();
}

contract! {
    fn searches_follow_the_rule_whatever_path_they_take(world: World) {
        seed(&world);
        world.execute("UPDATE tutor_profiles SET price_min_cents = NULL WHERE id % 7 = 0");
        let (all, totals) = all_pages(&world, None, &TutorFilter::default(), 100);
        assert_eq!(ids(&all), (1..=TUTORS).rev().collect::<Vec<_>>());
        assert_eq!(totals, [1000; 11]);
        let profile = block_on(TutorRepository::find(&world.database, TutorId::new(77))).unwrap();
        assert_eq!(all.iter().find(|card| card.profile.id.get() == 77).map(|card| card.profile.clone()), profile);
        assert_all(&world, None, &all, &[]);
    }

    fn blocks_in_either_direction_hide_a_tutor_from_pages_and_totals(world: World) {
        seed(&world);
        let (all, _) = all_pages(&world, None, &TutorFilter::default(), 100);
        let mut account = World::account(&[Role::Student]);
        account.email = Some(EmailAddress::parse("registered@example.com").unwrap());
        let viewer = world.register(account).1.user_id;
        let hidden = [777, 1033, 1090, 1100];
        for tutor in [777, 1100] {
            block(&world, viewer, tutor);
        }
        for tutor in [1033, 1090] {
            block(&world, UserId::new(tutor), viewer.get());
        }
        assert_all(&world, Some(viewer), &all, &hidden);
    }

    fn a_cursor_from_another_search_continues_behind_its_position(world: World) {
        seed(&world);
        for sort in SORTS {
            let filter = TutorFilter { sort, ..priced(Some(20_000), Some(21_000), TutorFilter::default()) };
            for position in [i64::MIN, -1, 0, 15_000, 20_500, 30_000, i64::MAX] {
                let after = Some(astegni_domain::page::Keyset { sort: position, id: 600 });
                let request = PageRequest { size: PageSize::MAX, after };
                let page = search(&world, None, &filter, SearchPosition::Keyset(request)).page;
                for card in &page.items {
                    let (price, id) = (card.price.unwrap().cents(), card.profile.id.get());
                    let is_behind = match sort {
                        SortTutors::Newest => id < 600,
                        SortTutors::PriceAscending => (price, Reverse(id)) > (position, Reverse(600)),
                        SortTutors::PriceDescending => (Reverse(price), Reverse(id)) > (Reverse(position), Reverse(600)),
                    };
                    assert!(is_behind && filter.matches(card), "{sort:?} {position}: {id} at {price}");
                }
            }
        }
    }

    fn tutors_are_found_in_any_case_and_script(world: World) {
        let tutor = tutor_id(&world.person(Role::Tutor));
        world.person(Role::Tutor);
        let changes = TutorChanges {
            bio: Change::Set("100% Übung_macht den Meister. ሒሳብ፣ፊዚክስ".to_owned()),
            subjects: Some(vec!["Ñandú | Mathematics".to_owned(), "Physics".to_owned()]),
            grade_levels: Some(vec!["Grade 10".to_owned()]),
            ..TutorChanges::default()
        };
        block_on(TutorRepository::update(&world.database, tutor, changes, now())).unwrap();
        for text in ["übung_M", "100%", "MEIST ñan", "math phys", "ፊዚ", "N\u{303}AND"] {
            assert_eq!(found(&world, searching(text)), [tutor], "{text}");
        }
        for text in ["1_0%", "%", "_", "macht", "hysics", "nandu", "grade", "math chem"] {
            assert_eq!(found(&world, searching(text)), [], "{text}");
        }
        assert_eq!(found(&world, searching("user")).len(), 2);
        assert_eq!(found(&world, teaching("PHYSICS")), [tutor]);
        assert_eq!(found(&world, teaching("ñANDÚ | mathematics")), [tutor]);
        assert_eq!(found(&world, teaching("phys")), []);
        let grade = |level: &str| TutorFilter { grade_level: Some(level.to_owned()), ..TutorFilter::default() };
        assert_eq!(found(&world, grade("grade 10")), [tutor]);
        assert_eq!(found(&world, grade("grade 1")), []);
    }

    fn prices_sort_and_bound_a_search_and_follow_the_packages(world: World) {
        let tutors: Vec<_> = (0..3).map(|_| tutor_id(&world.person(Role::Tutor))).collect();
        let cheap = offer(&world, tutors[0], 10_000);
        offer(&world, tutors[0], 30_000);
        offer(&world, tutors[1], 20_000);
        let sorted = |sort| found(&world, TutorFilter { sort, ..TutorFilter::default() });
        assert_eq!(sorted(SortTutors::PriceAscending), tutors);
        assert_eq!(sorted(SortTutors::PriceDescending), [tutors[1], tutors[0], tutors[2]]);
        let at_most = priced(None, Some(15_000), TutorFilter::default());
        assert_eq!(found(&world, at_most.clone()), [tutors[0]]);
        block_on(PackageRepository::remove(&world.database, &cheap, now())).unwrap();
        assert!(found(&world, at_most).is_empty());
    }

    fn a_tutor_is_found_by_the_current_names_and_texts_alone(world: World) {
        let mut account = World::account(&[Role::Tutor]);
        account.username = Some(Username::parse("Lemlem_T").unwrap());
        let (_, actor) = world.register(account);
        let tutor = tutor_id(&actor);
        assert_eq!(found(&world, searching("LEMLEM")), [tutor]);
        rename(&world, &actor, "Abebe Bikila");
        let update = |bio: &str, subjects: &[&str]| {
            let changes = TutorChanges {
                bio: Change::Set(bio.to_owned()),
                subjects: Some(subjects.iter().map(|subject| (*subject).to_owned()).collect()),
                ..TutorChanges::default()
            };
            block_on(TutorRepository::update(&world.database, tutor, changes, now())).unwrap();
        };
        update("Music and dance", &["Music", "Art history"]);
        assert_eq!(terms(&world, tutor, "kind = 'word'"), 8, "abebe, and, art, bikila, dance, history, lemlem_t, music");
        assert_eq!((terms(&world, tutor, "kind = 'subject'"), terms(&world, tutor, "kind = 'listed' AND term = ''")), (2, 1));
        assert_eq!(found(&world, searching("bik danc art lem")), [tutor]);
        update("Music", &["Music"]);
        rename(&world, &actor, "Haile");
        assert_eq!(terms(&world, tutor, "kind = 'word' AND term IN ('haile', 'lemlem_t', 'music')"), 3);
        assert_eq!(terms(&world, tutor, "TRUE"), 5);
        assert_eq!((found(&world, searching("dance")), found(&world, teaching("art history"))), (vec![], vec![]));
        assert_eq!(found(&world, searching("abebe")), []);
    }

    fn the_longest_texts_are_found_by_each_of_their_words(world: World) {
        let tutor = tutor_id(&world.person(Role::Tutor));
        let letters: String = (0x4E00..0x4E00 + 3000).filter_map(char::from_u32).collect();
        let update = |bio: String| {
            let changes = TutorChanges { bio: Change::Set(bio), ..TutorChanges::default() };
            block_on(TutorRepository::update(&world.database, tutor, changes, now())).unwrap();
        };
        update(letters.clone());
        assert_eq!(terms(&world, tutor, "kind = 'word'"), 3001);
        let few: String = letters.chars().rev().take(50).collect();
        assert_eq!(found(&world, searching(&few)), [tutor]);
        update("\u{10400}".repeat(3000));
        assert_eq!(found(&world, searching(&"\u{10400}".repeat(100))), [tutor]);
        assert_eq!(found(&world, searching(&few)), []);
    }

    fn a_tutor_who_was_deactivated_by_hand_is_not_shown(world: World) {
        let tutors: Vec<Actor> = (0..4).map(|_| world.person(Role::Tutor)).collect();
        for tutor in &tutors {
            offer(&world, tutor_id(tutor), 100);
        }
        world.execute(&format!("UPDATE tutor_profiles SET is_active = FALSE WHERE id = {}", tutor_id(&tutors[1])));
        world.execute(&format!("UPDATE users SET is_active = FALSE WHERE id = {}", tutors[2].user_id));
        let shown = [tutor_id(&tutors[3]), tutor_id(&tutors[0])];
        for sort in SORTS {
            for filter in [TutorFilter::default(), searching("user"), priced(Some(1), None, TutorFilter::default())] {
                assert_eq!(found(&world, TutorFilter { sort, ..filter }), shown);
            }
        }
        // Their terms go with the next change, and return with the change after they are active again.
        for tutor in &tutors[1..3] {
            rename(&world, tutor, "Renamed");
            assert_eq!(terms(&world, tutor_id(tutor), "TRUE"), 0);
        }
        world.execute("UPDATE users SET is_active = TRUE");
        rename(&world, &tutors[2], "Active");
        assert_eq!(found(&world, searching("active")), [tutor_id(&tutors[2])]);
    }

    fn a_search_for_tutors_sends_few_statements(world: World) {
        world.person(Role::Tutor);
        let count = |filter: TutorFilter, expected| {
            let position = SearchPosition::Keyset(PageRequest::FIRST);
            let (_, sent) = sent_during(&world, || search(&world, None, &filter, position));
            assert_count(&sent, expected);
        };
        count(TutorFilter::default(), 1);
        count(teaching("physics"), 1);
        count(searching("nobody"), 1);
        // The conditions; then the tutors, or their ids and the cards of a page.
        count(searching("user"), 2);
        count(TutorFilter { sort: SortTutors::PriceAscending, ..searching("user") }, 3);
        count(TutorFilter { sort: SortTutors::PriceAscending, ..TutorFilter::default() }, 1);
    }
}
