use chrono_tz::Tz;

mod events;

use super::super::request::tests::{now, slot};
use super::*;
use crate::accounts::{ProfileIds, Role};
use crate::ids::{DeviceId, PackageId, ParentId, TutorId, UserId};
use crate::money::Money;
use crate::requests::{PendingRequest, RequestTerms, ScheduleDraft};
use crate::schedule::Schedule;
use crate::tutoring::{Package, PackageTerms};

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
    RequestDraft { tutor_id: Some(TutorId::new(2)), package_id: Some(PackageId::new(1)), ..RequestDraft::default() }
}

/// A draft for the child with profile 5.
fn for_child() -> RequestDraft {
    RequestDraft { student_id: Some(StudentId::new(5)), ..draft() }
}

fn facts() -> CreationFacts {
    CreationFacts {
        tutor: Some(TutorFact { id: TutorId::new(2), user_id: UserId::new(3), time_zone: Tz::Africa__Addis_Ababa }),
        standing: Standing::Open,
        student_blocked: false,
        package: Some(Package {
            id: PackageId::new(1),
            tutor_id: TutorId::new(2),
            terms: PackageTerms {
                currency: "USD".parse().unwrap(),
                ..PackageTerms::new("Algebra".to_owned(), Money::from_cents(10_000))
            },
            created_at: now() - TimeDelta::days(1),
            updated_at: now() - TimeDelta::hours(1),
        }),
        student: Some(StudentFact { id: StudentId::new(8), user_id: UserId::new(1), is_ward: false }),
        pending: Vec::new(),
        pending_count: 0,
        rejections: Vec::new(),
    }
}

/// Facts about the child with profile 5 and account 6.
fn with_child(is_ward: bool) -> CreationFacts {
    let student = StudentFact { id: StudentId::new(5), user_id: UserId::new(6), is_ward };
    CreationFacts { student: Some(student), ..facts() }
}

fn plan(actor: &Actor, draft: &RequestDraft, facts: &CreationFacts) -> Result<CreationPlan, CreationRefusal> {
    plan_creation(actor, draft, facts, RequestLimits::default(), now())
}

/// The fields of a refused request.
fn invalid_fields(outcome: Result<CreationPlan, CreationRefusal>) -> Vec<(String, &'static str)> {
    let Err(CreationRefusal::Invalid(violations)) = outcome else { panic!("the request is not invalid") };
    violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect()
}

#[test]
fn a_students_plan_holds_all_facts_and_a_copy_of_the_package() {
    let expected = CreationPlan {
        key: DuplicateKey {
            requester: UserId::new(1),
            student: StudentId::new(8),
            tutor: TutorId::new(2),
            package: Some(PackageId::new(1)),
        },
        requester_type: RequesterType::Student,
        parties: Parties { tutor: UserId::new(3), student: UserId::new(1) },
        guardianship: None,
        package: Some(PackageFact {
            snapshot: PackageSnapshot {
                id: PackageId::new(1),
                name: "Algebra".to_owned(),
                price: Money::from_cents(10_000),
                currency: "USD".parse().unwrap(),
                session_count: None,
            },
            updated_at: now() - TimeDelta::hours(1),
        }),
        currency: "USD".parse().unwrap(),
        terms: RequestTerms {
            message: None,
            schedule: Schedule::Unscheduled,
            time_zone: Tz::Africa__Addis_Ababa,
            preferred_schedule: None,
            year_range: Vec::new(),
            months: Vec::new(),
            counter_offer_price: None,
        },
        created_at: now(),
        expires_at: now() + TimeDelta::days(14),
        max_pending: 20,
        rejection_limit: RejectionLimit { max: 3, since: now() - TimeDelta::days(30) },
    };
    assert_eq!(plan(&student(), &draft(), &facts()), Ok(expected));
}

#[test]
fn a_parents_plan_relies_on_the_guardianship() {
    let plan = plan(&parent(), &for_child(), &with_child(true)).unwrap();
    assert_eq!(plan.requester_type, RequesterType::Parent);
    assert_eq!((plan.key.requester, plan.key.student), (UserId::new(1), StudentId::new(5)));
    assert_eq!(plan.parties, Parties { tutor: UserId::new(3), student: UserId::new(6) });
    let guardianship = GuardianshipFact { parent: UserId::new(1), student: StudentId::new(5) };
    assert_eq!(plan.guardianship, Some(guardianship));
}

