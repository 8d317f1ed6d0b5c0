//! Hashes, decoys and the memory that they are computed in.

use std::io::Write;
use std::sync::Mutex;

use argon2::PasswordVerifier;
use argon2::password_hash::PasswordHasher as _;

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
    assert!(written.contains("ERROR") && written.contains("a stored password hash cannot be verified"), "{written}");
    assert!(!written.contains("garbage"), "{written}");
}

/// Hashes with memory and work at the limits, and just beyond each of them.
#[test]
fn a_stored_hash_that_demands_too_much_memory_or_time_cannot_be_verified() {
    for (cost, is_verifiable) in [
        ("m=262144,t=4,p=1", true),
        ("m=262145,t=1,p=1", false),
        ("m=262144,t=5,p=1", false),
        ("m=4294967295,t=1,p=1", false),
        ("m=19456,t=4294967295,p=1", false),
        ("m=262144,t=1,p=16777215", false),
    ] {
        let stored = format!("$argon2id$v=19${cost}$c29tZXNhbHQ$KqYY2vYLvyQ7hXw2TEb1YJr0oXlAgkfKRYVJEeV0pNQ");
        assert_eq!(parse_stored(&stored).is_ok(), is_verifiable, "{cost}");
    }
    let version = "$argon2id$v=18$m=19456,t=2,p=1$c29tZXNhbHQ$KqYY2vYLvyQ7hXw2TEb1YJr0oXlAgkfKRYVJEeV0pNQ";
    assert!(parse_stored(version).is_err());
}

/// Argon2 as its crate runs it, with memory allocated for each hash.
fn independent(algorithm: Algorithm, version: Version, memory: u32, passes: u32, lanes: u32, length: usize) -> String {
    let params = Params::new(memory, passes, lanes, Some(length)).unwrap();
    let hash = Argon2::new(algorithm, version, params).hash_password_with_salt(b"Test1234", b"a salt of its own");
    hash.unwrap().to_string()
}

#[actix_web::test]
async fn verification_honours_the_parameters_of_the_stored_hash_in_whatever_order_they_come() {
    let hasher = Argon2Hasher::new().unwrap();
    let (argon2i, argon2d, argon2id) = (Algorithm::Argon2i, Algorithm::Argon2d, Algorithm::Argon2id);
    for stored in [
        independent(argon2id, Version::V0x13, MEMORY, PASSES, 1, 32),
        independent(argon2id, Version::V0x13, 32_768, 1, 4, 32),
        independent(argon2id, Version::V0x13, 64, 3, 2, 16),
        independent(argon2i, Version::V0x10, 20_000, 2, 1, 64),
        independent(argon2d, Version::V0x13, 77, 1, 1, 12),
    ] {
        assert!(hasher.verify("Test1234".to_owned(), Some(stored.clone())).await.unwrap(), "{stored}");
        assert!(!hasher.verify("Test1235".to_owned(), Some(stored.clone())).await.unwrap(), "{stored}");
    }
}

#[test]
fn hashes_in_used_memory_are_those_of_argon2() {
    let argon2 = Argon2Hasher::new().unwrap().argon2;
    let mut memory = Memory::new();
    for password in ["Test1234", "another password", ""] {
        let stored = hash(&argon2, &mut memory, password).unwrap();
        Argon2::default().verify_password(password.as_bytes(), &stored).unwrap();
        assert!(stored.to_string().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    }
}

#[test]
fn memory_is_kept_from_hash_to_hash_unless_it_is_larger_than_our_own_hashes_need() {
    let own = Argon2Hasher::new().unwrap().argon2;
    let mut memory = Memory::new();
    hash(&own, &mut memory, "Test1234").unwrap();
    let (address, blocks) = (memory.as_ptr(), memory.len());
    assert_eq!((blocks, memory.capacity()), (19_456, 19_456));
    hash(&own, &mut memory, "Test1234").unwrap();
    assert_eq!((memory.as_ptr(), memory.len()), (address, blocks));

    let stored = |kib| independent(Algorithm::Argon2id, Version::V0x13, kib, 1, 1, 32);
    assert!(matches(&mut memory, "Test1234", &parse_stored(&stored(64)).unwrap()).unwrap());
    assert_eq!((memory.as_ptr(), memory.len()), (address, blocks));
    assert!(matches(&mut memory, "Test1234", &parse_stored(&stored(32_768)).unwrap()).unwrap());
    assert_eq!(memory.capacity(), 0);
}

#[actix_web::test]
async fn no_password_matches_the_decoy_and_the_decoy_costs_as_much_as_our_own_hashes() {
    let hasher = Argon2Hasher::new().unwrap();
    assert_eq!(Params::try_from(&hasher.decoy).unwrap().block_count(), 19_456);
    assert_eq!(argon2_of(&hasher.decoy).unwrap().params().t_cost(), hasher.argon2.params().t_cost());
    assert_ne!(hasher.decoy, Argon2Hasher::new().unwrap().decoy);
    assert!(!hasher.verify(String::new(), Some(hasher.decoy.to_string())).await.unwrap());
}

#[test]
fn clones_share_their_threads() {
    let hasher = Argon2Hasher::new().unwrap();
    let clone = hasher.clone();
    assert!(Arc::ptr_eq(&hasher.threads, &clone.threads));
}
