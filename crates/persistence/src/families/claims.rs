//! Codes by which a child takes over the account that a guardian made.

use astegni_domain::accounts::{NewDevice, RefreshToken, User};
use astegni_domain::families::Claim;
use astegni_domain::ids::{DeviceId, StudentId, UserId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::{find_user, insert_device};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{account_claims, student_profiles, users};

/// Keeps the digest of a code in the place of an earlier one, if the account has no login.
pub(super) fn keep(
    conn: &mut AnyConnection,
    student: StudentId,
    by: UserId,
    code_digest: &str,
    at: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> Result<(), StoreError> {
    let own = student_profiles::table.find(student.get()).select(student_profiles::user_id);
    let without_login = users::table.filter(users::id.eq_any(own)).filter(users::password_hash.is_null());
    let user: i64 = diesel::update(without_login)
        .set(users::updated_at.eq(users::updated_at))
        .returning(users::id)
        .get_result(conn)
        .optional()?
        .ok_or(StoreError::Conflict)?;
    diesel::delete(account_claims::table.find(user)).execute(conn)?;
    diesel::insert_into(account_claims::table)
        .values((
            account_claims::user_id.eq(user),
            account_claims::code_digest.eq(code_digest),
            account_claims::created_by.eq(by.get()),
            account_claims::created_at.eq(at),
            account_claims::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Uses a code up, gives its account a login and signs it in. A conflict where the code is not good.
pub(super) fn claim(
    conn: &mut AnyConnection,
    claim: &Claim,
    device: NewDevice,
    token: &RefreshToken,
) -> Result<(User, DeviceId), StoreError> {
    let at = claim.at.naive_utc();
    let good = account_claims::table
        .filter(account_claims::code_digest.eq(&claim.code_digest))
        .filter(account_claims::expires_at.gt(at));
    let user: Option<i64> = diesel::delete(good).returning(account_claims::user_id).get_result(conn).optional()?;
    let user = user.ok_or(StoreError::Conflict)?;
    let without_login = users::table.find(user).filter(users::password_hash.is_null());
    let claimed = diesel::update(without_login)
        .set((
            users::email.eq(claim.email.as_str()),
            users::password_hash.eq(claim.password_hash.as_str()),
            users::updated_at.eq(at),
        ))
        .execute(conn)?;
    if claimed == 0 {
        return Err(StoreError::Conflict);
    }
    let device = insert_device(conn, UserId::new(user), device, token, claim.at)?;
    let user = find_user(conn, user)?.ok_or(StoreError::Conflict)?;
    Ok((user, device))
}
