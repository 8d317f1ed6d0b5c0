//! Writing a request, its conversation and its message.

use astegni_domain::chat::MessageType;
use astegni_domain::events::Event;
use astegni_domain::ids::RequestId;
use astegni_domain::money::Money;
use astegni_domain::requests::{CreationPlan, RequestStatus, ScheduleFields, SentRequest};
use diesel::sql_types::BigInt;

use super::expire::{self, Overdue};
use super::{ScheduleColumns, facts};
use crate::chat::{self, NewMessage, Target};
use crate::columns;
use crate::connection::AnyConnection;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::events;
use crate::statement::{self, Parameter, Statement};

/// The columns of a new request whose stored form the plan does not hold.
struct Encoded {
    schedule: ScheduleColumns,
    year_range: String,
    months: String,
}

/// Writes a plan after guarding its facts. The lock order is relation counters, packages, guardianships,
/// requests, conversations.
pub(super) fn apply(conn: &mut AnyConnection, plan: &CreationPlan) -> Result<SentRequest, StoreError> {
    let lapsed = guard(conn, plan)?;
    let encoded = Encoded {
        schedule: ScheduleFields::from(&plan.terms.schedule).into(),
        year_range: columns::json(plan.terms.year_range.iter().copied()),
        months: columns::json(plan.terms.months.iter().map(String::as_str)),
    };
    let content = plan.terms.message.as_deref().unwrap_or_default();
    let target = Target::Direct(plan.parties.tutor);
    let message = NewMessage::text(plan.key.requester, target, MessageType::SessionRequest, content, plan.created_at);
    let (request, sent) = chat::send_request(conn, insert(plan, &encoded), &message)?;
    let sent = SentRequest {
        request_id: RequestId::new(request),
        conversation_id: sent.conversation,
        message_id: sent.message,
        created_at: plan.created_at,
    };
    let news: Vec<Event> = lapsed.into_iter().chain(plan.events(&sent)).collect();
    events::append(conn, &news)?;
    Ok(sent)
}

/// Fails with `Conflict` if a fact of the plan no longer holds. The unique index guards against equal requests, and also
/// forbids equal ones to those past their deadlines as long as they are stored as pending, so their expiry is written
/// down. Returns its events.
fn guard(conn: &mut AnyConnection, plan: &CreationPlan) -> Result<Vec<Event>, StoreError> {
    let (requester, tutor) = (plan.key.requester, plan.parties.tutor);
    let now = plan.created_at.naive_utc();
    // The exclusive lock serialises the requests of one requester, so that their number can be limited.
    dialect::lock_relations(conn, vec![(requester.get(), LockMode::Exclusive), (tutor.get(), LockMode::Share)])?;
    let facts = facts::guarded(conn, plan)?;
    let holds = facts.history.pending_count(now) < i64::from(plan.max_pending)
        && facts.history.rejections.len() < usize::from(plan.rejection_limit.max)
        && !facts.blocked
        && facts.has_package
        && match plan.guardianship {
            Some(fact) => dialect::share_active_guardianship(conn, fact.parent.get(), fact.student.get())?,
            None => true,
        };
    if !holds {
        return Err(StoreError::Conflict);
    }
    if facts.history.has_lapsed(plan.key.tutor, now) {
        let overdue = Overdue::Between { requester, tutor: plan.key.tutor };
        return expire::write_down(conn, overdue, plan.created_at);
    }
    Ok(Vec::new())
}

/// Returns the statement that inserts the request and returns its id.
fn insert<'a>(plan: &'a CreationPlan, encoded: &'a Encoded) -> Statement<'a, BigInt> {
    let terms = &plan.terms;
    let package = plan.package.as_ref().map(|package| &package.snapshot);
    let created_at = plan.created_at.naive_utc();
    let columns = [
        ("tutor_id", plan.key.tutor.get().into()),
        ("requester_id", plan.key.requester.get().into()),
        ("requester_type", plan.requester_type.as_str().into()),
        ("requested_to_id", plan.key.student.get().into()),
        ("package_id", package.map(|package| package.id.get()).into()),
        ("package_name", package.map(|package| package.name.as_str()).into()),
        ("package_price_cents", package.map(|package| package.price.cents()).into()),
        ("package_session_count", package.and_then(|package| package.session_count).map(i32::from).into()),
        ("currency", plan.currency.as_str().into()),
        ("status", RequestStatus::Pending.as_str().into()),
        ("message", terms.message.as_deref().into()),
        ("preferred_schedule", terms.preferred_schedule.as_deref().into()),
        ("year_range", encoded.year_range.as_str().into()),
        ("months", encoded.months.as_str().into()),
        ("time_zone", terms.time_zone.name().into()),
        ("counter_offer_price_cents", terms.counter_offer_price.map(Money::cents).into()),
        ("created_at", created_at.into()),
        ("expires_at", plan.expires_at.naive_utc().into()),
        ("updated_at", created_at.into()),
    ];
    let columns: Vec<(&str, Parameter<'a>)> = columns.into_iter().chain(encoded.schedule.values()).collect();
    let (names, places) = statement::listed(&columns);
    Statement::new(format!("INSERT INTO requested_sessions ({names}) VALUES ({places}) RETURNING id"))
        .bind_all(columns.into_iter().map(|(_, value)| value))
}
