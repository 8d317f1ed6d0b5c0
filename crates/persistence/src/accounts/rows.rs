//! Rows of accounts, and the queries that several adapters share.

use std::collections::BTreeMap;

use astegni_domain::accounts::{EmailAddress, NewAccount, ProfileChanges, ProfileIds, Role, User, Username};
use astegni_domain::connections::name_endings;
use astegni_domain::ids::{ParentId, StudentId, TutorId, UserId};
use astegni_domain::text::fold;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::names;
use super::roles::{json_roles, roles};
use crate::columns::{self, instant, nullable};
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::error::StoreError;
use crate::schema::{calendars, connection_counters, parent_profiles, student_profiles, tutor_profiles, users};

/// The columns of an account that a [`User`] is made of.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    id: i64,
    email: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    father_name: Option<String>,
    grandfather_name: Option<String>,
    phone: Option<String>,
    date_of_birth: Option<NaiveDate>,
    pub(crate) roles: String,
    active_role: Option<String>,
    time_zone: String,
    is_private: bool,
    profile_picture: Option<String>,
    is_active: bool,
    email_verified: bool,
    created_at: NaiveDateTime,
}

type ProfileColumns = (Option<i64>, Option<i64>, Option<i64>);

impl UserRow {
    fn into_user(self, (student, tutor, parent): ProfileColumns) -> Result<User, StoreError> {
        Ok(User {
            id: UserId::new(self.id),
            email: self.email.map(EmailAddress::from_store),
            username: self.username,
            first_name: self.first_name,
            last_name: self.last_name,
            father_name: self.father_name,
            grandfather_name: self.grandfather_name,
            phone: self.phone,
            date_of_birth: self.date_of_birth,
            roles: roles(&self.roles)?,
            active_role: columns::parse_optional_column("users.active_role", self.active_role.as_deref())?,
            profiles: ProfileIds {
                student: student.map(StudentId::new),
                tutor: tutor.map(TutorId::new),
                parent: parent.map(ParentId::new),
            },
            time_zone: columns::zone("users.time_zone", &self.time_zone)?,
            is_private: self.is_private,
            profile_picture: self.profile_picture,
            is_active: self.is_active,
            email_verified: self.email_verified,
            created_at: instant(self.created_at),
        })
    }
}

/// Accounts with their profiles.
#[diesel::dsl::auto_type]
fn with_profiles() -> _ {
    users::table.left_join(student_profiles::table).left_join(tutor_profiles::table).left_join(parent_profiles::table)
}

/// The columns of the profiles' ids.
#[diesel::dsl::auto_type]
fn profile_ids() -> _ {
    (student_profiles::id.nullable(), tutor_profiles::id.nullable(), parent_profiles::id.nullable())
}

/// Returns an account with its profiles, if it exists.
pub(crate) fn find(conn: &mut AnyConnection, id: i64) -> Result<Option<User>, StoreError> {
    let row: Option<(UserRow, ProfileColumns)> = with_profiles()
        .filter(users::id.eq(id))
        .select((UserRow::as_select(), profile_ids()))
        .first(conn)
        .optional()?;
    row.map(|(user, profiles)| user.into_user(profiles)).transpose()
}

/// Returns some accounts with their profiles, each if it exists.
pub(crate) fn find_all(conn: &mut AnyConnection, ids: &[UserId]) -> Results<Option<User>> {
    if let [id] = ids {
        return Ok(vec![find(conn, id.get())]);
    }
    let keys: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    let rows: Vec<(UserRow, ProfileColumns)> =
        with_profiles().filter(users::id.eq_any(keys)).select((UserRow::as_select(), profile_ids())).load(conn)?;
    let users = rows.into_iter().map(|(user, profiles)| Ok((user.id, user.into_user(profiles)?)));
    let users: BTreeMap<i64, User> = users.collect::<Result<_, StoreError>>()?;
    Ok(ids.iter().map(|id| Ok(users.get(&id.get()).cloned())).collect())
}

