//! The command `astegni serve`.

use std::any::Any;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Server;
use actix_web::rt::net::TcpStream;
use anyhow::Context;
use astegni_http::app::{self, Shared};
use astegni_http::background::BackgroundTasks;
use astegni_http::realtime::Relay;
use astegni_http::services::{ServiceSettings, Services};
use astegni_persistence::{Database, DatabaseSettings};
use socket2::SockRef;

use super::migrate;
use crate::clock::SystemClock;
use crate::config::ServeOptions;
use crate::{shutdown, telemetry};

/// Time after which a client that takes no data is taken for gone.
const SILENCE: Duration = Duration::from_secs(30);

/// Time limit for the requests in flight when the process is told to stop, in seconds.
const SHUTDOWN_SECONDS: u64 = 10;

/// Migrates the database and serves the API until the process is told to stop.
pub(crate) fn run(options: &ServeOptions) -> anyhow::Result<()> {
    telemetry::install(&options.log)?;
    actix_web::rt::System::new().block_on(async {
        let application = Application::build(options)?;
        let hub = application.services.hub.clone();
        shutdown::stop_on_signals(application.server.handle(), move || hub.shut_down())
            .context("cannot wait for signals")?;
        let mut stdout = std::io::stdout();
        writeln!(stdout, "listening on http://{}", application.address).and_then(|()| stdout.flush())?;
        tracing::info!(database = %options.database.database_url, "serving");
        let background = BackgroundTasks::start(&application.services, application.relay);
        let served = application.server.await;
        drop(background);
        served?;
        astegni_persistence::checkpoint(&options.database.database_url).context("cannot complete the database file")?;
        tracing::info!("stopped");
        Ok(())
    })
}

/// A server that listens on its address.
struct Application {
    server: Server,
    address: SocketAddr,
    services: Services,
    relay: Option<Relay>,
}

impl Application {
    /// Binds the address, migrates the database, wires the services and starts to listen. Settings and address come
    /// first, so that a mistake in them leaves the database untouched.
    fn build(options: &ServeOptions) -> anyhow::Result<Self> {
        let secret = options.secret_source()?;
        let sockets = options.listen.bind().with_context(|| format!("cannot listen on {}", options.listen))?;
        let address = sockets.address;
        for migration in migrate::up(&options.database)? {
            tracing::info!(migration, "applied");
        }
        let settings = ServiceSettings {
            secret: secret.read()?,
            default_zone: options.default_time_zone,
            request_limits: options.request_limits(),
        };
        let database_settings = DatabaseSettings { threads: options.database_connections };
        let database = Database::open(&options.database.database_url, database_settings)?;
        let services = Services::new(Arc::new(database), Arc::new(SystemClock), &settings)?;
        let relay = options.redis_url.as_ref().map(|url| Relay::new(url, services.hub.clone())).transpose();
        let relay = relay.context("REDIS_URL is not valid")?;
        let mut shared = Shared::new(services.clone(), options.cors_origins.clone());
        if let Some(url) = &options.public_url {
            shared = shared.with_public_url(url.clone());
        }
        let mut server = HttpServer::new(move || app::build(&shared))
            .disable_signals()
            // A request that waits for events ends when its client goes.
            .h1_allow_half_closed(false)
            // An event is sent at once, not with the acknowledgement of the one before.
            .tcp_nodelay(true)
            .on_connect(|connection, _| limit_silence(connection))
            .keep_alive(Duration::from_secs(options.keep_alive.into()))
            .shutdown_timeout(SHUTDOWN_SECONDS);
        for listener in sockets.listen().with_context(|| format!("cannot listen on {}", options.listen))? {
            server = server.listen(listener)?;
        }
        Ok(Self { server: server.run(), address, services, relay })
    }
}

/// Lets the system drop a connection whose client takes no data for [`SILENCE`], as that of a client that has stopped to
/// read.
fn limit_silence(connection: &dyn Any) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>() {
        // Without the limit, the connection is kept for longer.
        drop(SockRef::from(stream).set_tcp_user_timeout(Some(SILENCE)));
    }
}
