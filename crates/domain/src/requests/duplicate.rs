//! The duplicate-request policy.

use chrono::{DateTime, Utc};

use super::RequestStatus;
use crate::ids::{PackageId, RequestId, StudentId, TutorId, UserId};

/// What makes two requests the same: the same person asks the same tutor for the same student under the
/// same package. A request without a package counts as a package of its own.
///
/// The old platform left the student out, which kept parents from booking for a second child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DuplicateKey {
    /// Who asks.
    pub requester: UserId,
    /// For whom.
    pub student: StudentId,
    /// Whom.
    pub tutor: TutorId,
    /// Under which package.
    pub package: Option<PackageId>,
}

/// A request that was sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Which request.
    pub id: RequestId,
    /// What it is the same by.
    pub key: DuplicateKey,
    /// Where it stands, the clock considered.
    pub status: RequestStatus,
    /// When it was sent, an instant.
    pub created_at: DateTime<Utc>,
}

/// The pending request that a new one would double, if any. What was answered, withdrawn or has expired
/// may be asked for again.
///
/// The database keeps the same rule in a partial unique index, so that a race cannot get round it.
pub fn duplicate_of(key: DuplicateKey, earlier: &[Earlier]) -> Option<&Earlier> {
    earlier.iter().find(|request| request.key == key && request.status == RequestStatus::Pending)
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    const KEY: DuplicateKey = DuplicateKey {
        requester: UserId::new(1),
        student: StudentId::new(1),
        tutor: TutorId::new(1),
        package: Some(PackageId::new(1)),
    };

    fn earlier(key: DuplicateKey, status: RequestStatus) -> [Earlier; 1] {
        [Earlier { id: RequestId::new(7), key, status, created_at: DateTime::UNIX_EPOCH }]
    }

    #[test]
    fn only_a_pending_request_is_doubled() {
        for status in RequestStatus::VARIANTS {
            let found = duplicate_of(KEY, &earlier(KEY, *status)).is_some();
            assert_eq!(found, *status == RequestStatus::Pending, "{status:?}");
        }
    }

    #[test]
    fn every_part_of_the_key_tells_requests_apart() {
        let others = [
            DuplicateKey { requester: UserId::new(2), ..KEY },
            DuplicateKey { student: StudentId::new(2), ..KEY },
            DuplicateKey { tutor: TutorId::new(2), ..KEY },
            DuplicateKey { package: Some(PackageId::new(2)), ..KEY },
            DuplicateKey { package: None, ..KEY },
        ];
        for other in others {
            assert_eq!(duplicate_of(KEY, &earlier(other, RequestStatus::Pending)), None, "{other:?}");
        }
    }

    #[test]
    fn no_package_counts_as_a_package_of_its_own() {
        let key = DuplicateKey { package: None, ..KEY };
        assert!(duplicate_of(key, &earlier(key, RequestStatus::Pending)).is_some());
    }
}
