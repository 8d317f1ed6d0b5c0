//! Listing and answering guardianships.

use astegni_domain::RepositoryError;
use astegni_domain::families::{
    FamilyError, FamilyRefusal, Guardian, Guardianship, GuardianshipFacts, GuardianshipStatus, GuardianshipTransition,
    MockFamilyRepository, Origin, TransitionPlan,
};
use astegni_domain::ids::{GuardianshipId, StudentId};
use astegni_domain::page::{Page, PageRequest};
use futures_executor::block_on;

use super::{ADDRESS, WARD, assert_refused, evidence, facts, guardianship, page, service};
use crate::support::{now, student};

fn guardian() -> Guardian {
    Guardian {
        guardianship: guardianship(GuardianshipStatus::Active),
        origin: Origin::Invited,
        name: "Tesfaye".to_owned(),
        created_at: now(),
        responded_at: Some(now()),
        ended_at: None,
    }
}

#[test]
fn a_page_of_guardians_is_that_of_the_callers_own_profile() {
    let mut families = MockFamilyRepository::new();
    families
        .expect_guardians()
        .once()
        .withf(|student, wanted| *student == WARD && *wanted == page())
        .returning(|_, _| Ok((Page { items: vec![guardian()], next: None }, 41)));
    let (found, total) = block_on(service(families).guardians(&student(), page())).unwrap();
    assert_eq!((found, total), (Page { items: vec![guardian()], next: None }, 41));
}

fn answer(
    families: MockFamilyRepository,
    transition: GuardianshipTransition,
) -> Result<(Page<Guardian>, i64), FamilyError> {
    block_on(service(families).answer(&student(), GuardianshipId::new(5), transition, Some(ADDRESS.to_owned())))
}

#[test]
fn an_answer_is_written_as_planned_and_followed_by_the_first_page() {
    for (transition, from, to) in [
        (GuardianshipTransition::Accept, GuardianshipStatus::Invited, GuardianshipStatus::Active),
        (GuardianshipTransition::Reject, GuardianshipStatus::Invited, GuardianshipStatus::Rejected),
        (GuardianshipTransition::End, GuardianshipStatus::Active, GuardianshipStatus::Ended),
    ] {
        let seen = facts(from, true);
        let mut families = MockFamilyRepository::new();
        families.expect_find().once().withf(|id| *id == GuardianshipId::new(5)).returning(move |_| Ok(Some(seen)));
        let expected = TransitionPlan { seen, to, evidence: evidence(&student()) };
        families.expect_apply().once().withf(move |plan| *plan == expected).returning(|_| Ok(()));
        families
            .expect_guardians()
            .once()
            .withf(|student, wanted| *student == WARD && *wanted == PageRequest::FIRST)
            .returning(|_, _| Ok((Page { items: vec![guardian()], next: None }, 1)));
        assert_eq!(answer(families, transition).unwrap().1, 1);
    }
}

#[test]
fn a_guardianship_over_another_student_is_not_found() {
    let other = Guardianship { student: StudentId::new(9), ..guardianship(GuardianshipStatus::Invited) };
    for found in [None, Some(GuardianshipFacts { guardianship: other, ..facts(GuardianshipStatus::Invited, true) })] {
        let mut families = MockFamilyRepository::new();
        families.expect_find().once().returning(move |_| Ok(found));
        let answered = answer(families, GuardianshipTransition::Accept);
        assert_refused(answered, FamilyRefusal::GuardianshipNotFound);
    }
}

#[test]
fn an_answer_that_comes_too_late_names_the_current_status() {
    let mut families = MockFamilyRepository::new();
    let mut statuses = [GuardianshipStatus::Invited, GuardianshipStatus::Ended].into_iter();
    families.expect_find().times(2).returning(move |_| Ok(statuses.next().map(|status| facts(status, true))));
    families.expect_apply().once().returning(|_| Err(RepositoryError::Conflict));
    let answered = answer(families, GuardianshipTransition::Accept);
    assert_refused(answered, FamilyRefusal::AlreadyAnswered(GuardianshipStatus::Ended));
}
