//! Participants of connections, limited to what a viewer may see of them.

use std::collections::BTreeMap;

use astegni_domain::connections::{ProfileCard, SubjectAccount, Viewer};
use astegni_domain::ids::UserId;
use diesel::prelude::*;

use super::facts;
use crate::accounts::roles;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::users;

/// Loads the cards of some users. Users who are hidden from the viewer are missing.
pub(super) fn cards(
    conn: &mut AnyConnection,
    viewer: Viewer,
    ids: &[i64],
) -> Result<BTreeMap<UserId, ProfileCard>, StoreError> {
    type Row = (i64, bool, bool, String, Option<String>, String);
    let rows: Vec<Row> = users::table
        .filter(users::id.eq_any(ids))
        .select((
            users::id,
            users::password_hash.is_not_null(),
            users::is_private,
            users::display_name,
            users::profile_picture,
            users::roles,
        ))
        .load(conn)?;
    let subject = |(id, has_login, is_private, ..): &Row| SubjectAccount {
        id: UserId::new(*id),
        has_login: *has_login,
        is_private: *is_private,
    };
    let subjects: Vec<SubjectAccount> = rows.iter().map(subject).collect();
    let profiles = facts::profiles(conn, viewer, &subjects)?;
    let mut cards = BTreeMap::new();
    for (id, _, _, name, profile_picture, role_names) in rows {
        let id = UserId::new(id);
        let card = ProfileCard { id, name: Some(name), profile_picture, roles: roles(&role_names)? };
        let visible = profiles.get(&id).and_then(|profile| card.visible_with(profile.access()));
        cards.extend(visible.map(|card| (id, card)));
    }
    Ok(cards)
}
