//! Settings of chat.

use astegni_domain::chat::{ChatSettings, MessagePolicy, SettingsChange};
use astegni_domain::ids::UserId;
use diesel::prelude::*;

use crate::columns;
use crate::connection::AnyConnection;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::schema::chat_settings;
use crate::statement::Statement;

/// Parses the stored name of a policy; none is stored for a user who has never changed the settings.
pub(super) fn policy(name: Option<&str>) -> Result<MessagePolicy, StoreError> {
    Ok(columns::parse_optional_column("chat_settings.who_can_message", name)?.unwrap_or_default())
}

/// Returns the settings of a user.
pub(super) fn load(conn: &mut AnyConnection, user: UserId) -> Result<ChatSettings, StoreError> {
    type Row = (String, bool, bool, bool);
    let row: Option<Row> = chat_settings::table
        .find(user.get())
        .select((
            chat_settings::who_can_message,
            chat_settings::read_receipts,
            chat_settings::typing_indicators,
            chat_settings::online_status,
        ))
        .first(conn)
        .optional()?;
    let Some((who_can_message, read_receipts, typing_indicators, online_status)) = row else {
        return Ok(ChatSettings::default());
    };
    let who_can_message = policy(Some(&who_can_message))?;
    Ok(ChatSettings { who_can_message, read_receipts, typing_indicators, online_status })
}

/// Changes settings. The lock on the user's relations, which decisions about messages share, makes those that begin
/// afterwards see the result.
pub(super) fn change(
    conn: &mut AnyConnection,
    user: UserId,
    change: SettingsChange,
) -> Result<ChatSettings, StoreError> {
    dialect::lock_relations(conn, vec![(user.get(), LockMode::Exclusive)])?;
    let settings = change.apply(load(conn, user)?);
    let text = "INSERT INTO chat_settings (user_id, who_can_message, read_receipts, typing_indicators, online_status) \
        VALUES (?, ?, ?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET who_can_message = excluded.who_can_message, \
        read_receipts = excluded.read_receipts, typing_indicators = excluded.typing_indicators, \
        online_status = excluded.online_status";
    Statement::new(text)
        .bind(user.get())
        .bind(settings.who_can_message.as_str())
        .bind_all([settings.read_receipts, settings.typing_indicators, settings.online_status])
        .execute(conn)?;
    Ok(settings)
}
