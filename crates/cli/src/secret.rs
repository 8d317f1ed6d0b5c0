//! The secret that signs access tokens.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use astegni_persistence::DatabaseUrl;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Minimum length of the secret in bytes: that of the hash that it keys (RFC 7518, section 3.2).
pub(crate) const MIN_SECRET_BYTES: usize = 32;

/// The source of the secret, checked before anything is opened or written.
pub(crate) enum SecretSource {
    /// A secret that the operator has set.
    Setting(Vec<u8>),
    /// A file beside the SQLite database, created on the first start.
    File(PathBuf),
}

impl SecretSource {
    /// Chooses the setting if there is one, else the file that belongs to a SQLite database.
    pub(crate) fn choose(setting: Option<&str>, database: &DatabaseUrl) -> anyhow::Result<Self> {
        match (setting, database) {
            (Some(secret), _) => {
                Ok(Self::Setting(long_enough(secret.as_bytes().to_vec()).context("JWT_SECRET is too short")?))
            }
            (None, DatabaseUrl::Sqlite(file)) => Ok(Self::File(secret_file(file))),
            (None, DatabaseUrl::Postgres(_)) => bail!(
                "JWT_SECRET must be set with PostgreSQL: at least {MIN_SECRET_BYTES} bytes, the same on every replica"
            ),
        }
    }

    /// Returns the secret. Creates the file if it is missing or empty, readable by its owner only.
    pub(crate) fn read(self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Setting(secret) => Ok(secret),
            Self::File(path) => read_or_create(&path),
        }
    }
}

fn read_or_create(path: &Path) -> anyhow::Result<Vec<u8>> {
    if fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        remove_if_empty(path).with_context(|| format!("cannot replace the empty file {}", path.display()))?;
    }
    if !path.exists() {
        create(path).with_context(|| format!("cannot create {}", path.display()))?;
    }
    let secret = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    long_enough(secret.trim().as_bytes().to_vec()).with_context(|| {
        format!("{} is damaged; remove it to have a new one created, which signs out all users", path.display())
    })
}

/// Writes a new secret under a temporary name, then renames it: no crash leaves a partial secret behind. Of several
/// processes that do so at once, the first wins and the others keep its secret.
fn create(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut secret = [0; MIN_SECRET_BYTES];
    aws_lc_rs::rand::fill(&mut secret).context("the system provides no random numbers")?;
    let mut file = tempfile::Builder::new().prefix(".astegni-secret-").tempfile_in(folder)?;
    file.write_all(URL_SAFE_NO_PAD.encode(secret).as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(File::open(folder)?.sync_all()?),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error.into()),
    }
}

/// Removes an empty secret, as a crash may have left behind. Checks again under a lock that the path still leads to the
/// empty file, and not to the secret of a concurrent start.
fn remove_if_empty(path: &Path) -> io::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    file.lock()?;
    let locked = file.metadata()?;
    match fs::metadata(path) {
        Ok(current) if (current.dev(), current.ino()) == (locked.dev(), locked.ino()) && locked.len() == 0 => {
            fs::remove_file(path)
        }
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns the secret if it is long enough to sign tokens.
fn long_enough(secret: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    ensure!(secret.len() >= MIN_SECRET_BYTES, "it has {} bytes and needs at least {MIN_SECRET_BYTES}", secret.len());
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
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    /// Reads the secret on many threads at once.
    fn race(path: &Path) -> Vec<Vec<u8>> {
        const STARTS: usize = 8;
        let barrier = Barrier::new(STARTS);
        let start = || {
            barrier.wait();
            read_or_create(path).unwrap()
        };
        thread::scope(|scope| {
            let starts: Vec<_> = (0..STARTS).map(|_| scope.spawn(start)).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        })
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_secret_is_created_once_and_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = secret_file(&folder.path().join("a.db"));
        let first = read_or_create(&path).unwrap();
        assert_eq!(read_or_create(&path).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(folder.path()), ["a.db.secret"]);
    }

    #[test]
    fn first_starts_at_the_same_time_agree_on_one_secret() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("secret");
            let secrets = race(&path);
            assert!(secrets.iter().all(|secret| *secret == secrets[0]), "{secrets:?}");
            assert_eq!(secrets[0], fs::read(&path).unwrap());
            assert_eq!(names(folder.path()), ["secret"]);
        }
    }

    #[test]
    fn starts_at_the_same_time_agree_on_what_replaces_an_empty_secret() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("secret");
            fs::write(&path, "").unwrap();
            let secrets = race(&path);
            assert!(secrets.iter().all(|secret| *secret == secrets[0]), "{secrets:?}");
            assert!(secrets[0].len() >= MIN_SECRET_BYTES);
        }
    }

    #[test]
    fn a_reader_never_sees_part_of_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                loop {
                    if let Ok(secret) = fs::read(&path) {
                        return secret;
                    }
                }
            });
            let created = read_or_create(&path).unwrap();
            assert_eq!(reader.join().unwrap(), created);
        });
    }

    #[test]
    fn a_truncated_secret_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db.secret");
        fs::write(&path, "x".repeat(31)).unwrap();
        let damaged = format!("{:#}", read_or_create(&path).unwrap_err());
        assert!(damaged.contains("a.db.secret is damaged") && damaged.contains("31 bytes"), "{damaged}");
        assert_eq!(fs::read(&path).unwrap().len(), 31, "the file is left for the operator");
    }

    #[test]
    fn a_secret_has_at_least_32_bytes() {
        let sqlite = DatabaseUrl::Sqlite("a.db".into());
        let given = |length| SecretSource::choose(Some(&"x".repeat(length)), &sqlite);
        assert!(given(31).is_err());
        assert_eq!(given(32).unwrap().read().unwrap().len(), 32);
    }

    #[test]
    fn postgresql_needs_a_secret_that_its_replicas_share() {
        let postgres = DatabaseUrl::Postgres("postgres://db/astegni".to_owned());
        assert!(SecretSource::choose(None, &postgres).is_err());
        assert!(SecretSource::choose(Some(&"x".repeat(32)), &postgres).is_ok());
    }
}
