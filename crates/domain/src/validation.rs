//! Parsing at the edge: input becomes a type that cannot be wrong, or a list of everything wrong with it.

use std::borrow::Cow;

/// Why one value is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// A stable word for programs: `required`, `too_long`, `before_start`.
    pub code: &'static str,
    /// A sentence fragment for people, to stand after the field's name.
    pub message: Cow<'static, str>,
}

impl Invalid {
    /// A refusal with its code and words.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}

/// One refused field of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field with dots: `email`, `days.0`.
    pub field: String,
    /// See [`Invalid::code`].
    pub code: &'static str,
    /// See [`Invalid::message`].
    pub message: Cow<'static, str>,
}

/// How many refused fields are told about: enough for people, and a bound on what hostile input costs.
const MOST_TOLD: usize = 100;

/// Collects what is wrong with an input, so that a caller hears all of it at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<FieldError>);

impl Violations {
    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that `field` is refused. Only the first reason for a field is kept: what follows from it
    /// would only confuse.
    pub fn add(&mut self, field: impl Into<String>, reason: Invalid) {
        let field = field.into();
        if self.0.len() < MOST_TOLD && !self.concerns(&field) {
            self.0.push(FieldError { field, code: reason.code, message: reason.message });
        }
    }

    /// The parsed value, or `None` with the refusal noted under `field`.
    pub fn check<T>(&mut self, field: impl Into<String>, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|reason| self.add(field, reason)).ok()
    }

    /// Parses a value if there is one; `None` where it is missing or refused.
    pub fn check_some<I, T>(
        &mut self,
        field: &str,
        input: Option<I>,
        parse: impl FnOnce(I) -> Result<T, Invalid>,
    ) -> Option<T> {
        input.and_then(|value| self.check(field, parse(value)))
    }

    /// Parses a value that must be there.
    pub fn require<I, T>(
        &mut self,
        field: &str,
        input: Option<I>,
        parse: impl FnOnce(I) -> Result<T, Invalid>,
    ) -> Option<T> {
        if let Some(value) = input {
            self.check(field, parse(value))
        } else {
            self.add(field, Invalid::new("required", "is required"));
            None
        }
    }

    /// Whether something was noted about this very field.
    pub fn concerns(&self, field: &str) -> bool {
        self.0.iter().any(|error| error.field == field)
    }

    /// Whether something was noted about this field or an entry of it.
    pub fn concerns_within(&self, field: &str) -> bool {
        let within =
            |noted: &str| noted.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.0.iter().any(|error| within(&error.field))
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was noted, in the order of noting.
    pub fn errors(&self) -> &[FieldError] {
        &self.0
    }

    /// Takes over everything that another collection noted.
    pub fn merge(&mut self, other: Violations) {
        for error in other.0 {
            self.add(error.field, Invalid::new(error.code, error.message));
        }
    }
}
