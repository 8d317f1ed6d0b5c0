use super::*;
use crate::accounts::{ProfileIds, Role};
use crate::ids::{DeviceId, PackageId, ParentId};
use crate::money::Money;
use crate::requests::{RequestStatus, ScheduleDraft};
use crate::tutoring::PackageTerms;

fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

fn student() -> Actor {
    Actor {
        user_id: UserId::new(1),
        device_id: DeviceId::new(1),
        active_role: Some(Role::Student),
        profiles: ProfileIds { student: Some(StudentId::new(8)), ..ProfileIds::default() },
    }
}

fn parent() -> Actor {
    let profiles = ProfileIds { parent: Some(ParentId::new(4)), ..ProfileIds::default() };
    Actor { active_role: Some(Role::Parent), profiles, ..student() }
}

fn draft() -> RequestDraft {
    RequestDraft {
        tutor_id: TutorId::new(2),
        package_id: Some(PackageId::new(1)),
        student_id: None,
        message: None,
        schedule: ScheduleDraft::default(),
        counter_offer_price: None,
        preferred_schedule: None,
        year_range: Vec::new(),
        months: Vec::new(),
    }
}

fn facts() -> CreationFacts {
    CreationFacts {
        tutor: Some(TutorFact { id: TutorId::new(2), user_id: UserId::new(3), time_zone: Tz::Africa__Addis_Ababa }),
        standing: Standing::Open,
        student_may: true,
        package: Some(Package {
            id: PackageId::new(1),
            tutor_id: TutorId::new(2),
            terms: PackageTerms::new("Algebra".to_owned(), Money::from_cents(10_000)),
            created_at: now(),
            updated_at: now(),
        }),
        student: Some(StudentFact { id: StudentId::new(8), user_id: UserId::new(1), in_care: false }),
        pending: Vec::new(),
        pending_count: 0,
        rejections: Vec::new(),
    }
}

fn plan(actor: &Actor, draft: &RequestDraft, facts: &CreationFacts) -> Result<CreationPlan, CreationRefusal> {
    plan_creation(actor, draft, Violations::new(), facts, RequestLimits::default(), now())
}

#[test]
fn a_student_asks_for_themselves_and_the_package_is_kept_as_it_is() {
    let plan = plan(&student(), &draft(), &facts()).unwrap();
    assert_eq!(plan.key.student, StudentId::new(8));
    assert_eq!(plan.package.unwrap().price, Money::from_cents(10_000));
    assert_eq!(plan.expires_at, now() + TimeDelta::days(14));
}

#[test]
fn only_students_and_parents_ask() {
    for role in [Some(Role::Tutor), Some(Role::Admin), None] {
        let actor = Actor { active_role: role, ..student() };
        assert_eq!(plan(&actor, &draft(), &facts()), Err(CreationRefusal::WrongRole), "{role:?}");
    }
    let bare = Actor { profiles: ProfileIds::default(), ..student() };
    assert_eq!(plan(&bare, &draft(), &facts()), Err(CreationRefusal::NoProfile(RequesterType::Student)));
}

#[test]
fn a_parent_names_a_child_in_their_care() {
    assert_eq!(plan(&parent(), &draft(), &facts()), Err(CreationRefusal::NoChildNamed));
    let named = RequestDraft { student_id: Some(StudentId::new(5)), ..draft() };
    let care = |in_care| CreationFacts {
        student: Some(StudentFact { id: StudentId::new(5), user_id: UserId::new(6), in_care }),
        ..facts()
    };
    assert_eq!(plan(&parent(), &named, &care(false)), Err(CreationRefusal::ChildNotFound));
    assert_eq!(plan(&parent(), &named, &care(true)).unwrap().requester_type, RequesterType::Parent);
}

#[test]
fn nobody_asks_themselves_and_no_parent_asks_the_child() {
    let tutor = |user| Some(TutorFact { user_id: UserId::new(user), ..facts().tutor.unwrap() });
    let own = CreationFacts { tutor: tutor(1), ..facts() };
    assert_eq!(plan(&student(), &draft(), &own), Err(CreationRefusal::OwnTutor));
    let child = StudentFact { id: StudentId::new(5), user_id: UserId::new(6), in_care: true };
    let named = RequestDraft { student_id: Some(StudentId::new(5)), ..draft() };
    let child_teaches = CreationFacts { tutor: tutor(6), student: Some(child), ..facts() };
    assert_eq!(plan(&parent(), &named, &child_teaches), Err(CreationRefusal::OwnTutor));
}

#[test]
fn a_parent_is_no_child_of_their_own() {
    let named = RequestDraft { student_id: Some(StudentId::new(8)), ..draft() };
    assert_eq!(plan(&parent(), &named, &facts()), Err(CreationRefusal::ChildNotFound));
}

