//! Text from people: trimmed, bounded, and folded for search.

use crate::validation::Invalid;

/// Folds text for comparing and searching: Unicode lower case, accents kept.
///
/// It is computed here and stored, because the databases disagree: SQLite folds ASCII only, PostgreSQL
/// by its locale.
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Trimmed text of 1 to `max` characters without control characters, for names and titles.
pub fn line(input: &str, max: usize) -> Result<String, Invalid> {
    let text = input.trim();
    if text.is_empty() {
        return Err(Invalid::new("required", "must not be empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::new("control_character", "must not contain control characters"));
    }
    bounded(text, max)
}

/// Free text of at most `max` characters over several lines. NUL is refused: PostgreSQL cannot keep it.
pub fn prose(input: &str, max: usize) -> Result<String, Invalid> {
    if input.contains('\0') {
        return Err(Invalid::new("control_character", "must not contain the NUL character"));
    }
    bounded(input.trim(), max)
}

/// A list of lines, each of at most `max` characters, without repetitions, in the order given.
pub fn lines(input: &[String], max_items: usize, max: usize) -> Result<Vec<String>, Invalid> {
    if input.len() > max_items {
        return Err(Invalid::new("too_many", format!("must have at most {max_items} entries")));
    }
    let mut kept: Vec<String> = Vec::with_capacity(input.len());
    for entry in input {
        let entry = line(entry, max)?;
        if !kept.contains(&entry) {
            kept.push(entry);
        }
    }
    Ok(kept)
}

fn bounded(text: &str, max: usize) -> Result<String, Invalid> {
    if text.chars().count() > max {
        return Err(Invalid::new("too_long", format!("must have at most {max} characters")));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_lowers_all_scripts_and_keeps_accents() {
        assert_eq!(fold("  ÉMILE Ñandú "), "émile ñandú");
    }

    #[test]
    fn a_line_is_trimmed_bounded_and_without_control_characters() {
        assert_eq!(line("  Abebe ", 5), Ok("Abebe".to_owned()));
        assert_eq!(line("Abebe", 4).unwrap_err().code, "too_long");
        assert_eq!(line(" \t", 4).unwrap_err().code, "required");
        assert_eq!(line("a\nb", 4).unwrap_err().code, "control_character");
    }
}
