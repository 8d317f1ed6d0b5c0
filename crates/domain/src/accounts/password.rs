//! The password rule.

use std::fmt;

use crate::validation::Invalid;

/// A new password of 8 to 128 characters that is not a common one. There is no composition rule
/// (NIST SP 800-63B, section 5.1.1.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Parses the password that an account is to have.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let length = input.chars().count();
        if length < 8 {
            return Err(Invalid::new("too_short", "must have at least 8 characters"));
        }
        if length > 128 {
            return Err(Invalid::new("too_long", "must have at most 128 characters"));
        }
        if COMMON.contains(&input.to_lowercase().as_str()) || is_one_character_repeated(input) {
            return Err(Invalid::new("too_common", "is too common"));
        }
        Ok(Self(input.to_owned()))
    }

    /// Checks that a password was repeated correctly, where it was repeated at all.
    pub fn confirm(password: Option<&str>, repeated: Option<&str>) -> Result<(), Invalid> {
        if repeated.is_some() && repeated != password {
            return Err(Invalid::new("mismatch", "must be the same as password"));
        }
        Ok(())
    }

    /// Returns the password in the clear, for the hasher only.
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

/// Passwords of at least eight characters that lead every list of leaked ones.
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

    #[track_caller]
    fn rejects(input: &str, code: &str) {
        assert_eq!(Password::parse(input).unwrap_err().code, code, "{input}");
    }

    #[test]
    fn a_password_has_8_to_128_characters() {
        rejects("Test123", "too_short");
        rejects("ሀለሐመሠረሰ", "too_short");
        for valid in ["Test1234", "ሀለሐመሠረሰሸ", &"ab".repeat(64)] {
            assert_eq!(Password::parse(valid).unwrap().expose(), valid);
        }
        rejects(&format!("{}a", "ab".repeat(64)), "too_long");
    }

    #[test]
    fn common_passwords_are_rejected_in_any_case() {
        for common in ["password", "PassWord", "Password123", "aaaaaaaaaa", "        "] {
            rejects(common, "too_common");
        }
        for common in COMMON {
            rejects(common, "too_common");
        }
        assert!(Password::parse("a rather long sentence without digits").is_ok());
        assert!(Password::parse("aaaaaaab").is_ok());
    }

    #[test]
    fn a_repeated_password_must_match() {
        assert!(Password::confirm(Some("a"), None).is_ok());
        assert!(Password::confirm(Some("a"), Some("a")).is_ok());
        assert_eq!(Password::confirm(Some("a"), Some("b")).unwrap_err().code, "mismatch");
        assert_eq!(Password::confirm(None, Some("b")).unwrap_err().code, "mismatch");
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", Password::parse("Test1234").unwrap()), "Password(..)");
    }
}
