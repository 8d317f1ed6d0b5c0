//! Writing a request, with its conversation and its message.

use astegni_domain::chat::MessageType;
use astegni_domain::ids::{ConversationId, MessageId, RequestId};
use astegni_domain::requests::{CreationPlan, RequestStatus, RequesterType, ScheduleFields, Sent};
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{ScheduleColumns, facts};
use crate::chat::{self, NewMessage};
use crate::columns;
use crate::connection::AnyConnection;
use crate::connections;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::schema::{guardianships, requested_sessions};

#[derive(Insertable)]
#[diesel(table_name = requested_sessions)]
struct NewRequestRow {
    tutor_id: i64,
    requester_id: i64,
    requester_type: &'static str,
    student_id: i64,
    package_id: Option<i64>,
    package_name: Option<String>,
    package_price_cents: Option<i64>,
    currency: String,
    status: &'static str,
    message: Option<String>,
    preferred_schedule: Option<String>,
    #[diesel(embed)]
    schedule: ScheduleColumns,
    year_range: String,
    months: String,
    time_zone: &'static str,
    counter_offer_price_cents: Option<i64>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// Writes a plan, guarding what it relies on.
pub(super) fn apply(conn: &mut AnyConnection, plan: CreationPlan) -> Result<Sent, StoreError> {
    guard(conn, &plan)?;
    let (requester, tutor, at) = (plan.key.requester, plan.parties.tutor, plan.created_at);
    let content = plan.terms.message.clone().unwrap_or_default();
    let request: i64 = diesel::insert_into(requested_sessions::table)
        .values(row(plan))
        .returning(requested_sessions::id)
        .get_result(conn)?;
    let conversation = chat::direct_conversation(conn, requester, tutor, at)?;
    let message = chat::append_message(
        conn,
        &NewMessage {
            conversation,
            sender: requester,
            message_type: MessageType::SessionRequest,
            content: &content,
            request: Some(request),
            at,
        },
    )?;
    Ok(Sent {
        request_id: RequestId::new(request),
        conversation_id: ConversationId::new(conversation),
        message_id: MessageId::new(message),
    })
}

/// Makes sure that what the plan was decided on still holds. The same request twice is the unique index's
/// business.
fn guard(conn: &mut AnyConnection, plan: &CreationPlan) -> Result<(), StoreError> {
    let (requester, now) = (plan.key.requester, plan.created_at.naive_utc());
    // Requests of one requester follow each other, so that counting them means something.
    let tutor = plan.parties.tutor.get();
    dialect::lock_relations(conn, vec![(requester.get(), LockMode::Exclusive), (tutor, LockMode::Share)])?;
    if facts::pending_count(conn, requester, now)? >= i64::from(plan.max_pending) {
        return Err(StoreError::Conflict);
    }
    let (most, since) = plan.max_rejections;
    let rejections = facts::rejections(conn, requester, plan.key.tutor, since.naive_utc())?;
    if rejections.len() >= usize::from(most) {
        return Err(StoreError::Conflict);
    }
    if connections::has_block(conn, requester, plan.parties.tutor)?
        || connections::has_block(conn, plan.parties.student, plan.parties.tutor)?
    {
        return Err(StoreError::Conflict);
    }
    // What is relied on from here is locked, so that it cannot end before the transaction does.
    if plan.requester_type == RequesterType::Parent {
        let active = guardianships::table
            .filter(guardianships::parent_user_id.eq(requester.get()))
            .filter(guardianships::student_id.eq(plan.key.student.get()))
            .filter(guardianships::status.eq("active"));
        let kept = diesel::update(active).set(guardianships::status.eq("active")).execute(conn)?;
        if kept == 0 {
            return Err(StoreError::Conflict);
        }
    }
    if let Some(package) = plan.key.package {
        let active = dialect::keep_active_package(conn, package.get(), plan.key.tutor.get())?;
        if !active {
            return Err(StoreError::Conflict);
        }
    }
    // Who is late is expired: written down here, where it would stand in the way of asking again.
    diesel::update(
        requested_sessions::table
            .filter(requested_sessions::requester_id.eq(requester.get()))
            .filter(requested_sessions::tutor_id.eq(plan.key.tutor.get()))
            .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
            .filter(requested_sessions::expires_at.le(now)),
    )
    .set((requested_sessions::status.eq(RequestStatus::Expired.as_str()), requested_sessions::updated_at.eq(now)))
    .execute(conn)?;
    Ok(())
}

fn row(plan: CreationPlan) -> NewRequestRow {
    let terms = plan.terms;
    let currency = plan.package.as_ref().map_or(astegni_domain::money::Currency::ETB, |package| package.currency);
    NewRequestRow {
        tutor_id: plan.key.tutor.get(),
        requester_id: plan.key.requester.get(),
        requester_type: plan.requester_type.as_str(),
        student_id: plan.key.student.get(),
        package_id: plan.package.as_ref().map(|package| package.id.get()),
        package_price_cents: plan.package.as_ref().map(|package| package.price.cents()),
        package_name: plan.package.map(|package| package.name),
        currency: currency.as_str().to_owned(),
        status: RequestStatus::Pending.as_str(),
        message: terms.message,
        preferred_schedule: terms.preferred_schedule,
        schedule: ScheduleFields::from(&terms.schedule).into(),
        year_range: columns::json(terms.year_range),
        months: columns::json(terms.months),
        time_zone: terms.time_zone.name(),
        counter_offer_price_cents: terms.counter_offer_price.map(astegni_domain::money::Money::cents),
        created_at: plan.created_at.naive_utc(),
        expires_at: plan.expires_at.naive_utc(),
        updated_at: plan.created_at.naive_utc(),
    }
}
