//! Issuing and using claim codes.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{HashingError, MockPasswordHasher, NewDevice, Password, ProfileIds, Role, User};
use astegni_domain::families::{
    ClaimAccountError, ClaimError, ClaimFacts, ClaimPlan, FamilyRefusal, GuardianshipStatus, MockFamilyRepository,
    OpenClaim, plan_claim_code,
};
use astegni_domain::ids::{DeviceId, UserId};
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_executor::block_on;

use super::{
    ADDRESS, CHILD_USER, WARD, assert_refused, email, evidence, facts, parent, service, service_with, unavailable,
};
use crate::support::now;

#[test]
fn a_claim_code_is_stored_as_a_digest_and_shown_once() {
    let seen = facts(GuardianshipStatus::Active, false);
    let expected = plan_claim_code(Some(seen), "digest".to_owned(), evidence(&parent())).unwrap();
    let mut families = MockFamilyRepository::new();
    families
        .expect_find_open()
        .times(2)
        .withf(|parent, student| *parent == UserId::new(2) && *student == WARD)
        .returning(move |_, _| Ok(Some(seen)));
    let mut outcomes = [Err(RepositoryError::Conflict), Ok(())].into_iter();
    families
        .expect_issue_claim_code()
        .times(2)
        .withf(move |plan| *plan == expected)
        .returning(move |_| outcomes.next().unwrap());
    let issued = block_on(service(families).issue_claim_code(&parent(), WARD, Some(ADDRESS.to_owned()))).unwrap();
    assert_eq!((issued.code.as_str(), issued.expires_at), ("secret", now() + TimeDelta::days(7)));
}

#[test]
fn a_child_with_a_login_gets_no_claim_code() {
    let mut families = MockFamilyRepository::new();
    families.expect_find_open().once().returning(|_, _| Ok(Some(facts(GuardianshipStatus::Active, true))));
    let issued = block_on(service(families).issue_claim_code(&parent(), WARD, None)).map(drop);
    assert_refused(issued, FamilyRefusal::LoginExists);
}

fn claim_facts() -> ClaimFacts {
    ClaimFacts {
        account: CHILD_USER,
        expires_at: now() + TimeDelta::seconds(1),
        is_used: false,
        is_revoked: false,
        is_claimable: true,
    }
}

fn device() -> NewDevice {
    NewDevice { user_agent: Some("phone".to_owned()), ip_address: Some(ADDRESS.to_owned()) }
}

fn claim(
    families: MockFamilyRepository,
    hasher: MockPasswordHasher,
) -> Result<(String, String, User), ClaimAccountError> {
    let password = Password::parse("Test1234").unwrap();
    let signed_in = block_on(service_with(families, hasher).claim("code", email(), password, device()))?;
    assert_eq!(signed_in.expires_in, 900);
    Ok((signed_in.access_token, signed_in.refresh_token, signed_in.user))
}

fn hasher() -> MockPasswordHasher {
    let mut hasher = MockPasswordHasher::new();
    hasher.expect_hash().once().withf(|password| password == "Test1234").returning(|_| Ok("hash".to_owned()));
    hasher
}

fn found(facts: Option<ClaimFacts>) -> MockFamilyRepository {
    let mut families = MockFamilyRepository::new();
    families.expect_find_claim().once().withf(|digest| digest == "#code").returning(move |_| Ok(facts));
    families
}

fn user() -> User {
    User {
        id: CHILD_USER,
        email: Some(email()),
        username: None,
        first_name: Some("Liya".to_owned()),
        last_name: None,
        father_name: None,
        grandfather_name: None,
        phone: None,
        date_of_birth: None,
        roles: vec![Role::Student],
        active_role: Some(Role::Student),
        profiles: ProfileIds { student: Some(WARD), ..ProfileIds::default() },
        time_zone: Tz::UTC,
        is_private: true,
        profile_picture: None,
        is_active: true,
        email_verified: false,
        created_at: now(),
    }
}

#[test]
fn a_valid_code_gives_the_account_its_login_and_signs_the_device_in() {
    let mut families = found(Some(claim_facts()));
    families
        .expect_claim()
        .once()
        .withf(|plan, new_device, token| {
            let claim = OpenClaim { code_digest: "#code".to_owned(), account: CHILD_USER, at: now() };
            let expected = ClaimPlan { claim, email: email(), password_hash: "hash".to_owned() };
            *plan == expected && *new_device == device() && token.digest == "digest"
        })
        .returning(|_, _, _| Ok((user(), DeviceId::new(6))));
    let (access_token, refresh_token, account) = claim(families, hasher()).unwrap();
    assert_eq!((access_token.as_str(), refresh_token.as_str(), account), ("access of 1", "secret", user()));
}

#[test]
fn an_invalid_code_is_rejected_without_hashing_the_password() {
    let used = ClaimFacts { is_used: true, ..claim_facts() };
    let expired = ClaimFacts { expires_at: now(), ..claim_facts() };
    for facts in [None, Some(used), Some(expired)] {
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().never();
        let refused = claim(found(facts), hasher);
        assert!(matches!(refused, Err(ClaimAccountError::InvalidCode)), "{facts:?}");
    }
}

#[test]
fn the_failures_of_a_claim_are_told_apart() {
    let failing = |error: fn() -> ClaimError| {
        let mut families = found(Some(claim_facts()));
        families.expect_claim().once().returning(move |_, _, _| Err(error()));
        claim(families, hasher()).unwrap_err()
    };
    assert!(matches!(failing(|| ClaimError::EmailTaken), ClaimAccountError::EmailTaken));
    let overtaken = failing(|| ClaimError::Repository(RepositoryError::Conflict));
    assert!(matches!(overtaken, ClaimAccountError::InvalidCode), "the code was used in the meantime");
    let away = failing(|| ClaimError::Repository(unavailable()));
    assert!(matches!(away, ClaimAccountError::Repository(RepositoryError::Unavailable(_))));

    let mut hasher = MockPasswordHasher::new();
    hasher.expect_hash().once().returning(|_| Err(HashingError::Busy));
    let busy = claim(found(Some(claim_facts())), hasher);
    assert!(matches!(busy, Err(ClaimAccountError::Hashing(HashingError::Busy))));
}
