//! Bounds of the texts that tutors publish, and of the terms that users search for.
//!
//! Every profile and package is public, so the bounds also limit the size of a page of them.

use chrono::Weekday;

use crate::schedule::parse_weekday;
use crate::text;
use crate::validation::{Invalid, Violations};

/// The largest number of entries in a list of subjects, languages or grades.
const MAX_TAGS: usize = 20;
/// The largest number of courses that a package refers to.
const MAX_COURSES: usize = 50;
/// The largest number of names in a list of weekdays, duplicates included.
const MAX_WEEKDAYS: usize = 50;

/// Parses the name of a package: one line of at most 255 characters.
pub fn parse_package_name(input: &str) -> Result<String, Invalid> {
    text::line(input, 255)
}

/// Parses the description of a package: text of at most 2000 characters.
pub fn parse_description(input: &str) -> Result<String, Invalid> {
    text::prose(input, 2000)
}

/// Parses a biography: text of at most 3000 characters.
pub fn parse_bio(input: &str) -> Result<String, Invalid> {
    text::prose(input, 3000)
}

/// Parses a motto: text of at most 500 characters.
pub fn parse_quote(input: &str) -> Result<String, Invalid> {
    text::prose(input, 500)
}

/// Parses subjects, languages or grades: at most 20 distinct lines of 60 characters.
pub fn parse_tags(input: &[String]) -> Result<Vec<String>, Invalid> {
    text::lines(input, MAX_TAGS, 60)
}

/// Parses a session format such as `online`: one line of at most 50 characters.
pub fn parse_session_format(input: &str) -> Result<String, Invalid> {
    text::line(input, 50)
}

/// Parses a location: one line of at most 200 characters.
pub fn parse_location(input: &str) -> Result<String, Invalid> {
    text::line(input, 200)
}

/// Parses course ids: at most 50 positive integers. Duplicates are dropped.
pub fn parse_course_ids(input: &[i64]) -> Result<Vec<i64>, Invalid> {
    if input.len() > MAX_COURSES {
        return Err(Invalid::new("too_many", format!("must have at most {MAX_COURSES} entries")));
    }
    if input.iter().any(|id| *id < 1) {
        return Err(Invalid::new("not_positive", "must contain positive integers only"));
    }
    let mut kept = Vec::with_capacity(input.len());
    for id in input {
        if !kept.contains(id) {
            kept.push(*id);
        }
    }
    Ok(kept)
}

/// Parses weekday names, at most 50, and drops duplicates. Each invalid name is reported by its index.
pub fn parse_weekdays(field: &str, names: &[String], violations: &mut Violations) -> Option<Vec<Weekday>> {
    if names.len() > MAX_WEEKDAYS {
        violations.add(field, Invalid::new("too_many", format!("must have at most {MAX_WEEKDAYS} entries")));
        return None;
    }
    let mut days = Vec::with_capacity(names.len().min(7));
    let mut is_valid = true;
    for (index, name) in names.iter().enumerate() {
        match violations.check(format!("{field}.{index}"), parse_weekday(name)) {
            Some(day) if !days.contains(&day) => days.push(day),
            Some(_) => {}
            None => is_valid = false,
        }
    }
    is_valid.then_some(days)
}

/// Parses a search term: one line of at most 100 characters.
pub fn parse_search_term(input: &str) -> Result<String, Invalid> {
    text::line(input, 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    type TextParser = fn(&str) -> Result<String, Invalid>;

    #[test]
    fn every_text_has_a_longest_length() {
        let bounds: [(TextParser, usize); 7] = [
            (parse_package_name, 255),
            (parse_description, 2000),
            (parse_bio, 3000),
            (parse_quote, 500),
            (parse_session_format, 50),
            (parse_location, 200),
            (parse_search_term, 100),
        ];
        for (parse, max) in bounds {
            let longest = "é".repeat(max);
            assert_eq!(parse(&longest), Ok(longest.clone()));
            assert_eq!(parse(&format!("{longest}x")).unwrap_err().code, "too_long");
        }
    }

    #[test]
    fn names_are_one_line_and_descriptions_may_have_several() {
        for parse in [parse_package_name, parse_session_format, parse_location, parse_search_term] {
            assert_eq!(parse("a\nb").unwrap_err().code, "control_character");
            assert_eq!(parse("").unwrap_err().code, "required");
        }
        for parse in [parse_description, parse_bio, parse_quote] {
            assert_eq!(parse("a\nb"), Ok("a\nb".to_owned()));
        }
    }

    #[test]
    fn a_list_has_at_most_twenty_tags_of_sixty_characters() {
        let tags = |count: usize| (0..count).map(|number| format!("Grade {number}")).collect::<Vec<_>>();
        assert_eq!(parse_tags(&tags(20)), Ok(tags(20)));
        assert_eq!(parse_tags(&tags(21)).unwrap_err().code, "too_many");
        assert_eq!(parse_tags(&["x".repeat(60)]), Ok(vec!["x".repeat(60)]));
        assert_eq!(parse_tags(&["x".repeat(61)]).unwrap_err().code, "too_long");
    }

    #[test]
    fn course_ids_are_positive_bounded_and_distinct() {
        assert_eq!(parse_course_ids(&[3, 1, 3]), Ok(vec![3, 1]));
        for id in [0, -1] {
            assert_eq!(parse_course_ids(&[1, id]).unwrap_err().code, "not_positive");
        }
        let ids: Vec<i64> = (1..=51).collect();
        assert_eq!(parse_course_ids(&ids[..50]), Ok(ids[..50].to_vec()));
        let refusal = parse_course_ids(&ids).unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_ref()), ("too_many", "must have at most 50 entries"));
    }

    #[test]
    fn weekdays_are_bounded_and_distinct_and_each_invalid_one_is_reported() {
        let parse = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let mut violations = Violations::new();
            let days = parse_weekdays("days", &names, &mut violations);
            let errors = violations.errors().iter().map(|error| format!("{} {}", error.field, error.code));
            (days, errors.collect::<Vec<_>>())
        };
        assert_eq!(parse(&["Monday", "fri", "mon"]), (Some(vec![Weekday::Mon, Weekday::Fri]), vec![]));
        assert_eq!(parse(&["Mon"; 50]), (Some(vec![Weekday::Mon]), vec![]));
        assert_eq!(parse(&["Mon"; 51]), (None, vec!["days too_many".to_owned()]));
        let (days, errors) = parse(&["x", "Mon", "y"]);
        let fields: Vec<_> = errors.iter().filter_map(|error| error.split(' ').next()).collect();
        assert_eq!((days, fields), (None, vec!["days.0", "days.2"]));
    }
}
