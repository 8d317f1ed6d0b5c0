//! The command `astegni seed`.

mod progress;

use anyhow::Context;
use astegni_domain::Clock;
use astegni_domain::accounts::{Password, PasswordHasher};
use astegni_domain::schedule::DEFAULT_ZONE;
use astegni_http::adapters::Argon2Hasher;
use astegni_persistence::{InvalidPopulation, Population, PopulationSize, Seeder, SharedFacts, checkpoint};
use clap::Args;
use clap::error::ErrorKind;

use super::{migrate, print_line};
use crate::clock::SystemClock;
use crate::config::DatabaseOptions;
use progress::Reporter;

/// Options of `astegni seed`. Not `Debug`, because they include the password.
#[derive(Args)]
pub(crate) struct SeedOptions {
    #[command(flatten)]
    database: DatabaseOptions,
    /// Number of users. User N is a student with the e-mail address <userN@example.com>.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    users: u32,
    /// Number of users who are tutors as well, each with two packages: the first of all users.
    #[arg(long, value_name = "N", default_value_t = 0)]
    tutors: u32,
    /// Number of users whom each user follows.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1000))]
    follows: u32,
    /// Number of users after the first who follow the first.
    #[arg(long, value_name = "N", default_value_t = 0)]
    celebrity: u32,
    /// Password of all users.
    #[arg(long, default_value = "Password123!", value_parser = parse_password)]
    password: Password,
}

impl SeedOptions {
    /// Returns the population, or ends the process with a usage error if the options contradict each other.
    fn population(&self) -> Population {
        let Self { users, tutors, follows, celebrity, .. } = *self;
        Population::new(PopulationSize { users, tutors, follows, celebrity }).unwrap_or_else(|error| {
            let message = match error {
                InvalidPopulation::TooManyTutors => format!("--tutors {tutors} must be at most --users {users}"),
                InvalidPopulation::TooManyFollowers => {
                    format!("--celebrity {celebrity} must be less than --users {users}")
                }
            };
            clap::Error::raw(ErrorKind::ValueValidation, message + "\n").exit()
        })
    }
}

fn parse_password(input: &str) -> Result<Password, String> {
    Password::parse(input).map_err(|reason| reason.message.into_owned())
}

/// Migrates an empty database and fills it with test users. Progress goes to stderr, a summary to stdout.
pub(crate) fn run(options: &SeedOptions) -> anyhow::Result<()> {
    let population = options.population();
    let url = &options.database.database_url;
    migrate::up(&options.database)?;
    let mut seeder = Seeder::connect(url).with_context(|| format!("cannot open the database {url}"))?;
    seeder.ensure_empty()?;
    let facts =
        SharedFacts { password_hash: hash(&options.password)?, time_zone: DEFAULT_ZONE, created_at: SystemClock.now() };
    let mut reporter = Reporter::for_stderr();
    seeder.seed(&population, &facts, |progress| reporter.report(progress))?;
    reporter.finish();
    drop(seeder);
    checkpoint(url).context("cannot complete the database file")?;
    let (users, tutors, follows) = (population.users(), population.tutors(), population.follows());
    print_line(&format!(
        "seeded {users} users, of whom {tutors} are tutors with {} packages, and {follows} follows; log in as \
         user1@example.com to user{users}@example.com",
        2 * tutors
    ))?;
    Ok(())
}

fn hash(password: &Password) -> anyhow::Result<String> {
    let hasher = Argon2Hasher::new()?;
    let hashing = hasher.hash(password.expose().to_owned());
    actix_web::rt::System::new().block_on(hashing).context("cannot hash the password")
}
