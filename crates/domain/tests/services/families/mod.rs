//! The use cases of families, over mocks of their ports.

mod claims;
mod guardians;

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AccountService, Actor, EmailAddress, MockAccountRepository, MockDeviceRepository, MockPasswordHasher,
    MockTokenIssuer, ProfileIds, RefreshToken, Role, RoleRequired,
};
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::Standing;
use astegni_domain::cooldown::Cooldown;
use astegni_domain::families::{
    Child, ChildRecord, ChildRegistration, Evidence, FamilyError, FamilyRefusal, FamilyService, Guardianship,
    GuardianshipFacts, GuardianshipStatus, GuardianshipTransition, InvitationFacts, InvitedStudent,
    MockFamilyRepository, Origin, ParentFacts, TransitionPlan, plan_child, plan_invitation,
};
use astegni_domain::ids::{DeviceId, GuardianshipId, ParentId, StudentId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest, PageSize};
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_executor::block_on;

use crate::support::{now, student};

const ADDRESS: &str = "192.0.2.1";
const WARD: StudentId = StudentId::new(8);
const CHILD_USER: UserId = UserId::new(1);

fn parent() -> Actor {
    Actor {
        user_id: UserId::new(2),
        device_id: DeviceId::new(3),
        active_role: Some(Role::Parent),
        profiles: ProfileIds { parent: Some(ParentId::new(4)), ..ProfileIds::default() },
    }
}

fn evidence(actor: &Actor) -> Evidence {
    Evidence { by: actor.user_id, at: now(), address: Some(ADDRESS.to_owned()) }
}

fn guardianship(status: GuardianshipStatus) -> Guardianship {
    Guardianship { id: GuardianshipId::new(5), parent: UserId::new(2), student: WARD, status }
}

fn facts(status: GuardianshipStatus, student_has_login: bool) -> GuardianshipFacts {
    GuardianshipFacts {
        guardianship: guardianship(status),
        student_user: CHILD_USER,
        student_has_login,
        has_other_guardian: false,
    }
}

fn record(status: GuardianshipStatus) -> ChildRecord {
    ChildRecord {
        guardianship: guardianship(status),
        origin: Origin::Invited,
        user_id: CHILD_USER,
        name: "Liya".to_owned(),
        grade_level: Some("Grade 4".to_owned()),
        has_login: true,
        created_at: now(),
    }
}

fn page() -> PageRequest {
    PageRequest { size: PageSize::new(7).unwrap(), after: Some(Keyset { sort: 1, id: 9 }) }
}

fn liya() -> ChildRegistration {
    ChildRegistration { first_name: "Liya".to_owned(), last_name: None, grade_level: None, date_of_birth: None }
}

fn email() -> EmailAddress {
    EmailAddress::parse("liya@example.com").unwrap()
}

fn unavailable() -> RepositoryError {
    RepositoryError::Unavailable("away".into())
}

fn tokens() -> MockTokenIssuer {
    let mut tokens = MockTokenIssuer::new();
    tokens
        .expect_refresh_token()
        .returning(|| RefreshToken { secret: "secret".to_owned(), digest: "digest".to_owned() });
    tokens.expect_digest().returning(|secret| format!("#{secret}"));
    tokens.expect_access_token().returning(|actor, _| format!("access of {}", actor.user_id));
    tokens.expect_access_lifetime().returning(|| 900);
    tokens
}

fn service_with(families: MockFamilyRepository, hasher: MockPasswordHasher) -> FamilyService {
    let tokens = Arc::new(tokens());
    let clock = Arc::new(ManualClock::new(now()));
    let accounts = AccountService::new(
        Arc::new(MockAccountRepository::new()),
        Arc::new(MockDeviceRepository::new()),
        Arc::new(MockPasswordHasher::new()),
        tokens.clone(),
        clock.clone(),
        Tz::UTC,
    );
    FamilyService::new(Arc::new(families), accounts, Arc::new(hasher), tokens, clock)
}

fn service(families: MockFamilyRepository) -> FamilyService {
    service_with(families, MockPasswordHasher::new())
}

