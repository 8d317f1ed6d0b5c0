use astegni_domain::RepositoryError;
use astegni_domain::accounts::{AccountRepository, Actor, DeviceRepository, EmailAddress, NewDevice, Role};
use astegni_domain::families::{
    ClaimAccountError, ClaimCodePlan, ClaimError, ClaimPlan, FamilyRepository, GuardianshipStatus,
    GuardianshipTransition, check_claim, plan_claim_code,
};
use astegni_domain::ids::{DeviceId, StudentId, UserId};
use astegni_persistence::DatabaseUrl;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_executor::block_on;

use super::{add_guardian, apply, child, evidence, open, transition};
use crate::harness::{World, contract, now, race, token};

fn code(world: &World, guardian: &Actor, student: StudentId, digest: &str) -> ClaimCodePlan {
    let facts = open(world, guardian.user_id, student);
    plan_claim_code(facts, digest.to_owned(), evidence(guardian.user_id)).unwrap()
}

fn issue(world: &World, guardian: &Actor, student: StudentId, digest: &str) {
    block_on(world.database.issue_claim_code(code(world, guardian, student, digest))).unwrap();
}

fn check(world: &World, digest: &str, at: DateTime<Utc>) -> Result<ClaimPlan, ClaimAccountError> {
    let facts = block_on(world.database.find_claim(digest.to_owned())).unwrap();
    let claim = check_claim(digest.to_owned(), facts, at)?;
    let email = EmailAddress::parse(&format!("{digest}@example.com")).unwrap();
    Ok(ClaimPlan { claim, email, password_hash: "hash".to_owned() })
}

fn claim(world: &World, plan: ClaimPlan) -> Result<(UserId, DeviceId), ClaimError> {
    let token = token(&format!("token of {}", plan.claim.code_digest));
    let device = NewDevice { user_agent: None, ip_address: Some("192.0.2.9".to_owned()) };
    block_on(world.database.claim(plan, device, token)).map(|(user, device)| (user.id, device))
}

