//! Searches for names: each searched word is the beginning of a word of the name, and these words are consecutive.
//!
//! "abe ke" finds Abebe Kebede Tesema, and so does "kebede t"; "bebe" does not. A name that matches has an
//! [ending](name_endings) that begins with the first searched word, so an index of endings finds it.

use super::ProfileCard;
use crate::text::fold;

/// Returns the words of a name or of a search in their comparable form: in lower case, with one space between them.
pub fn comparable_words(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the endings of a name that begin with a word, in their comparable form, from the whole name to its last word.
pub fn name_endings(name: &str) -> Vec<String> {
    let words = comparable_words(name);
    let later = words.match_indices(' ').filter_map(|(space, _)| words.get(space + 1..));
    std::iter::once(words.as_str()).chain(later).map(str::to_owned).collect()
}

/// Returns whether a name matches a search, in any case. A search without words matches every name.
pub fn name_matches(name: &str, search: &str) -> bool {
    let (name, search) = (comparable_words(name), comparable_words(search));
    let words: Vec<&str> = name.split(' ').collect();
    let beginnings: Vec<&str> = search.split(' ').collect();
    let begin = |words: &[&str]| words.iter().zip(&beginnings).all(|(word, beginning)| word.starts_with(beginning));
    words.windows(beginnings.len()).any(begin)
}

impl ProfileCard {
    /// Returns whether the name matches a search. A hidden name matches none.
    pub fn matches(&self, search: &str) -> bool {
        self.name.as_deref().is_some_and(|name| name_matches(name, search))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;

    #[test]
    fn a_search_matches_the_beginnings_of_consecutive_words() {
        let name = "Abebe Kebede Tesema";
        for search in ["a", "ABE", "abebe", "abe ke", "abebe ke", "A K T", "kebede tesema", "Tes", " abebe  k ", ""] {
            assert!(name_matches(name, search), "{search}");
        }
        for search in ["bebe", "abebe tesema", "kebede abebe", "ebede", "abebek", "tesema x", "a k t e", "%", "_"] {
            assert!(!name_matches(name, search), "{search}");
        }
    }

    #[test]
    fn names_of_all_scripts_are_compared_in_any_case_and_composition() {
        for (name, search) in
            [("ÉMILE Ñandú", "émi ñ"), ("Ольга", "ОЛЬ"), ("አበበ ቢቂላ", "ቢቂ"), ("E\u{301}mile", "\u{e9}m")]
        {
            assert!(name_matches(name, search), "{name}");
        }
        assert!(!name_matches("Émile", "emile"), "accents are kept");
        assert!(name_matches("O'Brien-Østergård", "o'brien-ø") && !name_matches("O'Brien", "brien"));
    }

    #[test]
    fn a_name_has_an_ending_for_each_word() {
        assert_eq!(name_endings("Abebe Kebede Tesema"), ["abebe kebede tesema", "kebede tesema", "tesema"]);
        assert_eq!(name_endings(" \u{c9}mile "), ["émile"]);
    }

    #[test]
    fn a_hidden_name_matches_no_search() {
        let card = |name: Option<&str>| ProfileCard {
            id: UserId::new(1),
            name: name.map(str::to_owned),
            profile_picture: None,
            roles: Vec::new(),
        };
        assert!(card(Some("Abebe")).matches("abe"));
        assert!(!card(None).matches("abe") && !card(None).matches(""));
    }
}
