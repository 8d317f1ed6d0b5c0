use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use astegni_domain::accounts::{AccountRepository, EmailAddress, ProfileChanges, Role};
use astegni_domain::change::Change;
use astegni_domain::ids::{PackageId, TutorId, UserId};
use astegni_domain::tutoring::{PackageRepository, TutorChanges, TutorRepository};
use astegni_persistence::{Population, PopulationSize, Progress, SeedError, Seeder, SharedFacts, Stage};
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{World, contract, now};

/// A population in which strides repeat themselves, lead back to their user, and reach the celebrity.
const SMALL: PopulationSize = PopulationSize { users: 60, tutors: 17, follows: 70, celebrity: 30 };

/// A population of more users, and of more follows, than a batch holds.
const BATCHES: PopulationSize = PopulationSize { users: 10_500, tutors: 5_200, follows: 5, celebrity: 10_400 };

fn seed_and_report(world: &World, size: PopulationSize, report: impl FnMut(Progress)) -> Result<(), SeedError> {
    let facts = SharedFacts {
        password_hash: "$argon2id$".to_owned(),
        time_zone: chrono_tz::Tz::Africa__Addis_Ababa,
        created_at: now(),
    };
    Seeder::connect(&world.url)?.seed(&Population::new(size).unwrap(), &facts, report)
}

/// Seeds a population and returns all reports of progress.
fn seed(world: &World, size: PopulationSize) -> Result<Vec<Progress>, SeedError> {
    let mut reports = Vec::new();
    seed_and_report(world, size, |progress| reports.push(progress))?;
    Ok(reports)
}

/// Seeds until a stage begins, then panics between two batches.
fn interrupt(world: &World, size: PopulationSize, stage: Stage) {
    let seeding = AssertUnwindSafe(|| {
        seed_and_report(world, size, |progress| assert!(progress.stage != stage, "interrupted on purpose"))
    });
    assert!(catch_unwind(seeding).is_err());
}

fn count(world: &World, rows: &str) -> i64 {
    world.number(&format!("SELECT COUNT(*) FROM {rows}"))
}

/// Returns the number of users whose counters are not the numbers of their rows.
fn wrong_counters(world: &World) -> i64 {
    let rows = |own: &str, other: &str| {
        format!(
            "SELECT user_id, COUNT({other}) AS n FROM connection_counters
             LEFT JOIN connections ON {own} = user_id AND connection_type = 'follow' AND status = 'accepted'
             GROUP BY user_id"
        )
    };
    let (following, followers) = (rows("user_id_1", "user_id_2"), rows("user_id_2", "user_id_1"));
    count(
        world,
        &format!(
            "connection_counters c JOIN ({following}) f ON f.user_id = c.user_id
             JOIN ({followers}) g ON g.user_id = c.user_id
             WHERE following_count <> f.n OR followers_count <> g.n OR friends_count + pending_received_count +
                   pending_sent_count + blocked_count <> 0"
        ),
    )
}

/// Copies tables, so that a later [`changed`] can compare them.
fn remember(world: &World, tables: &[&str]) {
    for table in tables {
        world.execute(&format!("CREATE TABLE seeded_{table} AS SELECT * FROM {table}"));
    }
}

/// Returns the number of rows of which some columns differ from the copy.
fn changed(world: &World, table: &str, columns: &str) -> i64 {
    assert_eq!(count(world, table), count(world, &format!("seeded_{table}")));
    count(world, &format!("(SELECT {columns} FROM {table} EXCEPT SELECT {columns} FROM seeded_{table}) AS changed"))
}

