//! Terms by which searches find tutors: the words of what a tutor publishes, and complete subjects and grade levels.
//!
//! Each searched word is the beginning of a word of the name, username, biography or subjects, in any case and any order:
//! "phys ada" finds a physics tutor in Adama, "hysics" does not. Words are those of UAX #29.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use super::{TutorCard, TutorFilter, TutorProfile};
use crate::text::fold;

/// The number of characters by which words are told apart. It keeps each word within an entry of a database index.
const MAX_WORD: usize = 64;

/// The kind of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TermKind {
    /// The single, empty term of every tutor whom searches show at all.
    Listed,
    /// A complete grade level, folded.
    GradeLevel,
    /// A complete subject, folded.
    Subject,
    /// A word, folded. A search finds it by its beginning.
    Word,
}

impl TermKind {
    /// Returns the name used in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A term of a tutor, or of a search.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the fields are named after their types")]
pub struct Term {
    pub kind: TermKind,
    pub text: String,
}

impl Term {
    /// Returns the term that all listed tutors have.
    pub fn listed() -> Self {
        Self { kind: TermKind::Listed, text: String::new() }
    }

    /// Returns whether a tutor with some terms has this searched one.
    fn is_among(&self, terms: &BTreeSet<Self>) -> bool {
        let is_found = |term: &Self| term.kind == self.kind && term.text.starts_with(&self.text);
        match self.kind {
            TermKind::Word => terms.iter().any(is_found),
            TermKind::Listed | TermKind::GradeLevel | TermKind::Subject => terms.contains(self),
        }
    }
}

/// Returns the distinct words of a text, folded and cut to 64 characters.
pub fn search_words(text: &str) -> BTreeSet<String> {
    fold(text).unicode_words().map(|word| word.chars().take(MAX_WORD).collect()).collect()
}

/// Returns the terms of a listed tutor, given the texts besides the subjects that a search covers.
pub fn listed_terms<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    subjects: &[String],
    grade_levels: &[String],
) -> BTreeSet<Term> {
    words(texts)
        .chain(words(subjects.iter().map(String::as_str)))
        .chain(subjects.iter().map(|subject| complete(TermKind::Subject, subject)))
        .chain(grade_levels.iter().map(|grade| complete(TermKind::GradeLevel, grade)))
        .chain([Term::listed()])
        .collect()
}

fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = Term> {
    texts.into_iter().flat_map(search_words).map(|text| Term { kind: TermKind::Word, text })
}

fn complete(kind: TermKind, text: &str) -> Term {
    Term { kind, text: fold(text) }
}

impl TutorProfile {
    /// Returns the terms by which searches find the tutor. A tutor who is not active has none.
    pub fn terms(&self) -> BTreeSet<Term> {
        if !self.is_active {
            return BTreeSet::new();
        }
        let texts = [Some(&self.name), self.username.as_ref(), self.bio.as_ref()];
        listed_terms(texts.into_iter().flatten().map(String::as_str), &self.subjects, &self.grade_levels)
    }
}

impl TutorFilter {
    /// Returns the terms that the filter requires, or `None` if it selects no tutor: a search without words, such as "%",
    /// finds none.
    pub fn terms(&self) -> Option<BTreeSet<Term>> {
        let words: BTreeSet<Term> = words(self.search.as_deref()).collect();
        if self.search.is_some() && words.is_empty() {
            return None;
        }
        let subject = self.subject.iter().map(|subject| complete(TermKind::Subject, subject));
        let grade = self.grade_level.iter().map(|grade| complete(TermKind::GradeLevel, grade));
        Some(words.into_iter().chain(subject).chain(grade).collect())
    }

