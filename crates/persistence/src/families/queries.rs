//! Children and guardians, read.

use astegni_domain::families::{Child, Guardian, Guardianship, GuardianshipStatus};
use astegni_domain::ids::{GuardianshipId, StudentId, UserId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{guardianships, student_profiles, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = guardianships)]
pub(super) struct GuardianshipRow {
    id: i64,
    parent_user_id: i64,
    student_id: i64,
    status: String,
    origin: String,
    created_at: NaiveDateTime,
    responded_at: Option<NaiveDateTime>,
    ended_at: Option<NaiveDateTime>,
}

pub(super) fn guardianship(row: &GuardianshipRow) -> Result<Guardianship, StoreError> {
    Ok(Guardianship {
        id: GuardianshipId::new(row.id),
        parent: UserId::new(row.parent_user_id),
        student: StudentId::new(row.student_id),
        status: columns::word("guardianships.status", &row.status)?,
    })
}

/// The open guardianships of a parent; only the one given where one is.
pub(super) fn children(conn: &mut AnyConnection, parent: UserId, only: Option<i64>) -> Result<Vec<Child>, StoreError> {
    type Row = (GuardianshipRow, (i64, String, Option<String>), Option<String>);
    let mut query = guardianships::table
        .inner_join(student_profiles::table.inner_join(users::table))
        .filter(guardianships::parent_user_id.eq(parent.get()))
        .filter(guardianships::status.eq_any(["invited", "active"]))
        .select((
            GuardianshipRow::as_select(),
            (users::id, users::display_name, users::password_hash),
            student_profiles::grade_level,
        ))
        .order(guardianships::id.desc())
        .limit(100)
        .into_boxed();
    if let Some(id) = only {
        query = query.filter(guardianships::id.eq(id));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let child = |(row, (user, name, password_hash), grade_level): Row| {
        let guardianship = guardianship(&row)?;
        let consented = guardianship.status == GuardianshipStatus::Active;
        Ok(Child {
            guardianship,
            origin: columns::word("guardianships.origin", &row.origin)?,
            user_id: UserId::new(user),
            name: Some(name).filter(|_| consented),
            grade_level: grade_level.filter(|_| consented),
            has_login: password_hash.is_some(),
            created_at: instant(row.created_at),
        })
    };
    rows.into_iter().map(child).collect()
}

/// The guardianships over a student, past ones too.
pub(super) fn guardians(conn: &mut AnyConnection, student: StudentId) -> Result<Vec<Guardian>, StoreError> {
    let rows: Vec<(GuardianshipRow, String)> = guardianships::table
        .inner_join(users::table.on(users::id.eq(guardianships::parent_user_id)))
        .filter(guardianships::student_id.eq(student.get()))
        .select((GuardianshipRow::as_select(), users::display_name))
        .order(guardianships::id.desc())
        .limit(100)
        .load(conn)?;
    let guardian = |(row, name): (GuardianshipRow, String)| {
        Ok(Guardian {
            guardianship: guardianship(&row)?,
            origin: columns::word("guardianships.origin", &row.origin)?,
            name,
            created_at: instant(row.created_at),
            responded_at: row.responded_at.map(instant),
            ended_at: row.ended_at.map(instant),
        })
    };
    rows.into_iter().map(guardian).collect()
}
