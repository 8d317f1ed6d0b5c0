//! Changes of nullable fields.

/// A change of a nullable field in a partial update: a missing field keeps its value, `null` clears it (RFC 7396).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the three cases of the type's description")]
pub enum Change<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<T> Change<T> {
    /// Returns the value after the change.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Parses the new value, if there is one.
    pub fn try_map<U, E>(self, parse: impl FnOnce(T) -> Result<U, E>) -> Result<Change<U>, E> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(parse(value)?),
        })
    }

    /// Returns the value that a field without an earlier value gets.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Keep | Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T> From<Option<T>> for Change<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_clears_or_sets_a_value() {
        assert_eq!(Change::Keep.apply(Some(1)), Some(1));
        assert_eq!(Change::<i32>::default().apply(None), None);
        assert_eq!(Change::Clear.apply(Some(1)), None);
        assert_eq!(Change::Set(2).apply(Some(1)), Some(2));
    }

    #[test]
    fn only_the_new_value_of_a_change_is_parsed() {
        let parse = |text: &str| text.parse::<u8>();
        assert_eq!(Change::Set("7").try_map(parse), Ok(Change::Set(7)));
        assert!(Change::Set("x").try_map(parse).is_err());
        assert_eq!(Change::Keep.try_map(parse), Ok(Change::Keep));
        assert_eq!(Change::Clear.try_map(parse), Ok(Change::Clear));
        assert_eq!([Change::Set(7), Change::Keep, Change::Clear].map(Change::into_value), [Some(7), None, None]);
        assert_eq!([Change::from(Some(7)), Change::from(None)], [Change::Set(7), Change::Keep]);
    }
}
