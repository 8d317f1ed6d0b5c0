//! Changes of sessions, availability, time off and calendar feeds.

mod additions;
mod changes;

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{Acceptance, ScheduleDraft};
use astegni_domain::schedule::{Session, SessionFilter, SessionQueries, SessionUpdate};
use futures_executor::block_on;

use crate::harness::{World, dates, draft};

/// A tutor, and a student with sessions from ten to twelve on three days.
fn enrolled(world: &World) -> (Actor, Actor) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    book(world, &tutor, &student, dates(&["2026-02-02", "2026-02-03", "2026-02-04"], 10, 12));
    (tutor, student)
}

/// Requests and accepts sessions.
fn book(world: &World, tutor: &Actor, student: &Actor, schedule: ScheduleDraft) {
    let mut draft = draft(tutor, None);
    draft.schedule = schedule;
    let sent = block_on(world.requests().create(student, draft)).unwrap();
    block_on(world.requests().accept(tutor, sent.request_id, Acceptance::default())).unwrap();
}

/// Returns the sessions of a user, ascending by start.
fn sessions(world: &World, user: &Actor) -> Vec<Session> {
    block_on(world.database.list(user.user_id, SessionFilter::ALL, PageRequest::FIRST)).unwrap().items
}

/// Returns the update that moves a session to another hour of its day.
fn to_hour(hour: u32) -> SessionUpdate {
    let mut update = SessionUpdate::default();
    update.time.start = chrono::NaiveTime::from_hms_opt(hour, 0, 0);
    update.time.end = chrono::NaiveTime::from_hms_opt(hour + 2, 0, 0);
    update
}
