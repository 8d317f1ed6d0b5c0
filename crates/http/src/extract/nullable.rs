//! Fields of partial updates for which `null` is not the same as a missing field.

use astegni_domain::change::Change;
use astegni_domain::validation::{Invalid, Violations};
use serde::{Deserialize, Deserializer};

/// A field of a partial update, which distinguishes `null` from a missing field. Its serde attribute must be `default`.
#[derive(Debug)]
pub struct Nullable<T>(Change<T>);

impl<T> Default for Nullable<T> {
    fn default() -> Self {
        Self(Change::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value: Option<T>| Self(value.map_or(Change::Clear, Change::Set)))
    }
}

impl<T> Nullable<T> {
    /// Parses the value, if there is one.
    pub fn parse<U>(
        self,
        field: &str,
        violations: &mut Violations,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Change<U> {
        match self.0 {
            Change::Keep => Change::Keep,
            Change::Clear => Change::Clear,
            Change::Set(value) => violations.check(field, parse(value)).map_or(Change::Keep, Change::Set),
        }
    }

    /// Parses the value of a field that cannot be cleared, if there is one.
    pub fn parse_present<U>(
        self,
        field: &str,
        violations: &mut Violations,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        match self.0 {
            Change::Keep => None,
            Change::Clear => violations.check(field, Err(Invalid::new("invalid_type", "must not be null"))),
            Change::Set(value) => violations.check(field, parse(value)),
        }
    }
}
