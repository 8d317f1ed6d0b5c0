//! Limits of the single fields of a request.

use chrono::NaiveDate;

use crate::schedule::{MAX_SESSIONS, parse_date};
use crate::text;
use crate::validation::{Invalid, Violations};

/// The longest weekly pattern, in weeks.
const MAX_WEEKS: u8 = 26;

/// Parses a message of at most 5000 characters.
pub fn parse_message(input: &str) -> Result<String, Invalid> {
    text::prose(input, 5000)
}

/// Parses a free-text schedule of at most 1000 characters.
pub fn parse_preferred_schedule(input: &str) -> Result<String, Invalid> {
    text::prose(input, 1000)
}

/// Parses the reason for a rejection, at most 1000 characters; blank text is no reason.
pub fn parse_reason(input: &str) -> Result<Option<String>, Invalid> {
    text::prose(input, 1000).map(|reason| Some(reason).filter(|reason| !reason.is_empty()))
}

/// Parses the length of a weekly pattern, 1 to 26 weeks.
pub fn parse_weeks(input: i64) -> Result<u8, Invalid> {
    u8::try_from(input)
        .ok()
        .filter(|weeks| (1..=MAX_WEEKS).contains(weeks))
        .ok_or_else(|| Invalid::new("out_of_range", format!("must be from 1 to {MAX_WEEKS}")))
}

/// Parses at most 10 years from 1900 to 2199.
pub fn parse_years(input: Vec<i64>) -> Result<Vec<i64>, Invalid> {
    let valid = input.len() <= 10 && input.iter().all(|year| (1900..2200).contains(year));
    if valid { Ok(input) } else { Err(Invalid::new("invalid_years", "must be at most 10 years from 1900 to 2199")) }
}

/// Parses at most 24 months, each a text of at most 20 characters.
pub fn parse_months(input: &[String]) -> Result<Vec<String>, Invalid> {
    text::lines(input, 24, 20)
}

/// Parses dates in the order given, with `None` in place of each that is rejected. Input beyond the limit, which the
/// rules check, is cut off.
pub fn parse_dates(input: &[String], violations: &mut Violations) -> Vec<Option<NaiveDate>> {
    let date = |(place, text): (usize, &String)| violations.check(format!("specific_dates.{place}"), parse_date(text));
    input.iter().enumerate().take(MAX_SESSIONS + 1).map(date).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded() {
        type Parser = fn(&str) -> Result<(), &'static str>;
        let limits: [(Parser, usize); 3] = [
            (|text| parse_message(text).map(drop).map_err(|reason| reason.code), 5000),
            (|text| parse_preferred_schedule(text).map(drop).map_err(|reason| reason.code), 1000),
            (|text| parse_reason(text).map(drop).map_err(|reason| reason.code), 1000),
        ];
        for (parse, limit) in limits {
            assert_eq!(parse(&"x".repeat(limit)), Ok(()));
            assert_eq!(parse(&"x".repeat(limit + 1)), Err("too_long"));
        }
        assert_eq!(parse_message(" Fractions "), Ok("Fractions".to_owned()));
        assert_eq!(parse_preferred_schedule(" Mornings "), Ok("Mornings".to_owned()));
    }

    #[test]
    fn a_blank_reason_is_not_a_reason() {
        assert_eq!(parse_reason("  "), Ok(None));
        assert_eq!(parse_reason(" No time "), Ok(Some("No time".to_owned())));
    }

    #[test]
    fn weeks_are_from_1_to_26() {
        for (input, weeks) in [(1, 1), (8, 8), (26, 26)] {
            assert_eq!(parse_weeks(input), Ok(weeks));
        }
        for input in [i64::MIN, -1, 0, 27, 256, 257] {
            let reason = parse_weeks(input).unwrap_err();
            assert_eq!((reason.code, reason.message.as_ref()), ("out_of_range", "must be from 1 to 26"), "{input}");
        }
    }

    #[test]
    fn years_are_at_most_ten_of_four_digits() {
        assert_eq!(parse_years(vec![1900, 2199]), Ok(vec![1900, 2199]));
        assert_eq!(parse_years(vec![2026; 10]), Ok(vec![2026; 10]));
        for input in [vec![1899], vec![2200], vec![2026; 11], vec![2026, 26]] {
            assert_eq!(parse_years(input).unwrap_err().code, "invalid_years");
        }
    }

    #[test]
    fn months_are_at_most_24_short_texts() {
        let months = |count: usize| (0..count).map(|number| format!("Month {number}")).collect::<Vec<_>>();
        assert_eq!(parse_months(&months(24)), Ok(months(24)));
        assert_eq!(parse_months(&months(25)).unwrap_err().code, "too_many");
        assert_eq!(parse_months(&["x".repeat(20)]), Ok(vec!["x".repeat(20)]));
        assert_eq!(parse_months(&["x".repeat(21)]).unwrap_err().code, "too_long");
    }

    #[test]
    fn a_rejected_date_keeps_its_place() {
        let mut violations = Violations::new();
        let input = ["2026-02-02", "tomorrow", "2026-02-03"].map(str::to_owned);
        let dates = parse_dates(&input, &mut violations);
        assert_eq!(dates, [input[0].parse().ok(), None, input[2].parse().ok()]);
        let fields: Vec<_> = violations.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["specific_dates.1"]);
        assert_eq!(parse_dates(&vec!["2026-02-02".to_owned(); 500], &mut violations).len(), 201);
    }
}
