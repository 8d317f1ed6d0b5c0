//! The contract of [`FamilyRepository`].

mod children;
mod claims;
mod lists;
mod transitions;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::families::{
    ChildRecord, ChildRegistration, Evidence, FamilyRefusal, FamilyRepository, GuardianshipFacts, GuardianshipStatus,
    GuardianshipTransition, InvitationPlan, TransitionPlan, plan_child, plan_invitation, plan_transition,
};
use astegni_domain::ids::{StudentId, UserId};
use chrono::{DateTime, Utc};
use futures_executor::block_on;

use crate::harness::{World, now};

fn evidence(by: UserId) -> Evidence {
    evidence_at(by, now())
}

fn evidence_at(by: UserId, at: DateTime<Utc>) -> Evidence {
    Evidence { by, at, address: Some("192.0.2.1".to_owned()) }
}

fn registration() -> ChildRegistration {
    ChildRegistration {
        first_name: "Liya".to_owned(),
        last_name: None,
        grade_level: Some("Grade 4".to_owned()),
        date_of_birth: None,
    }
}

/// Creates a child without a login.
fn child(world: &World, parent: &Actor) -> ChildRecord {
    let facts = block_on(world.database.parent_facts(parent.user_id)).unwrap().unwrap();
    let plan = plan_child(facts, registration(), evidence(parent.user_id)).unwrap();
    block_on(world.database.create_child(plan)).unwrap()
}

fn invitation(
    world: &World,
    parent: &Actor,
    student: &Actor,
    at: DateTime<Utc>,
) -> Result<InvitationPlan, FamilyRefusal> {
    let email = block_on(astegni_domain::accounts::AccountRepository::find(&world.database, student.user_id))
        .unwrap()
        .unwrap()
        .email
        .unwrap();
    let facts = block_on(world.database.invitation_facts(parent.user_id, email)).unwrap();
    plan_invitation(facts, evidence_at(parent.user_id, at))
}

pub(crate) fn open(world: &World, parent: UserId, student: StudentId) -> Option<GuardianshipFacts> {
    block_on(world.database.find_open(parent, student)).unwrap()
}

pub(crate) fn transition(seen: GuardianshipFacts, transition: GuardianshipTransition) -> TransitionPlan {
    plan_transition(seen, transition, evidence(seen.guardianship.parent)).unwrap()
}

fn apply(world: &World, plan: TransitionPlan) -> Result<(), RepositoryError> {
    block_on(FamilyRepository::apply(&world.database, plan))
}

/// Invites a student.
pub(crate) fn invite(world: &World, parent: &Actor, student: &Actor) {
    let plan = invitation(world, parent, student, now()).unwrap();
    block_on(world.database.invite(plan)).unwrap();
}

/// An active guardianship over a student with a login.
pub(crate) fn ward(world: &World, parent: &Actor) -> (Actor, GuardianshipFacts) {
    let student = world.person(Role::Student);
    let profile = student.profiles.student.unwrap();
    invite(world, parent, &student);
    let invited = open(world, parent.user_id, profile).unwrap();
    apply(world, transition(invited, GuardianshipTransition::Accept)).unwrap();
    (student, open(world, parent.user_id, profile).unwrap())
}

/// Adds a guardianship behind the repository's back.
fn add_guardian(world: &World, parent: &Actor, student: StudentId, status: GuardianshipStatus) {
    world.execute(&format!(
        "INSERT INTO guardianships (parent_user_id, student_id, status, origin, created_at, responded_at)
         VALUES ({}, {student}, '{}', 'invited', '2026-01-01 00:00:00', '2026-01-02 00:00:00')",
        parent.user_id,
        status.as_str()
    ));
}
