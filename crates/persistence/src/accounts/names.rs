//! The endings of display names, by which searches find users.

use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::derived::DerivedTexts;
use crate::error::StoreError;
use crate::schema::name_endings;

const ENDINGS: DerivedTexts<1> = DerivedTexts { table: "name_endings", texts: ["ending"], owner: "user_id" };

/// Replaces the endings of a user's name, of which only those that differ are written. The caller holds the lock on the
/// user's row.
pub(super) fn refresh(conn: &mut AnyConnection, user: i64, endings: Vec<String>) -> Result<(), StoreError> {
    let of_user = name_endings::table.filter(name_endings::user_id.eq(user));
    let stored: Vec<String> = of_user.select(name_endings::ending).load(conn)?;
    let rows = |endings: Vec<String>| endings.into_iter().map(|ending| [ending]).collect();
    ENDINGS.replace(conn, user, &rows(stored), &rows(endings))
}
