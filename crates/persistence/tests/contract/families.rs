use astegni_domain::RepositoryError;
use astegni_domain::accounts::{AccountRepository, EmailAddress, NewDevice, Role};
use astegni_domain::families::{
    Claim, ClaimError, FamilyRepository, Guardianship, GuardianshipPlan, GuardianshipStatus,
};
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{Acceptance, CreateRequestError, CreationRefusal};
use astegni_domain::schedule::{Perspective, SessionFilter, SessionQueries};
use astegni_domain::validation::Violations;
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{World, contract, dates, draft, now, race, token};

fn ended(guardianship: &Guardianship) -> GuardianshipPlan {
    GuardianshipPlan {
        id: guardianship.id,
        from: guardianship.status,
        to: GuardianshipStatus::Ended,
        by: guardianship.parent,
        from_address: Some("127.0.0.1".to_owned()),
        at: now(),
    }
}

contract! {
    fn a_student_is_asked_once_at_a_time(world: World) {
        let (parent, student) = (world.person(Role::Parent), world.person(Role::Student));
        let profile = student.profiles.student.unwrap();
        let outcomes = race(8, |_| match block_on(world.database.invite(parent.user_id, profile, now())) {
            Ok(_) => 1,
            Err(RepositoryError::Conflict) => 0,
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
        let open = block_on(world.database.find_open(parent.user_id, profile)).unwrap().unwrap();
        assert_eq!(open.status, GuardianshipStatus::Invited);
        assert_eq!(block_on(world.database.children(parent.user_id)).unwrap()[0].name, None, "not until they consent");
        block_on(FamilyRepository::apply(&world.database, ended(&open))).unwrap();
        let late = block_on(FamilyRepository::apply(&world.database, ended(&open)));
        assert!(matches!(late, Err(RepositoryError::Conflict)));
        block_on(world.database.invite(parent.user_id, profile, now())).unwrap();
        assert_eq!(block_on(world.database.guardians(profile)).unwrap().len(), 2, "what has ended stays as history");
    }

    fn a_parent_asks_for_a_child_while_in_care_and_both_see_it(world: World) {
        let (parent, tutor) = (world.person(Role::Parent), world.person(Role::Tutor));
        let mut account = World::account(&[Role::Student]);
        (account.email, account.password_hash) = (None, None);
        let made = world.database.create_child(parent.user_id, account, Some("Grade 4".to_owned()), None);
        let child = block_on(made).unwrap();
        let student = child.guardianship.student;
        let mut ask = draft(&tutor, None);
        ask.student_id = Some(student);
        ask.schedule = dates(&["2026-02-02"], 10, 12);
        let send = || block_on(world.requests().create(&parent, ask.clone(), Violations::new()));
        let (sent, _) = send().unwrap();
        block_on(world.requests().accept(&tutor, sent.request_id, Acceptance::default())).unwrap();
        let filter = SessionFilter { perspective: Perspective::Any, from: None, to: None, status: None, student: None };
        for viewer in [parent.user_id, child.user_id] {
            let sessions = block_on(world.database.list(viewer, filter, PageRequest::FIRST)).unwrap();
            assert_eq!(sessions.items.len(), 1);
            let requests = astegni_domain::requests::RequestQueries::of_user(
                &world.database, viewer, None, PageRequest::FIRST, now(),
            );
            let requests = block_on(requests).unwrap().items;
            assert_eq!((requests.len(), requests[0].student_grade.as_deref()), (1, Some("Grade 4")));
            assert_eq!(requests[0].request.requester_id, parent.user_id, "who acted");
            assert_eq!(requests[0].request.student_id, student, "on whose behalf");
        }
        block_on(FamilyRepository::apply(&world.database, ended(&child.guardianship))).unwrap();
        assert!(matches!(send(), Err(CreateRequestError::Refused(CreationRefusal::ChildNotFound))));
        assert!(block_on(world.database.list(parent.user_id, filter, PageRequest::FIRST)).unwrap().items.is_empty());
    }

    fn an_account_is_handed_over_once_and_keeps_its_ids(world: World) {
        let parent = world.person(Role::Parent);
        let mut account = World::account(&[Role::Student]);
        (account.email, account.password_hash) = (None, None);
        let child = block_on(world.database.create_child(parent.user_id, account, None, None)).unwrap();
        let student = child.guardianship.student;
        let keep = |digest: &str| {
            let expires_at = now() + TimeDelta::days(7);
            block_on(world.database.keep_claim_code(student, parent.user_id, digest.to_owned(), now(), expires_at))
        };
        let claim = |digest: &str, at| {
            let claim = Claim {
                code_digest: digest.to_owned(),
                email: EmailAddress::parse("child@example.com").unwrap(),
                password_hash: "hash".to_owned(),
                at,
            };
            block_on(world.database.claim(claim, NewDevice::default(), token(&format!("by {digest} {at}"))))
        };
        keep("first").unwrap();
        keep("second").unwrap();
        assert!(matches!(claim("first", now()), Err(ClaimError::InvalidCode)), "a later code takes its place");
        assert!(matches!(claim("second", now() + TimeDelta::days(7)), Err(ClaimError::InvalidCode)), "too late");
        let (user, device) = claim("second", now()).unwrap();
        assert_eq!((user.id, user.profiles.student), (child.user_id, Some(student)));
        assert!(block_on(astegni_domain::accounts::DeviceRepository::is_signed_in(&world.database, device)).unwrap());
        assert!(matches!(claim("second", now()), Err(ClaimError::InvalidCode)), "good once");
        assert!(matches!(keep("third"), Err(RepositoryError::Conflict)), "there is a login");
        let found = block_on(AccountRepository::find(&world.database, user.id)).unwrap().unwrap();
        assert_eq!(found.email.unwrap().as_str(), "child@example.com");
    }
}
