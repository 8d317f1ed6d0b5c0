//! Roles.

use crate::validation::Invalid;

/// In what capacity a user acts. A user may have several; one at a time is active.
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
    /// Learns.
    Student,
    /// Teaches, under packages.
    Tutor,
    /// Asks on behalf of a child.
    Parent,
    /// Runs the platform. Granted by operators only, never taken.
    Admin,
}

impl Role {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Reads a role that a person may take for themselves. `teacher` is the old platform's second word
    /// for a tutor.
    pub fn parse_takeable(input: &str) -> Result<Self, Invalid> {
        match input.trim().to_ascii_lowercase().as_str() {
            "student" => Ok(Self::Student),
            "tutor" | "teacher" => Ok(Self::Tutor),
            "parent" => Ok(Self::Parent),
            "admin" => Err(Invalid::new("not_takeable", "admin is granted by an operator, never taken")),
            _ => Err(Invalid::new("unknown_role", "must be student, tutor or parent")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_cannot_be_taken() {
        assert_eq!(Role::parse_takeable("Admin").unwrap_err().code, "not_takeable");
    }

    #[test]
    fn a_teacher_is_a_tutor() {
        assert_eq!(Role::parse_takeable("teacher"), Ok(Role::Tutor));
    }
}
