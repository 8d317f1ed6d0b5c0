//! E-mail addresses that accounts are identified by.

use std::fmt;

use crate::text;
use crate::validation::Invalid;

/// An e-mail address in lower case. Two spellings that differ only in case identify one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses an address: a local part, one `@`, and a domain that has a dot, in at most 254 bytes
    /// (RFC 5321, section 4.5.3.1). Only a message can verify that mail arrives.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("invalid_email", "must be an e-mail address");
        let address = text::fold(input);
        if address.is_empty() {
            return Err(Invalid::new("required", "is required"));
        }
        if address.len() > 254 {
            return Err(Invalid::new("too_long", "must have at most 254 characters"));
        }
        if address.chars().any(text::is_invisible) {
            return Err(invalid());
        }
        let (local, domain) = address.split_once('@').ok_or_else(invalid)?;
        let domain_is_valid = domain.contains('.')
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        let local_is_valid = local.len() <= 64
            && local.split('.').all(|atom| {
                !atom.is_empty() && atom.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c))
            });
        if local_is_valid && domain_is_valid { Ok(Self(address)) } else { Err(invalid()) }
    }

    /// Wraps a stored address without validating it again.
    pub fn from_store(address: String) -> Self {
        Self(address)
    }

    /// Returns the address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_folded() {
        let address = EmailAddress::parse(" Abebe@Example.COM ").unwrap();
        assert_eq!((address.as_str(), address.to_string().as_str()), ("abebe@example.com", "abebe@example.com"));
        assert_eq!(EmailAddress::from_store("x".to_owned()).as_str(), "x");
    }

    #[test]
    fn addresses_of_all_kinds_are_valid() {
        for text in ["a@b.c", "a.b+c@d-e.f", "o'brien@x.co.uk", "አበበ@example.com", "a@пример.рф", "1@2.3"]
        {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn malformed_addresses_are_rejected() {
        for text in [
            "a",
            "a@",
            "@b.c",
            "a@b",
            "a b@c.d",
            "a@b..c",
            "a@@b.c",
            "a@-b.c",
            "a@b-.c",
            ".a@b.c",
            "a.@b.c",
            "a..b@c.d",
            "a\0@b.c",
            "a@b_c.d",
            "a(b@c.d",
            "a\u{200B}@b.c",
            "a\u{3164}@b.c",
            "a@b\u{3164}.c",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap_err().code, "invalid_email", "{text:?}");
        }
        assert_eq!(EmailAddress::parse(" ").unwrap_err().code, "required");
    }

    #[test]
    fn an_address_has_at_most_254_bytes_and_64_before_the_at_sign() {
        let long = |local: usize, domain: usize| format!("{}@{}.c", "a".repeat(local), "b".repeat(domain));
        assert!(EmailAddress::parse(&long(64, 187)).is_ok());
        assert_eq!(EmailAddress::parse(&long(64, 188)).unwrap_err().code, "too_long");
        assert_eq!(EmailAddress::parse(&long(65, 100)).unwrap_err().code, "invalid_email");
    }
}