/// Asserts that a use case was refused for a reason.
#[track_caller]
fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, FamilyError>, refusal: FamilyRefusal) {
    match outcome {
        Err(FamilyError::Refused(reason)) => assert_eq!(reason, refusal),
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn each_use_case_requires_the_role_of_its_side_and_touches_no_store_without_it() {
    let service = service(MockFamilyRepository::new());
    let is =
        |error: FamilyError, role| matches!(error, FamilyError::RoleRequired(RoleRequired(found)) if found == role);
    let (parent, student) = (parent(), student());
    assert!(is(block_on(service.children(&student, page())).unwrap_err(), Role::Parent));
    assert!(is(block_on(service.create_child(&student, liya(), None)).unwrap_err(), Role::Parent));
    assert!(is(block_on(service.invite(&student, email(), None)).unwrap_err(), Role::Parent));
    assert!(is(block_on(service.release(&student, WARD, None)).unwrap_err(), Role::Parent));
    let issued = block_on(service.issue_claim_code(&student, WARD, None));
    assert!(is(issued.err().unwrap(), Role::Parent));
    assert!(is(block_on(service.guardians(&parent, page())).unwrap_err(), Role::Student));
    let answered = service.answer(&parent, GuardianshipId::new(5), GuardianshipTransition::Accept, None);
    assert!(is(block_on(answered).unwrap_err(), Role::Student));
}

#[test]
fn a_page_of_children_hides_those_who_have_not_consented() {
    let mut families = MockFamilyRepository::new();
    let next = Some(Keyset { sort: 3, id: 3 });
    families.expect_children().once().withf(|parent, wanted| *parent == UserId::new(2) && *wanted == page()).returning(
        move |_, _| {
            let items = vec![record(GuardianshipStatus::Active), record(GuardianshipStatus::Invited)];
            Ok((Page { items, next }, 12))
        },
    );
    let (found, total) = block_on(service(families).children(&parent(), page())).unwrap();
    let items = vec![Child::from(record(GuardianshipStatus::Active)), record(GuardianshipStatus::Invited).into()];
    assert_eq!((found.items[0].name.as_deref(), found.items[1].name.as_deref()), (Some("Liya"), None));
    assert_eq!((found, total), (Page { items, next }, 12));
}

#[test]
fn a_child_is_created_as_planned() {
    let parent_facts = ParentFacts { time_zone: Tz::Africa__Nairobi, open_children: 3 };
    let expected = plan_child(parent_facts, liya(), evidence(&parent())).unwrap();
    let mut families = MockFamilyRepository::new();
    families.expect_parent_facts().once().withf(|id| *id == UserId::new(2)).returning(move |_| Ok(Some(parent_facts)));
    families
        .expect_create_child()
        .once()
        .withf(move |plan| *plan == expected)
        .returning(|_| Ok(record(GuardianshipStatus::Active)));
    let created = block_on(service(families).create_child(&parent(), liya(), Some(ADDRESS.to_owned()))).unwrap();
    assert_eq!(created, record(GuardianshipStatus::Active).into());
}

#[test]
fn a_conflict_on_the_last_free_place_is_decided_again() {
    let mut families = MockFamilyRepository::new();
    let mut counts = [19, 20].into_iter();
    families
        .expect_parent_facts()
        .times(2)
        .returning(move |_| Ok(Some(ParentFacts { time_zone: Tz::UTC, open_children: counts.next().unwrap() })));
    families.expect_create_child().once().returning(|_| Err(RepositoryError::Conflict));
    let refused = block_on(service(families).create_child(&parent(), liya(), None));
    assert_refused(refused, FamilyRefusal::TooManyChildren);
}

#[test]
fn a_parent_whose_account_is_gone_has_no_role() {
    let mut families = MockFamilyRepository::new();
    families.expect_parent_facts().once().returning(|_| Ok(None));
    let refused = block_on(service(families).create_child(&parent(), liya(), None));
    assert!(matches!(refused, Err(FamilyError::RoleRequired(RoleRequired(Role::Parent)))));
}

fn invited_student() -> InvitedStudent {
    InvitedStudent { user: CHILD_USER, profile: WARD, standing: Standing::Open, has_open: false, last_closed_at: None }
}

#[test]
fn a_student_is_invited_as_planned_and_stays_anonymous() {
    let invitation = InvitationFacts { student: Some(invited_student()), open_children: 0 };
    let expected = plan_invitation(invitation, evidence(&parent())).unwrap();
    let mut families = MockFamilyRepository::new();
    families
        .expect_invitation_facts()
        .once()
        .withf(|parent, address| *parent == UserId::new(2) && *address == email())
        .returning(move |_, _| Ok(invitation));
    families
        .expect_invite()
        .once()
        .withf(move |plan| *plan == expected)
        .returning(|_| Ok(record(GuardianshipStatus::Invited)));
    let invited = block_on(service(families).invite(&parent(), email(), Some(ADDRESS.to_owned()))).unwrap();
    assert_eq!((invited.user_id, invited.name, invited.grade_level), (None, None, None));
}

#[test]
fn an_invitation_that_conflicts_is_decided_again() {
    let mut families = MockFamilyRepository::new();
    let mut students =
        [invited_student(), InvitedStudent { last_closed_at: Some(now() - TimeDelta::days(6)), ..invited_student() }]
            .into_iter();
    families
        .expect_invitation_facts()
        .times(2)
        .returning(move |_, _| Ok(InvitationFacts { student: students.next(), open_children: 0 }));
    families.expect_invite().once().returning(|_| Err(RepositoryError::Conflict));
    let refused = block_on(service(families).invite(&parent(), email(), None));
    let cooldown = Cooldown { again_at: now() + TimeDelta::days(1), retry_after: 86_400 };
    assert_refused(refused, FamilyRefusal::Cooldown(cooldown));
}

#[test]
fn a_parent_releases_a_child_as_planned() {
    let seen = facts(GuardianshipStatus::Active, true);
    let mut families = MockFamilyRepository::new();
    families
        .expect_find_open()
        .once()
        .withf(|parent, student| *parent == UserId::new(2) && *student == WARD)
        .returning(move |_, _| Ok(Some(seen)));
    let expected = TransitionPlan { seen, to: GuardianshipStatus::Ended, evidence: evidence(&parent()) };
    families.expect_apply().once().withf(move |plan| *plan == expected).returning(|_| Ok(()));
    block_on(service(families).release(&parent(), WARD, Some(ADDRESS.to_owned()))).unwrap();
}

#[test]
fn the_last_guardian_of_a_child_without_a_login_is_not_released() {
    let mut families = MockFamilyRepository::new();
    let mut seen = [
        GuardianshipFacts { has_other_guardian: true, ..facts(GuardianshipStatus::Active, false) },
        facts(GuardianshipStatus::Active, false),
    ]
    .into_iter();
    families.expect_find_open().times(2).returning(move |_, _| Ok(seen.next()));
    families.expect_apply().once().returning(|_| Err(RepositoryError::Conflict));
    let refused = block_on(service(families).release(&parent(), WARD, None));
    assert_refused(refused, FamilyRefusal::LastGuardian);
}

#[test]
fn a_child_of_another_parent_is_not_found() {
    let mut families = MockFamilyRepository::new();
    families.expect_find_open().times(2).returning(|_, _| Ok(None));
    let service = service(families);
    assert_refused(block_on(service.release(&parent(), WARD, None)), FamilyRefusal::ChildNotFound);
    let issued = block_on(service.issue_claim_code(&parent(), WARD, None)).map(drop);
    assert_refused(issued, FamilyRefusal::ChildNotFound);
}

#[test]
fn conflicts_without_end_are_reported_after_eight_attempts() {
    let mut families = MockFamilyRepository::new();
    families.expect_find_open().times(8).returning(|_, _| Ok(Some(facts(GuardianshipStatus::Active, true))));
    families.expect_apply().times(8).returning(|_| Err(RepositoryError::Conflict));
    let outcome = block_on(service(families).release(&parent(), WARD, None));
    assert!(matches!(outcome, Err(FamilyError::Repository(RepositoryError::Conflict))));
}

#[test]
fn an_unavailable_store_is_reported_as_such() {
    let is_unavailable = |error| matches!(error, FamilyError::Repository(RepositoryError::Unavailable(_)));
    let mut families = MockFamilyRepository::new();
    families.expect_children().once().returning(|_, _| Err(unavailable()));
    families.expect_parent_facts().once().returning(|_| Err(unavailable()));
    families.expect_invitation_facts().once().returning(|_, _| Err(unavailable()));
    families.expect_find_open().once().returning(|_, _| Err(unavailable()));
    families.expect_guardians().once().returning(|_, _| Err(unavailable()));
    let service = service(families);
    assert!(is_unavailable(block_on(service.children(&parent(), page())).unwrap_err()));
    assert!(is_unavailable(block_on(service.create_child(&parent(), liya(), None)).unwrap_err()));
    assert!(is_unavailable(block_on(service.invite(&parent(), email(), None)).unwrap_err()));
    assert!(is_unavailable(block_on(service.release(&parent(), WARD, None)).unwrap_err()));
    assert!(is_unavailable(block_on(service.guardians(&student(), page())).unwrap_err()));
}