#[derive(Insertable)]
#[diesel(table_name = users)]
struct NewUserRow {
    email: Option<String>,
    username: Option<String>,
    username_folded: Option<String>,
    password_hash: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    father_name: Option<String>,
    grandfather_name: Option<String>,
    display_name: String,
    display_name_folded: String,
    phone: Option<String>,
    date_of_birth: Option<NaiveDate>,
    roles: String,
    active_role: Option<&'static str>,
    time_zone: String,
    is_private: bool,
    profile_picture: Option<String>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// Adds an account with a profile for each role, a calendar and connection counters.
pub(crate) fn insert_account(conn: &mut AnyConnection, account: NewAccount) -> Result<User, StoreError> {
    let now = account.created_at.naive_utc();
    let profile = account.profile;
    let row = NewUserRow {
        email: account.email.map(|email| email.to_string()),
        username_folded: account.username.as_ref().map(Username::folded),
        username: account.username.map(|username| username.as_str().to_owned()),
        password_hash: account.password_hash,
        first_name: profile.first_name.into_value(),
        last_name: profile.last_name.into_value(),
        father_name: profile.father_name.into_value(),
        grandfather_name: profile.grandfather_name.into_value(),
        display_name: String::new(),
        display_name_folded: String::new(),
        phone: profile.phone.into_value(),
        date_of_birth: profile.date_of_birth.into_value(),
        roles: json_roles(&account.roles, "[]")?,
        active_role: account.roles.first().map(|role| role.as_str()),
        time_zone: account.time_zone.name().to_owned(),
        is_private: profile.is_private.unwrap_or(false),
        profile_picture: profile.profile_picture.into_value(),
        created_at: now,
        updated_at: now,
    };
    let id: i64 = diesel::insert_into(users::table).values(row).returning(users::id).get_result(conn)?;
    for role in &account.roles {
        insert_profile(conn, id, *role, now)?;
    }
    diesel::insert_into(calendars::table).values(calendars::user_id.eq(id)).execute(conn)?;
    diesel::insert_into(connection_counters::table).values(connection_counters::user_id.eq(id)).execute(conn)?;
    refresh_names(conn, id)
}

/// Adds the profile that a role needs. Admins need none.
pub(crate) fn insert_profile(
    conn: &mut AnyConnection,
    user: i64,
    role: Role,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    match role {
        Role::Student => diesel::insert_into(student_profiles::table)
            .values((
                student_profiles::user_id.eq(user),
                student_profiles::created_at.eq(now),
                student_profiles::updated_at.eq(now),
            ))
            .execute(conn)?,
        Role::Parent => diesel::insert_into(parent_profiles::table)
            .values((
                parent_profiles::user_id.eq(user),
                parent_profiles::created_at.eq(now),
                parent_profiles::updated_at.eq(now),
            ))
            .execute(conn)?,
        Role::Tutor => diesel::insert_into(tutor_profiles::table)
            .values((
                tutor_profiles::user_id.eq(user),
                tutor_profiles::subjects.eq("[]"),
                tutor_profiles::languages.eq("[]"),
                tutor_profiles::grade_levels.eq("[]"),
                tutor_profiles::created_at.eq(now),
                tutor_profiles::updated_at.eq(now),
            ))
            .execute(conn)?,
        Role::Admin => 0,
    };
    Ok(())
}

/// The columns of a change. Diesel leaves a column whose value is `None` unchanged.
#[derive(AsChangeset)]
#[diesel(table_name = users)]
#[expect(clippy::option_option, reason = "the outer option is whether to write, the inner one is the column's null")]
struct UserChangesRow {
    first_name: Option<Option<String>>,
    last_name: Option<Option<String>>,
    father_name: Option<Option<String>>,
    grandfather_name: Option<Option<String>>,
    phone: Option<Option<String>>,
    date_of_birth: Option<Option<NaiveDate>>,
    time_zone: Option<String>,
    is_private: Option<bool>,
    profile_picture: Option<Option<String>>,
    updated_at: NaiveDateTime,
}

/// Writes the changes of an account.
pub(crate) fn update(
    conn: &mut AnyConnection,
    id: i64,
    changes: ProfileChanges,
    now: NaiveDateTime,
) -> Result<User, StoreError> {
    if let Some(is_private) = changes.is_private {
        crate::connections::prepare_privacy_change(conn, UserId::new(id), is_private)?;
    }
    let row = UserChangesRow {
        first_name: nullable(changes.first_name),
        last_name: nullable(changes.last_name),
        father_name: nullable(changes.father_name),
        grandfather_name: nullable(changes.grandfather_name),
        phone: nullable(changes.phone),
        date_of_birth: nullable(changes.date_of_birth),
        time_zone: changes.time_zone.map(|zone| zone.name().to_owned()),
        is_private: changes.is_private,
        profile_picture: nullable(changes.profile_picture),
        updated_at: now,
    };
    diesel::update(users::table.find(id)).set(row).execute(conn)?;
    refresh_names(conn, id)
}

/// Updates the columns and rows that are derived from a user's names, and returns the account.
pub(crate) fn refresh_names(conn: &mut AnyConnection, id: i64) -> Result<User, StoreError> {
    let user = find(conn, id)?.ok_or(StoreError::Conflict)?;
    let name = user.display_name();
    diesel::update(users::table.find(id))
        .set((users::display_name_folded.eq(fold(&name)), users::display_name.eq(&name)))
        .execute(conn)?;
    names::refresh(conn, id, name_endings(&name))?;
    if let Some(tutor) = user.profiles.tutor {
        crate::tutoring::refresh_terms(conn, tutor.get())?;
    }
    Ok(user)
}
