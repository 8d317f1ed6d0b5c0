//! Session requests: creation, acceptance, visibility and races.

mod acceptance;
mod creation;
mod races;
mod visibility;

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::ids::RequestId;
use astegni_domain::requests::{
    AcceptError, Acceptance, AcceptancePlan, AcceptedRequest, CreateRequestError, Proposal, RequestDraft,
    RequestRepository, RequestStatus, SentRequest, SessionRequest, plan_acceptance,
};
use astegni_domain::schedule::BusyTimes;
use futures_executor::block_on;

use crate::blocks::guardianship;
use crate::harness::{World, dates, draft, now};

fn send(world: &World, requester: &Actor, draft: RequestDraft) -> Result<SentRequest, CreateRequestError> {
    block_on(world.requests().create(requester, draft))
}

fn accept(world: &World, tutor: &Actor, id: RequestId) -> Result<AcceptedRequest, AcceptError> {
    block_on(world.requests().accept(tutor, id, Acceptance::default()))
}

fn status(world: &World, id: RequestId) -> RequestStatus {
    block_on(RequestRepository::find(&world.database, id, now())).unwrap().unwrap().status
}

/// Plans an acceptance as if both calendars were empty.
fn plan(request: &SessionRequest) -> AcceptancePlan {
    let preview = Proposal::new(request, &Acceptance::default(), now()).unwrap().check(&BusyTimes::default(), now());
    plan_acceptance(request, preview, now()).unwrap()
}

/// A tutor, a student, and the student's request for three dates from ten to twelve.
fn requested(world: &World) -> (Actor, Actor, SentRequest) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    let mut draft = draft(&tutor, None);
    draft.schedule = dates(&["2026-02-02", "2026-02-03", "2026-02-04"], 10, 12);
    let sent = send(world, &student, draft).unwrap();
    (tutor, student, sent)
}

/// A child with two guardians, and a request that the first of them sent.
struct Family {
    parent: Actor,
    guardian: Actor,
    child: Actor,
    tutor: Actor,
    sent: SentRequest,
}

fn requested_for_child(world: &World) -> Family {
    let (parent, guardian) = (world.person(Role::Parent), world.person(Role::Parent));
    let (child, tutor) = (world.person(Role::Student), world.person(Role::Tutor));
    guardianship(world, &parent, &child, "active");
    guardianship(world, &guardian, &child, "active");
    let mut draft = draft(&tutor, None);
    draft.student_id = child.profiles.student;
    draft.schedule = dates(&["2026-02-02"], 10, 12);
    let sent = send(world, &parent, draft).unwrap();
    Family { parent, guardian, child, tutor, sent }
}
