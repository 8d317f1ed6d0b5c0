//! Password hashing with argon2id, on a fixed number of threads with memory of their own.
//!
//! Argon2 needs 19 MiB for each hash. Allocated by the threads that happen to run it, this memory stays in as many
//! arenas of the allocator; here it is allocated once for each hashing thread and used again.

mod threads;

#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use astegni_domain::accounts::{HashingError, PasswordHasher};
use async_trait::async_trait;
use threads::Threads;

/// Memory of one hash, in blocks of 1 KiB.
const MEMORY: u32 = 19_456;

/// Number of passes over the memory.
const PASSES: u32 = 2;

/// Maximum memory of a stored hash that came from elsewhere, in blocks of 1 KiB: that of libsodium's `MODERATE`.
const MAX_MEMORY: u32 = 262_144;

/// Maximum work of a stored hash that came from elsewhere, in blocks times passes: less than a second.
const MAX_WORK: u64 = 1_048_576;

/// Length of a salt, in bytes.
const SALT_LENGTH: usize = 16;

/// The blocks that argon2 works on. Each hash overwrites all of those that it reads. They are not wiped between hashes, nor
/// would the crate's own memory be: a reader of the process's memory finds the passwords themselves in it as well.
type Memory = Vec<Block>;

/// Hashes passwords with argon2id and the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane), on at most half
/// of the processors, so that many simultaneous logins do not delay all other requests.
///
/// Clones share the threads, which end when the last clone is dropped.
#[derive(Clone)]
pub struct Argon2Hasher {
    argon2: Argon2<'static>,
    /// A hash to verify where there is no account, so that it takes as long.
    decoy: PasswordHash,
    threads: Arc<Threads>,
}

impl Argon2Hasher {
    /// Starts the threads of a hasher. Computes no hash: the decoy is made of random bytes, which no password matches.
    pub fn new() -> Result<Self, HashingError> {
        let params = Params::new(MEMORY, PASSES, 1, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        fill_with_random_bytes(&mut output)?;
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = Threads::start((processors / 2).max(1)).map_err(failed)?;
        Ok(Self { decoy: format(&argon2, &random_salt()?, &output)?, argon2, threads: Arc::new(threads) })
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: String) -> Result<String, HashingError> {
        let argon2 = self.argon2.clone();
        self.threads.run(move |memory| Ok(hash(&argon2, memory, &password)?.to_string())).await
    }

    async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, HashingError> {
        let (expected, is_stored) = expected_hash(stored.as_deref(), &self.decoy);
        self.threads.run(move |memory| Ok(matches(memory, &password, &expected)? && is_stored)).await
    }
}

fn failed(error: impl Display) -> HashingError {
    HashingError::Failed(error.to_string())
}

fn fill_with_random_bytes(bytes: &mut [u8]) -> Result<(), HashingError> {
    aws_lc_rs::rand::fill(bytes).map_err(failed)
}

fn random_salt() -> Result<[u8; SALT_LENGTH], HashingError> {
    let mut salt = [0; SALT_LENGTH];
    fill_with_random_bytes(&mut salt)?;
    Ok(salt)
}

/// Puts a salt and the output of argon2 into the form in which hashes are stored.
fn format(argon2: &Argon2<'_>, salt: &[u8], output: &[u8]) -> Result<PasswordHash, HashingError> {
    Ok(PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(failed)?,
        salt: Some(Salt::new(salt).map_err(failed)?),
        hash: Some(Output::new(output).map_err(failed)?),
    })
}

/// Hashes a password with a random salt.
fn hash(argon2: &Argon2<'_>, memory: &mut Memory, password: &str) -> Result<PasswordHash, HashingError> {
    let salt = random_salt()?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    compute(argon2, memory, password, &salt, &mut output)?;
    format(argon2, &salt, &output)
}

/// Returns whether a password is the one behind a hash, comparing in constant time.
fn matches(memory: &mut Memory, password: &str, expected: &PasswordHash) -> Result<bool, HashingError> {
    let (Some(salt), Some(expected_output)) = (&expected.salt, &expected.hash) else { return Ok(false) };
    let argon2 = argon2_of(expected).map_err(failed)?;
    let mut output = vec![0; expected_output.len()];
    compute(&argon2, memory, password, salt, &mut output)?;
    Ok(Output::new(&output).map_err(failed)? == *expected_output)
}

/// Runs argon2 in the given memory, which grows if it is too small. Memory beyond that of our own hashes is freed at once.
fn compute(
    argon2: &Argon2<'_>,
    memory: &mut Memory,
    password: &str,
    salt: &[u8],
    output: &mut [u8],
) -> Result<(), HashingError> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        *memory = Memory::new();
        memory.try_reserve_exact(blocks).map_err(failed)?;
        memory.resize(blocks, Block::new());
    }
    let computed = argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, memory.as_mut_slice());
    if memory.len() > Params::DEFAULT.block_count() {
        *memory = Memory::new();
    }
    computed.map_err(failed)
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

/// Parses a stored hash, provided that verifying it will run argon2 to the end with a bearable amount of memory and time.
fn parse_stored(stored: &str) -> Result<PasswordHash, String> {
    let hash = PasswordHash::new(stored).map_err(|error| error.to_string())?;
    let argon2 = argon2_of(&hash).map_err(|error| error.to_string())?;
    let (memory, passes) = (argon2.params().m_cost(), argon2.params().t_cost());
    if memory > MAX_MEMORY || u64::from(memory) * u64::from(passes) > MAX_WORK {
        return Err(format!("{memory} KiB and {passes} passes are beyond the limit"));
    }
    if hash.salt.is_none_or(|salt| salt.len() < argon2::MIN_SALT_LEN) || hash.hash.is_none() {
        return Err("salt or hash is missing".to_owned());
    }
    Ok(hash)
}

/// Returns argon2 with the algorithm, version and parameters of a hash.
fn argon2_of(hash: &PasswordHash) -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from)?;
    Ok(Argon2::new(algorithm, version, Params::try_from(hash)?))
}
