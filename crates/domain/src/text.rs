//! Text entered by users: trimmed, bounded, normalised to NFC, and folded for search.
//!
//! Characters that cannot be seen, or that reorder the text around them, are rejected wherever a text is a
//! single line: two names that look alike would otherwise differ (Unicode TR 36, section 2).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_script::{Script, UnicodeScript};
use unicode_security::GeneralSecurityProfile;
use unicode_security::general_security_profile::IdentifierType;

use crate::validation::Invalid;

const ZERO_WIDTH_NON_JOINER: char = '\u{200C}';
const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// The variation selector that requests the colour form of an emoji.
const EMOJI_PRESENTATION: char = '\u{FE0F}';

/// Folds text for comparison and search: NFC and Unicode lower case, with accents kept.
///
/// The result is stored, because the databases disagree: SQLite folds ASCII only, PostgreSQL by its locale.
pub fn fold(text: &str) -> String {
    normalized(text.trim()).to_lowercase()
}

/// Parses a title or another single line of 1 to `max` characters.
///
/// Control characters and invisible characters are rejected, apart from those that emoji are composed with.
pub fn line(input: &str, max: usize) -> Result<String, Invalid> {
    let text = normalized(input.trim());
    if text.is_empty() {
        return Err(Invalid::new("required", "must not be empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::new("control_character", "must not contain control characters"));
    }
    let composes_emoji = |c| matches!(c, ZERO_WIDTH_NON_JOINER | ZERO_WIDTH_JOINER | EMOJI_PRESENTATION);
    if text.chars().any(|c| is_invisible(c) && !composes_emoji(c)) {
        return Err(invisible());
    }
    bounded(&text, max)
}

/// Parses a name of 1 to `max` characters, with each run of white space as one space.
///
/// The rules are those of [`line()`], and joiners are accepted only where a script cannot be written without
/// them: after a virama, as in Sinhala, and (the non-joiner) between Arabic letters, as in Persian. This is
/// the profile of UAX #31, section 2.3, with its rule A1 reduced to the Arabic script.
pub fn name(input: &str, max: usize) -> Result<String, Invalid> {
    let text = line(input, usize::MAX)?.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut previous = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if is_invisible(c) && !joins(previous, c, rest.peek().copied()) {
            return Err(invisible());
        }
        previous = Some(c);
    }
    bounded(&text, max)
}

/// Parses free text of at most `max` characters over several lines. NUL is rejected: PostgreSQL cannot store it.
pub fn prose(input: &str, max: usize) -> Result<String, Invalid> {
    if input.contains('\0') {
        return Err(Invalid::new("control_character", "must not contain the NUL character"));
    }
    bounded(input.trim(), max)
}

/// Parses a list of lines of at most `max` characters each. Repetitions are dropped; the order is kept.
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

/// Returns the canonical composition of a text (NFC).
pub(crate) fn normalized(text: &str) -> String {
    text.nfc().collect()
}

/// Returns whether a character cannot be seen or has no agreed meaning: default-ignorable, bidirectional and
/// other format characters, blank symbols, separators of lines, and code points for private use.
pub(crate) fn is_invisible(c: char) -> bool {
    /// Invisible characters that the tables list under another type, and code points reserved for such.
    const OTHERS: [std::ops::RangeInclusive<char>; 8] = [
        '\u{2028}'..='\u{2029}',
        '\u{2060}'..='\u{206F}',
        '\u{2800}'..='\u{2800}',
        '\u{E000}'..='\u{F8FF}',
        '\u{FFF0}'..='\u{FFFB}',
        '\u{13430}'..='\u{1343F}',
        '\u{E0000}'..='\u{E0FFF}',
        '\u{F0000}'..='\u{10FFFF}',
    ];
    c.identifier_type() == Some(IdentifierType::Default_Ignorable) || OTHERS.iter().any(|range| range.contains(&c))
}

/// Returns whether `joiner` is a joiner that the letters around it need.
fn joins(previous: Option<char>, joiner: char, next: Option<char>) -> bool {
    let after_virama = previous.is_some_and(|c| canonical_combining_class(c) == 9);
    let between_arabic = [previous, next].iter().all(|c| c.is_some_and(|c| c.script() == Script::Arabic));
    let needed = match joiner {
        ZERO_WIDTH_JOINER => after_virama,
        ZERO_WIDTH_NON_JOINER => after_virama || between_arabic,
        _ => false,
    };
    needed && next.is_some_and(char::is_alphabetic)
}

fn invisible() -> Invalid {
    Invalid::new("invisible_character", "must not contain invisible characters")
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

    #[track_caller]
    fn code<T: std::fmt::Debug>(parsed: Result<T, Invalid>) -> &'static str {
        parsed.unwrap_err().code
    }

    #[test]
    fn folding_lowers_all_scripts_composes_and_keeps_accents() {
        assert_eq!(fold("  ÉMILE Ñandú "), "émile ñandú");
        assert_eq!(fold("E\u{301}MILE"), "émile");
    }

    #[test]
    fn a_line_is_trimmed_composed_and_bounded() {
        assert_eq!(line("  Abebe ", 5), Ok("Abebe".to_owned()));
        assert_eq!(line("Abe\u{301}be", 5), Ok("Ab\u{e9}be".to_owned()));
        assert_eq!(code(line("Abebe", 4)), "too_long");
        assert_eq!(code(line(" \t", 4)), "required");
        assert_eq!(code(line("a\nb", 4)), "control_character");
    }

    #[test]
    fn prose_is_trimmed_and_bounded_and_keeps_its_lines() {
        assert_eq!(prose(" a\nb ", 3), Ok("a\nb".to_owned()));
        assert_eq!(prose("", 3), Ok(String::new()));
        assert_eq!(code(prose("a\nbc", 3)), "too_long");
        assert_eq!(code(prose("a\0b", 3)), "control_character");
    }

    #[test]
    fn lines_are_bounded_in_number_and_length_and_kept_once() {
        let list = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>();
        assert_eq!(lines(&list(&["b", " a", "b "]), 3, 1), Ok(list(&["b", "a"])));
        assert_eq!(code(lines(&list(&["a", "b", "c"]), 2, 1)), "too_many");
        assert_eq!(code(lines(&list(&["ab"]), 2, 1)), "too_long");
    }

    #[test]
    fn no_single_line_contains_invisible_characters() {
        let invisible = [
            '\u{AD}',
            '\u{34F}',
            '\u{61C}',
            '\u{115F}',
            '\u{180E}',
            '\u{200B}',
            '\u{200E}',
            '\u{200F}',
            '\u{2028}',
            '\u{2029}',
            '\u{202A}',
            '\u{202E}',
            '\u{2060}',
            '\u{2065}',
            '\u{2066}',
            '\u{2069}',
            '\u{206F}',
            '\u{2800}',
            '\u{3164}',
            '\u{E000}',
            '\u{F8FF}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF0}',
            '\u{FFFB}',
            '\u{13430}',
            '\u{1343F}',
            '\u{E0001}',
            '\u{E0FFF}',
            '\u{F0000}',
            '\u{10FFFD}',
        ];
        for c in invisible {
            assert_eq!(code(line(&format!("a{c}b"), 9)), "invisible_character", "{c:?}");
            assert_eq!(code(name(&format!("a{c}b"), 9)), "invisible_character", "{c:?}");
        }
    }

    #[test]
    fn emoji_keep_their_joiners_in_lines_and_not_in_names() {
        for text in ["Algebra \u{2764}\u{FE0F}", "\u{1F468}\u{200D}\u{1F467}"] {
            assert_eq!(line(text, 20).as_deref(), Ok(text));
            assert_eq!(code(name(text, 20)), "invisible_character", "{text}");
        }
        assert_eq!(name("Abebe \u{1F600}", 20).as_deref(), Ok("Abebe \u{1F600}"));
    }

    #[test]
    fn names_of_all_scripts_are_valid() {
        let names = [
            "አበበ ቢቂላ",
            "ኃ/ማርያም",
            "عبد الله",
            "Nguyễn Văn Hương",
            "O'Brien-Østergård",
            "प्रिया",
            "ශ්‍රියානි",
            "علی‌رضا",
            "Ольга",
            "Αλέξης",
            "李小龍",
            "さくら",
            "김민수",
            "தமிழ்ச்செல்வி",
        ];
        for text in names {
            let composed = normalized(text);
            assert_eq!(name(text, 50), Ok(composed), "{text}");
        }
    }

    #[test]
    fn a_joiner_is_valid_only_where_a_script_needs_it() {
        for text in [
            "Abe\u{200D}be",
            "Abe\u{200C}be",
            "अ\u{200D}ब",
            "क्\u{200D}",
            "क्\u{200D} क",
            "علی\u{200C}",
            "a\u{200C}ع",
            "ع\u{200C}a",
        ] {
            assert_eq!(code(name(text, 50)), "invisible_character", "{text:?}");
        }
        assert_eq!(code(name("علی\u{200D}رضا", 50)), "invisible_character");
        assert!(name("क्\u{200C}ष", 50).is_ok() && name("क्\u{200D}ष", 50).is_ok());
    }

    #[test]
    fn white_space_inside_a_name_is_one_space() {
        assert_eq!(name(" Abebe\u{A0} \u{3000}Bikila ", 12), Ok("Abebe Bikila".to_owned()));
        assert_eq!(code(name("Abebe  Bikila", 11)), "too_long");
        assert_eq!(code(name(" ", 11)), "required");
    }
}
