//! Writing changes of sessions, their history, and the messages and events about them.

use astegni_domain::chat::{MessageType, Notice};
use astegni_domain::ids::{RequestId, SessionId, UserId};
use astegni_domain::schedule::{
    Cancellation, ChangedField, Dst, Session, SessionChange, SessionChangePlan, ZONE_RULES,
};
use chrono::{DateTime, NaiveDateTime, Utc};

use super::calendar::{busy_times, lock_calendars, minutes};
use crate::chat::{self, NewMessage, SentMessage, Target};
use crate::columns;
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::events;
use crate::statement::{self, Parameter, Statement, With};

/// Writes a plan. The lock order is guardianships, calendars, conversations.
pub(super) fn change(conn: &mut AnyConnection, plan: &SessionChangePlan) -> Result<(), StoreError> {
    if let Some(fact) = plan.guardianship {
        let active = dialect::share_active_guardianship(conn, fact.parent.get(), fact.student.get())?;
        if !active {
            return Err(StoreError::Conflict);
        }
    }
    lock_calendars(conn, &plan.users())?;
    write(conn, plan)
}

/// Writes a plan. The calendars of all parties are locked.
pub(super) fn write(conn: &mut AnyConnection, plan: &SessionChangePlan) -> Result<(), StoreError> {
    if plan.changes.is_empty() {
        return Ok(());
    }
    check_calendars(conn, plan)?;
    update(conn, &plan.changes)?;
    record(conn, plan)?;
    let mut sent = Vec::with_capacity(plan.announcements.len());
    for announcement in &plan.announcements {
        let message = send(conn, &announcement.notice, announcement.request, &announcement.sessions, plan.at)?;
        sent.push((message.conversation, message.message));
    }
    events::append(conn, &plan.events(&sent))
}

/// Sends a notice about sessions.
pub(super) fn send(
    conn: &mut AnyConnection,
    notice: &Notice,
    request: RequestId,
    sessions: &[SessionId],
    at: DateTime<Utc>,
) -> Result<SentMessage, StoreError> {
    let metadata = chat::notice_metadata(notice.kind, &[], sessions);
    let target = Target::Direct(notice.recipient);
    let message = NewMessage::text(notice.sender, target, MessageType::System, &notice.content, at);
    chat::send(conn, &NewMessage { metadata: Some(&metadata), request: Some(request.get()), ..message })
}

/// Fails with `Conflict` if a session of the plan moves to a time at which a party is busy.
fn check_calendars(conn: &mut AnyConnection, plan: &SessionChangePlan) -> Result<(), StoreError> {
    for moved in plan.moves() {
        let Some(window) = moved.window() else { continue };
        let busy = busy_times(conn, moved.parties, &window)?;
        if !moved.conflicts(busy, plan.at).is_empty() {
            return Err(StoreError::Conflict);
        }
    }
    Ok(())
}

/// The columns of a change, with the type by which PostgreSQL reads a row of nulls.
const COLUMNS: [&str; 22] = [
    "id",
    "seen_version",
    "session_date",
    "series_date",
    "start_time",
    "end_time",
    "starts_at",
    "ends_at",
    "duration",
    "dst",
    "is_exception",
    "rescheduled_at",
    "session_mode",
    "location",
    "status",
    "priority_level",
    "cancelled_at",
    "cancelled_by_user_id",
    "cancellation_reason",
    "cancelled_late",
    "updated_at",
    "zone_rules",
];

/// The number of parameters of a change: its columns, and the two lists of topics.
const PARAMETERS: usize = COLUMNS.len() + 2;

/// Lists of topics in JSON.
struct Topics {
    planned: String,
    covered: String,
}

