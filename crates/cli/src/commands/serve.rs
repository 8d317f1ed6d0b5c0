//! `astegni serve`

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpServer;
use actix_web::dev::Server;
use anyhow::Context;
use astegni_http::app::{self, Shared};
use astegni_http::services::{ServiceSettings, Services};
use astegni_persistence::{Database, DatabaseSettings};

use super::migrate;
use crate::clock::SystemClock;
use crate::config::ServeOptions;
use crate::telemetry;

/// The time that open requests get to finish after the process is told to stop, in seconds.
const SHUTDOWN_SECONDS: u64 = 10;

/// Migrates the database and serves the API until the process is told to stop.
pub(crate) fn run(options: &ServeOptions) -> anyhow::Result<()> {
    telemetry::install(options.log_format);
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(options)?;
        let mut stdout = std::io::stdout();
        writeln!(stdout, "listening on http://{}", application.address).and_then(|()| stdout.flush())?;
        tracing::info!(database = %options.database.database_url, "serving");
        application.server.await?;
        tracing::info!("stopped");
        Ok(())
    })
}

/// A server that is bound to its address and ready to run.
struct Application {
    server: Server,
    address: SocketAddr,
}

impl Application {
    /// Migrates the database, wires the services and binds the address.
    fn build(options: &ServeOptions) -> anyhow::Result<Self> {
        let secret = options.secret()?;
        migrate::up(&options.database)?;
        let settings = ServiceSettings {
            secret: secret.read()?,
            default_zone: options.default_time_zone,
            request_limits: options.request_limits(),
        };
        let database_settings = DatabaseSettings { threads: options.database_connections };
        let database = Database::open(&options.database.database_url, database_settings)?;
        let services = Services::new(Arc::new(database), Arc::new(SystemClock), &settings)?;
        let shared = Shared::new(services, options.cors_origins.clone());
        let server = HttpServer::new(move || app::build(&shared))
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .bind(options.listen)
            .with_context(|| format!("cannot listen on {}", options.listen))?;
        let address = server.addrs().first().copied().unwrap_or(options.listen);
        Ok(Self { server: server.run(), address })
    }
}
