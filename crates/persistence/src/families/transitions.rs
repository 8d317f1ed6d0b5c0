//! Transitions of guardianships, and the consequences of their end.
//!
//! The order is: lock all open guardianships over the student, load the facts again, write. A request under a
//! guardianship locks the guardianship as well, so that it is either seen here or refused there.

use astegni_domain::families::{Evidence, GuardianshipFacts, GuardianshipStatus, TransitionPlan};
use diesel::prelude::*;

use super::claims;
use super::facts::{self, Selection};
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::events;
use crate::requests;
use crate::schema::guardianships;

/// Writes a transition if the facts that it was decided on still hold.
pub(super) fn apply(conn: &mut AnyConnection, plan: &TransitionPlan) -> Result<(), StoreError> {
    guard(conn, &plan.seen)?;
    if plan.to == GuardianshipStatus::Ended {
        end(conn, &[plan.seen], Vec::new(), &plan.evidence)?;
        return events::append(conn, &plan.events());
    }
    let Evidence { by, at, address } = &plan.evidence;
    let responded = (
        guardianships::status.eq(plan.to.as_str()),
        guardianships::responded_by.eq(Some(by.get())),
        guardianships::responded_at.eq(Some(at.naive_utc())),
        guardianships::responded_from.eq(address.as_deref()),
    );
    diesel::update(guardianships::table.find(plan.seen.guardianship.id.get())).set(responded).execute(conn)?;
    events::append(conn, &plan.events())
}

/// Locks the open guardianships over a student, and makes sure that the facts about one of them are still as seen.
pub(super) fn guard(conn: &mut AnyConnection, seen: &GuardianshipFacts) -> Result<(), StoreError> {
    dialect::lock_guardianships(conn, &[seen.guardianship.student.get()])?;
    let current = facts::load(conn, Selection::Id(seen.guardianship.id))?;
    if current == [*seen] { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Ends open guardianships, expires the pending requests made under them and revokes the claim codes that their
/// guardians issued for the wards. Further `requests` expire along with them, so that all are locked in one order.
///
/// The caller has locked the guardianships with [`dialect::lock_guardianships`] and then loaded these facts.
pub(crate) fn end(
    conn: &mut AnyConnection,
    ending: &[GuardianshipFacts],
    mut requests: Vec<i64>,
    evidence: &Evidence,
) -> Result<(), StoreError> {
    let at = evidence.at.naive_utc();
    for GuardianshipFacts { guardianship, .. } in ending {
        let ended = (
            guardianships::status.eq(GuardianshipStatus::Ended.as_str()),
            guardianships::ended_by.eq(Some(evidence.by.get())),
            guardianships::ended_at.eq(Some(at)),
            guardianships::ended_from.eq(evidence.address.as_deref()),
        );
        diesel::update(guardianships::table.find(guardianship.id.get())).set(ended).execute(conn)?;
    }
    for GuardianshipFacts { guardianship, .. } in ending {
        requests.extend(requests::pending_under_guardianship(conn, guardianship.parent, guardianship.student, at)?);
    }
    requests::expire(conn, &requests, at)?;
    for facts in ending {
        claims::revoke(conn, facts.student_user, Some(facts.guardianship.parent), at)?;
    }
    Ok(())
}
