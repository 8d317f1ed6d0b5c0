//! Writing an answer: the request's status and the message about it, and what an acceptance creates.

use astegni_domain::chat::MessageType;
use astegni_domain::ids::CourseId;
use astegni_domain::money::Money;
use astegni_domain::requests::{AcceptancePlan, AnswerPlan, RequestStatus};
use astegni_domain::schedule::{Occurrence, find_conflicts};
use diesel::sql_types::BigInt;

use crate::chat::{self, NewMessage, SentMessage, Target};
use crate::columns;
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::events;
use crate::schedule::{self, NewSessions};
use crate::statement::{self, Statement, With};

/// Writes a rejection or withdrawal. The lock order is guardianships, requests, conversations.
pub(super) fn answer(conn: &mut AnyConnection, plan: &AnswerPlan) -> Result<(), StoreError> {
    if let Some(fact) = plan.guardianship {
        let active = dialect::share_active_guardianship(conn, fact.parent.get(), fact.student.get())?;
        if !active {
            return Err(StoreError::Conflict);
        }
    }
    if change_status(plan, "").execute(conn)? == 0 {
        return Err(StoreError::Conflict);
    }
    let metadata = metadata(plan);
    let sent = chat::send(conn, &notice(plan, &metadata))?;
    events::append(conn, &plan.events(sent.conversation, sent.message))
}

/// Writes an acceptance. The lock order is calendars, requests, conversations. With both calendars locked, a
/// transaction that would book one of the users twice sees the sessions of the one before it.
pub(super) fn accept(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<CourseId, StoreError> {
    lock(conn, plan)?;
    check_calendars(conn, plan)?;
    let (course, sent) = enrol(conn, plan)?;
    let course = CourseId::new(course);
    events::append(conn, &plan.events(course, sent.conversation, sent.message))?;
    Ok(course)
}

/// Locks both calendars, and then the request by changing its status.
fn lock(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<(), StoreError> {
    let calendars = dialect::lock_calendars(conn, &plan.parties.ascending());
    let (locked, changed) = if dialect::has_writing_ctes(conn) {
        let all = "SELECT (SELECT COUNT(*) FROM locked), (SELECT COUNT(*) FROM changed)";
        // The status is changed after the number of locked calendars is known.
        let counts: Option<(i64, i64)> = With::new("locked", calendars)
            .and("changed", change_status::<BigInt>(&plan.answer, "AND (SELECT COUNT(*) FROM locked) = 2 RETURNING id"))
            .then(Statement::<(BigInt, BigInt)>::new(all))
            .first(conn)?;
        counts.unwrap_or_default()
    } else {
        let locked: Vec<i64> = calendars.load(conn)?;
        let changed = change_status(&plan.answer, "").execute(conn)?;
        (i64::try_from(locked.len()).unwrap_or(i64::MAX), i64::try_from(changed).unwrap_or(i64::MAX))
    };
    match (locked, changed) {
        (2, 1) => Ok(()),
        (2, _) => Err(StoreError::Conflict),
        _ => Err(StoreError::missing_row("calendars", plan.parties.tutor.get())),
    }
}

/// Returns the statement that changes the status of a request if it is still pending. `rest` is the end of the statement.
fn change_status<'a, Columns>(plan: &'a AnswerPlan, rest: &str) -> Statement<'a, Columns> {
    let at = plan.at.naive_utc();
    let rejected_at = (plan.to == RequestStatus::Rejected).then_some(at);
    let text = format!(
        "UPDATE requested_sessions SET status = ?, responded_at = ?, updated_at = ?, rejected_at = ?, \
         rejected_reason = ? WHERE id = ? AND status = 'pending' AND expires_at > ? {rest}"
    );
    Statement::new(text)
        .bind(plan.to.as_str())
        .bind_all([Some(at), Some(at), rejected_at])
        .bind(plan.reason.as_deref())
        .bind(plan.request_id.get())
        .bind(at)
}

fn metadata(plan: &AnswerPlan) -> String {
    chat::notice_metadata(plan.notice.kind, &[], &[])
}

/// Returns the message about an answer.
fn notice<'a>(plan: &'a AnswerPlan, metadata: &'a str) -> NewMessage<'a> {
    let target = Target::Direct(plan.notice.recipient);
    let message = NewMessage::text(plan.notice.sender, target, MessageType::System, &plan.notice.content, plan.at);
    NewMessage { metadata: Some(metadata), request: Some(plan.request_id.get()), ..message }
}

/// Fails with `Conflict` if a session of the plan clashes with one in the locked calendars.
fn check_calendars(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<(), StoreError> {
    let Some(window) = Occurrence::window(&plan.sessions) else { return Ok(()) };
    let busy = schedule::busy_times(conn, plan.parties, &window)?;
    let conflicts = find_conflicts(&plan.sessions, plan.parties, &busy, plan.answer.at);
    if conflicts.is_empty() { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Inserts the enrolment, its course and the sessions of the course, and sends the message about them. Returns the id of the
/// course and the message. Each insert reads the id that the one before it returns.
fn enrol(conn: &mut AnyConnection, plan: &AcceptancePlan) -> Result<(i64, SentMessage), StoreError> {
    const ENROLMENT: &str = "enrolment(id)";
    const COURSE: &str = "course(id)";
    let topics = columns::json(plan.topics.iter().map(String::as_str));
    let new = NewSessions {
        parties: plan.parties,
        time_zone: plan.time_zone,
        topics: &topics,
        occurrences: &plan.sessions,
        first_place: 0,
        is_exception: false,
        at: plan.answer.at,
    };
    let (enrolment, course, rows) = (insert_enrolment(plan), insert_course(plan), new.rows());
    let sessions = new.insert("");
    let metadata = metadata(&plan.answer);
    let notice = notice(&plan.answer, &metadata);
    if dialect::has_writing_ctes(conn) {
        let mut with = With::new(ENROLMENT, enrolment).and(COURSE, course);
        if let Some(rows) = rows {
            with = with.and(schedule::SESSION_ROWS, rows).and("booked", sessions);
        }
        let request = Statement::<BigInt>::new("VALUES (?)").bind(plan.answer.request_id.get());
        let (course, sent) =
            chat::send_with(conn, with.and(chat::REQUEST, request), "(SELECT id FROM course)", &notice)?;
        return Ok((course.ok_or(StoreError::Conflict)?, sent));
    }
    let enrolment: Option<i64> = enrolment.first(conn)?;
    let course: Option<i64> = With::new(ENROLMENT, returned(enrolment)).then(course).first(conn)?;
    if let Some(rows) = rows {
        With::new(COURSE, returned(course)).and(schedule::SESSION_ROWS, rows).then(sessions).execute(conn)?;
    }
    let sent = chat::send(conn, &notice)?;
    Ok((course.ok_or(StoreError::Conflict)?, sent))
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
