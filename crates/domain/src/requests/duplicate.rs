//! The duplicate-request policy.

use chrono::{DateTime, Utc};

use crate::ids::{PackageId, RequestId, StudentId, TutorId, UserId};

/// The fields that two equal requests share. The absence of a package counts as a package of its own.
///
/// The old platform left the student out, which kept parents from booking for a second child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the fields are named after what they identify")]
pub struct DuplicateKey {
    pub requester: UserId,
    pub student: StudentId,
    pub tutor: TutorId,
    pub package: Option<PackageId>,
}

/// A pending request, which forbids an equal one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingRequest {
    /// The id of the request.
    pub id: RequestId,
    /// The fields by which it equals another request.
    pub key: DuplicateKey,
    /// The instant of sending.
    pub created_at: DateTime<Utc>,
}

/// Returns the pending request that equals a new one, if any. Requests that were answered, withdrawn or have expired
/// can be sent again.
///
/// A partial unique index of the database enforces the same rule under concurrency.
pub fn duplicate_of(key: DuplicateKey, pending: &[PendingRequest]) -> Option<&PendingRequest> {
    pending.iter().find(|request| request.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: DuplicateKey = DuplicateKey {
        requester: UserId::new(1),
        student: StudentId::new(1),
        tutor: TutorId::new(1),
        package: Some(PackageId::new(1)),
    };

    fn pending(id: i64, key: DuplicateKey) -> PendingRequest {
        PendingRequest { id: RequestId::new(id), key, created_at: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn requests_that_differ_in_any_field_are_no_duplicates() {
        let others = [
            DuplicateKey { requester: UserId::new(2), ..KEY },
            DuplicateKey { student: StudentId::new(2), ..KEY },
            DuplicateKey { tutor: TutorId::new(2), ..KEY },
            DuplicateKey { package: Some(PackageId::new(2)), ..KEY },
            DuplicateKey { package: None, ..KEY },
        ];
        for other in others {
            assert_eq!(duplicate_of(KEY, &[pending(7, other)]), None, "{other:?}");
            assert_eq!(duplicate_of(KEY, &[pending(7, other), pending(8, KEY)]), Some(&pending(8, KEY)));
        }
    }

    #[test]
    fn the_absence_of_a_package_counts_as_a_package_of_its_own() {
        let key = DuplicateKey { package: None, ..KEY };
        assert_eq!(duplicate_of(key, &[pending(7, KEY)]), None);
        assert_eq!(duplicate_of(key, &[pending(7, key)]), Some(&pending(7, key)));
    }
}
