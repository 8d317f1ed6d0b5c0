//! Writing an answer: the request's status and the message about it, and what an acceptance creates.

use astegni_domain::chat::MessageType;
use astegni_domain::ids::CourseId;
use astegni_domain::money::Money;
use astegni_domain::requests::{AcceptancePlan, AnswerPlan, RequestStatus};
use astegni_domain::schedule::find_conflicts;
use diesel::sql_types::BigInt;

use crate::chat::{self, NewMessage};
use crate::columns;
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::schedule;
use crate::statement::{self, Statement, With};

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
    let course = enrol(conn, plan)?;
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

/// Inserts the enrolment, its course and the sessions of the course, and returns the id of the course. Each insert reads
/// the id that the one before it returns.
fn enrol(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<i64, StoreError> {
    const ENROLMENT: &str = "enrolment(id)";
    const COURSE: &str = "course(id)";
    let (enrolment, course, rows) = (insert_enrolment(plan), insert_course(plan), schedule::session_rows(plan));
    let topics = columns::json(plan.topics.iter().map(String::as_str));
    let sessions = schedule::insert_sessions(plan, &topics);
    if dialect::has_writing_ctes(conn) {
        let mut with = With::new(ENROLMENT, enrolment).and(COURSE, course);
        if let Some(rows) = rows {
            with = with.and(schedule::SESSION_ROWS, rows).and("booked", sessions);
        }
        let course: Option<i64> = with.then(Statement::<BigInt>::new("SELECT id FROM course")).first(conn)?;
        return course.ok_or(StoreError::Conflict);
    }
    let enrolment: Option<i64> = enrolment.first(conn)?;
    let course: Option<i64> = With::new(ENROLMENT, returned(enrolment)).then(course).first(conn)?;
    if let Some(rows) = rows {
        With::new(COURSE, returned(course)).and(schedule::SESSION_ROWS, rows).then(sessions).execute(conn)?;
    }
    course.ok_or(StoreError::Conflict)
}

/// Returns a statement that returns an id which another one has returned.
fn returned(id: Option<i64>) -> Statement<'static, BigInt> {
    Statement::new("VALUES (?)").bind(id)
}

/// Returns the statement that inserts the enrolment and returns its id.
fn insert_enrolment(plan: &AcceptancePlan) -> Statement<'_, BigInt> {
    let columns = [
        ("tutor_id", plan.tutor_id.get().into()),
        ("student_id", plan.student_id.get().into()),
        ("package_id", plan.package.as_ref().map(|package| package.id.get()).into()),
        ("request_id", plan.answer.request_id.get().into()),
        ("agreed_price_cents", plan.agreed_price.map(Money::cents).into()),
        ("currency", plan.currency.as_str().into()),
        ("payment_status", plan.payment_status.as_str().into()),
        ("payment_due_date", plan.payment_due_date.into()),
        ("status", plan.status.as_str().into()),
        ("enrolled_at", plan.answer.at.naive_utc().into()),
    ];
    let (names, places) = statement::listed(&columns);
    Statement::new(format!("INSERT INTO enrolled_students ({names}) VALUES ({places}) RETURNING id"))
        .bind_all(columns.map(|(_, value)| value))
}

/// Returns the statement that inserts the course of the one row of `enrolment(id)` and returns its id.
fn insert_course(plan: &AcceptancePlan) -> Statement<'static, BigInt> {
    let columns = [
        ("tutor_id", plan.tutor_id.get().into()),
        ("student_id", plan.student_id.get().into()),
        ("package_id", plan.package.as_ref().map(|package| package.id.get()).into()),
        ("request_id", plan.answer.request_id.get().into()),
        ("status", plan.status.as_str().into()),
        ("created_at", plan.answer.at.naive_utc().into()),
    ];
    let (names, places) = statement::listed(&columns);
    let text = format!(
        "INSERT INTO enrolled_courses ({names}, enrolment_id) SELECT {places}, enrolment.id FROM enrolment RETURNING id"
    );
    Statement::new(text).bind_all(columns.map(|(_, value)| value))
}