/// Replaces the sessions by their states after the changes. Fails with `Conflict` unless all of them are at the versions that
/// were read.
fn update(conn: &mut AnyConnection, changes: &[SessionChange]) -> Result<(), StoreError> {
    let topics: Vec<Topics> = changes.iter().map(|change| topics_of(&change.after)).collect();
    let count = statement::padded(changes.len());
    let mut new = Statement::<()>::new(format!("VALUES {}", statement::rows(count, PARAMETERS)));
    for (change, topics) in changes.iter().zip(&topics) {
        new = new.bind_all(values(change, topics));
    }
    // A repetition of the last change has no effect of its own.
    if let (Some(change), Some(topics)) = (changes.last(), topics.last()) {
        for _ in changes.len()..count {
            let mut padding = values(change, topics);
            if let Some(id) = padding.first_mut() {
                *id = Parameter::BigInt(Some(0));
            }
            new = new.bind_all(padding);
        }
    }
    let names = format!("new({}, topics, topics_covered)", COLUMNS.join(", "));
    let assigned =
        COLUMNS.iter().copied().skip(2).filter(|name| *name != "zone_rules").chain(["topics", "topics_covered"]);
    let assignments: Vec<String> = assigned.map(|name| format!("{name} = new.{name}")).collect();
    let text = format!(
        "UPDATE sessions SET {}, version = sessions.version + 1, \
         zone_rules = COALESCE(new.zone_rules, sessions.zone_rules) \
         FROM new WHERE sessions.id = new.id AND sessions.version = new.seen_version",
        assignments.join(", ")
    );
    let changed = With::new(&names, new).then(Statement::new(text)).execute(conn)?;
    if changed == changes.len() { Ok(()) } else { Err(StoreError::Conflict) }
}

fn topics_of(session: &Session) -> Topics {
    Topics {
        planned: columns::json(session.topics.iter().map(String::as_str)),
        covered: columns::json(session.topics_covered.iter().map(String::as_str)),
    }
}

fn values<'a>(change: &'a SessionChange, topics: &'a Topics) -> [Parameter<'a>; PARAMETERS] {
    let after = &change.after;
    let occurrence = &after.occurrence;
    let cancellation: Option<&Cancellation> = after.cancellation.as_ref();
    [
        after.id.get().into(),
        change.before.version.into(),
        occurrence.date.into(),
        after.series_date.into(),
        occurrence.slot.start().into(),
        occurrence.slot.end().into(),
        occurrence.starts_at.naive_utc().into(),
        occurrence.ends_at.naive_utc().into(),
        minutes(occurrence).into(),
        occurrence.dst.map(Dst::as_str).into(),
        after.is_exception.into(),
        after.rescheduled_at.map(|at| at.naive_utc()).into(),
        after.mode.as_str().into(),
        after.location.as_deref().into(),
        after.status.as_str().into(),
        after.priority.as_str().into(),
        cancellation.map(|cancelled| cancelled.at.naive_utc()).into(),
        cancellation.map(|cancelled| cancelled.by.get()).into(),
        cancellation.and_then(|cancelled| cancelled.reason.as_deref()).into(),
        cancellation.is_some_and(|cancelled| cancelled.is_late).into(),
        after.updated_at.naive_utc().into(),
        change.is_resolved_anew().then_some(ZONE_RULES).into(),
        topics.planned.as_str().into(),
        topics.covered.as_str().into(),
    ]
}

/// The columns of an entry of the history.
const HISTORY_COLUMNS: [&str; 11] = [
    "session_id",
    "version",
    "kind",
    "actor_user_id",
    "reason",
    "fields",
    "old_starts_at",
    "old_ends_at",
    "new_starts_at",
    "new_ends_at",
    "created_at",
];

/// Adds the changes to the history.
fn record(conn: &mut AnyConnection, plan: &SessionChangePlan) -> Result<(), StoreError> {
    let fields: Vec<String> = plan
        .changes
        .iter()
        .map(|change| columns::json(change.fields().into_iter().map(ChangedField::as_str)))
        .collect();
    let count = statement::padded(plan.changes.len());
    let mut new = Statement::<()>::new(format!("VALUES {}", statement::rows(count, HISTORY_COLUMNS.len())));
    for (change, fields) in plan.changes.iter().zip(&fields) {
        let (old, new_time) = (change.before.occurrence.period(), change.after.occurrence.period());
        new = new
            .bind(change.after.id.get())
            .bind(change.after.version)
            .bind(change.kind.as_str())
            .bind(plan.actor.map(UserId::get))
            .bind(change.reason.as_deref())
            .bind(fields.as_str())
            .bind_all(
                [old.starts_at, old.ends_at, new_time.starts_at, new_time.ends_at, plan.at].map(|at| at.naive_utc()),
            );
    }
    let (no_text, no_time) = (None::<&str>, None::<NaiveDateTime>);
    for _ in plan.changes.len()..count {
        new = new.bind(0_i64).bind(0_i32).bind(no_text).bind(None::<i64>).bind_all([no_text; 2]).bind_all([no_time; 5]);
    }
    let columns = HISTORY_COLUMNS.join(", ");
    let text = format!("INSERT INTO session_changes ({columns}) SELECT {columns} FROM new WHERE session_id > 0");
    With::new(&format!("new({columns})"), new).then(Statement::<()>::new(text)).execute(conn)?;
    Ok(())
}
