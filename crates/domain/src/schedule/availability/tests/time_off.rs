use super::*;
use crate::schedule::Period;
use crate::schedule::fixtures::MOMENT;

#[test]
fn time_off_ends_in_the_future_and_lasts_at_most_366_days() {
    let code = |starts_at, ends_at| {
        let mut violations = Violations::new();
        TimeOffTerms::check_period(Period { starts_at, ends_at }, now(), &mut violations);
        violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect::<Vec<_>>()
    };
    let invalid = |code| vec![("ends_at".to_owned(), code)];
    let (past, soon) = (now() - TimeDelta::days(1), now() + TimeDelta::days(1));
    assert_eq!(code(past, soon), [], "time off may have begun");
    assert_eq!(code(past, now() + MOMENT), []);
    assert_eq!(code(past, now()), invalid("in_past"));
    assert_eq!(code(soon, soon), invalid("before_start"));
    assert_eq!(code(soon, past), invalid("before_start"));
    assert_eq!(code(soon, soon + TimeOffTerms::MAX_DURATION), []);
    assert_eq!(code(soon, soon + TimeDelta::days(366) + MOMENT), invalid("too_long"));
}

#[test]
fn a_note_is_a_text_of_at_most_500_characters() {
    assert_eq!(TimeOffTerms::parse_reason(" Holiday "), Ok("Holiday".to_owned()));
    assert_eq!(TimeOffTerms::parse_reason(&"a".repeat(500)).unwrap().len(), 500);
    assert_eq!(TimeOffTerms::parse_reason(&"a".repeat(501)).unwrap_err().code, "too_long");
}
