//! Messages, with the session requests that they are about.

use astegni_domain::chat::{Message, MessageType, MessagesPage, RequestCard, is_read, unless_deleted};
use astegni_domain::ids::{ConversationId, MessageId, PackageId, RequestId, TutorId, UserId};
use astegni_domain::page::{CountedPage, Keyset, Page};
use astegni_domain::requests::RequestStatus;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::requests::ScheduleColumns;
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
    #[diesel(embed)]
    schedule: ScheduleColumns,
    year_range: String,
    months: String,
    counter_offer_price_cents: Option<i64>,
    expires_at: NaiveDateTime,
}

fn card(row: CardRow, now: DateTime<Utc>) -> Result<RequestCard, StoreError> {
    let status: RequestStatus = columns::parse_column("requested_sessions.status", &row.status)?;
    Ok(RequestCard {
        request_id: RequestId::new(row.id),
        package_id: row.package_id.map(PackageId::new),
        tutor_id: TutorId::new(row.tutor_id),
        requester_type: columns::parse_column("requested_sessions.requester_type", &row.requester_type)?,
        status: status.at(instant(row.expires_at), now),
        schedule: row.schedule.try_into()?,
        year_range: columns::integers("requested_sessions.year_range", &row.year_range)?,
        months: columns::strings("requested_sessions.months", &row.months)?,
        counter_offer_price: columns::money(row.counter_offer_price_cents),
    })
}

/// A message, the name and picture of its sender, and the request that it is about.
type MessageColumns = (MessageRow, (String, Option<String>), Option<CardRow>);

/// Returns a page of a conversation's messages, the newest first.
pub(super) fn messages(
    conn: &mut AnyConnection,
    conversation: i64,
    viewer: i64,
    MessagesPage { page, before }: MessagesPage,
    now: DateTime<Utc>,
) -> Result<CountedPage<Message>, StoreError> {
    let in_conversation = chat_messages::table.filter(chat_messages::conversation_id.eq(conversation));
    let total = in_conversation.count().get_result(conn)?;
    let read_by_others: Option<i64> = conversation_participants::table
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
        .limit(page.size.overread())
        .into_boxed();
    if let Some(before) = before {
        let place: Option<i64> =
            in_conversation.find(before.get()).select(chat_messages::seq).first(conn).optional()?;
        // Nothing in this conversation precedes a message of another one.
        query = query.filter(chat_messages::seq.lt(place.unwrap_or_default()));
    }
    if let Some(after) = page.after {
        query = query.filter(chat_messages::seq.lt(after.sort));
    }
    let rows: Vec<MessageColumns> = query.load(conn)?;
    let message = |(row, (sender_name, sender_avatar), request): MessageColumns| {
        let message_type: MessageType = columns::parse_column("chat_messages.message_type", &row.message_type)?;
        Ok::<_, StoreError>(Message {
            id: MessageId::new(row.id),
            conversation_id: ConversationId::new(row.conversation_id),
            seq: row.seq,
            sender_user_id: UserId::new(row.sender_user_id),
            sender_name,
            sender_avatar,
            message_type,
            content: unless_deleted(row.content, row.is_deleted),
            media_url: unless_deleted(row.media_url, row.is_deleted),
            request: request.filter(|_| message_type.shows_request()).map(|request| card(request, now)).transpose()?,
            reply_to_id: row.reply_to_id.map(MessageId::new),
            is_edited: row.is_edited,
            is_deleted: row.is_deleted,
            is_read: is_read(row.seq, read_by_others),
            created_at: instant(row.created_at),
            updated_at: instant(row.updated_at),
        })
    };
    let items = rows.into_iter().map(message).collect::<Result<Vec<_>, _>>()?;
    let keyset = |message: &Message| Keyset { sort: message.seq, id: message.id.get() };
    Ok(CountedPage { page: Page::from_overread(items, page.size, keyset), total })
}
