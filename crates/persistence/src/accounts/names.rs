//! The endings of display names, by which searches find users.

use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::name_endings;
use crate::statement::{self, Statement};

/// Replaces the endings of a user's name, of which only those that differ are written. The caller holds the lock on the
/// user's row.
pub(super) fn refresh(conn: &mut AnyConnection, user: i64, endings: &[String]) -> Result<(), StoreError> {
    let of_user = name_endings::table.filter(name_endings::user_id.eq(user));
    let stored: Vec<String> = of_user.select(name_endings::ending).load(conn)?;
    let obsolete: Vec<&String> = stored.iter().filter(|ending| !endings.contains(ending)).collect();
    if !obsolete.is_empty() {
        diesel::delete(of_user.filter(name_endings::ending.eq_any(obsolete))).execute(conn)?;
    }
    let new: Vec<&str> = endings.iter().filter(|ending| !stored.contains(ending)).map(String::as_str).collect();
    if new.is_empty() {
        return Ok(());
    }
    let text = format!(
        "WITH new(ending, id) AS (VALUES {}) INSERT INTO name_endings (ending, user_id) \
         SELECT ending, id FROM new WHERE ending IS NOT NULL",
        statement::rows(statement::padded(new.len()), 2)
    );
    let mut statement = Statement::new(text);
    for ending in &new {
        statement = statement.bind(*ending).bind(user);
    }
    for _ in new.len()..statement::padded(new.len()) {
        statement = statement.bind(None::<&str>).bind(user);
    }
    statement.execute(conn)?;
    Ok(())
}
