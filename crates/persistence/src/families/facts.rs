//! Facts that the rules of families need.

use astegni_domain::accounts::EmailAddress;
use astegni_domain::families::{
    Guardianship, GuardianshipFacts, GuardianshipStatus, InvitationFacts, InvitedStudent, ParentFacts,
};
use astegni_domain::ids::{GuardianshipId, StudentId, UserId};
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::connections;
use crate::error::StoreError;
use crate::schema::{guardianships, student_profiles, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = guardianships)]
pub(super) struct GuardianshipRow {
    pub(super) id: i64,
    parent_user_id: i64,
    student_id: i64,
    status: String,
}

pub(super) fn guardianship(row: &GuardianshipRow) -> Result<Guardianship, StoreError> {
    Ok(Guardianship {
        id: GuardianshipId::new(row.id),
        parent: UserId::new(row.parent_user_id),
        student: StudentId::new(row.student_id),
        status: columns::parse_column("guardianships.status", &row.status)?,
    })
}

/// Returns the stored names of open statuses.
pub(super) fn open_statuses() -> [&'static str; 2] {
    GuardianshipStatus::OPEN.map(GuardianshipStatus::as_str)
}

/// A selection of guardianships.
#[derive(Clone, Copy)]
pub(super) enum Selection<'a> {
    /// The guardianship with this id, in any status.
    Id(GuardianshipId),
    /// The open guardianship of a parent over a student.
    Open(UserId, StudentId),
    /// The open guardianships whose two sides are both among these accounts.
    OpenAmong(&'a [i64]),
}

/// Loads the facts about guardianships in ascending id order.
pub(super) fn load(conn: &mut AnyConnection, selection: Selection<'_>) -> Result<Vec<GuardianshipFacts>, StoreError> {
    let others = diesel::alias!(guardianships as others);
    let other_guardians = others
        .filter(others.field(guardianships::student_id).eq(guardianships::student_id))
        .filter(others.field(guardianships::id).ne(guardianships::id))
        .filter(others.field(guardianships::status).eq(GuardianshipStatus::Active.as_str()));
    let query = guardianships::table
        .inner_join(student_profiles::table.inner_join(users::table))
        .select((GuardianshipRow::as_select(), users::id, users::password_hash.is_not_null(), exists(other_guardians)))
        .order(guardianships::id)
        .into_boxed();
    let open = guardianships::status.eq_any(open_statuses());
    let query = match selection {
        Selection::Id(id) => query.filter(guardianships::id.eq(id.get())),
        Selection::Open(parent, student) => query
            .filter(guardianships::parent_user_id.eq(parent.get()))
            .filter(guardianships::student_id.eq(student.get()))
            .filter(open),
        Selection::OpenAmong(accounts) => {
            query.filter(guardianships::parent_user_id.eq_any(accounts)).filter(users::id.eq_any(accounts)).filter(open)
        }
    };
    let rows: Vec<(GuardianshipRow, i64, bool, bool)> = query.load(conn)?;
    let facts = |(row, user, student_has_login, has_other_guardian): (GuardianshipRow, i64, bool, bool)| {
        let guardianship = guardianship(&row)?;
        let student_user = UserId::new(user);
        Ok(GuardianshipFacts { guardianship, student_user, student_has_login, has_other_guardian })
    };
    rows.into_iter().map(facts).collect()
}

/// Loads the open guardianships in which both the guardian and the ward are among some accounts, in ascending id
/// order.
pub(crate) fn open_among(conn: &mut AnyConnection, accounts: &[i64]) -> Result<Vec<GuardianshipFacts>, StoreError> {
    load(conn, Selection::OpenAmong(accounts))
}

/// Counts the open guardianships of a parent.
pub(super) fn open_children(conn: &mut AnyConnection, parent: UserId) -> Result<i64, StoreError> {
    Ok(guardianships::table
        .filter(guardianships::parent_user_id.eq(parent.get()))
        .filter(guardianships::status.eq_any(open_statuses()))
        .count()
        .get_result(conn)?)
}

