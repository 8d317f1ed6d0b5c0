//! The public handles of users.

use unicode_normalization::char::is_combining_mark;
use unicode_security::restriction_level::{RestrictionLevel, RestrictionLevelDetection};
use unicode_security::{GeneralSecurityProfile, skeleton};

use crate::text;
use crate::validation::Invalid;

/// A public handle of 3 to 50 letters, digits, dots, dashes and underscores, unique without regard to case.
///
/// A handle identifies its owner to other users, so it must not pass for another one. It consists of
/// characters that Unicode TR 39 allows in identifiers, at its level "highly restrictive": one script, or one
/// of the combinations that Chinese, Japanese and Korean are written in. A handle that is not ASCII but looks
/// as if it were is rejected too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Parses a handle and keeps the case that its owner chose.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let name = text::line(input, 50)?;
        if name.chars().count() < 3 {
            return Err(Invalid::new("too_short", "must have at least 3 characters"));
        }
        let is_letter = |c: char| c.is_alphanumeric() && !text::is_invisible(c);
        let is_allowed = |c: char| is_letter(c) || is_combining_mark(c) || "._-".contains(c);
        let is_composed = !name.starts_with(is_combining_mark) && name.contains(is_letter);
        if !is_composed || !name.chars().all(|c| is_allowed(c) && c.identifier_allowed()) {
            return Err(Invalid::new(
                "invalid_username",
                "must consist of letters, digits, dots, dashes and underscores, with at least one letter or digit",
            ));
        }
        if !name.check_restriction_level(RestrictionLevel::HighlyRestrictive) {
            return Err(Invalid::new("mixed_scripts", "must not mix letters of different scripts"));
        }
        if !name.is_ascii() && skeleton(&name).all(|c| c.is_ascii()) {
            return Err(Invalid::new("confusable", "must not contain letters that look like those of another script"));
        }
        Ok(Self(name))
    }

    /// Returns the handle in the case that its owner chose.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form by which handles are compared.
    pub fn folded(&self) -> String {
        text::fold(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn rejects(input: &str, code: &str) {
        assert_eq!(Username::parse(input).unwrap_err().code, code, "{input:?}");
    }

    #[test]
    fn handles_of_all_scripts_are_valid() {
        for handle in [
            "abc",
            "Abebe",
            "a_b",
            "a.b-c",
            "123",
            "_abebe_",
            "Émile",
            "አበበ_ቢቂላ",
            "عبدالله",
            "हिन्दी",
            "Привет",
            "Σωκράτης",
            "李小龍",
            "東京タワー",
            "김민수",
            "李Xiaolong",
            "straße",
        ] {
            assert_eq!(Username::parse(handle).unwrap().as_str(), handle);
        }
    }

    #[test]
    fn a_handle_is_trimmed_composed_and_compared_without_case() {
        let handle = Username::parse(" E\u{301}Mile ").unwrap();
        assert_eq!((handle.as_str(), handle.folded().as_str()), ("\u{c9}Mile", "\u{e9}mile"));
    }

    #[test]
    fn a_handle_has_3_to_50_characters() {
        rejects("ab", "too_short");
        assert!(Username::parse("abc").is_ok());
        assert!(Username::parse(&"a".repeat(50)).is_ok());
        rejects(&"a".repeat(51), "too_long");
    }

    #[test]
    fn other_characters_are_rejected() {
        for handle in
            ["a b", "a@b", "a/b", "a'bc", "a:bc", "ab·c", "...", "_-.", "\u{301}abc", "ａｂｃ", "ⓐⓑⓒ", "ab\u{1F600}"]
        {
            rejects(handle, "invalid_username");
        }
        rejects("abc\u{202E}", "invisible_character");
        rejects("abc\u{200B}def", "invisible_character");
        rejects("abc\u{200D}def", "invalid_username");
        rejects("ab\u{3164}c", "invisible_character");
    }

    #[test]
    fn mixed_scripts_are_rejected() {
        // A Cyrillic a, a Greek o, Ethiopic beside Latin.
        for handle in ["p\u{430}ypal", "g\u{3bf}ogle", "አበበabebe", "abc\u{966}"] {
            rejects(handle, "mixed_scripts");
        }
    }

    #[test]
    fn letters_that_pass_for_ascii_are_rejected() {
        // "apec" in Cyrillic, "ooo" in Greek, a dotless i.
        for handle in ["\u{430}\u{440}\u{435}\u{441}", "\u{3bf}\u{3bf}\u{3bf}", "adm\u{131}n"] {
            rejects(handle, "confusable");
        }
    }
}