#[test]
fn a_block_looks_like_nobody_to_the_blocked_alone() {
    let standing = |standing| CreationFacts { standing, ..facts() };
    let by_them = plan(&student(), &draft(), &standing(Standing::BlockedByThem));
    assert_eq!(by_them, Err(CreationRefusal::TutorNotFound));
    let by_you = plan(&student(), &draft(), &standing(Standing::BlockedByYou));
    assert_eq!(by_you, Err(CreationRefusal::BlockedByYou));
    let named = RequestDraft { student_id: Some(StudentId::new(5)), ..draft() };
    let child = |in_care| CreationFacts {
        student: Some(StudentFact { id: StudentId::new(5), user_id: UserId::new(6), in_care }),
        student_may: false,
        standing: Standing::Open,
        ..facts()
    };
    assert_eq!(plan(&parent(), &named, &child(true)), Err(CreationRefusal::NotForThisChild));
    assert_eq!(plan(&parent(), &named, &child(false)), Err(CreationRefusal::ChildNotFound));
}

#[test]
fn a_package_must_be_this_tutors_and_active() {
    let package = facts().package.unwrap();
    let foreign = Package { tutor_id: TutorId::new(9), ..package.clone() };
    let archived = Package { terms: PackageTerms { is_active: false, ..package.terms.clone() }, ..package };
    for package in [None, Some(foreign), Some(archived)] {
        let Err(CreationRefusal::Invalid(violations)) =
            plan(&student(), &draft(), &CreationFacts { package, ..facts() })
        else {
            panic!("planned");
        };
        assert!(violations.concerns("package_id"));
    }
}

#[test]
fn what_was_found_while_parsing_is_told_with_the_rest() {
    let mut violations = Violations::new();
    violations.add("message", Invalid::new("too_long", "is too long"));
    let mut draft = draft();
    draft.schedule.days = Some(vec![chrono::Weekday::Mon]);
    let refusal = plan_creation(&student(), &draft, violations, &facts(), RequestLimits::default(), now());
    let Err(CreationRefusal::Invalid(violations)) = refusal else { panic!("planned") };
    let fields: Vec<_> = violations.errors().iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["message", "start_time", "end_time"]);
}

#[test]
fn the_same_request_is_refused_while_it_is_pending() {
    let key = plan(&student(), &draft(), &facts()).unwrap().key;
    let earlier = Earlier { id: RequestId::new(7), key, status: RequestStatus::Pending, created_at: now() };
    let facts = CreationFacts { pending: vec![earlier], ..facts() };
    assert_eq!(
        plan(&student(), &draft(), &facts),
        Err(CreationRefusal::Duplicate { id: RequestId::new(7), created_at: now() })
    );
    let without_package = RequestDraft { package_id: None, ..draft() };
    assert!(plan(&student(), &without_package, &CreationFacts { package: None, ..facts }).is_ok());
}

#[test]
fn limits_bind_at_their_number() {
    let pending = |pending_count| CreationFacts { pending_count, ..facts() };
    assert!(plan(&student(), &draft(), &pending(19)).is_ok());
    let refusal = Err(CreationRefusal::TooManyPending { limit: 20, retry_after: 3600 });
    assert_eq!(plan(&student(), &draft(), &pending(20)), refusal);

    let rejected = |days: &[i64]| CreationFacts {
        rejections: days.iter().map(|days| now() - TimeDelta::days(*days)).collect(),
        ..facts()
    };
    assert!(plan(&student(), &draft(), &rejected(&[20, 10])).is_ok());
    let retry_at = now() + TimeDelta::days(10);
    let refusal = Err(CreationRefusal::TooManyRejections { retry_at, retry_after: 864_000 });
    assert_eq!(plan(&student(), &draft(), &rejected(&[20, 10, 5])), refusal);
    assert_eq!(plan(&student(), &draft(), &rejected(&[29, 20, 10, 5])), refusal);
}

#[test]
fn a_request_for_dates_expires_with_the_last_of_them() {
    let mut draft = draft();
    draft.schedule.specific_dates = Some(vec!["2026-02-01".parse().ok(), "2026-01-31".parse().ok()]);
    draft.schedule.start_time = chrono::NaiveTime::from_hms_opt(10, 0, 0);
    draft.schedule.end_time = chrono::NaiveTime::from_hms_opt(11, 0, 0);
    let plan = plan(&student(), &draft, &facts()).unwrap();
    assert_eq!(plan.expires_at, "2026-02-01T07:00:00Z".parse::<DateTime<Utc>>().unwrap());
}
