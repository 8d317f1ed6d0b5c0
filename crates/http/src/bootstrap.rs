//! Puts the parts together: the one module that names the persistence crate.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpServer;
use actix_web::dev::Server;
use anyhow::Context;
use astegni_domain::accounts::AccountService;
use astegni_domain::chat::ChatService;
use astegni_domain::connections::{ConnectionService, RelationGate};
use astegni_domain::families::FamilyService;
use astegni_domain::requests::{RequestLimits, RequestService};
use astegni_domain::schedule::ScheduleService;
use astegni_domain::tutoring::TutoringService;
pub use astegni_persistence::DatabaseUrl;
use astegni_persistence::{Database, DatabaseSettings, Migrator};
use async_trait::async_trait;
use chrono_tz::Tz;

use crate::adapters::{Argon2Hasher, Jwt, SignInGate, SystemClock};
use crate::app::{self, Shared};
use crate::config::{DatabaseOptions, ServeOptions, check_secret, signing_secret};
use crate::services::{HealthProbe, Services};

/// For how many seconds requests under way may finish after the process is told to stop.
const SHUTDOWN_SECONDS: u64 = 10;

#[async_trait]
impl HealthProbe for Database {
    async fn database_answers(&self) -> bool {
        self.ping().await.is_ok()
    }
}

/// Wires every service to a database.
pub fn services(
    database: &Database,
    secret: &[u8],
    default_zone: Tz,
    limits: RequestLimits,
) -> anyhow::Result<Services> {
    let clock = Arc::new(SystemClock);
    let jwt = Arc::new(Jwt::new(secret));
    let hasher = Arc::new(Argon2Hasher::new()?);
    let database = Arc::new(database.clone());
    let (accounts, devices) = (database.clone(), database.clone());
    let gate = RelationGate::new(database.clone());
    let accounts = AccountService::new(accounts, devices, hasher.clone(), jwt.clone(), clock.clone(), default_zone);
    Ok(Services {
        families: FamilyService::new(
            database.clone(),
            accounts.clone(),
            hasher,
            jwt.clone(),
            gate.clone(),
            clock.clone(),
        ),
        gate: SignInGate::new(jwt, database.clone(), clock.clone()),
        accounts,
        connections: ConnectionService::new(database.clone(), database.clone(), clock.clone()),
        tutoring: TutoringService::new(database.clone(), database.clone(), gate, clock.clone()),
        requests: RequestService::new(database.clone(), database.clone(), clock.clone(), limits),
        schedule: ScheduleService::new(database.clone()),
        chat: ChatService::new(database.clone(), clock),
        health: database,
    })
}

/// A server that is bound to its address and ready to run.
pub struct Application {
    server: Server,
    address: SocketAddr,
}

impl Application {
    /// Migrates the database, wires everything and binds the address.
    pub fn build(options: &ServeOptions) -> anyhow::Result<Self> {
        check_secret(options)?;
        migrate_up(&options.database)?;
        let secret = signing_secret(options)?;
        let settings = DatabaseSettings { threads: options.database_connections };
        let database = Database::open(&options.database.database_url, settings)?;
        let services = services(&database, &secret, options.default_time_zone, options.request_limits())?;
        let shared = Shared::new(services, options.cors_origins.clone());
        let server = HttpServer::new(move || app::build(&shared))
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .bind(options.listen)
            .with_context(|| format!("cannot listen on {}", options.listen))?;
        let address = server.addrs().first().copied().unwrap_or(options.listen);
        Ok(Self { server: server.run(), address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process is told to stop (SIGTERM or SIGINT).
    pub async fn run(self) -> std::io::Result<()> {
        self.server.await
    }
}

/// `astegni serve`
pub fn serve(options: ServeOptions) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let application = Application::build(&options)?;
        let mut stdout = std::io::stdout();
        writeln!(stdout, "listening on http://{}", application.address()).and_then(|()| stdout.flush())?;
        tracing::info!(database = %options.database.database_url, "serving");
        application.run().await?;
        tracing::info!("stopped");
        Ok(())
    })
}

fn migrator(options: &DatabaseOptions) -> anyhow::Result<Migrator> {
    let url = &options.database_url;
    Migrator::connect(url).with_context(|| format!("cannot open the database {url}"))
}

/// `astegni migrate`
pub fn migrate_up(options: &DatabaseOptions) -> anyhow::Result<()> {
    for name in migrator(options)?.up().context("a migration failed")? {
        eprintln!("applied {name}");
    }
    Ok(())
}

/// `astegni migrate --down N`
pub fn migrate_down(options: &DatabaseOptions, count: usize) -> anyhow::Result<()> {
    for version in migrator(options)?.down(count).context("a migration could not be undone")? {
        eprintln!("undid {version}");
    }
    Ok(())
}

/// `astegni migrate --status`
pub fn migration_status(options: &DatabaseOptions) -> anyhow::Result<()> {
    if let DatabaseUrl::Sqlite(file) = &options.database_url {
        anyhow::ensure!(file.exists(), "there is no database at {}", options.database_url);
    }
    for migration in migrator(options)?.status().context("cannot tell")? {
        println!("{} {}", if migration.applied { "applied" } else { "pending" }, migration.name);
    }
    Ok(())
}
