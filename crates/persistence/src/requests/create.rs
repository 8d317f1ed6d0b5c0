//! Writing a request, its conversation and its message.

use astegni_domain::chat::MessageType;
use astegni_domain::ids::{ConversationId, MessageId, RequestId};
use astegni_domain::money::Money;
use astegni_domain::requests::{CreationPlan, PackageFact, RequestStatus, ScheduleFields, SentRequest};
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{ScheduleColumns, facts};
use crate::chat::{self, NewMessage};
use crate::columns;
use crate::connection::AnyConnection;
use crate::connections;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::schema::requested_sessions;

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

/// Writes a plan after guarding its facts. The lock order is relation counters, guardianships, requests,
/// conversations.
pub(super) fn apply(conn: &mut AnyConnection, plan: CreationPlan) -> Result<SentRequest, StoreError> {
    guard(conn, &plan)?;
    expire_lapsed(conn, &plan)?;
    let (requester, tutor, created_at) = (plan.key.requester, plan.parties.tutor, plan.created_at);
    let content = plan.terms.message.clone().unwrap_or_default();
    let request: i64 = diesel::insert_into(requested_sessions::table)
        .values(row(plan))
        .returning(requested_sessions::id)
        .get_result(conn)?;
    let conversation = chat::direct_conversation(conn, requester, tutor, created_at)?;
    let message = NewMessage {
        conversation,
        sender: requester,
        message_type: MessageType::SessionRequest,
        content: &content,
        request: Some(request),
        at: created_at,
    };
    let message = chat::append_message(conn, &message)?;
    Ok(SentRequest {
        request_id: RequestId::new(request),
        conversation_id: ConversationId::new(conversation),
        message_id: MessageId::new(message),
        created_at,
    })
}

/// Fails with `Conflict` if a fact of the plan no longer holds. The unique index guards against equal requests.
fn guard(conn: &mut AnyConnection, plan: &CreationPlan) -> Result<(), StoreError> {
    let (requester, tutor) = (plan.key.requester, plan.parties.tutor);
    // The exclusive lock serialises the requests of one requester, so that their number can be limited.
    dialect::lock_relations(conn, vec![(requester.get(), LockMode::Exclusive), (tutor.get(), LockMode::Share)])?;
    let pending = facts::pending_count(conn, requester, plan.created_at.naive_utc())?;
    let limit = plan.rejection_limit;
    let rejections = facts::rejections(conn, requester, plan.key.tutor, limit.since.naive_utc())?;
    let holds = pending < i64::from(plan.max_pending)
        && rejections.len() < usize::from(limit.max)
        && !connections::has_block(conn, requester, tutor)?
        && !connections::has_block(conn, plan.parties.student, tutor)?
        && match plan.guardianship {
            Some(fact) => dialect::share_active_guardianship(conn, fact.parent.get(), fact.student.get())?,
            None => true,
        }
        && match &plan.package {
            Some(PackageFact { snapshot, updated_at }) => {
                dialect::share_active_package(conn, snapshot.id.get(), plan.key.tutor.get(), updated_at.naive_utc())?
            }
            None => true,
        };
    if holds { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Writes down the expiry of the requester's requests to the tutor whose deadline has passed. As long as they are
/// stored as pending, the unique index forbids equal ones.
fn expire_lapsed(conn: &mut AnyConnection, plan: &CreationPlan) -> Result<(), StoreError> {
    let lapsed = requested_sessions::table
        .filter(requested_sessions::requester_id.eq(plan.key.requester.get()))
        .filter(requested_sessions::tutor_id.eq(plan.key.tutor.get()))
        .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
        .filter(requested_sessions::expires_at.le(plan.created_at.naive_utc()));
    diesel::update(lapsed)
        .set((
            requested_sessions::status.eq(RequestStatus::Expired.as_str()),
            requested_sessions::updated_at.eq(requested_sessions::expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

fn row(plan: CreationPlan) -> NewRequestRow {
    let terms = plan.terms;
    let package = plan.package.map(|package| package.snapshot);
    NewRequestRow {
        tutor_id: plan.key.tutor.get(),
        requester_id: plan.key.requester.get(),
        requester_type: plan.requester_type.as_str(),
        student_id: plan.key.student.get(),
        package_id: package.as_ref().map(|package| package.id.get()),
        package_price_cents: package.as_ref().map(|package| package.price.cents()),
        package_name: package.map(|package| package.name),
        currency: plan.currency.as_str().to_owned(),
        status: RequestStatus::Pending.as_str(),
        message: terms.message,
        preferred_schedule: terms.preferred_schedule,
        schedule: ScheduleFields::from(&terms.schedule).into(),
        year_range: columns::json(terms.year_range),
        months: columns::json(terms.months),
        time_zone: terms.time_zone.name(),
        counter_offer_price_cents: terms.counter_offer_price.map(Money::cents),
        created_at: plan.created_at.naive_utc(),
        expires_at: plan.expires_at.naive_utc(),
        updated_at: plan.created_at.naive_utc(),
    }
}
