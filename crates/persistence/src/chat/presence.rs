//! The users who may see the presence of others.

use astegni_domain::ids::UserId;
use diesel::sql_types::BigInt;

use crate::connection::AnyConnection;
use crate::connections;
use crate::error::StoreError;
use crate::statement::{self, Statement};

/// The pairs of a viewer and a user whose presence the viewer may see unless a block separates the two: the user has written
/// to the viewer in their direct conversation, and shows presence.
const PAIRS: &str = "FROM conversation_participants viewer \
    JOIN conversations c ON c.id = viewer.conversation_id AND c.type = 'direct' \
    JOIN conversation_participants seen ON seen.conversation_id = c.id AND seen.user_id <> viewer.user_id \
    AND seen.has_written LEFT JOIN chat_settings s ON s.user_id = seen.user_id WHERE COALESCE(s.online_status, TRUE)";

/// Returns those of some users whose presence a viewer may see.
pub(super) fn visible(conn: &mut AnyConnection, viewer: UserId, users: &[UserId]) -> Result<Vec<UserId>, StoreError> {
    select(conn, ("viewer", viewer), ("seen", users))
}

/// Returns those of some viewers who may see the presence of a user.
pub(super) fn viewers(conn: &mut AnyConnection, user: UserId, viewers: &[UserId]) -> Result<Vec<UserId>, StoreError> {
    select(conn, ("seen", user), ("viewer", viewers))
}

fn select(
    conn: &mut AnyConnection,
    (one, user): (&str, UserId),
    (other, users): (&str, &[UserId]),
) -> Result<Vec<UserId>, StoreError> {
    let padded = statement::padded(users.len());
    let places = vec!["?"; padded].join(", ");
    let separated = connections::separated("viewer.user_id", "seen.user_id");
    let text = format!(
        "SELECT {other}.user_id {PAIRS} AND NOT {separated} AND {one}.user_id = ? AND {other}.user_id IN ({places})"
    );
    let ids = users.iter().map(|user| user.get()).chain(std::iter::repeat_n(0, padded - users.len()));
    let selected: Vec<i64> = Statement::<BigInt>::new(text).bind(user.get()).bind_all(ids).load(conn)?;
    Ok(selected.into_iter().map(UserId::new).collect())
}
