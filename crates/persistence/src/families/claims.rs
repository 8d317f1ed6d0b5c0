//! Codes with which children claim the accounts that guardians created for them.
//!
//! The order of locks is: the account, the guardianships over it, its codes.

use astegni_domain::accounts::{NewDevice, RefreshToken, User};
use astegni_domain::families::{ClaimCodePlan, ClaimFacts, ClaimPlan};
use astegni_domain::ids::{DeviceId, UserId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::transitions;
use crate::accounts::{find_user, insert_device};
use crate::columns::instant;
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::schema::{account_claims, users};

/// Stores a code in place of the account's earlier one.
pub(super) fn issue(conn: &mut AnyConnection, plan: ClaimCodePlan) -> Result<(), StoreError> {
    let (account, at) = (plan.seen.student_user, plan.evidence.at.naive_utc());
    dialect::lock_account(conn, account.get())?;
    transitions::guard(conn, &plan.seen)?;
    revoke(conn, account, None, at)?;
    diesel::insert_into(account_claims::table)
        .values((
            account_claims::user_id.eq(account.get()),
            account_claims::code_digest.eq(plan.code_digest),
            account_claims::created_by.eq(plan.evidence.by.get()),
            account_claims::created_at.eq(at),
            account_claims::created_from.eq(plan.evidence.address),
            account_claims::expires_at.eq(plan.expires_at.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Revokes the open codes of an account: those that a guardian issued, or all. The caller holds the lock on the
/// guardianships over it, without which no code is issued.
pub(super) fn revoke(
    conn: &mut AnyConnection,
    account: UserId,
    issuer: Option<UserId>,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    let open = account_claims::table
        .filter(account_claims::user_id.eq(account.get()))
        .filter(account_claims::claimed_at.is_null())
        .filter(account_claims::revoked_at.is_null());
    let revoked = account_claims::revoked_at.eq(at);
    match issuer {
        Some(issuer) => {
            let issued = open.filter(account_claims::created_by.eq(issuer.get()));
            diesel::update(issued).set(revoked).execute(conn)?
        }
        None => diesel::update(open).set(revoked).execute(conn)?,
    };
    Ok(())
}

/// Loads the facts about the code with a digest.
pub(super) fn find(conn: &mut AnyConnection, code_digest: &str) -> Result<Option<ClaimFacts>, StoreError> {
    let row: Option<(i64, NaiveDateTime, bool, bool, bool, bool)> = account_claims::table
        .inner_join(users::table)
        .filter(account_claims::code_digest.eq(code_digest))
        .select((
            account_claims::user_id,
            account_claims::expires_at,
            account_claims::claimed_at.is_not_null(),
            account_claims::revoked_at.is_not_null(),
            users::password_hash.is_null(),
            users::is_active,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(account, expires_at, is_used, is_revoked, has_no_login, is_active)| ClaimFacts {
        account: UserId::new(account),
        expires_at: instant(expires_at),
        is_used,
        is_revoked,
        is_claimable: has_no_login && is_active,
    }))
}

/// Marks a code used, gives its account a login and signs the account in. A conflict if the code is no longer valid
/// or the account has a login.
pub(super) fn claim(
    conn: &mut AnyConnection,
    plan: &ClaimPlan,
    device: NewDevice,
    token: &RefreshToken,
) -> Result<(User, DeviceId), StoreError> {
    let (account, at) = (plan.claim.account.get(), plan.claim.at.naive_utc());
    dialect::lock_account(conn, account)?;
    let valid = account_claims::table
        .filter(account_claims::code_digest.eq(&plan.claim.code_digest))
        .filter(account_claims::user_id.eq(account))
        .filter(account_claims::claimed_at.is_null())
        .filter(account_claims::revoked_at.is_null())
        .filter(account_claims::expires_at.gt(at));
    let used = diesel::update(valid)
        .set((account_claims::claimed_at.eq(at), account_claims::claimed_from.eq(device.ip_address.as_deref())))
        .execute(conn)?;
    let claimable = users::table.find(account).filter(users::password_hash.is_null()).filter(users::is_active.eq(true));
    let claimed = diesel::update(claimable)
        .set((
            users::email.eq(plan.email.as_str()),
            users::password_hash.eq(plan.password_hash.as_str()),
            users::updated_at.eq(at),
        ))
        .execute(conn)?;
    if (used, claimed) != (1, 1) {
        return Err(StoreError::Conflict);
    }
    let device = insert_device(conn, plan.claim.account, device, token, plan.claim.at)?;
    let user = find_user(conn, account)?.ok_or(StoreError::Conflict)?;
    Ok((user, device))
}