    /// Returns whether the filter selects a tutor.
    pub fn matches(&self, tutor: &TutorCard) -> bool {
        let terms = tutor.profile.terms();
        let has_terms = self.terms().is_some_and(|wanted| wanted.iter().all(|term| term.is_among(&terms)));
        let is_affordable = match tutor.price {
            Some(price) => {
                self.min_price.is_none_or(|least| price >= least) && self.max_price.is_none_or(|most| price <= most)
            }
            None => self.min_price.is_none() && self.max_price.is_none(),
        };
        terms.contains(&Term::listed()) && has_terms && is_affordable
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Tz;

    use super::*;
    use crate::ids::{TutorId, UserId};
    use crate::money::Money;

    fn words_of(text: &str) -> Vec<String> {
        search_words(text).into_iter().collect()
    }

    fn tutor() -> TutorCard {
        let profile = TutorProfile {
            id: TutorId::new(1),
            user_id: UserId::new(2),
            first_name: None,
            last_name: None,
            father_name: None,
            grandfather_name: None,
            name: "Émile O'Brien-Østergård አበበ".to_owned(),
            username: Some("emile_1".to_owned()),
            profile_picture: None,
            bio: Some("Teaches pre-algebra\nin Adama.".to_owned()),
            quote: Some("Patience".to_owned()),
            subjects: vec!["Physics".to_owned(), "ሒሳብ 1".to_owned()],
            languages: vec!["Oromo".to_owned()],
            grade_levels: vec!["Grade 10".to_owned()],
            time_zone: Tz::UTC,
            session_format: None,
            location: None,
            is_active: true,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
        };
        TutorCard { profile, price: Some(Money::from_cents(100)), price_max: None, currency: None }
    }

    fn searching(text: &str) -> TutorFilter {
        TutorFilter { search: Some(text.to_owned()), ..TutorFilter::default() }
    }

    #[test]
    fn words_are_distinct_folded_and_without_punctuation() {
        assert_eq!(words_of("Physics, physics & MATHS (100%)."), ["100", "maths", "physics"]);
        assert_eq!(words_of("pre-algebra, O'Brien 3.5"), ["3.5", "algebra", "o'brien", "pre"]);
        assert_eq!(words_of("ÉMILE E\u{301}mile Übung_macht"), ["émile", "übung_macht"]);
        assert_eq!(words_of("ሰላም፡ለዓለም። ሒሳብ፣ፊዚክስ"), ["ሒሳብ", "ሰላም", "ለዓለም", "ፊዚክስ"].sorted());
        assert_eq!(words_of("% _ - … \u{1F600}"), [""; 0]);
    }

    trait Sorted {
        fn sorted(self) -> Self;
    }

    impl<const N: usize> Sorted for [&str; N] {
        fn sorted(mut self) -> Self {
            self.sort_unstable();
            self
        }
    }

    #[test]
    fn long_words_are_cut_in_tutors_and_searches_alike() {
        assert_eq!(words_of(&"é".repeat(65)), ["é".repeat(64)]);
        let mut tutor = tutor();
        tutor.profile.bio = Some("x".repeat(3000));
        assert!(searching(&"x".repeat(100)).matches(&tutor) && !searching(&"y".repeat(100)).matches(&tutor));
    }

    #[test]
    fn a_search_matches_beginnings_of_words_in_any_case_and_order() {
        let found = [
            "phys ada",
            "ADA PHYS",
            "émi",
            "o'brien",
            "øster",
            "አበ",
            "ሒሳብ",
            "emile_1",
            "alg pre",
            "adama.",
            "teaches, in",
            "p p",
            "1 phys",
        ];
        for text in found {
            assert!(searching(text).matches(&tutor()), "{text}");
        }
        for text in
            ["hysics", "physicss", "brien", "emi adamas", "patience", "oromo", "grade", "%", "_", "-", "phys chem"]
        {
            assert!(!searching(text).matches(&tutor()), "{text}");
        }
    }

    #[test]
    fn subjects_and_grade_levels_match_as_a_whole() {
        let subject = |text: &str| TutorFilter { subject: Some(text.to_owned()), ..TutorFilter::default() };
        let grade = |text: &str| TutorFilter { grade_level: Some(text.to_owned()), ..TutorFilter::default() };
        assert!(subject("PHYSICS").matches(&tutor()) && subject("ሒሳብ 1").matches(&tutor()));
        assert!(!subject("phys").matches(&tutor()) && !subject("grade 10").matches(&tutor()));
        assert!(grade("grade 10").matches(&tutor()) && !grade("grade 1").matches(&tutor()));
    }

    #[test]
    fn prices_are_bounded_on_both_sides_and_a_missing_one_lies_within_no_bounds() {
        let bounds = |least: Option<i64>, most: Option<i64>| TutorFilter {
            min_price: least.map(Money::from_cents),
            max_price: most.map(Money::from_cents),
            ..TutorFilter::default()
        };
        let free = TutorCard { price: None, ..tutor() };
        for (least, most, expected) in [
            (Some(100), Some(100), true),
            (Some(101), None, false),
            (None, Some(99), false),
            (Some(101), Some(99), false),
        ] {
            assert_eq!(bounds(least, most).matches(&tutor()), expected, "{least:?} {most:?}");
            assert!(!bounds(least, most).matches(&free));
        }
        assert!(bounds(None, None).matches(&tutor()) && bounds(None, None).matches(&free));
    }

    #[test]
    fn a_tutor_who_is_not_active_has_no_terms() {
        let mut tutor = tutor();
        assert!(tutor.profile.terms().contains(&Term::listed()));
        tutor.profile.is_active = false;
        assert!(tutor.profile.terms().is_empty() && !TutorFilter::default().matches(&tutor));
    }

    #[test]
    fn kinds_have_their_names_in_the_database() {
        let kinds = [TermKind::Listed, TermKind::GradeLevel, TermKind::Subject, TermKind::Word];
        assert_eq!(kinds.map(TermKind::as_str), ["listed", "grade_level", "subject", "word"]);
    }
}