contract! {
    fn a_population_has_the_stated_users_tutors_packages_and_follows(world: World) {
        seed(&world, SMALL).unwrap();
        for (rows, expected) in [
            ("users", 60),
            ("student_profiles WHERE id = user_id", 60),
            ("calendars WHERE version = 0", 60),
            ("tutor_profiles WHERE id = user_id AND id <= 17", 17),
            ("tutor_packages WHERE id IN (2 * tutor_id - 1, 2 * tutor_id) AND tutor_id <= 17", 34),
            ("tutor_packages", 34),
            ("auth_sessions", 0),
        ] {
            assert_eq!(count(&world, rows), expected, "{rows}");
        }
        let follows: BTreeSet<String> = (1..=60_i64)
            .flat_map(|n| (1..=70).map(move |k| (n, 1 + (n + k * 7919) % 60)))
            .chain((2..=31).map(|n| (n, 1)))
            .filter(|(from, to)| from != to)
            .map(|(from, to)| format!("({from}, {to})"))
            .collect();
        let list = follows.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let matching = format!("connections WHERE (user_id_1, user_id_2) IN (VALUES {list})");
        let expected = i64::try_from(follows.len()).unwrap();
        assert_eq!((count(&world, "connections"), count(&world, &matching)), (expected, expected));
        assert_eq!(count(&world, "connections WHERE initiated_by = user_id_1 AND accepted_at = created_at"), expected);
        assert_eq!(wrong_counters(&world), 0);
        let student = block_on(AccountRepository::find(&world.database, UserId::new(18))).unwrap().unwrap();
        assert_eq!((student.roles, student.active_role), (vec![Role::Student], Some(Role::Student)));
        let tutor = block_on(AccountRepository::find(&world.database, UserId::new(17))).unwrap().unwrap();
        assert_eq!((tutor.display_name(), tutor.created_at), ("First17 Last17".to_owned(), now()));
        assert_eq!((tutor.roles, tutor.active_role), (vec![Role::Student, Role::Tutor], Some(Role::Tutor)));
        let email = tutor.email.unwrap();
        assert_eq!(EmailAddress::parse("user17@example.com"), Ok(email.clone()));
        let credentials = block_on(world.database.credentials(email)).unwrap().unwrap();
        assert_eq!((credentials.user_id.get(), credentials.password_hash.as_deref()), (17, Some("$argon2id$")));
    }

    fn a_population_of_several_batches_is_complete(world: World) {
        let reports = seed(&world, BATCHES).unwrap();
        let rows = |table| count(&world, table);
        assert_eq!((rows("users"), rows("calendars"), rows("student_profiles")), (10_500, 10_500, 10_500));
        assert_eq!((rows("tutor_profiles"), rows("tutor_packages")), (5_200, 10_400));
        assert_eq!(wrong_counters(&world), 0);
        assert_eq!(rows("connections WHERE user_id_2 = 1 AND user_id_1 BETWEEN 2 AND 10401"), 10_400);
        for (stage, total) in [
            (Stage::Users, 10_500),
            (Stage::Tutors, 5_200),
            (Stage::Follows, rows("connections")),
            (Stage::Statistics, 9),
        ] {
            let done: Vec<i64> = reports.iter().filter(|report| report.stage == stage).map(|report| report.done).collect();
            assert!(done.len() > 1 && done.is_sorted() && done.last() == Some(&total), "{stage:?}: {done:?}");
            assert!(reports.iter().all(|report| report.stage != stage || report.total == total), "{stage:?}");
        }
    }

    fn derived_columns_are_those_that_the_application_derives(world: World) {
        seed(&world, SMALL).unwrap();
        remember(&world, &["users", "name_endings", "tutor_profiles", "tutor_terms", "tutor_packages"]);
        let later = now() + TimeDelta::hours(1);
        for user in (1..=60).map(UserId::new) {
            block_on(AccountRepository::update(&world.database, user, ProfileChanges::default(), later)).unwrap();
        }
        for tutor in (1..=17).map(TutorId::new) {
            block_on(TutorRepository::update(&world.database, tutor, TutorChanges::default(), later)).unwrap();
        }
        for package in (1..=34).map(PackageId::new) {
            let package = block_on(PackageRepository::find(&world.database, package)).unwrap().unwrap();
            let terms = package.terms.clone();
            assert!(terms.is_active && package.created_at == now());
            block_on(PackageRepository::update(&world.database, &package, terms, later)).unwrap();
        }
        let users = "id, email, username, password_hash, first_name, last_name, display_name, display_name_folded, roles,
                     active_role, time_zone, is_private, is_active, email_verified, created_at";
        let tutors = "id, user_id, bio, quote, subjects, languages, grade_levels, session_format, location, is_active,
                      price_min_cents, price_max_cents, price_currency, created_at";
        let packages = "id, tutor_id, name, description, hourly_rate_cents, hourly_rate, currency, subjects, course_ids,
                        grade_level, session_format, schedule_type, schedule_days, start_time, end_time, is_active,
                        archived_at, created_at";
        for (table, columns) in [("users", users), ("tutor_profiles", tutors), ("tutor_packages", packages)] {
            assert_eq!(changed(&world, table, columns), 0, "{table}");
            assert_eq!(count(&world, &format!("{table} WHERE updated_at > created_at")), count(&world, table));
        }
        assert_eq!(changed(&world, "name_endings", "ending, user_id"), 0);
        assert_eq!(changed(&world, "tutor_terms", "kind, term, tutor_id"), 0);
        assert!(world.number("SELECT COUNT(DISTINCT price_min_cents) FROM tutor_profiles") > 10);
    }

    fn a_seeded_account_is_like_a_registered_one_and_its_id_precedes_it(world: World) {
        seed(&world, SMALL).unwrap();
        let mut account = World::account(&[Role::Student, Role::Tutor]);
        account.email = Some(EmailAddress::parse("registered@example.com").unwrap());
        account.profile.last_name = Change::Set("Last".to_owned());
        let (user, actor) = world.register(account);
        let package = world.package(&actor);
        let ids = (user.id.get(), user.profiles.student.unwrap().get(), user.profiles.tutor.unwrap().get());
        assert_eq!((ids, package.id.get()), ((61, 61, 18), 35));
        let highest = world.number("SELECT MAX(id) FROM connections");
        world.execute(
            "INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
             SELECT 61, 1, 'follow', 'pending', 61, created_at, updated_at FROM users WHERE id = 1",
        );
        assert_eq!(world.number("SELECT MAX(id) FROM connections"), highest + 1);
        let alike = "a.roles = b.roles AND a.time_zone = b.time_zone AND a.is_private = b.is_private
                     AND a.is_active = b.is_active AND a.email_verified = b.email_verified
                     AND COALESCE(a.username, a.username_folded, a.father_name, a.grandfather_name, a.phone,
                                  a.profile_picture, b.username, b.username_folded, b.phone, b.profile_picture) IS NULL
                     AND a.date_of_birth IS NULL AND a.created_at = b.created_at AND a.updated_at = b.updated_at";
        assert_eq!(count(&world, &format!("users a JOIN users b ON {alike} WHERE a.id = 17 AND b.id = 61")), 1);
        let student = "a.created_at = b.created_at AND a.updated_at = b.updated_at
                       AND a.grade_level IS NULL AND b.grade_level IS NULL";
        let students = format!("student_profiles a JOIN student_profiles b ON {student} WHERE a.id = 17 AND b.id = 61");
        assert_eq!(count(&world, &students), 1);
    }

    fn a_database_that_holds_a_user_is_not_seeded(world: World) {
        let empty = PopulationSize { users: 1, tutors: 0, follows: 3, celebrity: 0 };
        seed(&world, empty).unwrap();
        assert_eq!((count(&world, "users"), count(&world, "connections")), (1, 0));
        let error = seed(&world, SMALL).unwrap_err();
        assert!(error.to_string().starts_with("the database already holds users"), "{error}");
        assert!(matches!(error, SeedError::NotEmpty));
        assert_eq!((count(&world, "users"), count(&world, "tutor_profiles")), (1, 0));
    }

    fn an_interrupted_run_is_reported_by_the_next_one(world: World) {
        interrupt(&world, SMALL, Stage::Tutors);
        assert_eq!((count(&world, "users"), count(&world, "tutor_profiles"), count(&world, "connections")), (60, 17, 0));
        assert!(matches!(seed(&world, SMALL), Err(SeedError::NotEmpty)));
    }
}
