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
use crate::statement::Statement;

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
    let (requester, tutor, created_at) = (plan.key.requester, plan.parties.tutor, plan.created_at);
    let content = plan.terms.message.clone().unwrap_or_default();
    let request: i64 = diesel::insert_into(requested_sessions::table)
        .values(row(plan))
        .returning(requested_sessions::id)
        .get_result(conn)?;
    let message = NewMessage {
        sender: requester,
        recipient: tutor,
        message_type: MessageType::SessionRequest,
        content: &content,
        request: Some(request),
        at: created_at,
    };
    let sent = chat::send_direct(conn, &message)?;
    Ok(SentRequest {
        request_id: RequestId::new(request),
        conversation_id: ConversationId::new(sent.conversation),
        message_id: MessageId::new(sent.message),
        created_at,
    })
}

/// Fails with `Conflict` if a fact of the plan no longer holds. The unique index guards against equal requests, and also
/// forbids equal ones to those past their deadlines as long as they are stored as pending, so their expiry is written
/// down.
fn guard(conn: &mut AnyConnection, plan: &CreationPlan) -> Result<(), StoreError> {
    let (requester, tutor) = (plan.key.requester, plan.parties.tutor);
    let now = plan.created_at.naive_utc();
    // The exclusive lock serialises the requests of one requester, so that their number can be limited.
    dialect::lock_relations(conn, vec![(requester.get(), LockMode::Exclusive), (tutor.get(), LockMode::Share)])?;
    let limit = plan.rejection_limit;
    let history = facts::history(conn, requester, plan.key.tutor, limit.since.naive_utc())?;
    let holds = history.pending_count(now) < i64::from(plan.max_pending)
        && history.rejections.len() < usize::from(limit.max)
        && !connections::has_any_block(conn, [(requester, tutor), (plan.parties.student, tutor)])?
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
    if !holds {
        return Err(StoreError::Conflict);
    }
    if history.has_lapsed(plan.key.tutor, now) {
        let text = "UPDATE requested_sessions SET status = 'expired', updated_at = expires_at \
            WHERE requester_id = ? AND tutor_id = ? AND status = 'pending' AND expires_at <= ?";
        Statement::new(text).bind_all([requester.get(), plan.key.tutor.get()]).bind(now).execute(conn)?;
    }
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
