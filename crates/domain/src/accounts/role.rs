//! Roles and their names.

use crate::validation::{Invalid, Violations};

/// A capacity in which a user acts. A user may have several; at most one is active.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// A user who takes sessions.
    Student,
    /// A user who gives sessions, under packages.
    Tutor,
    /// A user who requests sessions for children.
    Parent,
    /// A user who runs the platform. Operators grant this role; users cannot choose it.
    Admin,
}

/// The number of entries that a list of roles may have.
const MAX_ROLES: usize = 10;

impl Role {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses a role that a user may switch to. `teacher` is the old platform's second name of a tutor.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        match input.trim().to_ascii_lowercase().as_str() {
            "student" => Ok(Self::Student),
            "tutor" | "teacher" => Ok(Self::Tutor),
            "parent" => Ok(Self::Parent),
            "admin" => Ok(Self::Admin),
            _ => Err(Invalid::new("unknown_role", "must be student, tutor, parent or admin")),
        }
    }

    /// Parses a role that users may choose for themselves.
    pub fn parse_choice(input: &str) -> Result<Self, Invalid> {
        match Self::parse(input) {
            Ok(Self::Admin) => Err(Invalid::new("role_not_allowed", "cannot be admin; operators grant that role")),
            Err(_) => Err(Invalid::new("unknown_role", "must be student, tutor or parent")),
            role => role,
        }
    }
}

/// Parses the roles of a new account, given as `role`, as `roles` or as both. Repetitions are dropped; the first
/// role becomes the active one.
pub fn parse_roles(role: Option<&str>, roles: &[String], violations: &mut Violations) -> Vec<Role> {
    if roles.len() > MAX_ROLES {
        violations.add("roles", Invalid::new("too_many", format!("must have at most {MAX_ROLES} entries")));
    }
    let single = role.map(|role| ("role".to_owned(), role));
    let several =
        roles.iter().take(MAX_ROLES).enumerate().map(|(index, role)| (format!("roles.{index}"), role.as_str()));
    let mut parsed = Vec::new();
    for (field, role) in single.into_iter().chain(several) {
        if let Some(role) = violations.check(field, Role::parse_choice(role))
            && !parsed.contains(&role)
        {
            parsed.push(role);
        }
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_a_teacher_is_a_tutor() {
        let cases = [
            ("student", Role::Student),
            (" Tutor ", Role::Tutor),
            ("TEACHER", Role::Tutor),
            ("parent", Role::Parent),
            ("Admin", Role::Admin),
        ];
        for (input, role) in cases {
            assert_eq!(Role::parse(input), Ok(role));
        }
        assert_eq!(Role::parse("wizard").unwrap_err().message, "must be student, tutor, parent or admin");
        assert_eq!(
            [Role::Student, Role::Tutor, Role::Parent, Role::Admin].map(Role::as_str),
            ["student", "tutor", "parent", "admin"]
        );
    }

    #[test]
    fn users_cannot_choose_admin() {
        for role in [Role::Student, Role::Tutor, Role::Parent] {
            assert_eq!(Role::parse_choice(role.as_str()), Ok(role));
        }
        assert_eq!(Role::parse_choice("Admin").unwrap_err().code, "role_not_allowed");
        assert_eq!(Role::parse_choice("wizard").unwrap_err().message, "must be student, tutor or parent");
    }

    #[test]
    fn roles_are_kept_once_in_order_and_each_invalid_entry_is_named() {
        let list = |roles: &[&str]| roles.iter().map(|role| (*role).to_owned()).collect::<Vec<_>>();
        let mut violations = Violations::new();
        let roles = parse_roles(Some("tutor"), &list(&["student", "teacher", "parent"]), &mut violations);
        assert_eq!((roles, violations.is_empty()), (vec![Role::Tutor, Role::Student, Role::Parent], true));
        assert_eq!(parse_roles(None, &[], &mut violations), []);
        assert!(violations.is_empty());
        parse_roles(Some("x"), &list(&["student", "admin"]), &mut violations);
        let fields: Vec<_> = violations.errors().iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(fields, [("role", "unknown_role"), ("roles.1", "role_not_allowed")]);
    }

    #[test]
    fn a_list_of_roles_has_at_most_ten_entries() {
        let mut violations = Violations::new();
        assert_eq!(parse_roles(None, &vec!["tutor".to_owned(); 10], &mut violations), [Role::Tutor]);
        assert!(violations.is_empty());
        let mut roles = vec!["tutor".to_owned(); 10];
        roles.push("wizard".to_owned());
        parse_roles(None, &roles, &mut violations);
        let fields: Vec<_> = violations.errors().iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(fields, [("roles", "too_many")]);
    }
}
