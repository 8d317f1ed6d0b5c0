//! The settings of an operator. Each is a flag and an environment variable; the flag takes precedence.

use astegni_domain::requests::RequestLimits;
use astegni_domain::schedule::{DEFAULT_ZONE, parse_zone};
use astegni_http::extract::PublicUrl;
use astegni_persistence::{DatabaseSettings, DatabaseUrl};
use chrono_tz::Tz;
use clap::Args;

use crate::listen::ListenAddress;
use crate::secret::SecretSource;
use crate::telemetry::LogOptions;

/// Options for the database.
#[derive(Debug, Clone, Args)]
pub(crate) struct DatabaseOptions {
    /// URL of the database: <sqlite://PATH> for a file, <postgres://USER@HOST/NAME> for a server.
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://astegni.db", hide_env_values = true)]
    pub(crate) database_url: DatabaseUrl,
}

/// Options of `astegni serve`. Not `Debug`, because they include the secret.
#[derive(Clone, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// Host and port to listen on. With port 0, a free port is chosen and printed.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8000")]
    pub(crate) listen: ListenAddress,
    /// URL under which clients reach the API: <https://HOST>, with a path if a proxy adds one. Calendar feeds have it in their
    /// addresses, by default as the request that creates the feed names it.
    #[arg(long, env = "PUBLIC_URL")]
    pub(crate) public_url: Option<PublicUrl>,
    /// Secret that signs access tokens, at least 32 bytes. Required with PostgreSQL; with SQLite, one is created beside
    /// the database file by default.
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    jwt_secret: Option<String>,
    /// Origins of web pages that may call the API, separated by commas.
    #[arg(long, env = "CORS_ORIGINS", value_delimiter = ',', value_parser = parse_origin)]
    pub(crate) cors_origins: Vec<String>,
    /// Time zone of accounts that do not choose one.
    #[arg(long, env = "DEFAULT_TIME_ZONE", default_value_t = DEFAULT_ZONE, value_parser = parse_time_zone)]
    pub(crate) default_time_zone: Tz,
    /// URL of a Redis server that connects several replicas: <redis://HOST:PORT>. Without it, events of other replicas are
    /// delivered within 100 ms, and typing and presence are not shared.
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub(crate) redis_url: Option<String>,
    #[command(flatten)]
    pub(crate) log: LogOptions,
    /// Maximum number of database connections, not counting SQLite's writer.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = DatabaseSettings::default().threads, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) database_connections: u32,
    /// Number of seconds for which an idle client connection stays open. A proxy in front should close it earlier.
    #[arg(long, env = "KEEP_ALIVE", default_value_t = 75, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) keep_alive: u16,
    /// Number of days after which an unanswered session request expires.
    #[arg(long, env = "REQUEST_EXPIRY_DAYS", default_value_t = RequestLimits::DEFAULT.pending_days, value_parser = clap::value_parser!(u16).range(1..=365))]
    request_expiry_days: u16,
    /// Maximum number of pending session requests per requester.
    #[arg(long, env = "MAX_PENDING_REQUESTS", default_value_t = RequestLimits::DEFAULT.max_pending, value_parser = clap::value_parser!(u16).range(1..))]
    max_pending_requests: u16,
    /// Number of rejections by one tutor within 30 days after which a requester has to wait.
    #[arg(long, env = "MAX_REJECTED_REQUESTS", default_value_t = RequestLimits::DEFAULT.max_rejections, value_parser = clap::value_parser!(u16).range(1..))]
    max_rejected_requests: u16,
}

impl ServeOptions {
    /// Returns the limits of session requests.
    pub(crate) fn request_limits(&self) -> RequestLimits {
        RequestLimits {
            pending_days: self.request_expiry_days,
            max_pending: self.max_pending_requests,
            max_rejections: self.max_rejected_requests,
            ..RequestLimits::DEFAULT
        }
    }

    /// Returns the source of the secret that signs access tokens.
    pub(crate) fn secret_source(&self) -> anyhow::Result<SecretSource> {
        SecretSource::choose(self.jwt_secret.as_deref(), &self.database.database_url)
    }
}

fn parse_time_zone(input: &str) -> Result<Tz, String> {
    parse_zone(input).map_err(|reason| reason.message.into_owned())
}

fn parse_origin(input: &str) -> Result<String, String> {
    let origin = input.trim().trim_end_matches('/');
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '*', ' ']) => Ok(origin.to_owned()),
        _ => Err("must be an origin such as https://astegni.com, without a path".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        assert_eq!(parse_origin("https://astegni.com/"), Ok("https://astegni.com".to_owned()));
        for origin in ["*", "astegni.com", "https://*.com", "https://a.com/b", "https://"] {
            assert!(parse_origin(origin).is_err(), "{origin}");
        }
    }
}
