//! Names that an account is found by.

use std::fmt;

use crate::text;
use crate::validation::Invalid;

/// An e-mail address in lower case. Two spellings that differ in case only are one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address: one `@`, a local part and a domain with a dot, without spaces, at most 254
    /// characters (RFC 5321, section 4.5.3.1.3). Whether mail arrives is for a message to find out.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("invalid_email", "must be an e-mail address");
        let address = text::fold(input);
        if address.is_empty() {
            return Err(Invalid::new("required", "is required"));
        }
        if address.len() > 254 {
            return Err(Invalid::new("too_long", "must have at most 254 characters"));
        }
        let (local, domain) = address.split_once('@').ok_or_else(invalid)?;
        let labels_are_sound = domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let local_is_sound = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(c));
        if local_is_sound && labels_are_sound && domain.contains('.') { Ok(Self(address)) } else { Err(invalid()) }
    }

    /// Takes an address that a store has kept, unchecked.
    pub fn from_store(address: String) -> Self {
        Self(address)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public handle: 3 to 50 letters, digits, dots, dashes or underscores. Unique without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Reads a handle, keeping the case in which its owner writes it.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let name = text::line(input, 50)?;
        if name.chars().count() < 3 {
            return Err(Invalid::new("too_short", "must have at least 3 characters"));
        }
        if !name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c)) {
            return Err(Invalid::new("invalid_username", "may have letters, digits, dots, dashes and underscores"));
        }
        Ok(Self(name))
    }

    /// As its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared.
    pub fn folded(&self) -> String {
        text::fold(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_folded() {
        assert_eq!(EmailAddress::parse(" Abebe@Example.COM ").unwrap().as_str(), "abebe@example.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "a", "a@", "@b.c", "a@b", "a b@c.d", "a@b..c", "a@@b.c", "a@-b.c", ".a@b.c", "a\0@b.c"] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }
}
