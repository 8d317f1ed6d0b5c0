//! Pages of children and of guardians.

use astegni_domain::families::{ChildRecord, Guardian, GuardianshipStatus};
use astegni_domain::ids::{StudentId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use chrono::NaiveDateTime;
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::facts::{self, GuardianshipRow, guardianship, open_statuses};
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{guardianships, student_profiles, users};

/// Guardianship, origin, instant of creation, the student's account, name and login, and grade.
type ChildColumns = (GuardianshipRow, String, NaiveDateTime, (i64, String, bool), Option<String>);

/// Loads open guardianships of a parent with ids below a bound, newest first.
fn open_children(
    conn: &mut AnyConnection,
    parent: UserId,
    below: i64,
    limit: i64,
) -> Result<Vec<ChildRecord>, StoreError> {
    let rows: Vec<ChildColumns> = guardianships::table
        .inner_join(student_profiles::table.inner_join(users::table))
        .filter(guardianships::parent_user_id.eq(parent.get()))
        .filter(guardianships::status.eq_any(open_statuses()))
        .filter(guardianships::id.lt(below))
        .order(guardianships::id.desc())
        .limit(limit)
        .select((
            GuardianshipRow::as_select(),
            guardianships::origin,
            guardianships::created_at,
            (users::id, users::display_name, users::password_hash.is_not_null()),
            student_profiles::grade_level,
        ))
        .load(conn)?;
    let child = |(row, origin, created_at, (user, name, has_login), grade_level): ChildColumns| {
        Ok(ChildRecord {
            guardianship: guardianship(&row)?,
            origin: columns::parse_column("guardianships.origin", &origin)?,
            user_id: UserId::new(user),
            name,
            grade_level,
            has_login,
            created_at: instant(created_at),
        })
    };
    rows.into_iter().map(child).collect()
}

/// Returns the child that a parent has added last.
pub(super) fn newest_child(conn: &mut AnyConnection, parent: UserId) -> Result<ChildRecord, StoreError> {
    open_children(conn, parent, i64::MAX, 1)?.pop().ok_or(StoreError::Conflict)
}

/// Returns a page of a parent's open guardianships, newest first, and their total number.
pub(super) fn children(
    conn: &mut AnyConnection,
    parent: UserId,
    page: PageRequest,
) -> Result<(Page<ChildRecord>, i64), StoreError> {
    let below = page.after.map_or(i64::MAX, |after| after.id);
    let children = open_children(conn, parent, below, page.size.overread())?;
    let page = Page::from_overread(children, page.size, |child| {
        let id = child.guardianship.id.get();
        Keyset { sort: id, id }
    });
    Ok((page, facts::open_children(conn, parent)?))
}

/// Guardianship, origin, the three instants and the parent's name.
type GuardianColumns = (GuardianshipRow, String, NaiveDateTime, Option<NaiveDateTime>, Option<NaiveDateTime>, String);

/// Returns a page of the guardianships over a student and their total number.
pub(super) fn guardians(
    conn: &mut AnyConnection,
    student: StudentId,
    page: PageRequest,
) -> Result<(Page<Guardian>, i64), StoreError> {
    use GuardianshipStatus::{Active, Ended, Invited};
    let rank = || {
        case_when(guardianships::status.eq(Active.as_str()), Active.list_rank().into_sql::<BigInt>())
            .when(guardianships::status.eq(Invited.as_str()), Invited.list_rank().into_sql::<BigInt>())
            .otherwise(Ended.list_rank().into_sql::<BigInt>())
    };
    let after = page.after.unwrap_or(Keyset { sort: i64::MIN, id: i64::MAX });
    let rows: Vec<GuardianColumns> = guardianships::table
        .inner_join(users::table.on(users::id.eq(guardianships::parent_user_id)))
        .filter(guardianships::student_id.eq(student.get()))
        .filter(rank().gt(after.sort).or(rank().eq(after.sort).and(guardianships::id.lt(after.id))))
        .order((rank(), guardianships::id.desc()))
        .limit(page.size.overread())
        .select((
            GuardianshipRow::as_select(),
            guardianships::origin,
            guardianships::created_at,
            guardianships::responded_at,
            guardianships::ended_at,
            users::display_name,
        ))
        .load(conn)?;
    let guardian = |(row, origin, created_at, responded_at, ended_at, name): GuardianColumns| {
        Ok::<_, StoreError>(Guardian {
            guardianship: guardianship(&row)?,
            origin: columns::parse_column("guardianships.origin", &origin)?,
            name,
            created_at: instant(created_at),
            responded_at: responded_at.map(instant),
            ended_at: ended_at.map(instant),
        })
    };
    let guardians = rows.into_iter().map(guardian).collect::<Result<Vec<_>, _>>()?;
    let page = Page::from_overread(guardians, page.size, |guardian| {
        let Guardian { guardianship, .. } = guardian;
        Keyset { sort: guardianship.status.list_rank(), id: guardianship.id.get() }
    });
    let total = guardianships::table.filter(guardianships::student_id.eq(student.get())).count().get_result(conn)?;
    Ok((page, total))
}
