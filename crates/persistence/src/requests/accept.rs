//! Writing an answer: the request's status and the message about it, and what an acceptance creates.

use astegni_domain::chat::MessageType;
use astegni_domain::ids::CourseId;
use astegni_domain::money::Money;
use astegni_domain::requests::{AcceptancePlan, AnswerPlan, RequestStatus};
use astegni_domain::schedule::find_conflicts;
use diesel::prelude::*;

use crate::chat::{self, NewMessage};
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::schedule;
use crate::schema::{enrolled_courses, enrolled_students};
use crate::statement::Statement;

/// Writes a rejection or withdrawal. The lock order is guardianships, requests, conversations.
pub(super) fn answer(conn: &mut AnyConnection, plan: &AnswerPlan) -> Result<(), StoreError> {
    if let Some(fact) = plan.guardianship {
        let active = dialect::share_active_guardianship(conn, fact.parent.get(), fact.student.get())?;
        if !active {
            return Err(StoreError::Conflict);
        }
    }
    change_status(conn, plan)?;
    append_notice(conn, plan)
}

/// Writes an acceptance. The lock order is calendars, requests, conversations. With both calendars locked, a
/// transaction that would book one of the users twice sees the sessions of the one before it.
pub(super) fn accept(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<CourseId, StoreError> {
    schedule::lock_calendars(conn, plan.parties)?;
    change_status(conn, &plan.answer)?;
    check_calendars(conn, plan)?;
    let course = insert_enrolment(conn, plan)?;
    schedule::insert_sessions(conn, plan, course)?;
    append_notice(conn, &plan.answer)?;
    Ok(CourseId::new(course))
}

/// Changes the status of a request. Fails with `Conflict` if the request is no longer pending.
fn change_status(conn: &mut AnyConnection, plan: &AnswerPlan) -> Result<(), StoreError> {
    let at = plan.at.naive_utc();
    let rejected_at = (plan.to == RequestStatus::Rejected).then_some(at);
    let text = "UPDATE requested_sessions SET status = ?, responded_at = ?, updated_at = ?, rejected_at = ?, \
        rejected_reason = ? WHERE id = ? AND status = 'pending' AND expires_at > ?";
    let changed = Statement::new(text)
        .bind(plan.to.as_str())
        .bind_all([Some(at), Some(at), rejected_at])
        .bind(plan.reason.as_deref())
        .bind(plan.request_id.get())
        .bind(at)
        .execute(conn)?;
    if changed == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

fn append_notice(conn: &mut AnyConnection, plan: &AnswerPlan) -> Result<(), StoreError> {
    let message = NewMessage {
        sender: plan.notice.sender,
        recipient: plan.notice.recipient,
        message_type: MessageType::System,
        content: &plan.notice.content,
        request: Some(plan.request_id.get()),
        at: plan.at,
    };
    chat::send_direct(conn, &message)?;
    Ok(())
}

/// Repeats the plan's check on the locked calendars.
fn check_calendars(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<(), StoreError> {
    let Some(from) = plan.sessions.first().map(|session| session.starts_at) else { return Ok(()) };
    let to = plan.sessions.iter().map(|session| session.ends_at).max().unwrap_or(from);
    let booked = schedule::bookings(conn, plan.parties, from.naive_utc(), to.naive_utc())?;
    let conflicts = find_conflicts(&plan.sessions, plan.parties, &booked, plan.answer.at);
    if conflicts.is_empty() { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Inserts the enrolment and its course, and returns the id of the course.
fn insert_enrolment(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<i64, StoreError> {
    let (request, at) = (plan.answer.request_id.get(), plan.answer.at.naive_utc());
    let package = plan.package.as_ref().map(|package| package.id.get());
    let enrolment: i64 = diesel::insert_into(enrolled_students::table)
        .values((
            enrolled_students::tutor_id.eq(plan.tutor_id.get()),
            enrolled_students::student_id.eq(plan.student_id.get()),
            enrolled_students::package_id.eq(package),
            enrolled_students::request_id.eq(request),
            enrolled_students::agreed_price_cents.eq(plan.agreed_price.map(Money::cents)),
            enrolled_students::currency.eq(plan.currency.as_str()),
            enrolled_students::payment_status.eq(plan.payment_status.as_str()),
            enrolled_students::payment_due_date.eq(plan.payment_due_date),
            enrolled_students::status.eq(plan.status.as_str()),
            enrolled_students::enrolled_at.eq(at),
        ))
        .returning(enrolled_students::id)
        .get_result(conn)?;
    Ok(diesel::insert_into(enrolled_courses::table)
        .values((
            enrolled_courses::tutor_id.eq(plan.tutor_id.get()),
            enrolled_courses::student_id.eq(plan.student_id.get()),
            enrolled_courses::package_id.eq(package),
            enrolled_courses::request_id.eq(request),
            enrolled_courses::enrolment_id.eq(enrolment),
            enrolled_courses::status.eq(plan.status.as_str()),
            enrolled_courses::created_at.eq(at),
        ))
        .returning(enrolled_courses::id)
        .get_result(conn)?)
}
