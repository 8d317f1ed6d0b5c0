//! Password hashing with argon2id, on a bounded number of threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use astegni_domain::accounts::{HashingError, PasswordHasher};
use async_trait::async_trait;
use tokio::sync::Semaphore;

/// The number of callers that may wait for a hash, which takes a second or two. Further ones are rejected.
const MAX_WAITING: usize = 64;

/// Hashes passwords with argon2id and the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane), on at most half
/// of the processors, so that many simultaneous logins do not delay all other requests.
#[derive(Clone)]
pub struct Argon2Hasher {
    argon2: Argon2<'static>,
    /// A hash to verify where there is no account, so that it takes as long.
    decoy: PasswordHash,
    running: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Argon2Hasher {
    /// Creates a hasher, with a random decoy.
    pub fn new() -> Result<Self, HashingError> {
        let failed = |error: argon2::Error| HashingError::Failed(error.to_string());
        let params = Params::new(19_456, 2, 1, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            decoy: hash(&argon2, "decoy")?,
            argon2,
            running: Arc::new(Semaphore::new((processors / 2).max(1))),
            waiting: Arc::new(AtomicUsize::new(0)),
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let _place = Place::take(&self.waiting)?;
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(|_| HashingError::Busy)?;
        let argon2 = self.argon2.clone();
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&argon2);
            drop(permit);
            result
        });
        done.await.map_err(|error| HashingError::Failed(error.to_string()))?
    }
}

/// A place in the queue, released when it is dropped: a caller may stop waiting.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(waiting: &Arc<AtomicUsize>) -> Result<Self, HashingError> {
        let place = Self(Arc::clone(waiting));
        if waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING { Ok(place) } else { Err(HashingError::Busy) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<PasswordHash, HashingError> {
    let mut salt = [0; 16];
    aws_lc_rs::rand::fill(&mut salt).map_err(|error| HashingError::Failed(error.to_string()))?;
    argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| HashingError::Failed(error.to_string()))
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: String) -> Result<String, HashingError> {
        self.run(move |argon2| Ok(hash(argon2, &password)?.to_string())).await
    }

    async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, HashingError> {
        let (expected, is_stored) = expected_hash(stored.as_deref(), &self.decoy);
        self.run(move |argon2| Ok(argon2.verify_password(password.as_bytes(), &expected).is_ok() && is_stored)).await
    }
}

/// Returns the hash to verify a password against, and whether it is the stored one.
///
/// The decoy takes the place of a missing hash, and of one that cannot be verified. The latter is logged, because its
/// owner cannot log in.
fn expected_hash(stored: Option<&str>, decoy: &PasswordHash) -> (PasswordHash, bool) {
    match stored.map(parse_stored) {
        Some(Ok(hash)) => (hash, true),
        Some(Err(reason)) => {
            tracing::error!(reason, "a stored password hash cannot be verified");
            (decoy.clone(), false)
        }
        None => (decoy.clone(), false),
    }
}

/// Parses a stored hash, provided that verifying it will run argon2 to the end.
fn parse_stored(stored: &str) -> Result<PasswordHash, String> {
    let hash = PasswordHash::new(stored).map_err(|error| error.to_string())?;
    Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| error.to_string())?;
    Params::try_from(&hash).map_err(|error| error.to_string())?;
    if hash.salt.is_none_or(|salt| salt.len() < argon2::MIN_SALT_LEN) || hash.hash.is_none() {
        return Err("salt or hash is missing".to_owned());
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;

    #[actix_web::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let hasher = Argon2Hasher::new().unwrap();
        let stored = hasher.hash("Test1234".to_owned()).await.unwrap();
        assert!(hasher.verify("Test1234".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("Test12345".to_owned(), Some(stored)).await.unwrap());
        assert!(!hasher.verify("decoy".to_owned(), None).await.unwrap());
    }

    const UNREADABLE: [&str; 6] = [
        "garbage",
        "",
        "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
        "$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$KqYY2vYLvyQ",
        "$argon2id$v=19$m=19456,t=2,p=1",
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
    ];

    /// The decoy is hashed in place of the stored hash, so the time that a login takes is that of a wrong password.
    #[actix_web::test]
    async fn a_stored_hash_that_cannot_be_verified_costs_as_much_as_a_wrong_password_and_matches_nothing() {
        let hasher = Argon2Hasher::new().unwrap();
        for stored in UNREADABLE {
            assert_eq!(expected_hash(Some(stored), &hasher.decoy), (hasher.decoy.clone(), false), "{stored}");
            assert!(!hasher.verify("decoy".to_owned(), Some(stored.to_owned())).await.unwrap(), "{stored}");
        }
        assert_eq!(expected_hash(None, &hasher.decoy), (hasher.decoy.clone(), false));
        let stored = hasher.hash("Test1234".to_owned()).await.unwrap();
        assert_eq!(expected_hash(Some(&stored), &hasher.decoy), (PasswordHash::new(&stored).unwrap(), true));
    }

    /// A log that a test can read.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stored_hash_that_cannot_be_verified_is_logged_without_the_hash() {
        let decoy = Argon2Hasher::new().unwrap().decoy;
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            expected_hash(None, &decoy);
            assert!(log.0.lock().unwrap().is_empty());
            expected_hash(Some("garbage"), &decoy);
        });
        let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(
            written.contains("ERROR") && written.contains("a stored password hash cannot be verified"),
            "{written}"
        );
        assert!(!written.contains("garbage"), "{written}");
    }
}
