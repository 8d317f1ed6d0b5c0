//! A database of its own for each test.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use astegni_domain::accounts::{
    AccountRepository, Actor, EmailAddress, NewAccount, NewDevice, ProfileChanges, RefreshToken, Role, User,
};
use astegni_domain::change::Change;
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::RelationGate;
use astegni_domain::ids::{PackageId, TutorId};
use astegni_domain::money::Money;
use astegni_domain::requests::{RequestDraft, RequestLimits, RequestService, ScheduleDraft};
use astegni_domain::schedule::{AvailabilityService, SessionService};
use astegni_domain::tutoring::{Package, PackageRepository, PackageTerms, ScheduleType};
use astegni_persistence::{Database, DatabaseSettings, DatabaseUrl, Migrator};
use chrono::{DateTime, NaiveTime, Utc, Weekday};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use futures_executor::block_on;

use crate::statements;

/// Expands each function to a test on SQLite and a test on PostgreSQL.
macro_rules! contract {
    ($($(#[$attribute:meta])* fn $name:ident($world:ident: World) $body:block)*) => {
        $(fn $name($world: crate::harness::World) $body)*

        mod sqlite {
            $($(#[$attribute])* #[test] fn $name() { super::$name(crate::harness::World::sqlite()); })*
        }

        mod postgres {
            $($(#[$attribute])* #[test] fn $name() {
                if let Some(world) = crate::harness::World::postgres() { super::$name(world); }
            })*
        }
    };
}

pub(crate) use contract;

/// Returns the instant of the tests: Friday, 2026-01-30, 08:00 in Addis Ababa.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

/// Returns the URL of the PostgreSQL server, or `None` if it does not respond. With `REQUIRE_POSTGRES=1`, it has to.
fn postgres_url() -> Option<&'static str> {
    static URL: OnceLock<Option<String>> = OnceLock::new();
    URL.get_or_init(|| {
        let url = std::env::var("TEST_POSTGRES_URL")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres?connect_timeout=3".to_owned());
        match PgConnection::establish(&url) {
            Ok(_) => Some(url),
            Err(error) => {
                let required = std::env::var("REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
                assert!(!required, "PostgreSQL is required but cannot be reached: {error}");
                eprintln!("PostgreSQL cannot be reached; its contract tests are SKIPPED: {error}");
                None
            }
        }
    })
    .as_deref()
}

static NEXT: AtomicI64 = AtomicI64::new(1);

/// Returns a number that is unique within this process.
fn unique() -> i64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

enum Place {
    File(tempfile::TempDir),
    Schema(String),
}

/// A migrated database, initially without users, and functions that add them.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) url: DatabaseUrl,
    place: Place,
}

impl World {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db", folder.path().display()).parse().unwrap();
        Self::migrated(url, Place::File(folder))
    }

    pub(crate) fn postgres() -> Option<Self> {
        let server = postgres_url()?;
        let schema = format!("astegni_test_{}_{}", std::process::id(), unique());
        PgConnection::establish(server).unwrap().batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options=-csearch_path%3D{schema}&application_name={schema}").parse().unwrap();
        Some(Self::migrated(url, Place::Schema(schema)))
    }

    fn migrated(url: DatabaseUrl, place: Place) -> Self {
        statements::observe_connections();
        Migrator::connect(&url).unwrap().up().unwrap();
        let database = Database::open(&url, DatabaseSettings::default()).unwrap();
        Self { database, url, place }
    }

    /// Returns the application name of this database's connections on the server.
    pub(crate) fn name(&self) -> &str {
        match &self.place {
            Place::File(_folder) => "",
            Place::Schema(schema) => schema,
        }
    }

    /// Sets the counters of all users to the numbers of their rows, after connections were inserted by SQL.
    pub(crate) fn recount(&self) {
        let count = |condition: &str| format!("(SELECT COUNT(*) FROM connections c WHERE {condition})");
        let counters = [
            ("followers_count", "user_id_2 = user_id AND connection_type = 'follow' AND status = 'accepted'"),
            ("following_count", "user_id_1 = user_id AND connection_type = 'follow' AND status = 'accepted'"),
            (
                "friends_count",
                "user_id IN (user_id_1, user_id_2) AND connection_type = 'friend' AND status = 'accepted'",
            ),
            ("pending_received_count", "user_id_2 = user_id AND status = 'pending'"),
            ("pending_sent_count", "user_id_1 = user_id AND status = 'pending'"),
            ("blocked_count", "user_id_1 = user_id AND connection_type = 'block'"),
        ];
        let settings = counters.map(|(column, condition)| format!("{column} = {}", count(condition)));
        self.execute(&format!("UPDATE connection_counters SET {}", settings.join(", ")));
    }

    /// Returns the single number that a query selects.
    pub(crate) fn number(&self, query: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let query = diesel::sql_query(format!("SELECT CAST(({query}) AS BIGINT) AS n"));
        let row: Row = match &self.url {
            DatabaseUrl::Sqlite(path) => {
                query.get_result(&mut SqliteConnection::establish(path.to_str().unwrap()).unwrap()).unwrap()
            }
            DatabaseUrl::Postgres(url) => query.get_result(&mut PgConnection::establish(url).unwrap()).unwrap(),
        };
        row.n
    }

    /// Executes SQL directly, past the repositories.
    pub(crate) fn execute(&self, statement: &str) {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON").unwrap();
                connection.batch_execute(statement).unwrap();
            }
            DatabaseUrl::Postgres(url) => {
                PgConnection::establish(url).unwrap().batch_execute(statement).unwrap();
            }
        }
    }

    pub(crate) fn account(roles: &[Role]) -> NewAccount {
        let number = unique();
        NewAccount {
            email: Some(EmailAddress::parse(&format!("user{number}@example.com")).unwrap()),
            username: None,
            password_hash: Some("$argon2id$".to_owned()),
            profile: ProfileChanges { first_name: Change::Set(format!("User{number}")), ..ProfileChanges::default() },
            time_zone: chrono_tz::Tz::Africa__Addis_Ababa,
            roles: roles.to_vec(),
            created_at: now(),
        }
    }

    pub(crate) fn register(&self, account: NewAccount) -> (User, Actor) {
        let token = token(&format!("first of {}", unique()));
        let (user, device_id) =
            block_on(AccountRepository::create(&self.database, account, NewDevice::default(), token)).unwrap();
        let actor = Actor { user_id: user.id, device_id, active_role: user.active_role, profiles: user.profiles };
        (user, actor)
    }

    pub(crate) fn person(&self, role: Role) -> Actor {
        self.register(Self::account(&[role])).1
    }

    /// Creates a package without a schedule.
    pub(crate) fn package(&self, tutor: &Actor) -> Package {
        let terms = PackageTerms::new("Algebra".to_owned(), Money::from_cents(20_000));
        block_on(PackageRepository::create(&self.database, tutor.profiles.tutor.unwrap(), terms, now())).unwrap()
    }

    pub(crate) fn requests(&self) -> RequestService {
        self.requests_at(now())
    }

    /// Creates the request service with other limits.
    pub(crate) fn requests_within(&self, limits: RequestLimits) -> RequestService {
        self.requests_with(now(), limits)
    }

    pub(crate) fn requests_at(&self, now: DateTime<Utc>) -> RequestService {
        self.requests_with(now, RequestLimits::default())
    }

    fn requests_with(&self, now: DateTime<Utc>, limits: RequestLimits) -> RequestService {
        let store = || Arc::new(self.database.clone());
        RequestService::new(store(), store(), store(), store(), Arc::new(ManualClock::new(now)), limits)
    }

    /// Creates the service that changes sessions at an instant.
    pub(crate) fn sessions_at(&self, now: DateTime<Utc>) -> SessionService {
        let store = || Arc::new(self.database.clone());
        SessionService::new(store(), store(), store(), Arc::new(ManualClock::new(now)))
    }

    /// Creates the service of availability, time off and slots at an instant.
    pub(crate) fn availability_at(&self, now: DateTime<Utc>) -> AvailabilityService {
        let store = || Arc::new(self.database.clone());
        let gate = RelationGate::new(store());
        AvailabilityService::new(store(), store(), store(), store(), gate, Arc::new(ManualClock::new(now)))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        match &self.place {
            Place::File(_folder) => {}
            Place::Schema(schema) => {
                // A failed test may still hold locks; its schema is then left behind.
                if let Ok(mut connection) = PgConnection::establish(postgres_url().unwrap_or_default()) {
                    drop(connection.batch_execute(&format!(
                        "SET lock_timeout = '2s'; SET client_min_messages = 'error'; DROP SCHEMA {schema} CASCADE"
                    )));
                }
            }
        }
    }
}

