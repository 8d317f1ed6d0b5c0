//! The operator's settings: each is a flag and an environment variable.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use astegni_domain::requests::RequestLimits;
use astegni_domain::schedule::{DEFAULT_ZONE, parse_zone};
use astegni_persistence::{DatabaseSettings, DatabaseUrl};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};

/// The shortest signing secret: as long as the hash that it keys (RFC 7518, section 3.2).
const SHORTEST_SECRET: usize = 32;

/// Where the database is.
#[derive(Debug, Clone, Args)]
pub(crate) struct DatabaseOptions {
    /// A file (<sqlite://PATH>) or a server (<postgres://USER@HOST/NAME>).
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://astegni.db", hide_env_values = true)]
    pub(crate) database_url: DatabaseUrl,
}

/// How logs are written to stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// How the API is served. It is never printed: it holds the secret.
#[derive(Clone, Args)]
pub(crate) struct ServeOptions {
    /// The database.
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    /// Address and port; port 0 picks a free one and says which.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8000")]
    pub(crate) listen: std::net::SocketAddr,
    /// Signs the tokens, at least 32 bytes. With SQLite one is made and kept beside the database's file.
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    pub(crate) jwt_secret: Option<String>,
    /// Origins whose pages may call the API, separated by commas.
    #[arg(long, env = "CORS_ORIGINS", value_delimiter = ',', value_parser = parse_origin)]
    pub(crate) cors_origins: Vec<String>,
    /// The time zone of accounts that name none.
    #[arg(long, env = "DEFAULT_TIME_ZONE", default_value_t = DEFAULT_ZONE, value_parser = parse_time_zone)]
    pub(crate) default_time_zone: Tz,
    /// How logs are written to stderr; `RUST_LOG` says which.
    #[arg(long, env = "LOG_FORMAT", default_value = "pretty")]
    pub(crate) log_format: LogFormat,
    /// How many connections to the database are held.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = DatabaseSettings::default().threads, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) database_connections: u32,
    /// After how many days a session request that nobody answered expires.
    #[arg(long, env = "REQUEST_EXPIRY_DAYS", default_value_t = RequestLimits::DEFAULT.pending_days, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub(crate) request_expiry_days: u16,
    /// How many session requests of one requester may be pending.
    #[arg(long, env = "MAX_PENDING_REQUESTS", default_value_t = RequestLimits::DEFAULT.max_pending, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) max_pending_requests: u16,
    /// After how many rejections by one tutor within 30 days a requester has to wait.
    #[arg(long, env = "MAX_REJECTED_REQUESTS", default_value_t = RequestLimits::DEFAULT.max_rejections, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) max_rejected_requests: u16,
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

    /// Decides where the signing secret comes from, before anything is opened or written.
    pub(crate) fn secret(&self) -> anyhow::Result<Secret> {
        match (&self.jwt_secret, &self.database.database_url) {
            (Some(secret), _) => {
                let secret = long_enough(secret.clone().into_bytes()).context("JWT_SECRET is too short")?;
                Ok(Secret::Given(secret))
            }
            (None, DatabaseUrl::Sqlite(file)) => Ok(Secret::Kept(secret_file(file))),
            (None, DatabaseUrl::Postgres(_)) => bail!(
                "JWT_SECRET must be set with PostgreSQL, to the same value of at least {SHORTEST_SECRET} bytes on every \
                 replica"
            ),
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

/// The secret that signs tokens, before it is read.
pub(crate) enum Secret {
    /// The operator's own.
    Given(Vec<u8>),
    /// A file beside the SQLite database, created on the first start.
    Kept(PathBuf),
}

impl Secret {
    /// Reads the secret; creates the file where there is none, readable by its owner only.
    pub(crate) fn read(self) -> anyhow::Result<Vec<u8>> {
        let path = match self {
            Self::Given(secret) => return Ok(secret),
            Self::Kept(path) => path,
        };
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                let mut secret = [0; SHORTEST_SECRET];
                aws_lc_rs::rand::fill(&mut secret).context("the system provides no random numbers")?;
                file.write_all(URL_SAFE_NO_PAD.encode(secret).as_bytes())
                    .and_then(|()| file.sync_all())
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("cannot create {}", path.display())),
        }
        let secret = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        long_enough(secret.trim().as_bytes().to_vec()).with_context(|| {
            format!("{} is damaged; remove it to have a new one created, which signs everyone out", path.display())
        })
    }
}

/// Returns the secret if it is long enough to sign tokens.
fn long_enough(secret: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    ensure!(secret.len() >= SHORTEST_SECRET, "it has {} bytes and needs at least {SHORTEST_SECRET}", secret.len());
    Ok(secret)
}

/// Returns the path of the secret that belongs to a SQLite database.
fn secret_file(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".secret");
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = secret_file(&folder.path().join("a.db"));
        let read = || Secret::Kept(path.clone()).read();
        let first = read().unwrap();
        assert_eq!(read().unwrap(), first);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&path, "x".repeat(31)).unwrap();
        let damaged = format!("{:#}", read().unwrap_err());
        assert!(damaged.contains("a.db.secret is damaged") && damaged.contains("31 bytes"), "{damaged}");
    }

    #[test]
    fn a_secret_has_at_least_32_bytes() {
        assert!(long_enough(vec![b'x'; 31]).is_err());
        assert_eq!(long_enough(vec![b'x'; 32]).unwrap().len(), 32);
    }

    #[test]
    fn origins_are_scheme_and_host() {
        assert_eq!(parse_origin("https://astegni.com/"), Ok("https://astegni.com".to_owned()));
        for origin in ["*", "astegni.com", "https://*.com", "https://a.com/b", "https://"] {
            assert!(parse_origin(origin).is_err(), "{origin}");
        }
    }
}
