//! Codes that transfer a child's account to the child.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ClaimAccountError, Evidence, FamilyRefusal, GuardianshipFacts, GuardianshipStatus};
use crate::accounts::EmailAddress;
use crate::ids::UserId;

/// The lifetime of a claim code.
pub const CLAIM_LIFETIME: TimeDelta = TimeDelta::days(7);

/// A new claim code. Only its digest is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimCode {
    /// The code itself, which the guardian passes on to the child.
    pub code: String,
    /// The instant from which the code is no longer accepted.
    pub expires_at: DateTime<Utc>,
}

/// A claim code to store, in place of the account's earlier one. The write re-checks `seen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimCodePlan {
    /// The guardianship under which the code is issued, and the child's account.
    pub seen: GuardianshipFacts,
    /// The digest of the code.
    pub code_digest: String,
    /// The instant from which the code is no longer accepted.
    pub expires_at: DateTime<Utc>,
    /// The evidence of the issue; its account is the guardian's.
    pub evidence: Evidence,
}

/// Decides on a claim code for a child of the caller. `open` is the caller's open guardianship over the child.
pub fn plan_claim_code(
    open: Option<GuardianshipFacts>,
    code_digest: String,
    evidence: Evidence,
) -> Result<ClaimCodePlan, FamilyRefusal> {
    let active = open.filter(|facts| facts.guardianship.status == GuardianshipStatus::Active);
    let seen = active.ok_or(FamilyRefusal::ChildNotFound)?;
    if seen.student_has_login {
        return Err(FamilyRefusal::LoginExists);
    }
    Ok(ClaimCodePlan { seen, code_digest, expires_at: evidence.at + CLAIM_LIFETIME, evidence })
}

/// Facts about a presented claim code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimFacts {
    /// The account that the code transfers.
    pub account: UserId,
    /// The instant from which the code is no longer accepted.
    pub expires_at: DateTime<Utc>,
    /// Whether an account was claimed with the code.
    pub is_used: bool,
    /// Whether the code was revoked or replaced by a later one.
    pub is_revoked: bool,
    /// Whether the account is active and has no login.
    pub is_claimable: bool,
}

/// An account that a valid claim code opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenClaim {
    /// The digest of the code.
    pub code_digest: String,
    /// The account that the code transfers.
    pub account: UserId,
    /// The instant of the claim.
    pub at: DateTime<Utc>,
}

/// Checks a presented claim code. A caller cannot tell an unknown code from a used, revoked or expired one.
pub fn check_claim(
    code_digest: String,
    facts: Option<ClaimFacts>,
    at: DateTime<Utc>,
) -> Result<OpenClaim, ClaimAccountError> {
    let valid = |facts: &ClaimFacts| !facts.is_used && !facts.is_revoked && facts.is_claimable && at < facts.expires_at;
    let facts = facts.filter(valid).ok_or(ClaimAccountError::InvalidCode)?;
    Ok(OpenClaim { code_digest, account: facts.account, at })
}

/// A login for an account that has none. The write re-checks the code and that the account has no login.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimPlan {
    /// The account and the code that opens it.
    pub claim: OpenClaim,
    /// The address to log in with.
    pub email: EmailAddress,
    /// The password hash in PHC string format.
    pub password_hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::Guardianship;
    use crate::ids::{GuardianshipId, StudentId};

    fn now() -> DateTime<Utc> {
        "2026-01-30T05:00:00Z".parse().unwrap()
    }

    fn evidence() -> Evidence {
        Evidence { by: UserId::new(2), at: now(), address: Some("192.0.2.1".to_owned()) }
    }

    fn facts(status: GuardianshipStatus, student_has_login: bool) -> GuardianshipFacts {
        GuardianshipFacts {
            guardianship: Guardianship {
                id: GuardianshipId::new(1),
                parent: UserId::new(2),
                student: StudentId::new(3),
                status,
            },
            student_user: UserId::new(4),
            student_has_login,
            has_other_guardian: false,
        }
    }

    #[test]
    fn a_code_is_issued_for_seven_days_under_an_active_guardianship() {
        let seen = facts(GuardianshipStatus::Active, false);
        let plan = plan_claim_code(Some(seen), "digest".to_owned(), evidence());
        let expected = ClaimCodePlan {
            seen,
            code_digest: "digest".to_owned(),
            expires_at: "2026-02-06T05:00:00Z".parse().unwrap(),
            evidence: evidence(),
        };
        assert_eq!(plan, Ok(expected));
    }

    #[test]
    fn a_code_requires_an_active_guardianship_and_a_child_without_a_login() {
        let cases = [
            (None, FamilyRefusal::ChildNotFound),
            (Some(facts(GuardianshipStatus::Invited, false)), FamilyRefusal::ChildNotFound),
            (Some(facts(GuardianshipStatus::Invited, true)), FamilyRefusal::ChildNotFound),
            (Some(facts(GuardianshipStatus::Active, true)), FamilyRefusal::LoginExists),
        ];
        for (open, refusal) in cases {
            assert_eq!(plan_claim_code(open, "digest".to_owned(), evidence()), Err(refusal), "{open:?}");
        }
    }

    #[test]
    fn a_code_is_valid_until_it_expires_is_used_or_is_revoked() {
        let good = ClaimFacts {
            account: UserId::new(4),
            expires_at: now() + TimeDelta::microseconds(1),
            is_used: false,
            is_revoked: false,
            is_claimable: true,
        };
        let check = |facts| check_claim("digest".to_owned(), facts, now());
        let open = OpenClaim { code_digest: "digest".to_owned(), account: UserId::new(4), at: now() };
        assert_eq!(check(Some(good)).unwrap(), open);
        let invalid = [
            None,
            Some(ClaimFacts { expires_at: now(), ..good }),
            Some(ClaimFacts { is_used: true, ..good }),
            Some(ClaimFacts { is_revoked: true, ..good }),
            Some(ClaimFacts { is_claimable: false, ..good }),
        ];
        for facts in invalid {
            assert!(matches!(check(facts), Err(ClaimAccountError::InvalidCode)), "{facts:?}");
        }
    }
}
