//! Guardianships that are about to end, for every use case that ends them.
//!
//! The order is: lock, load the facts, decide, [`end`]. A caller that holds relation counters takes them first.

use astegni_domain::families::{Evidence, Guardianship, GuardianshipFacts, GuardianshipStatus};
use astegni_domain::ids::{GuardianshipId, StudentId, UserId};
use diesel::prelude::*;

use super::queries::{GuardianshipRow, guardianship};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::requests;
use crate::schema::{account_claims, guardianships, student_profiles, users};

const OPEN: [&str; 2] = ["invited", "active"];

/// Loads the open guardianships in which both the guardian and the ward are among `users`, by id.
#[expect(dead_code, reason = "a block will load these facts")]
pub(crate) fn open_among(conn: &mut AnyConnection, among: &[i64]) -> Result<Vec<GuardianshipFacts>, StoreError> {
    let rows: Vec<(GuardianshipRow, i64, bool)> = guardianships::table
        .inner_join(student_profiles::table.inner_join(users::table))
        .filter(guardianships::parent_user_id.eq_any(among))
        .filter(users::id.eq_any(among))
        .filter(guardianships::status.eq_any(OPEN))
        .order(guardianships::id)
        .select((GuardianshipRow::as_select(), users::id, users::password_hash.is_not_null()))
        .load(conn)?;
    let open = rows
        .iter()
        .map(|(row, ward, has_login)| Ok((guardianship(row)?, UserId::new(*ward), *has_login)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let wards = open.iter().map(|(guardianship, ..)| guardianship.student.get());
    let active: Vec<(i64, i64)> = guardianships::table
        .filter(guardianships::student_id.eq_any(wards))
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()))
        .select((guardianships::id, guardianships::student_id))
        .load(conn)?;
    let facts = |(guardianship, student_user, student_has_login): (Guardianship, _, _)| {
        let is_other =
            |(id, student): &(i64, i64)| *student == guardianship.student.get() && *id != guardianship.id.get();
        let has_other_guardian = active.iter().any(is_other);
        GuardianshipFacts { guardianship, student_user, student_has_login, has_other_guardian }
    };
    Ok(open.into_iter().map(facts).collect())
}

/// Ends an open guardianship, expires the pending requests made under it and revokes the claim code that the
/// guardian created. Fails with `Conflict` if the guardianship is no longer open. The caller has locked it with
/// [`dialect::lock_guardianships`](crate::dialect::lock_guardianships).
pub(crate) fn end(conn: &mut AnyConnection, id: GuardianshipId, evidence: &Evidence) -> Result<(), StoreError> {
    let at = evidence.at.naive_utc();
    let open = guardianships::table.find(id.get()).filter(guardianships::status.eq_any(OPEN));
    let ended: Option<(i64, i64)> = diesel::update(open)
        .set((
            guardianships::status.eq(GuardianshipStatus::Ended.as_str()),
            guardianships::ended_by.eq(Some(evidence.by.get())),
            guardianships::ended_at.eq(Some(at)),
            guardianships::ended_from.eq(evidence.address.as_deref()),
        ))
        .returning((guardianships::parent_user_id, guardianships::student_id))
        .get_result(conn)
        .optional()?;
    let (guardian, student) = ended.ok_or(StoreError::Conflict)?;
    requests::expire_under_guardianship(conn, UserId::new(guardian), StudentId::new(student), at)?;
    let ward = student_profiles::table.find(student).select(student_profiles::user_id);
    diesel::delete(account_claims::table)
        .filter(account_claims::created_by.eq(guardian))
        .filter(account_claims::user_id.eq_any(ward))
        .execute(conn)?;
    Ok(())
}
