use astegni_domain::RepositoryError;
use astegni_domain::accounts::Role;
use astegni_domain::families::{
    ChildRecord, FamilyRefusal, FamilyRepository, GuardianshipStatus, GuardianshipTransition, Origin, plan_child,
};
use chrono::TimeDelta;
use futures_executor::block_on;
use strum::VariantArray;

use super::{add_guardian, apply, child, evidence, invitation, open, registration, transition};
use crate::harness::{contract, now, race};

contract! {
    fn a_created_child_has_a_private_account_and_an_active_guardian(world: World) {
        let parent = world.person(Role::Parent);
        let ChildRecord { guardianship, origin, user_id, name, grade_level, has_login, created_at } = child(&world, &parent);
        assert_eq!((guardianship.parent, guardianship.status), (parent.user_id, GuardianshipStatus::Active));
        assert_eq!((origin, has_login, created_at), (Origin::Created, false, now()));
        assert_eq!((name.as_str(), grade_level.as_deref()), ("Liya", Some("Grade 4")));
        let account = block_on(astegni_domain::accounts::AccountRepository::find(&world.database, user_id)).unwrap().unwrap();
        assert_eq!((account.is_private, account.profiles.student), (true, Some(guardianship.student)));
        assert_eq!(world.number("SELECT COUNT(*) FROM guardianships WHERE created_from = '192.0.2.1'"), 1);
    }

    fn of_several_invitations_of_one_student_at_once_one_is_written(world: World) {
        let (parent, student) = (world.person(Role::Parent), world.person(Role::Student));
        let plan = invitation(&world, &parent, &student, now()).unwrap();
        let outcomes = race(8, |_| match block_on(world.database.invite(plan.clone())) {
            Ok(child) => {
                assert_eq!((child.guardianship.status, child.origin), (GuardianshipStatus::Invited, Origin::Invited));
                assert_eq!((child.user_id, child.has_login), (student.user_id, true));
                1
            }
            Err(RepositoryError::Conflict) => 0,
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
        assert_eq!(invitation(&world, &parent, &student, now()), Err(FamilyRefusal::GuardianshipExists));
        assert_eq!(world.number("SELECT COUNT(*) FROM guardianships WHERE created_from = '192.0.2.1'"), 1);
    }

    fn the_database_allows_one_open_guardianship_per_pair_in_exactly_the_open_statuses(world: World) {
        for status in GuardianshipStatus::VARIANTS {
            let (parent, student) = (world.person(Role::Parent), world.person(Role::Student));
            let plan = invitation(&world, &parent, &student, now()).unwrap();
            add_guardian(&world, &parent, plan.student, *status);
            let is_open = GuardianshipStatus::OPEN.contains(status);
            assert_eq!(open(&world, parent.user_id, plan.student).is_some(), is_open, "{status:?}");
            assert_eq!(block_on(world.database.invite(plan)).is_err(), is_open, "{status:?}");
        }
    }

    fn a_student_can_be_invited_again_after_seven_days(world: World) {
        let (parent, student) = (world.person(Role::Parent), world.person(Role::Student));
        for (round, answer) in [GuardianshipTransition::Reject, GuardianshipTransition::End].into_iter().enumerate() {
            let at = now() + TimeDelta::days(7) * i32::try_from(round).unwrap();
            let plan = invitation(&world, &parent, &student, at).unwrap();
            let stale = plan.clone();
            block_on(world.database.invite(plan)).unwrap();
            let mut answered = transition(open(&world, parent.user_id, stale.student).unwrap(), answer);
            answered.evidence.at = at;
            apply(&world, answered).unwrap();
            let early = invitation(&world, &parent, &student, at + TimeDelta::days(7) - TimeDelta::seconds(1));
            assert!(matches!(early, Err(FamilyRefusal::Cooldown(cooldown)) if cooldown.retry_after == 1), "{early:?}");
            let written = block_on(world.database.invite(stale));
            assert!(matches!(written, Err(RepositoryError::Conflict)), "the write re-checks the cooldown");
        }
        assert!(invitation(&world, &parent, &student, now() + TimeDelta::days(14)).is_ok());
    }

    fn a_block_overtakes_an_invitation(world: World) {
        for parent_blocks in [true, false] {
            let (parent, student) = (world.person(Role::Parent), world.person(Role::Student));
            let plan = invitation(&world, &parent, &student, now()).unwrap();
            let pair = if parent_blocks { [&parent, &student] } else { [&student, &parent] };
            let [blocker, blocked] = pair.map(|actor| actor.user_id);
            world.execute(&format!(
                "INSERT INTO connections
                     (user_id_1, user_id_2, connection_type, status, initiated_by, created_at, updated_at)
                 VALUES ({blocker}, {blocked}, 'block', 'accepted', {blocker}, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
            ));
            assert!(matches!(block_on(world.database.invite(plan)), Err(RepositoryError::Conflict)));
            let refusal = if parent_blocks { FamilyRefusal::BlockedByYou } else { FamilyRefusal::StudentNotFound };
            assert_eq!(invitation(&world, &parent, &student, now()), Err(refusal));
        }
    }

    fn children_and_invitations_at_once_stay_within_the_limit(world: World) {
        for _ in 0..18 {
            world.person(Role::Student);
        }
        for _ in 0..6 {
            let parent = world.person(Role::Parent);
            world.execute(&format!(
                "INSERT INTO guardianships (parent_user_id, student_id, status, origin, created_at)
                 SELECT {}, id, 'active', 'invited', '2026-01-01 00:00:00' FROM student_profiles ORDER BY id LIMIT 18",
                parent.user_id
            ));
            let open_children = || {
                block_on(world.database.parent_facts(parent.user_id)).unwrap().unwrap().open_children
            };
            assert_eq!(open_children(), 18);
            let facts = block_on(world.database.parent_facts(parent.user_id)).unwrap().unwrap();
            let created = plan_child(facts, registration(), evidence(parent.user_id)).unwrap();
            let invited: Vec<_> =
                (0..6).map(|_| invitation(&world, &parent, &world.person(Role::Student), now()).unwrap()).collect();
            let outcomes = race(8, |number| {
                let outcome = match invited.get(number) {
                    Some(plan) => block_on(world.database.invite(plan.clone())),
                    None => block_on(world.database.create_child(created.clone())),
                };
                match outcome {
                    Ok(_) => 1,
                    Err(RepositoryError::Conflict) => 0,
                    Err(error) => panic!("{error:?}"),
                }
            });
            assert_eq!((outcomes.iter().sum::<i32>(), open_children()), (2, 20));
        }
    }

    fn an_address_without_a_student_leads_nowhere(world: World) {
        let (parent, tutor) = (world.person(Role::Parent), world.person(Role::Tutor));
        assert_eq!(invitation(&world, &parent, &tutor, now()), Err(FamilyRefusal::StudentNotFound));
        let student = world.person(Role::Student);
        world.execute(&format!("UPDATE users SET is_active = FALSE WHERE id = {}", student.user_id));
        assert_eq!(invitation(&world, &parent, &student, now()), Err(FamilyRefusal::StudentNotFound));
    }
}
