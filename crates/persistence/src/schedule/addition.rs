//! Adding a session to a course.

use astegni_domain::ids::SessionId;
use astegni_domain::schedule::{AdditionPlan, Occurrence, find_conflicts};
use diesel::sql_types::BigInt;

use super::calendar::{NewSessions, SESSION_ROWS, busy_times, lock_calendars};
use super::{changes, facts};
use crate::columns;
use crate::connection::AnyConnection;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::events;
use crate::statement::{Statement, With};

/// Writes a plan. The lock order is relation counters, calendars, conversations. With the locks held, neither the facts nor the
/// calendars can change.
pub(super) fn add(conn: &mut AnyConnection, plan: &AdditionPlan) -> Result<SessionId, StoreError> {
    let (course, parties) = (plan.facts.course, plan.facts.parties);
    let users = parties.ascending();
    dialect::lock_relations(conn, users.map(|user| (user.get(), LockMode::Share)).to_vec())?;
    lock_calendars(conn, &users)?;
    if facts::course_facts(conn, course)?.as_ref() != Some(&plan.facts) {
        return Err(StoreError::Conflict);
    }
    let occurrences = std::slice::from_ref(&plan.occurrence);
    if let Some(window) = Occurrence::window(occurrences) {
        let busy = busy_times(conn, parties, &window)?;
        if !find_conflicts(occurrences, parties, &busy, plan.at).is_empty() {
            return Err(StoreError::Conflict);
        }
    }
    let topics = columns::json(plan.topics.iter().map(String::as_str));
    let new = NewSessions {
        parties,
        time_zone: plan.facts.time_zone,
        topics: &topics,
        occurrences,
        first_place: plan.facts.next_place,
        is_exception: true,
        at: plan.at,
    };
    let rows = new.rows().ok_or(StoreError::Conflict)?;
    let course = Statement::<BigInt>::new("VALUES (?)").bind(course.get());
    let inserted = With::new("course(id)", course).and(SESSION_ROWS, rows).then(new.insert::<BigInt>("RETURNING id"));
    let id: Option<i64> = inserted.first(conn)?;
    let id = SessionId::new(id.ok_or(StoreError::Conflict)?);
    let sent = changes::send(conn, &plan.notice, plan.facts.request, &[id], plan.at)?;
    events::append(conn, &plan.events(sent.conversation, sent.message))?;
    Ok(id)
}