#[test]
fn only_students_and_parents_with_a_profile_send_requests() {
    for role in [Some(Role::Tutor), Some(Role::Admin), None] {
        let actor = Actor { active_role: role, ..student() };
        assert_eq!(plan(&actor, &draft(), &facts()), Err(CreationRefusal::WrongRole), "{role:?}");
    }
    let bare = |actor: Actor| Actor { profiles: ProfileIds::default(), ..actor };
    let refusal = Err(CreationRefusal::NoProfile(RequesterType::Student));
    assert_eq!(plan(&bare(student()), &draft(), &facts()), refusal);
    let refusal = Err(CreationRefusal::NoProfile(RequesterType::Parent));
    assert_eq!(plan(&bare(parent()), &for_child(), &with_child(true)), refusal);
}

#[test]
fn a_student_may_name_no_profile_but_their_own() {
    let naming = |id| RequestDraft { student_id: Some(StudentId::new(id)), ..draft() };
    assert!(plan(&student(), &naming(8), &facts()).is_ok());
    assert_eq!(plan(&student(), &naming(5), &with_child(true)), Err(CreationRefusal::NotOwnProfile));
    assert_eq!(applicant(&student(), None).map(|applicant| applicant.student), Ok(StudentId::new(8)));
    assert_eq!(applicant(&parent(), Some(StudentId::new(5))).map(|applicant| applicant.student), Ok(StudentId::new(5)));
}

#[test]
fn a_parent_names_a_child_in_their_care() {
    assert_eq!(plan(&parent(), &draft(), &facts()), Err(CreationRefusal::ChildRequired));
    assert_eq!(plan(&parent(), &for_child(), &with_child(false)), Err(CreationRefusal::ChildNotFound));
    let unknown = CreationFacts { student: None, ..facts() };
    assert_eq!(plan(&parent(), &for_child(), &unknown), Err(CreationRefusal::ChildNotFound));
    let own = RequestDraft { student_id: Some(StudentId::new(8)), ..draft() };
    assert_eq!(plan(&parent(), &own, &facts()), Err(CreationRefusal::ChildNotFound), "a parent is not their own child");
}

#[test]
fn requesting_sessions_from_oneself_or_the_child_is_rejected() {
    let tutor = |user| Some(TutorFact { user_id: UserId::new(user), ..facts().tutor.unwrap() });
    let own = CreationFacts { tutor: tutor(1), ..facts() };
    assert_eq!(plan(&student(), &draft(), &own), Err(CreationRefusal::OwnTutor));
    let own = CreationFacts { tutor: tutor(1), ..with_child(true) };
    assert_eq!(plan(&parent(), &for_child(), &own), Err(CreationRefusal::OwnTutor));
    let child = CreationFacts { tutor: tutor(6), ..with_child(true) };
    assert_eq!(plan(&parent(), &for_child(), &child), Err(CreationRefusal::OwnTutor));
}

/// Every way in which a tutor can be separated from a parent and the child by a block that the parent may not know of.
fn separated(is_ward: bool) -> [CreationFacts; 3] {
    [
        CreationFacts { standing: Standing::BlockedByThem, ..with_child(is_ward) },
        CreationFacts { student_blocked: true, ..with_child(is_ward) },
        CreationFacts { standing: Standing::BlockedByThem, student_blocked: true, ..with_child(is_ward) },
    ]
}

#[test]
fn a_tutor_behind_a_block_is_indistinguishable_from_an_unknown_one() {
    let mut invalid = for_child();
    invalid.schedule.days = Some(vec![chrono::Weekday::Mon]);
    invalid.violations.add("message", Invalid::new("too_long", "is too long"));
    let no_package = RequestDraft { package_id: Some(PackageId::new(9)), ..for_child() };
    for draft in [for_child(), invalid, no_package] {
        for is_ward in [true, false] {
            let unknown = CreationFacts { tutor: None, ..with_child(is_ward) };
            let expected = plan(&parent(), &draft, &unknown);
            let refusal = if is_ward { CreationRefusal::TutorNotFound } else { CreationRefusal::ChildNotFound };
            assert_eq!(expected, Err(refusal));
            for mut facts in separated(is_ward) {
                facts.pending_count = 99;
                facts.rejections = vec![now(); 9];
                assert_eq!(plan(&parent(), &draft, &facts), expected, "{facts:?}");
            }
        }
    }
}

#[test]
fn callers_learn_of_their_own_blocks() {
    for student_blocked in [false, true] {
        let facts = CreationFacts { standing: Standing::BlockedByYou, student_blocked, ..facts() };
        assert_eq!(plan(&student(), &draft(), &facts), Err(CreationRefusal::BlockedByYou));
    }
}

#[test]
fn a_package_must_belong_to_the_tutor_and_be_active() {
    let package = facts().package.unwrap();
    let foreign = Package { tutor_id: TutorId::new(9), ..package.clone() };
    let archived = Package { terms: PackageTerms { is_active: false, ..package.terms.clone() }, ..package };
    for package in [None, Some(foreign), Some(archived)] {
        let fields = invalid_fields(plan(&student(), &draft(), &CreationFacts { package, ..facts() }));
        assert_eq!(fields, [("package_id".to_owned(), "unknown_package")]);
    }
}

