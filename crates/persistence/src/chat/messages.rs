//! Messages, with the session requests that they are about.

use std::collections::{BTreeMap, BTreeSet};

use astegni_domain::chat::{Message, MessageType, MessagesFrom, MessagesPage, RequestCard, is_read, unless_deleted};
use astegni_domain::ids::{ConversationId, MessageId, PackageId, RequestId, TutorId, UserId};
use astegni_domain::page::{CountedPage, Keyset, Page};
use astegni_domain::requests::RequestStatus;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::queries::{self, Access};
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::requests::ScheduleColumns;
use crate::schema::{chat_messages, conversation_participants, conversations, requested_sessions, users};

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
    media_metadata: Option<String>,
    reply_to_id: Option<i64>,
    client_message_id: Option<String>,
    edited_at: Option<NaiveDateTime>,
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

/// Returns the message for a reader, given the lowest place up to which the others give read receipts.
fn message(
    (row, (sender_name, sender_avatar), request): MessageColumns,
    read_by_others: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Message, StoreError> {
    let message_type: MessageType = columns::parse_column("chat_messages.message_type", &row.message_type)?;
    Ok(Message {
        id: MessageId::new(row.id),
        conversation_id: ConversationId::new(row.conversation_id),
        seq: row.seq,
        sender_user_id: UserId::new(row.sender_user_id),
        sender_name,
        sender_avatar,
        message_type,
        content: unless_deleted(row.content, row.is_deleted),
        media_url: unless_deleted(row.media_url, row.is_deleted),
        metadata: unless_deleted(row.media_metadata, row.is_deleted),
        request: request.filter(|_| message_type.shows_request()).map(|request| card(request, now)).transpose()?,
        reply_to_id: row.reply_to_id.map(MessageId::new),
        client_message_id: row.client_message_id,
        edited_at: row.edited_at.map(instant),
        is_deleted: row.is_deleted,
        is_read: is_read(row.seq, read_by_others),
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
    })
}

#[diesel::dsl::auto_type]
fn with_senders() -> _ {
    chat_messages::table.inner_join(users::table).left_join(requested_sessions::table)
}

/// A participant's place in a conversation.
struct Place {
    user: i64,
    joined_seq: i64,
    receipt_seq: i64,
}

/// Returns the places of the participants of some conversations.
fn places(conn: &mut AnyConnection, conversations: &[i64]) -> Result<BTreeMap<i64, Vec<Place>>, StoreError> {
    let rows: Vec<(i64, i64, i64, i64)> = conversation_participants::table
        .filter(conversation_participants::conversation_id.eq_any(conversations))
        .select((
            conversation_participants::conversation_id,
            conversation_participants::user_id,
            conversation_participants::joined_seq,
            conversation_participants::receipt_seq,
        ))
        .load(conn)?;
    let mut places: BTreeMap<i64, Vec<Place>> = BTreeMap::new();
    for (conversation, user, joined_seq, receipt_seq) in rows {
        places.entry(conversation).or_default().push(Place { user, joined_seq, receipt_seq });
    }
    Ok(places)
}

/// Returns the lowest place up to which the participants other than a reader give read receipts.
fn read_by_others(places: &[Place], reader: i64) -> Option<i64> {
    places.iter().filter(|place| place.user != reader).map(|place| place.receipt_seq).min()
}

/// Returns a page of a conversation's messages, the nearest to its beginning first. A participant sees those since joining.
pub(super) fn messages(
    conn: &mut AnyConnection,
    conversation: i64,
    viewer: i64,
    MessagesPage { page, from }: MessagesPage,
    now: DateTime<Utc>,
) -> Result<CountedPage<Message>, StoreError> {
    let last: Option<i64> =
        conversations::table.find(conversation).select(conversations::last_seq).first(conn).optional()?;
    let places = places(conn, &[conversation])?.remove(&conversation).unwrap_or_default();
    let joined = match places.iter().find(|place| place.user == viewer) {
        Some(place) => place.joined_seq,
        None => match queries::access(conn, UserId::new(viewer), ConversationId::new(conversation))? {
            Access::As(_) => 0,
            // The viewer has left since the right to read was checked.
            Access::Refused | Access::Missing => i64::MAX,
        },
    };
    let read_by_others = read_by_others(&places, viewer);
    let mut query = with_senders()
        .filter(chat_messages::conversation_id.eq(conversation))
        .filter(chat_messages::seq.gt(joined))
        .select((
            MessageRow::as_select(),
            (users::display_name, users::profile_picture),
            Option::<CardRow>::as_select(),
        ))
        .limit(page.size.overread())
        .into_boxed();
    let mut place = |id: MessageId| {
        let in_conversation = chat_messages::table.filter(chat_messages::conversation_id.eq(conversation));
        in_conversation.find(id.get()).select(chat_messages::seq).first::<i64>(conn).optional()
    };
    // Nothing in this conversation precedes or follows a message of another one.
    let (from, is_ascending) = match from {
        MessagesFrom::Latest => (i64::MAX, false),
        MessagesFrom::Before(id) => (place(id)?.unwrap_or_default(), false),
        MessagesFrom::After(id) => (place(id)?.unwrap_or(i64::MAX), true),
    };
    let from = page.after.map_or(from, |after| after.sort);
    query = if is_ascending {
        query.filter(chat_messages::seq.gt(from)).order(chat_messages::seq.asc())
    } else {
        query.filter(chat_messages::seq.lt(from)).order(chat_messages::seq.desc())
    };
    let rows: Vec<MessageColumns> = query.load(conn)?;
    let items = rows.into_iter().map(|row| message(row, read_by_others, now)).collect::<Result<Vec<_>, _>>()?;
    let keyset = |message: &Message| Keyset { sort: message.seq, id: message.id.get() };
    let total = last.unwrap_or_default().saturating_sub(joined).max(0);
    Ok(CountedPage { page: Page::from_overread(items, page.size, keyset), total })
}

/// Returns messages, each by its id and a reader who is a participant of its conversation and joined before it.
pub(crate) fn messages_of_readers(
    conn: &mut AnyConnection,
    wanted: &BTreeSet<(i64, i64)>,
    now: DateTime<Utc>,
) -> Result<BTreeMap<(i64, i64), Message>, StoreError> {
    let ids: BTreeSet<i64> = wanted.iter().map(|(message, _)| *message).collect();
    let rows: Vec<MessageColumns> = with_senders()
        .filter(chat_messages::id.eq_any(ids))
        .select((
            MessageRow::as_select(),
            (users::display_name, users::profile_picture),
            Option::<CardRow>::as_select(),
        ))
        .load(conn)?;
    let conversations: BTreeSet<i64> = rows.iter().map(|(row, ..)| row.conversation_id).collect();
    let places = places(conn, &conversations.into_iter().collect::<Vec<_>>())?;
    let mut messages = BTreeMap::new();
    for (row, sender, request) in rows {
        let (id, seq) = (row.id, row.seq);
        let places = places.get(&row.conversation_id).map(Vec::as_slice).unwrap_or_default();
        let read = message((row, sender, request), None, now)?;
        for (_, reader) in wanted.range((id, i64::MIN)..=(id, i64::MAX)) {
            if places.iter().any(|place| place.user == *reader && place.joined_seq < seq) {
                let is_read = is_read(seq, read_by_others(places, *reader));
                messages.insert((id, *reader), Message { is_read, ..read.clone() });
            }
        }
    }
    Ok(messages)
}
