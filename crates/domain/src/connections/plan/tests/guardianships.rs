use super::*;
use crate::families::{Guardianship, GuardianshipStatus};
use crate::ids::{GuardianshipId, StudentId};

fn guardianship(
    id: i64,
    (parent, ward): (i64, i64),
    status: GuardianshipStatus,
    student_has_login: bool,
    has_other_guardian: bool,
) -> GuardianshipFacts {
    let (parent, student) = (user(parent), StudentId::new(90 + ward));
    let guardianship = Guardianship { id: GuardianshipId::new(id), parent, student, status };
    GuardianshipFacts { guardianship, student_user: user(ward), student_has_login, has_other_guardian }
}

#[test]
fn a_block_ends_guardianships_in_both_directions() {
    let guardianships = vec![
        guardianship(1, (1, 2), GuardianshipStatus::Active, true, false),
        guardianship(2, (2, 1), GuardianshipStatus::Invited, true, false),
    ];
    let pair = Pair { guardianships: guardianships.clone(), ..World::default().pair(user(1), user(2)) };
    let plan = plan_request(pair.clone(), Kind::Block, None, now()).unwrap();
    assert_eq!((plan.ends, plan.expires_requests), (guardianships, true));
    let follow = plan_request(pair, Kind::Follow, None, now()).unwrap();
    assert_eq!((follow.ends, follow.expires_requests), (Vec::new(), false));
}

#[test]
fn the_last_guardian_of_a_child_without_a_login_cannot_block_the_child() {
    let block = |has_login, has_other| {
        let care = guardianship(1, (1, 2), GuardianshipStatus::Active, has_login, has_other);
        let profile = ProfileFacts { is_ward: true, ..ProfileFacts::of_stranger(has_login, true) };
        let pair = Pair { guardianships: vec![care], profile, ..World::default().pair(user(1), user(2)) };
        plan_request(pair, Kind::Block, None, now()).map(|plan| plan.ends.len())
    };
    assert_eq!(block(false, false), Err(Refusal::LastGuardian));
    assert_eq!([block(false, true), block(true, false), block(true, true)], [Ok(1), Ok(1), Ok(1)]);
}