pub(crate) fn token(secret: &str) -> RefreshToken {
    RefreshToken { secret: secret.to_owned(), digest: format!("digest of {secret}") }
}

/// Returns the draft of a request without a schedule.
pub(crate) fn draft(tutor: &Actor, package: Option<PackageId>) -> RequestDraft {
    RequestDraft {
        tutor_id: Some(tutor_id(tutor)),
        package_id: package,
        message: Some("Fractions".to_owned()),
        ..RequestDraft::default()
    }
}

pub(crate) fn tutor_id(tutor: &Actor) -> TutorId {
    tutor.profiles.tutor.unwrap()
}

/// Returns a schedule of Mondays, Wednesdays and Fridays from 10:00 to 12:00.
pub(crate) fn weekly() -> ScheduleDraft {
    ScheduleDraft {
        schedule_type: Some(ScheduleType::Recurring),
        days: Some(vec![Weekday::Mon, Weekday::Wed, Weekday::Fri]),
        start_time: NaiveTime::from_hms_opt(10, 0, 0),
        end_time: NaiveTime::from_hms_opt(12, 0, 0),
        ..ScheduleDraft::default()
    }
}

/// Returns a schedule of specific dates, between two hours.
pub(crate) fn dates(dates: &[&str], from: u32, to: u32) -> ScheduleDraft {
    ScheduleDraft {
        schedule_type: Some(ScheduleType::SpecificDates),
        specific_dates: Some(dates.iter().map(|date| date.parse().ok()).collect()),
        start_time: NaiveTime::from_hms_opt(from, 0, 0),
        end_time: NaiveTime::from_hms_opt(to, 0, 0),
        ..ScheduleDraft::default()
    }
}

/// Runs a function on several threads at once and returns all results.
pub(crate) fn race<T: Send>(contenders: usize, run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = std::sync::Barrier::new(contenders);
    thread::scope(|scope| {
        let start = |number| {
            let (barrier, run) = (&barrier, &run);
            scope.spawn(move || {
                barrier.wait();
                run(number)
            })
        };
        let threads: Vec<_> = (0..contenders).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
