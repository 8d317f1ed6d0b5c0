//! The personal fields of an account and the rules that their values satisfy.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::change::Change;
use crate::schedule::parse_date;
use crate::text;
use crate::validation::Invalid;

/// Changes of the personal fields of an account. Each field is documented at [`User`](super::User).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the account")]
pub struct ProfileChanges {
    pub first_name: Change<String>,
    pub last_name: Change<String>,
    pub father_name: Change<String>,
    pub grandfather_name: Change<String>,
    pub phone: Change<String>,
    pub date_of_birth: Change<NaiveDate>,
    pub time_zone: Option<Tz>,
    pub is_private: Option<bool>,
    pub profile_picture: Change<String>,
}

/// Parses one part of a person's name, of at most 100 characters.
pub fn person_name(input: &str) -> Result<String, Invalid> {
    text::name(input, 100)
}

/// Parses a phone number of 5 to 20 digits, which may be separated as people write them.
pub fn phone_number(input: &str) -> Result<String, Invalid> {
    let phone = text::line(input, 30)?;
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let is_valid = phone.chars().all(|c| c.is_ascii_digit() || "+-() ./".contains(c));
    if is_valid && (5..=20).contains(&digits) {
        Ok(phone)
    } else {
        Err(Invalid::new("invalid_phone", "must be a phone number"))
    }
}

/// Parses the address of a picture: an absolute `http` or `https` URL of at most 500 characters with a host and
/// without credentials, which could make one site pass for another.
pub fn profile_picture(input: &str) -> Result<String, Invalid> {
    let invalid = || Invalid::new("invalid_url", "must be an absolute http or https URL");
    let text = text::name(input, 500)?;
    // The parser adds the slashes of `http:host` and drops surplus ones; such addresses are mistakes here.
    let (scheme, rest) = text.split_once("://").ok_or_else(invalid)?;
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    if !is_web || rest.starts_with(['/', '\\']) || text.contains(' ') {
        return Err(invalid());
    }
    let url = Url::parse(&text).map_err(|_| invalid())?;
    if !url.has_host() || !url.username().is_empty() || url.password().is_some() {
        return Err(invalid());
    }
    Ok(text)
}

/// Parses a civil date of birth that is not in the future and at most 130 years ago.
pub fn parse_birth_date(input: &str, now: DateTime<Utc>) -> Result<NaiveDate, Invalid> {
    let date = parse_date(input)?;
    match now.date_naive().years_since(date) {
        None => Err(Invalid::new("in_future", "must not be in the future")),
        Some(years) if years > 130 => Err(Invalid::new("too_long_ago", "must be within the last 130 years")),
        Some(_) => Ok(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn code<T: std::fmt::Debug>(parsed: Result<T, Invalid>) -> &'static str {
        parsed.unwrap_err().code
    }

    #[test]
    fn a_name_has_1_to_100_visible_characters() {
        assert_eq!(person_name(" Abebe "), Ok("Abebe".to_owned()));
        assert!(person_name(&"a".repeat(100)).is_ok());
        assert_eq!(code(person_name(&"a".repeat(101))), "too_long");
        assert_eq!(code(person_name("Abe\u{200B}be")), "invisible_character");
    }

    #[test]
    fn a_phone_number_has_5_to_20_digits() {
        for phone in ["12345", "+251 911 000000", "(011) 123-45.67/8", "12345678901234567890"] {
            assert_eq!(phone_number(phone).as_deref(), Ok(phone));
        }
        for phone in ["1234", "123456789012345678901", "12345a", "٠١٢٣٤٥", "+()-."] {
            assert_eq!(code(phone_number(phone)), "invalid_phone", "{phone}");
        }
        assert_eq!(phone_number(&format!("12345{}6", " ".repeat(24))).unwrap().len(), 30);
        assert_eq!(code(phone_number(&format!("12345{}6", " ".repeat(25)))), "too_long");
    }

    #[test]
    fn a_picture_is_an_absolute_web_address() {
        for url in ["https://a.b/c.png", "http://localhost:8000/x?y#z", "HTTPS://እ.et/ሀ.png", "https://[::1]/p"] {
            assert_eq!(profile_picture(&format!(" {url} ")).as_deref(), Ok(url));
        }
        for url in [
            "//x",
            "/x.png",
            "http://",
            "https://",
            "http:///x",
            "http://\\x",
            "http:x",
            "https:/x",
            "ftp://a.b/c",
            "javascript:alert(1)",
            "data:image/png;base64,AA==",
            "x.png",
            "https://a b/c",
            "https://a.b/c d",
            "https://me@a.b/c",
            "https://me:pw@a.b/c",
            "https://:pw@a.b/c",
            "https://a.b:99999/",
            "https://?",
            "javascript://a.b/c",
        ] {
            assert_eq!(code(profile_picture(url)), "invalid_url", "{url}");
        }
        let long = |length: usize| format!("https://a.b/{}", "c".repeat(length - 12));
        assert!(profile_picture(&long(500)).is_ok());
        assert_eq!(code(profile_picture(&long(501))), "too_long");
    }

    #[test]
    fn a_birth_date_lies_within_the_last_130_years() {
        let now: DateTime<Utc> = "2036-02-28T23:59:59Z".parse().unwrap();
        let parse = |input: &str| parse_birth_date(input, now);
        assert_eq!(parse("2036-02-28"), Ok(now.date_naive()));
        assert_eq!(code(parse("2036-02-29")), "in_future");
        assert!(parse("1905-03-01").is_ok());
        assert_eq!(code(parse("1905-02-28")), "too_long_ago");
        assert_eq!(code(parse("2036-02-30")), "invalid_date");
    }
}
