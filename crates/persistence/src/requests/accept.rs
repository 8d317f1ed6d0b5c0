//! Writing an answer: the request's status and its message; on acceptance, all that comes with it.

use astegni_domain::chat::MessageType;
use astegni_domain::ids::CourseId;
use astegni_domain::requests::{AcceptancePlan, AnswerPlan, RequestStatus};
use astegni_domain::schedule::find_conflicts;
use diesel::prelude::*;

use crate::chat::{self, NewMessage};
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::schedule;
use crate::schema::{enrolled_courses, enrolled_students, requested_sessions};

/// Moves a request on, if it is still pending, and says so in the conversation.
pub(super) fn answer(conn: &mut AnyConnection, plan: &AnswerPlan) -> Result<(), StoreError> {
    let at = plan.at.naive_utc();
    let rejected_at = (plan.to == RequestStatus::Rejected).then_some(at);
    let pending = requested_sessions::table
        .find(plan.request_id.get())
        .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
        .filter(requested_sessions::expires_at.gt(at));
    let moved = diesel::update(pending)
        .set((
            requested_sessions::status.eq(plan.to.as_str()),
            requested_sessions::responded_at.eq(at),
            requested_sessions::updated_at.eq(at),
            requested_sessions::rejected_at.eq(rejected_at),
            requested_sessions::rejected_reason.eq(plan.reason.as_deref()),
        ))
        .execute(conn)?;
    if moved == 0 {
        return Err(StoreError::Conflict);
    }
    let notice = &plan.notice;
    let conversation = chat::direct_conversation(conn, notice.sender, notice.recipient, plan.at)?;
    chat::append_message(
        conn,
        &NewMessage {
            conversation,
            sender: notice.sender,
            message_type: MessageType::System,
            content: &notice.content,
            request: Some(plan.request_id.get()),
            at: plan.at,
        },
    )?;
    Ok(())
}

/// Writes an acceptance. The calendars' locks come first, so that of two acceptances that would book one
/// person twice the second sees what the first wrote.
pub(super) fn accept(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<CourseId, StoreError> {
    schedule::lock_calendars(conn, plan.parties)?;
    answer(conn, &plan.answer)?;
    still_free(conn, plan)?;

    let (request, at) = (plan.answer.request_id.get(), plan.answer.at.naive_utc());
    let package = plan.package.as_ref().map(|package| package.id.get());
    let enrolment: i64 = diesel::insert_into(enrolled_students::table)
        .values((
            enrolled_students::tutor_id.eq(plan.tutor_id.get()),
            enrolled_students::student_id.eq(plan.student_id.get()),
            enrolled_students::package_id.eq(package),
            enrolled_students::request_id.eq(request),
            enrolled_students::agreed_price_cents.eq(plan.agreed_price.map(astegni_domain::money::Money::cents)),
            enrolled_students::currency.eq(plan.currency.as_str()),
            enrolled_students::payment_status.eq("pending"),
            enrolled_students::payment_due_date.eq(plan.payment_due_date),
            enrolled_students::status.eq("active"),
            enrolled_students::enrolled_at.eq(at),
        ))
        .returning(enrolled_students::id)
        .get_result(conn)?;
    let course: i64 = diesel::insert_into(enrolled_courses::table)
        .values((
            enrolled_courses::tutor_id.eq(plan.tutor_id.get()),
            enrolled_courses::student_id.eq(plan.student_id.get()),
            enrolled_courses::package_id.eq(package),
            enrolled_courses::request_id.eq(request),
            enrolled_courses::enrolment_id.eq(enrolment),
            enrolled_courses::status.eq("active"),
            enrolled_courses::created_at.eq(at),
        ))
        .returning(enrolled_courses::id)
        .get_result(conn)?;
    dialect::insert_sessions(conn, &schedule::new_session_rows(plan, course))?;
    Ok(CourseId::new(course))
}

/// Makes the plan's check again, on what the calendars hold under their locks.
fn still_free(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<(), StoreError> {
    let Some(from) = plan.sessions.first().map(|session| session.starts_at) else { return Ok(()) };
    let to = plan.sessions.iter().map(|session| session.ends_at).max().unwrap_or(from);
    let booked = schedule::bookings(conn, plan.parties, from.naive_utc(), to.naive_utc())?;
    let conflicts = find_conflicts(&plan.sessions, plan.parties, &booked, plan.answer.at);
    if conflicts.is_empty() { Ok(()) } else { Err(StoreError::Conflict) }
}
