use proptest::prelude::*;
use strum::VariantArray;

use super::*;
use crate::families::Guardianship;
use crate::ids::GuardianshipId;

const PARENT: UserId = UserId::new(2);
const STUDENT_USER: UserId = UserId::new(4);

fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

fn evidence() -> Evidence {
    Evidence { by: PARENT, at: now(), address: Some("192.0.2.1".to_owned()) }
}

fn liya() -> ChildRegistration {
    ChildRegistration {
        first_name: "Liya".to_owned(),
        last_name: Some("Tesfaye".to_owned()),
        grade_level: Some("Grade 4".to_owned()),
        date_of_birth: NaiveDate::from_ymd_opt(2016, 2, 29),
    }
}

#[test]
fn a_child_gets_a_private_account_without_a_login_in_the_time_zone_of_the_parent() {
    let parent = ParentFacts { time_zone: Tz::Africa__Nairobi, open_children: 19 };
    let account = NewAccount {
        email: None,
        username: None,
        password_hash: None,
        profile: ProfileChanges {
            first_name: Change::Set("Liya".to_owned()),
            last_name: Change::Set("Tesfaye".to_owned()),
            date_of_birth: NaiveDate::from_ymd_opt(2016, 2, 29).into(),
            is_private: Some(true),
            ..ProfileChanges::default()
        },
        time_zone: Tz::Africa__Nairobi,
        roles: vec![Role::Student],
        created_at: now(),
    };
    let plan = ChildPlan { account, grade_level: Some("Grade 4".to_owned()), max_children: 20, evidence: evidence() };
    assert_eq!(plan_child(parent, liya(), evidence()), Ok(plan));
}

#[test]
fn the_twenty_first_child_is_rejected() {
    for open_children in [20, 21] {
        let parent = ParentFacts { time_zone: Tz::UTC, open_children };
        assert_eq!(plan_child(parent, liya(), evidence()), Err(FamilyRefusal::TooManyChildren));
        let facts = InvitationFacts { student: Some(student()), open_children };
        assert_eq!(plan_invitation(facts, evidence()), Err(FamilyRefusal::TooManyChildren));
    }
}

fn student() -> InvitedStudent {
    InvitedStudent {
        user: STUDENT_USER,
        profile: StudentId::new(3),
        standing: Standing::Open,
        has_open: false,
        last_closed_at: None,
    }
}

fn invite(student: InvitedStudent) -> Result<InvitationPlan, FamilyRefusal> {
    plan_invitation(InvitationFacts { student: Some(student), open_children: 19 }, evidence())
}

#[test]
fn an_invitation_names_the_student_and_what_the_write_re_checks() {
    let plan = InvitationPlan {
        student: StudentId::new(3),
        student_user: STUDENT_USER,
        max_children: 20,
        none_closed_after: "2026-01-23T05:00:00Z".parse().unwrap(),
        evidence: evidence(),
    };
    assert_eq!(invite(student()), Ok(plan));
}

#[test]
fn an_invitation_is_refused_for_one_reason_at_a_time() {
    let nobody = InvitationFacts { student: None, open_children: 0 };
    assert_eq!(plan_invitation(nobody, evidence()), Err(FamilyRefusal::StudentNotFound));
    let cases = [
        (InvitedStudent { user: PARENT, ..student() }, FamilyRefusal::OwnGuardian),
        (InvitedStudent { standing: Standing::BlockedByThem, ..student() }, FamilyRefusal::StudentNotFound),
        (InvitedStudent { standing: Standing::BlockedByYou, ..student() }, FamilyRefusal::BlockedByYou),
        (InvitedStudent { has_open: true, ..student() }, FamilyRefusal::GuardianshipExists),
        // A block by the student hides an open guardianship, too.
        (
            InvitedStudent { standing: Standing::BlockedByThem, has_open: true, ..student() },
            FamilyRefusal::StudentNotFound,
        ),
    ];
    for (student, refusal) in cases {
        assert_eq!(invite(student), Err(refusal), "{student:?}");
    }
}

