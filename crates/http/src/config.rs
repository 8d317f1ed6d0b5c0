//! What an operator sets: each a flag and an environment variable.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use astegni_domain::requests::RequestLimits;
use astegni_domain::schedule::parse_zone;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use crate::bootstrap::DatabaseUrl;

/// The shortest signing secret: as long as the hash that it keys (RFC 7518, section 3.2).
const SHORTEST_SECRET: usize = 32;

/// Where the database is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseOptions {
    /// A file (<sqlite://PATH>) or a server (<postgres://USER@HOST/NAME>).
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://astegni.db", hide_env_values = true)]
    pub database_url: DatabaseUrl,
}

/// How logs are written to stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// How the API is served. It is never printed: it holds the secret.
#[derive(Clone, Args)]
pub struct ServeOptions {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// Address and port; port 0 picks a free one and says which.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: std::net::SocketAddr,
    /// Signs the tokens, at least 32 bytes. With SQLite one is made and kept beside the database's file.
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    pub jwt_secret: Option<String>,
    /// Origins whose pages may call the API, separated by commas.
    #[arg(long, env = "CORS_ORIGINS", value_delimiter = ',', value_parser = parse_origin)]
    pub cors_origins: Vec<String>,
    /// The time zone of accounts that name none.
    #[arg(long, env = "DEFAULT_TIME_ZONE", default_value = "Africa/Addis_Ababa", value_parser = parse_time_zone)]
    pub default_time_zone: Tz,
    /// How logs are written to stderr; `RUST_LOG` says which.
    #[arg(long, env = "LOG_FORMAT", default_value = "pretty")]
    pub log_format: LogFormat,
    /// How many connections to the database are held.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub database_connections: u32,
    /// After how many days a session request that nobody answered expires.
    #[arg(long, env = "REQUEST_EXPIRY_DAYS", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub request_expiry_days: u16,
    /// How many session requests of one requester may be pending.
    #[arg(long, env = "MAX_PENDING_REQUESTS", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub max_pending_requests: u16,
    /// After how many rejections by one tutor within 30 days a requester has to wait.
    #[arg(long, env = "MAX_REJECTED_REQUESTS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    pub max_rejected_requests: u16,
}

impl ServeOptions {
    /// How much asking is enough.
    pub fn request_limits(&self) -> RequestLimits {
        RequestLimits {
            pending_days: self.request_expiry_days,
            max_pending: self.max_pending_requests,
            max_rejections: self.max_rejected_requests,
            ..RequestLimits::default()
        }
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

/// Refuses a secret that is too short, and none with PostgreSQL, before anything is done.
pub fn check_secret(options: &ServeOptions) -> anyhow::Result<()> {
    match (&options.jwt_secret, &options.database.database_url) {
        (Some(secret), _) if secret.len() < SHORTEST_SECRET => {
            bail!("JWT_SECRET has {} bytes; it needs at least {SHORTEST_SECRET}", secret.len())
        }
        (None, DatabaseUrl::Postgres(_)) => {
            bail!(
                "JWT_SECRET must be set with PostgreSQL, to the same at least {SHORTEST_SECRET} bytes on every replica"
            )
        }
        (Some(_), _) | (None, DatabaseUrl::Sqlite(_)) => Ok(()),
    }
}

/// The secret that signs the tokens: the one that is set, or, with SQLite, the one kept beside the file.
pub fn signing_secret(options: &ServeOptions) -> anyhow::Result<Vec<u8>> {
    check_secret(options)?;
    if let Some(secret) = &options.jwt_secret {
        return Ok(secret.clone().into_bytes());
    }
    match &options.database.database_url {
        DatabaseUrl::Sqlite(file) => kept_secret(file),
        DatabaseUrl::Postgres(_) => bail!("JWT_SECRET must be set with PostgreSQL"),
    }
}

/// Where the secret of a SQLite database is kept.
pub fn secret_file(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".secret");
    path.into()
}

/// Reads the secret beside a database's file, or makes it on the first start, readable by nobody else.
fn kept_secret(database: &Path) -> anyhow::Result<Vec<u8>> {
    let path = secret_file(database);
    let read = || fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()));
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            let mut secret = [0; SHORTEST_SECRET];
            aws_lc_rs::rand::fill(&mut secret).context("the system gives no random numbers")?;
            file.write_all(URL_SAFE_NO_PAD.encode(secret).as_bytes())
                .and_then(|()| file.sync_all())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
    }
    let secret = read()?.trim().as_bytes().to_vec();
    if secret.len() < SHORTEST_SECRET {
        bail!("{} is damaged; remove it to have a new one made, which signs everybody out", path.display());
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let first = kept_secret(&database).unwrap();
        assert_eq!(kept_secret(&database).unwrap(), first);
        let mode = fs::metadata(secret_file(&database)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn origins_are_scheme_and_host() {
        assert_eq!(parse_origin("https://astegni.com/"), Ok("https://astegni.com".to_owned()));
        for origin in ["*", "astegni.com", "https://*.com", "https://a.com/b", "https://"] {
            assert!(parse_origin(origin).is_err(), "{origin}");
        }
    }
}
