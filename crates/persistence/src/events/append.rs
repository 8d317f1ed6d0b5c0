//! Adding events to the logs of their readers.

use astegni_domain::events::Event;
use astegni_domain::ids::UserId;
use chrono::NaiveDateTime;

use super::data;
use crate::connection::AnyConnection;
use crate::connections;
use crate::dialect;
use crate::error::StoreError;
use crate::statement::{self, Statement};

/// The name and the columns of the events to be written.
const EVENT: &str = "event(place, actor, type, data, at, crosses_blocks)";

/// Adds events to the logs of their audiences. A transaction calls it last, and once, because the ends of the logs are locked
/// in ascending order of users only within a call.
///
/// Whatever the audience, a user who is separated from the actor by a block is not told, unless the kind of the event crosses
/// blocks.
pub(crate) fn append(conn: &mut AnyConnection, events: &[Event]) -> Result<(), StoreError> {
    let texts: Vec<String> = events.iter().map(|event| data::encode(&event.subject)).collect();
    let Some(entries) = entries(events, &texts) else { return Ok(()) };
    let position = dialect::event_position(conn);
    let count = "INSERT INTO event_logs (user_id, last_seq) SELECT user_id, COUNT(*) FROM entry WHERE TRUE \
        GROUP BY user_id ORDER BY user_id \
        ON CONFLICT (user_id) DO UPDATE SET last_seq = event_logs.last_seq + excluded.last_seq";
    let insert = |log: &str| {
        format!(
            " INSERT INTO events (user_id, seq, position, type, data, created_at) \
             SELECT entry.user_id, log.last_seq - entry.total + entry.number, {position}, event.type, event.data, \
             event.at FROM entry JOIN {log} ON log.user_id = entry.user_id JOIN event ON event.place = entry.place"
        )
    };
    if dialect::has_writing_ctes(conn) {
        let log = format!(", log AS ({count} RETURNING user_id, last_seq)");
        entries.push(&log).push(&insert("log")).execute(conn)?;
    } else {
        entries.clone().push(&format!(" {count}")).execute(conn)?;
        entries.push(&insert("event_logs AS log")).execute(conn)?;
    }
    Ok(())
}

/// Returns the beginning of a statement, in which `entry` has the readers of each event, numbered within the events of each
/// reader. `None` if there are no events.
fn entries<'a>(events: &[Event], texts: &'a [String]) -> Option<Statement<'a>> {
    if events.is_empty() {
        return None;
    }
    let places = || (1_i64..).zip(events);
    let told: Vec<[i64; 2]> = pairs(places().map(|(place, event)| (place, &event.audience.users)));
    let guarded: Vec<[i64; 2]> = pairs(places().map(|(place, event)| (place, &event.audience.guardians_of)));
    let text = format!(
        "WITH {EVENT} AS (VALUES {}), told(place, user_id) AS (VALUES {}), guarded(place, user_id) AS (VALUES {}), \
         recipient AS (SELECT place, user_id FROM told WHERE place > 0 \
         UNION SELECT event.place, g.parent_user_id FROM guarded JOIN event ON event.place = guarded.place \
         JOIN student_profiles s ON s.user_id = guarded.user_id \
         JOIN guardianships g ON g.student_id = s.id AND g.status = 'active' \
         WHERE event.actor IS NULL OR g.parent_user_id <> event.actor), \
         entry AS (SELECT event.place, recipient.user_id, \
         ROW_NUMBER() OVER (PARTITION BY recipient.user_id ORDER BY event.place) AS number, \
         COUNT(*) OVER (PARTITION BY recipient.user_id) AS total \
         FROM recipient JOIN event ON event.place = recipient.place WHERE event.crosses_blocks OR NOT {})",
        statement::rows(statement::padded(events.len()), 6),
        statement::rows(told.len(), 2),
        statement::rows(guarded.len(), 2),
        connections::separated("event.actor", "recipient.user_id"),
    );
    let mut statement = Statement::new(text);
    for ((place, event), data) in places().zip(texts) {
        statement = statement
            .bind(place)
            .bind(event.actor.map(UserId::get))
            .bind(event.kind.as_str())
            .bind(data.as_str())
            .bind(event.at.naive_utc())
            .bind(event.kind.crosses_blocks());
    }
    for _ in events.len()..statement::padded(events.len()) {
        let (no_text, no_time) = (None::<&str>, None::<NaiveDateTime>);
        statement = statement.bind(0).bind(None::<i64>).bind(no_text).bind(no_text).bind(no_time).bind(false);
    }
    Some(statement.bind_all(told.into_iter().flatten()).bind_all(guarded.into_iter().flatten()))
}

/// Returns the users of each place, padded with rows of the place 0.
fn pairs<'a>(users: impl Iterator<Item = (i64, &'a Vec<UserId>)>) -> Vec<[i64; 2]> {
    let mut pairs: Vec<[i64; 2]> =
        users.flat_map(|(place, users)| users.iter().map(move |user| [place, user.get()])).collect();
    pairs.resize(statement::padded(pairs.len()), [0, 0]);
    pairs
}
