//! Passwords: argon2id on a few threads at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use astegni_domain::accounts::{HashingError, PasswordHasher};
use async_trait::async_trait;
use tokio::sync::Semaphore;

/// How many may wait for a hash: a second's worth or two. Who comes then is told to come later.
const LONGEST_QUEUE: usize = 64;

/// Hashes with argon2id at the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane), on at most half
/// of the processor, so that a rush of logins does not starve everybody else.
#[derive(Clone)]
pub struct Argon2Hasher {
    argon2: Argon2<'static>,
    /// The hash of nothing in particular, checked where there is no account, to take as long.
    decoy: Arc<str>,
    running: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Argon2Hasher {
    /// Prepares the hasher.
    pub fn new() -> Result<Self, HashingError> {
        let failed = |error: argon2::Error| HashingError::Failed(error.to_string());
        let params = Params::new(19_456, 2, 1, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            decoy: hash(&argon2, "decoy")?.into(),
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

/// A place in the queue, given back when the caller leaves it, for whatever reason.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(waiting: &Arc<AtomicUsize>) -> Result<Self, HashingError> {
        let place = Self(Arc::clone(waiting));
        if waiting.fetch_add(1, Ordering::Relaxed) < LONGEST_QUEUE { Ok(place) } else { Err(HashingError::Busy) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, HashingError> {
    let mut salt = [0; 16];
    aws_lc_rs::rand::fill(&mut salt).map_err(|error| HashingError::Failed(error.to_string()))?;
    argon2
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| HashingError::Failed(error.to_string()))
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: String) -> Result<String, HashingError> {
        self.run(move |argon2| hash(argon2, &password)).await
    }

    async fn verify(&self, password: String, expected: Option<String>) -> Result<bool, HashingError> {
        let known = expected.is_some();
        let expected = expected.unwrap_or_else(|| self.decoy.to_string());
        self.run(move |argon2| {
            let expected = PasswordHash::new(&expected).map_err(|error| HashingError::Failed(error.to_string()))?;
            let matches = argon2.verify_password(password.as_bytes(), &expected).is_ok();
            Ok(matches && known)
        })
        .await
    }
}