contract! {
    fn an_account_is_claimed_once_and_keeps_its_ids_and_its_evidence(world: World) {
        let parent = world.person(Role::Parent);
        let child = child(&world, &parent);
        let student = child.guardianship.student;
        issue(&world, &parent, student, "first");
        issue(&world, &parent, student, "second");
        assert!(matches!(check(&world, "unknown", now()), Err(ClaimAccountError::InvalidCode)));
        assert!(matches!(check(&world, "first", now()), Err(ClaimAccountError::InvalidCode)), "replaced");
        let late = now() + TimeDelta::days(7);
        assert!(matches!(check(&world, "second", late), Err(ClaimAccountError::InvalidCode)), "expired");
        let plan = check(&world, "second", now()).unwrap();
        let mut expired = plan.clone();
        expired.claim.at = late;
        let refused = claim(&world, expired);
        assert!(matches!(refused, Err(ClaimError::Repository(RepositoryError::Conflict))), "{refused:?}");
        let reissue = code(&world, &parent, student, "third");

        let (user, device) = claim(&world, plan.clone()).unwrap();
        assert_eq!(user, child.user_id);
        assert!(block_on(world.database.is_signed_in(device)).unwrap());
        let account = block_on(AccountRepository::find(&world.database, user)).unwrap().unwrap();
        assert_eq!((account.email.unwrap().as_str(), account.profiles.student), ("second@example.com", Some(student)));
        assert_eq!(open(&world, parent.user_id, student).unwrap().guardianship, child.guardianship);

        let again = claim(&world, plan);
        assert!(matches!(again, Err(ClaimError::Repository(RepositoryError::Conflict))), "{again:?}");
        assert!(matches!(check(&world, "second", now()), Err(ClaimAccountError::InvalidCode)), "used");
        let issued = block_on(world.database.issue_claim_code(reissue));
        assert!(matches!(issued, Err(RepositoryError::Conflict)), "the account has a login");
        let rows = |filter: &str| {
            world.number(&format!(
                "SELECT COUNT(*) FROM account_claims WHERE created_by = {} AND created_at = '2026-01-30 05:00:00'
                 AND created_from = '192.0.2.1' AND {filter}", parent.user_id
            ))
        };
        assert_eq!(rows("code_digest = 'first' AND revoked_at = '2026-01-30 05:00:00' AND claimed_at IS NULL"), 1);
        assert_eq!(
            rows("code_digest = 'second' AND claimed_at = '2026-01-30 05:00:00' AND claimed_from = '192.0.2.9'
                  AND revoked_at IS NULL"),
            1
        );
    }

    fn a_claim_with_a_taken_address_leaves_the_code_open(world: World) {
        let parent = world.person(Role::Parent);
        let student = child(&world, &parent).guardianship.student;
        issue(&world, &parent, student, "code");
        let taken = block_on(AccountRepository::find(&world.database, parent.user_id)).unwrap().unwrap().email.unwrap();
        let plan = ClaimPlan { email: taken, ..check(&world, "code", now()).unwrap() };
        assert!(matches!(claim(&world, plan), Err(ClaimError::EmailTaken)));
        assert!(check(&world, "code", now()).is_ok());
    }

    fn the_end_of_a_guardianship_revokes_the_codes_of_that_guardian_only(world: World) {
        for leaver_issued in [true, false] {
            let (leaver, stayer) = (world.person(Role::Parent), world.person(Role::Parent));
            let student = child(&world, &leaver).guardianship.student;
            add_guardian(&world, &stayer, student, GuardianshipStatus::Active);
            let digest = format!("code-{leaver_issued}");
            issue(&world, if leaver_issued { &leaver } else { &stayer }, student, &digest);
            let plan = check(&world, &digest, now()).unwrap();
            let stale = code(&world, &leaver, student, "late");
            let seen = open(&world, leaver.user_id, student).unwrap();
            apply(&world, transition(seen, GuardianshipTransition::End)).unwrap();
            assert_eq!(check(&world, &digest, now()).is_err(), leaver_issued);
            assert_eq!(claim(&world, plan).is_err(), leaver_issued, "the write re-checks the code");
            let issued = block_on(world.database.issue_claim_code(stale));
            assert!(matches!(issued, Err(RepositoryError::Conflict)), "the guardianship has ended");
        }
    }

    fn a_suspended_account_cannot_be_claimed(world: World) {
        let parent = world.person(Role::Parent);
        let child = child(&world, &parent);
        issue(&world, &parent, child.guardianship.student, "code");
        let plan = check(&world, "code", now()).unwrap();
        world.execute(&format!("UPDATE users SET is_active = FALSE WHERE id = {}", child.user_id));
        assert!(check(&world, "code", now()).is_err());
        assert!(matches!(claim(&world, plan), Err(ClaimError::Repository(RepositoryError::Conflict))));
    }

    fn a_claim_and_a_new_code_at_once_leave_one_winner(world: World) {
        for round in 0..10 {
            let parent = world.person(Role::Parent);
            let student = child(&world, &parent).guardianship.student;
            issue(&world, &parent, student, &format!("old{round}"));
            let plan = check(&world, &format!("old{round}"), now()).unwrap();
            let reissue = code(&world, &parent, student, &format!("new{round}"));
            let outcomes = race(2, |number| {
                if number == 0 {
                    claim(&world, plan.clone()).is_ok()
                } else {
                    block_on(world.database.issue_claim_code(reissue.clone())).is_ok()
                }
            });
            assert_eq!(outcomes.iter().filter(|won| **won).count(), 1, "{outcomes:?}");
            assert_eq!(check(&world, &format!("new{round}"), now()).is_ok(), outcomes[1]);
        }
    }

    /// A transaction that waits for the account holds none of its codes, which makes a deadlock impossible.
    fn claims_and_new_codes_lock_the_account_before_its_codes(world: World) {
        let DatabaseUrl::Postgres(url) = &world.url else { return };
        let parent = world.person(Role::Parent);
        let child = child(&world, &parent);
        issue(&world, &parent, child.guardianship.student, "old");
        let plan = check(&world, "old", now()).unwrap();
        let reissue = code(&world, &parent, child.guardianship.student, "new");
        let waiting = format!(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = '{}' AND wait_event_type = 'Lock'",
            world.name()
        );
        let mut conn = PgConnection::establish(url).unwrap();
        let lock_account = format!("BEGIN; SELECT 1 FROM users WHERE id = {} FOR NO KEY UPDATE", child.user_id);
        conn.batch_execute(&lock_account).unwrap();
        std::thread::scope(|scope| {
            let claiming = scope.spawn(|| claim(&world, plan).is_ok());
            let issuing = scope.spawn(|| block_on(world.database.issue_claim_code(reissue)).is_ok());
            let both_wait = (0..2_000).any(|_| world.number(&waiting) == 2);
            let codes_are_free = conn.batch_execute("SELECT 1 FROM account_claims FOR UPDATE NOWAIT").is_ok();
            conn.batch_execute("ROLLBACK").unwrap();
            assert!(both_wait && codes_are_free, "{both_wait} {codes_are_free}");
            assert_ne!(claiming.join().unwrap(), issuing.join().unwrap());
        });
    }
}