#[test]
fn the_same_student_can_be_invited_again_after_exactly_seven_days() {
    let closed = |ago: TimeDelta| invite(InvitedStudent { last_closed_at: Some(now() - ago), ..student() });
    let waits = |seconds| {
        FamilyRefusal::Cooldown(Cooldown { again_at: now() + TimeDelta::seconds(seconds), retry_after: seconds })
    };
    assert_eq!(closed(TimeDelta::zero()), Err(waits(604_800)));
    assert_eq!(closed(TimeDelta::seconds(604_799)), Err(waits(1)));
    let plan = closed(TimeDelta::days(7)).unwrap();
    assert!(now() - TimeDelta::days(7) <= plan.none_closed_after, "the write accepts what the plan was decided on");
    assert!(closed(TimeDelta::days(8)).is_ok());
}

fn facts(status: GuardianshipStatus, student_has_login: bool, has_other_guardian: bool) -> GuardianshipFacts {
    GuardianshipFacts {
        guardianship: Guardianship { id: GuardianshipId::new(1), parent: PARENT, student: StudentId::new(3), status },
        student_user: STUDENT_USER,
        student_has_login,
        has_other_guardian,
    }
}

#[test]
fn only_the_end_of_the_last_active_guardianship_over_a_child_without_a_login_is_refused() {
    use GuardianshipStatus::{Active, Invited};
    for transition in GuardianshipTransition::VARIANTS {
        for status in GuardianshipStatus::VARIANTS {
            for (login, other) in [(false, false), (false, true), (true, false), (true, true)] {
                let seen = facts(*status, login, other);
                let planned = plan_transition(seen, *transition, evidence());
                let expected = match status.apply(*transition) {
                    Err(current) => Err(FamilyRefusal::AlreadyAnswered(current)),
                    Ok(GuardianshipStatus::Ended) if *status == Active && !login && !other => {
                        Err(FamilyRefusal::LastGuardian)
                    }
                    Ok(to) => Ok(TransitionPlan { seen, to, evidence: evidence() }),
                };
                assert_eq!(planned, expected, "{status:?} {transition:?} {login} {other}");
            }
        }
    }
    assert!(!facts(Invited, false, false).is_last_guardian(), "an invitation can always be cancelled");
    assert!(facts(Active, false, false).is_last_guardian());
}

fn event(status: GuardianshipStatus, by: UserId, to: UserId) -> Event {
    Event {
        kind: EventKind::GuardianshipChanged,
        subject: Subject::Guardianship { guardianship: GuardianshipId::new(1), status },
        actor: Some(by),
        audience: Audience::one(to),
        at: now(),
    }
}

#[test]
fn the_student_is_told_of_an_invitation() {
    let events = invite(student()).unwrap().events(GuardianshipId::new(1));
    assert_eq!(events, [event(GuardianshipStatus::Invited, PARENT, STUDENT_USER)]);
}

#[test]
fn the_other_side_is_told_of_a_transition() {
    use GuardianshipStatus::{Active, Ended, Invited, Rejected};
    use GuardianshipTransition::{Accept, End, Reject};
    let table = [
        (Invited, Accept, STUDENT_USER, Active, PARENT),
        (Invited, Reject, STUDENT_USER, Rejected, PARENT),
        (Invited, End, PARENT, Ended, STUDENT_USER),
        (Active, End, PARENT, Ended, STUDENT_USER),
        (Active, End, STUDENT_USER, Ended, PARENT),
    ];
    for (status, transition, by, to, told) in table {
        let plan = plan_transition(facts(status, true, false), transition, Evidence { by, ..evidence() }).unwrap();
        assert_eq!(plan.events(), [event(to, by, told)], "{transition:?}");
    }
}

proptest! {
    #[test]
    fn an_invitation_that_is_planned_would_pass_the_checks_of_its_write(
        days in 0_i64..20, open in 0_i64..30, blocked in 0_usize..3, has_open: bool
    ) {
        let standing = [Standing::Open, Standing::BlockedByThem, Standing::BlockedByYou][blocked];
        let last_closed_at = Some(now() - TimeDelta::days(days));
        let invited = InvitedStudent { standing, has_open, last_closed_at, ..student() };
        let planned = plan_invitation(InvitationFacts { student: Some(invited), open_children: open }, evidence());
        let allowed = standing == Standing::Open && !has_open && days >= 7 && open < 20;
        prop_assert_eq!(planned.is_ok(), allowed);
        if let Ok(plan) = planned {
            prop_assert!(last_closed_at <= Some(plan.none_closed_after));
            prop_assert!(open < i64::from(plan.max_children));
        }
    }
}
