use std::cmp::Reverse;

use astegni_domain::accounts::Role;
use astegni_domain::families::{FamilyRepository, GuardianshipStatus, GuardianshipTransition};
use astegni_domain::ids::{GuardianshipId, StudentId};
use astegni_domain::page::{PageRequest, PageSize};
use futures_executor::block_on;
use strum::VariantArray;

use super::{add_guardian, apply, child, open, transition, ward};
use crate::harness::{World, contract};

fn size(rows: i64) -> PageSize {
    PageSize::new(rows).unwrap()
}

/// All guardianships over a student, page by page.
fn all_guardians(world: &World, student: StudentId, rows: i64) -> Vec<(GuardianshipStatus, GuardianshipId)> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest { size: size(rows), after };
        let (page, total) = block_on(world.database.guardians(student, request)).unwrap();
        assert_eq!(total, world.number(&format!("SELECT COUNT(*) FROM guardianships WHERE student_id = {student}")));
        found.extend(page.items.iter().map(|guardian| (guardian.guardianship.status, guardian.guardianship.id)));
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

contract! {
    fn invitations_do_not_push_the_active_guardian_off_the_first_page(world: World) {
        let parent = world.person(Role::Parent);
        let (_, active) = ward(&world, &parent);
        let student = active.guardianship.student;
        for _ in 0..110 {
            add_guardian(&world, &world.person(Role::Parent), student, GuardianshipStatus::Invited);
        }
        let request = PageRequest { size: size(100), after: None };
        let (page, total) = block_on(world.database.guardians(student, request)).unwrap();
        assert_eq!((page.items.len(), total), (100, 111));
        assert_eq!(page.items[0].guardianship, active.guardianship);
        let ids: Vec<_> = page.items[1..].iter().map(|guardian| guardian.guardianship.id).collect();
        assert!(ids.is_sorted_by(|one, next| one > next), "newest first");
        assert_eq!(all_guardians(&world, student, 100).len(), 111);
    }

    fn pages_of_guardians_follow_the_rank_of_the_status(world: World) {
        let student = child(&world, &world.person(Role::Parent)).guardianship.student;
        for _ in 0..3 {
            for status in GuardianshipStatus::VARIANTS {
                add_guardian(&world, &world.person(Role::Parent), student, *status);
            }
        }
        for rows in [1, 4, 13] {
            let found = all_guardians(&world, student, rows);
            let mut expected = found.clone();
            expected.sort_by_key(|(status, id)| (status.list_rank(), Reverse(*id)));
            expected.dedup();
            assert_eq!((found.len(), &found), (13, &expected));
        }
    }

    fn pages_of_children_hold_open_guardianships_and_count_them_all(world: World) {
        let parent = world.person(Role::Parent);
        let mut expected: Vec<_> = (0..4).map(|_| child(&world, &parent).guardianship.id).collect();
        let (_, ended) = ward(&world, &parent);
        apply(&world, transition(ended, GuardianshipTransition::End)).unwrap();
        expected.push(ward(&world, &parent).1.guardianship.id);
        child(&world, &world.person(Role::Parent));
        expected.reverse();
        let first = PageRequest { size: size(2), after: None };
        let (mut page, total) = block_on(world.database.children(parent.user_id, first)).unwrap();
        assert_eq!(total, 5);
        let mut found = page.items;
        while let Some(after) = page.next {
            let request = PageRequest { size: size(2), after: Some(after) };
            (page, _) = block_on(world.database.children(parent.user_id, request)).unwrap();
            assert!(page.items.len() <= 2);
            found.append(&mut page.items);
        }
        assert_eq!(found.iter().map(|child| child.guardianship.id).collect::<Vec<_>>(), expected);
        assert!(found[0].has_login && !found[1].has_login);
        assert!(open(&world, parent.user_id, ended.guardianship.student).is_none());
    }
}
