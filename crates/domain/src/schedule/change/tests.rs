mod action;
mod addition;
mod announcement;
mod cancellation;
mod exceptions;
mod recheck;
mod series;
mod update;

use super::*;
use crate::schedule::fixtures::{TUTOR, instant};
use crate::validation::Violations;

/// The instant of every change: a Friday, three days before the first session of the series.
fn now() -> DateTime<Utc> {
    instant("2026-01-30T05:00:00Z")
}

/// Plans an update by the tutor.
fn plan(facts: &ChangeFacts, update: &SessionUpdate) -> Option<SessionChangePlan> {
    plan_update(facts, TUTOR, update, now()).unwrap()
}

/// Returns the only session that an update by the tutor changes, as it was and as it becomes.
fn changed(session: &Session, update: &SessionUpdate) -> SessionChange {
    let plan = plan(&crate::schedule::fixtures::facts_of(vec![session.clone()]), update).unwrap();
    let [change] = plan.changes.try_into().unwrap();
    change
}

/// Returns the invalid fields of an update by the tutor, with their codes.
fn violations(facts: &ChangeFacts, update: &SessionUpdate) -> Vec<(String, &'static str)> {
    let outcome = plan_update(facts, TUTOR, update, now());
    let Err(SessionChangeError::Invalid(violations)) = outcome else { panic!("the update is valid: {outcome:?}") };
    codes(&violations)
}

fn codes(violations: &Violations) -> Vec<(String, &'static str)> {
    violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect()
}