#[test]
fn violations_of_parsing_are_reported_with_those_of_the_rules() {
    let mut draft = RequestDraft { package_id: Some(PackageId::new(9)), ..draft() };
    draft.violations.add("message", Invalid::new("too_long", "is too long"));
    draft.schedule.days = Some(vec![chrono::Weekday::Mon]);
    let fields = invalid_fields(plan(&student(), &draft, &CreationFacts { package: None, ..facts() }));
    let expected = [
        ("message", "too_long"),
        ("package_id", "unknown_package"),
        ("start_time", "required"),
        ("end_time", "required"),
    ];
    assert_eq!(fields, expected.map(|(field, code)| (field.to_owned(), code)));
}

#[test]
fn an_equal_request_is_refused_while_one_is_pending() {
    let key = plan(&student(), &draft(), &facts()).unwrap().key;
    let created_at = now() - TimeDelta::days(1);
    let pending = vec![PendingRequest { id: RequestId::new(7), key, created_at }];
    let facts = CreationFacts { pending, pending_count: 99, ..facts() };
    let duplicate = Err(CreationRefusal::Duplicate { id: RequestId::new(7), created_at });
    assert_eq!(plan(&student(), &draft(), &facts), duplicate);
    let without_package = RequestDraft { package_id: None, ..draft() };
    let facts = CreationFacts { package: None, pending_count: 1, ..facts };
    let plan = plan(&student(), &without_package, &facts).unwrap();
    assert_eq!((plan.package, plan.currency), (None, Currency::ETB));
}

#[test]
fn limits_apply_from_their_number_on() {
    let pending = |pending_count| CreationFacts { pending_count, ..facts() };
    assert!(plan(&student(), &draft(), &pending(19)).is_ok());
    let refusal = Err(CreationRefusal::TooManyPending { limit: 20, retry_after: 3600 });
    assert_eq!(plan(&student(), &draft(), &pending(20)), refusal);
    assert_eq!(plan(&student(), &draft(), &pending(21)), refusal);

    let rejected = |days: &[i64]| CreationFacts {
        rejections: days.iter().map(|days| now() - TimeDelta::days(*days)).collect(),
        ..facts()
    };
    assert!(plan(&student(), &draft(), &rejected(&[20, 10])).is_ok());
    let cooldown = Cooldown { again_at: now() + TimeDelta::days(10), retry_after: 864_000 };
    let refusal = Err(CreationRefusal::TooManyRejections(cooldown));
    assert_eq!(plan(&student(), &draft(), &rejected(&[20, 10, 5])), refusal);
    assert_eq!(plan(&student(), &draft(), &rejected(&[29, 20, 10, 5])), refusal);
}

#[test]
fn the_wait_after_rejections_is_rounded_up_to_a_second() {
    for (milliseconds, retry_after) in [(1, 1), (1_000, 1), (1_001, 2), (1_999, 2)] {
        let rest = TimeDelta::milliseconds(milliseconds);
        let rejections = vec![now() - TimeDelta::days(30) + rest; 3];
        let refused = plan(&student(), &draft(), &CreationFacts { rejections, ..facts() });
        let cooldown = Cooldown { again_at: now() + rest, retry_after };
        assert_eq!(refused, Err(CreationRefusal::TooManyRejections(cooldown)));
    }
    let over = CreationFacts { rejections: vec![now() - TimeDelta::days(30); 3], ..facts() };
    assert!(plan(&student(), &draft(), &over).is_ok());
}

#[test]
fn a_request_for_dates_expires_with_the_last_of_them() {
    let on = |date: &str| ScheduleDraft {
        specific_dates: Some(vec![date.parse().ok(), "2026-01-31".parse().ok()]),
        start_time: Some(slot(10, 11).start()),
        end_time: Some(slot(10, 11).end()),
        ..ScheduleDraft::default()
    };
    let expires_at = |date| {
        let draft = RequestDraft { schedule: on(date), ..draft() };
        plan(&student(), &draft, &facts()).unwrap().expires_at
    };
    assert_eq!(expires_at("2026-02-01"), "2026-02-01T07:00:00Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(expires_at("2026-03-01"), now() + TimeDelta::days(14));
}

#[test]
fn default_limits_are_those_of_the_platform() {
    let limits = RequestLimits { pending_days: 14, max_pending: 20, max_rejections: 3, rejection_window_days: 30 };
    assert_eq!(RequestLimits::default(), limits);
}