/// Loads the facts about a parent.
pub(super) fn parent(conn: &mut AnyConnection, parent: UserId) -> Result<Option<ParentFacts>, StoreError> {
    let zone: Option<String> = users::table.find(parent.get()).select(users::time_zone).first(conn).optional()?;
    let Some(zone) = zone else { return Ok(None) };
    let time_zone = columns::zone("users.time_zone", &zone)?;
    Ok(Some(ParentFacts { time_zone, open_children: open_children(conn, parent)? }))
}

/// Returns the instant at which the last guardianship between a parent and a student was rejected or ended. Of two
/// closed ones the later was created later, because only one can be open at a time.
pub(super) fn last_closed_at(
    conn: &mut AnyConnection,
    parent: UserId,
    student: StudentId,
) -> Result<Option<NaiveDateTime>, StoreError> {
    let closed: Option<(Option<NaiveDateTime>, Option<NaiveDateTime>)> = guardianships::table
        .filter(guardianships::parent_user_id.eq(parent.get()))
        .filter(guardianships::student_id.eq(student.get()))
        .filter(guardianships::status.ne_all(open_statuses()))
        .order(guardianships::id.desc())
        .select((guardianships::ended_at, guardianships::responded_at))
        .first(conn)
        .optional()?;
    Ok(closed.and_then(|(ended_at, responded_at)| ended_at.or(responded_at)))
}

/// Loads the facts about an invitation of the student with an address.
pub(super) fn invitation(
    conn: &mut AnyConnection,
    parent: UserId,
    email: &EmailAddress,
) -> Result<InvitationFacts, StoreError> {
    let found: Option<(i64, i64)> = users::table
        .inner_join(student_profiles::table)
        .filter(users::email.eq(email.as_str()))
        .filter(users::is_active.eq(true))
        .select((users::id, student_profiles::id))
        .first(conn)
        .optional()?;
    let open_children = open_children(conn, parent)?;
    let Some((user, profile)) = found else { return Ok(InvitationFacts { student: None, open_children }) };
    let (user, profile) = (UserId::new(user), StudentId::new(profile));
    let student = InvitedStudent {
        user,
        profile,
        standing: connections::standing(conn, parent, user)?,
        has_open: !load(conn, Selection::Open(parent, profile))?.is_empty(),
        last_closed_at: last_closed_at(conn, parent, profile)?.map(instant),
    };
    Ok(InvitationFacts { student: Some(student), open_children })
}

/// Returns the account of a student of whom a user is an active guardian.
pub(crate) fn active_ward(
    conn: &mut AnyConnection,
    guardian: UserId,
    student: StudentId,
) -> Result<Option<UserId>, StoreError> {
    let user: Option<i64> = guardianships::table
        .inner_join(student_profiles::table)
        .filter(guardianships::parent_user_id.eq(guardian.get()))
        .filter(guardianships::student_id.eq(student.get()))
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()))
        .select(student_profiles::user_id)
        .first(conn)
        .optional()?;
    Ok(user.map(UserId::new))
}

/// Returns whether a user is an active guardian of a student, given by the account.
pub(crate) fn is_active_guardian(
    conn: &mut AnyConnection,
    guardian: UserId,
    student: UserId,
) -> Result<bool, StoreError> {
    let active = guardianships::table
        .inner_join(student_profiles::table)
        .filter(guardianships::parent_user_id.eq(guardian.get()))
        .filter(student_profiles::user_id.eq(student.get()))
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()));
    Ok(diesel::select(exists(active)).get_result(conn)?)
}

/// Returns whether a user is an active guardian of a student, given by the profile.
pub(crate) fn is_guardian(conn: &mut AnyConnection, user: UserId, student: StudentId) -> Result<bool, StoreError> {
    let active = guardianships::table
        .filter(guardianships::parent_user_id.eq(user.get()))
        .filter(guardianships::student_id.eq(student.get()))
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()));
    Ok(diesel::select(exists(active)).get_result(conn)?)
}
