//! The password rule.

use std::fmt;

use crate::validation::Invalid;

/// A new password that the rule allows: 8 to 128 characters, none of the common ones, no composition
/// rule (NIST SP 800-63B, section 5.1.1.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Reads a password for an account to be.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let length = input.chars().count();
        if length < 8 {
            return Err(Invalid::new("too_short", "must have at least 8 characters"));
        }
        if length > 128 {
            return Err(Invalid::new("too_long", "must have at most 128 characters"));
        }
        if COMMON.contains(&input.to_lowercase().as_str()) || is_one_character_repeated(input) {
            return Err(Invalid::new("too_common", "is among the first that an attacker tries"));
        }
        Ok(Self(input.to_owned()))
    }

    /// The password in the clear, for the hasher only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

fn is_one_character_repeated(input: &str) -> bool {
    let mut characters = input.chars();
    characters.next().is_none_or(|first| characters.all(|character| character == first))
}

/// The passwords of eight characters and more that stand at the top of every leaked list.
const COMMON: &[&str] = &[
    "00000000",
    "1234567890",
    "123456789",
    "12345678",
    "1234qwer",
    "123123123",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "87654321",
    "987654321",
    "abc12345",
    "abcd1234",
    "access14",
    "admin123",
    "administrator",
    "asdfasdf",
    "asdfghjkl",
    "baseball",
    "changeme",
    "charlie1",
    "computer",
    "corvette",
    "danielle",
    "dragon12",
    "einstein",
    "firebird",
    "football",
    "iloveyou",
    "iloveyou1",
    "internet",
    "jennifer",
    "letmein1",
    "letmein123",
    "liverpool",
    "lovely123",
    "marlboro",
    "maverick",
    "mercedes",
    "michelle",
    "midnight",
    "monkey123",
    "p@ssw0rd",
    "passw0rd",
    "password",
    "password1",
    "password12",
    "password123",
    "princess",
    "princess1",
    "q1w2e3r4",
    "qazwsxedc",
    "qwer1234",
    "qwerty12",
    "qwerty123",
    "qwertyui",
    "qwertyuiop",
    "sunshine",
    "superman",
    "superman1",
    "starwars",
    "test12345",
    "trustno1",
    "victoria",
    "welcome1",
    "welcome123",
    "whatever",
    "zaq12wsx",
    "zxcvbnm1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_commonness_decide_and_composition_does_not() {
        assert!(Password::parse("Test1234").is_ok());
        assert!(Password::parse("a rather long sentence without digits").is_ok());
        for (text, code) in [
            ("password", "too_common"),
            ("PassWord", "too_common"),
            ("aaaaaaaaaa", "too_common"),
            ("short", "too_short"),
        ] {
            assert_eq!(Password::parse(text).unwrap_err().code, code, "{text}");
        }
        assert_eq!(Password::parse(&"ab".repeat(65)).unwrap_err().code, "too_long");
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", Password::parse("Test1234").unwrap()), "Password(..)");
    }
}
