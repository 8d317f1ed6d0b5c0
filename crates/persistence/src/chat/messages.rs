//! Messages, with the requests that they are about.

use astegni_domain::chat::{Message, MessageType, RequestCard};
use astegni_domain::ids::{ConversationId, MessageId, PackageId, RequestId, TutorId, UserId};
use astegni_domain::page::{Keyset, Page, PageSize};
use astegni_domain::requests::{RequestStatus, RequesterType};
use astegni_domain::schedule::weekday_name;
use astegni_domain::tutoring::ScheduleType;
use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{chat_messages, conversation_participants, requested_sessions, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = chat_messages)]
struct MessageRow {
    id: i64,
    conversation_id: i64,
    seq: i64,
    sender_user_id: i64,
    message_type: String,
    content: Option<String>,
    media_url: Option<String>,
    reply_to_id: Option<i64>,
    is_edited: bool,
    is_deleted: bool,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = requested_sessions)]
struct CardRow {
    id: i64,
    package_id: Option<i64>,
    tutor_id: i64,
    requester_type: String,
    status: String,
    schedule_type: Option<String>,
    year_range: String,
    months: String,
    days: String,
    specific_dates: String,
    start_time: Option<NaiveTime>,
    end_time: Option<NaiveTime>,
    counter_offer_price_cents: Option<i64>,
    expires_at: NaiveDateTime,
}

fn card(row: &CardRow, now: DateTime<Utc>) -> Result<RequestCard, StoreError> {
    let requester_type: RequesterType = columns::word("requested_sessions.requester_type", &row.requester_type)?;
    let status: RequestStatus = columns::word("requested_sessions.status", &row.status)?;
    let schedule_type: Option<ScheduleType> =
        columns::optional_word("requested_sessions.schedule_type", row.schedule_type.as_deref())?;
    let days = columns::weekdays("requested_sessions.days", &row.days)?;
    Ok(RequestCard {
        request_id: RequestId::new(row.id),
        package_id: row.package_id.map(PackageId::new),
        tutor_id: TutorId::new(row.tutor_id),
        requester_type: requester_type.as_str(),
        status: status.at(instant(row.expires_at), now),
        schedule_type: schedule_type.map(ScheduleType::as_str),
        year_range: columns::integers("requested_sessions.year_range", &row.year_range)?,
        months: columns::strings("requested_sessions.months", &row.months)?,
        days: days.into_iter().map(|day| weekday_name(day).to_owned()).collect(),
        specific_dates: columns::dates("requested_sessions.specific_dates", &row.specific_dates)?,
        start_time: row.start_time,
        end_time: row.end_time,
        counter_offer_price: columns::money(row.counter_offer_price_cents),
    })
}

/// A message, its sender's name and picture, and the request that it is about.
type MessageColumns = (MessageRow, (String, Option<String>), Option<CardRow>);

/// A page of a conversation's messages, the newest first, and how many there are in all.
pub(super) fn messages(
    conn: &mut AnyConnection,
    conversation: i64,
    viewer: i64,
    before: Option<MessageId>,
    size: PageSize,
    now: DateTime<Utc>,
) -> Result<(Page<Message>, i64), StoreError> {
    let in_conversation = chat_messages::table.filter(chat_messages::conversation_id.eq(conversation));
    let total = in_conversation.count().get_result(conn)?;
    let read_by_all: Option<i64> = conversation_participants::table
        .filter(conversation_participants::conversation_id.eq(conversation))
        .filter(conversation_participants::user_id.ne(viewer))
        .select(diesel::dsl::min(conversation_participants::last_read_seq))
        .first(conn)?;
    let mut query = chat_messages::table
        .inner_join(users::table)
        .left_join(requested_sessions::table)
        .filter(chat_messages::conversation_id.eq(conversation))
        .select((
            MessageRow::as_select(),
            (users::display_name, users::profile_picture),
            Option::<CardRow>::as_select(),
        ))
        .order(chat_messages::seq.desc())
        .limit(size.overread())
        .into_boxed();
    if let Some(before) = before {
        let place: Option<i64> =
            in_conversation.find(before.get()).select(chat_messages::seq).first(conn).optional()?;
        // A message of another conversation has nothing before it in this one.
        query = query.filter(chat_messages::seq.lt(place.unwrap_or_default()));
    }
    let rows: Vec<MessageColumns> = query.load(conn)?;
    let message = |(row, (sender_name, sender_avatar), request): MessageColumns| {
        let message_type: MessageType = columns::word("chat_messages.message_type", &row.message_type)?;
        Ok::<_, StoreError>(Message {
            id: MessageId::new(row.id),
            conversation_id: ConversationId::new(row.conversation_id),
            seq: row.seq,
            sender_user_id: UserId::new(row.sender_user_id),
            sender_name,
            sender_avatar,
            message_type,
            content: row.content.filter(|_| !row.is_deleted),
            media_url: row.media_url.filter(|_| !row.is_deleted),
            request: request
                .filter(|_| message_type == MessageType::SessionRequest)
                .map(|request| card(&request, now))
                .transpose()?,
            reply_to_id: row.reply_to_id.map(MessageId::new),
            is_edited: row.is_edited,
            is_deleted: row.is_deleted,
            is_read: read_by_all.is_some_and(|seq| seq >= row.seq),
            created_at: instant(row.created_at),
            updated_at: instant(row.updated_at),
        })
    };
    let items = rows.into_iter().map(message).collect::<Result<Vec<_>, _>>()?;
    let keyset = |message: &Message| Keyset { sort: message.seq, id: message.id.get() };
    Ok((Page::from_overread(items, size, keyset), total))
}
