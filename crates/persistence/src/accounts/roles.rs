//! The column of a user's roles.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use astegni_domain::accounts::Role;

use crate::columns;
use crate::error::StoreError;

/// The number of distinct unknown roles that are logged.
const MAX_UNKNOWN_ROLES: usize = 100;

/// The unknown roles that were logged. They belong to the process rather than to a `Database`, because rows are parsed
/// in many places that know only their columns, and a second `Database` on the same rows must not repeat the warnings.
static UNKNOWN_ROLES: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Parses the roles of a user from their column.
///
/// A role that this version does not know is skipped and logged once for each process: one such row must not fail the
/// lists of other users.
pub(crate) fn roles(json: &str) -> Result<Vec<Role>, StoreError> {
    let mut roles = Vec::new();
    for name in columns::strings("users.roles", json)? {
        match name.parse() {
            Ok(role) => roles.push(role),
            Err(_) if is_first_sighting(&UNKNOWN_ROLES, &name) => {
                tracing::warn!(role = name, "users.roles holds an unknown role; it is skipped");
            }
            Err(_) => {}
        }
    }
    Ok(roles)
}

/// Returns whether a name was not seen before, and remembers it.
fn is_first_sighting(seen: &Mutex<Option<HashSet<String>>>, name: &str) -> bool {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let seen = seen.get_or_insert_default();
    seen.len() < MAX_UNKNOWN_ROLES && seen.insert(name.to_owned())
}

/// Returns the column for a user's roles, with the unknown ones that were `stored` so far kept at the end.
pub(crate) fn json_roles(roles: &[Role], stored: &str) -> Result<String, StoreError> {
    let stored = columns::strings("users.roles", stored)?;
    let unknown = stored.iter().map(String::as_str).filter(|name| name.parse::<Role>().is_err());
    Ok(columns::json(roles.iter().map(|role| role.as_str()).chain(unknown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_role_is_skipped_and_kept_when_the_roles_are_written() {
        let stored = r#"["wizard","student","tutor"]"#;
        assert_eq!(roles(stored).unwrap(), [Role::Student, Role::Tutor]);
        assert_eq!(json_roles(&[Role::Student, Role::Parent], stored).unwrap(), r#"["student","parent","wizard"]"#);
        assert!(roles("wizard").is_err());
    }

    #[test]
    fn each_unknown_role_is_noticed_once_and_their_number_is_bounded() {
        let seen = Mutex::new(None);
        assert!(is_first_sighting(&seen, "wizard"));
        assert!(!is_first_sighting(&seen, "wizard"));
        let noticed = (0..200).filter(|number| is_first_sighting(&seen, &number.to_string())).count();
        assert_eq!(noticed, MAX_UNKNOWN_ROLES - 1);
    }
}
