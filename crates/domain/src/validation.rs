//! Parsing at the edge: input becomes a type that cannot hold invalid values, or a list of its invalid fields.

use std::borrow::Cow;

/// The reason why a value is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// A stable code for programs: `required`, `too_long`, `before_start`.
    pub code: &'static str,
    /// A sentence fragment that follows the name of the field: "must be after `start_time`".
    pub message: Cow<'static, str>,
}

impl Invalid {
    /// Creates a reason from its code and message.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}

/// An invalid field of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Path of the field, with dots: `email`, `days.0`.
    pub field: String,
    /// Same as [`Invalid::code`].
    pub code: &'static str,
    /// Same as [`Invalid::message`].
    pub message: Cow<'static, str>,
}

/// The largest number of field errors that one input is given, which bounds the cost of hostile input.
const MAX_FIELD_ERRORS: usize = 100;

/// The invalid fields of an input, collected so that a client learns of all of them at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<FieldError>);

impl Violations {
    /// Creates an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records that `field` is invalid.
    ///
    /// Only the first reason for a field is kept: later ones mostly follow from it and would mislead.
    pub fn add(&mut self, field: impl Into<String>, reason: Invalid) {
        let field = field.into();
        if self.0.len() < MAX_FIELD_ERRORS && !self.concerns(&field) {
            self.0.push(FieldError { field, code: reason.code, message: reason.message });
        }
    }

    /// Returns the parsed value, or records why `field` is invalid.
    pub fn check<T>(&mut self, field: impl Into<String>, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|reason| self.add(field, reason)).ok()
    }

    /// Parses an optional value. Returns `None` if it is missing or invalid.
    pub fn check_some<I, T>(
        &mut self,
        field: &str,
        input: Option<I>,
        parse: impl FnOnce(I) -> Result<T, Invalid>,
    ) -> Option<T> {
        input.and_then(|value| self.check(field, parse(value)))
    }

    /// Parses a mandatory value. Returns `None` if it is missing or invalid. A value with an invalid entry has been
    /// left out by its reader and is not reported as missing.
    pub fn require<I, T>(
        &mut self,
        field: &str,
        input: Option<I>,
        parse: impl FnOnce(I) -> Result<T, Invalid>,
    ) -> Option<T> {
        if input.is_none() && !self.concerns_within(field) {
            self.add(field, Invalid::new("required", "is required"));
        }
        self.check_some(field, input, parse)
    }

    /// Returns whether this very field is invalid.
    pub fn concerns(&self, field: &str) -> bool {
        self.0.iter().any(|error| error.field == field)
    }

    /// Returns whether this field or one of its entries is invalid.
    pub fn concerns_within(&self, field: &str) -> bool {
        let within = |path: &str| path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.0.iter().any(|error| within(&error.field))
    }

    /// Returns whether the input is valid.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the invalid fields in the order in which they were recorded.
    pub fn errors(&self) -> &[FieldError] {
        &self.0
    }

    /// Adds the invalid fields of another collection.
    pub fn merge(&mut self, other: Violations) {
        for error in other.0 {
            self.add(error.field, Invalid::new(error.code, error.message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Invalid = Invalid { code: "too_short", message: Cow::Borrowed("is too short") };

    fn recorded(violations: &Violations) -> Vec<(&str, &str)> {
        violations.errors().iter().map(|error| (error.field.as_str(), error.code)).collect()
    }

    #[test]
    fn a_valid_value_is_returned_and_an_invalid_one_recorded() {
        let mut violations = Violations::new();
        assert_eq!(violations.check("a", Ok(1)), Some(1));
        assert!(violations.is_empty());
        assert_eq!(violations.check::<i32>("b", Err(SHORT)), None);
        assert!(!violations.is_empty());
        let expected = FieldError { field: "b".to_owned(), code: "too_short", message: "is too short".into() };
        assert_eq!(violations.errors(), [expected]);
    }

    #[test]
    fn a_missing_value_is_recorded_only_if_it_is_required() {
        let mut violations = Violations::new();
        let parse = |input: i32| if input > 0 { Ok(input * 2) } else { Err(SHORT) };
        assert_eq!(violations.check_some("a", None, parse), None);
        assert_eq!(violations.check_some("a", Some(1), parse), Some(2));
        assert_eq!(violations.require("b", Some(2), parse), Some(4));
        assert!(violations.is_empty());
        assert_eq!(violations.check_some("c", Some(0), parse), None);
        assert_eq!(violations.require("d", None, parse), None);
        assert_eq!(violations.require("e", Some(0), parse), None);
        assert_eq!(recorded(&violations), [("c", "too_short"), ("d", "required"), ("e", "too_short")]);
        assert_eq!(violations.errors()[1].message, "is required");
    }

    #[test]
    fn only_the_first_reason_for_a_field_is_kept() {
        let mut violations = Violations::new();
        violations.add("a", SHORT);
        violations.add("a", Invalid::new("other", "is something else"));
        assert_eq!(recorded(&violations), [("a", "too_short")]);
    }

    #[test]
    fn a_list_with_an_invalid_entry_is_not_reported_as_missing() {
        let mut violations = Violations::new();
        violations.add("days.1", SHORT);
        assert_eq!(violations.require("days", None::<i32>, Ok), None);
        assert_eq!(recorded(&violations), [("days.1", "too_short")]);
        assert_eq!(violations.require("day", None::<i32>, Ok), None);
        violations.add("days", SHORT);
        assert_eq!(recorded(&violations), [("days.1", "too_short"), ("day", "required"), ("days", "too_short")]);
    }

    #[test]
    fn a_field_is_distinguished_from_its_entries_and_from_its_namesakes() {
        let mut violations = Violations::new();
        violations.add("days.1", SHORT);
        assert!(violations.concerns("days.1") && !violations.concerns("days"));
        assert!(violations.concerns_within("days") && violations.concerns_within("days.1"));
        assert!(!violations.concerns_within("day") && !violations.concerns_within("days.1.x"));
    }

    #[test]
    fn merging_keeps_the_order_and_the_first_reasons() {
        let mut first = Violations::new();
        first.add("a", SHORT);
        let mut second = Violations::new();
        second.add("b", SHORT);
        second.add("a", Invalid::new("other", "is something else"));
        first.merge(second);
        assert_eq!(recorded(&first), [("a", "too_short"), ("b", "too_short")]);
    }

    #[test]
    fn at_most_a_hundred_fields_are_recorded() {
        let mut violations = Violations::new();
        for field in 0..99 {
            violations.add(field.to_string(), SHORT);
        }
        assert_eq!(violations.errors().len(), 99);
        violations.add("99", SHORT);
        violations.add("100", SHORT);
        assert_eq!(violations.errors().len(), 100);
        assert!(violations.concerns("99") && !violations.concerns("100"));
    }
}
