//! A tutor's students.

use astegni_domain::ids::{EnrolmentId, StudentId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::requests::{Enrolment, EnrolmentRecord, RequesterContact};
use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::rows::tutor_and_requester_blocked;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{enrolled_students, requested_sessions, student_profiles, tutor_profiles, users};

#[derive(Queryable)]
struct StudentColumns {
    user_id: i64,
    name: String,
    grade: Option<String>,
    profile_picture: Option<String>,
}

#[derive(Queryable)]
struct RequestColumns {
    package_name: Option<String>,
    requester_type: String,
    requester_id: i64,
    blocked: bool,
}

type EnrolmentColumns = ((i64, i64, NaiveDateTime), StudentColumns, RequestColumns, (Option<String>, Option<String>));

/// Loads the latest enrolment of each of a tutor's students, newest first.
pub(super) fn students(
    conn: &mut AnyConnection,
    tutor: i64,
    page: PageRequest,
) -> Result<Page<EnrolmentRecord>, StoreError> {
    let later = diesel::alias!(enrolled_students as later);
    let (students, requesters) = diesel::alias!(users as students, users as requesters);
    let superseded = later
        .filter(later.field(enrolled_students::tutor_id).eq(tutor))
        .filter(later.field(enrolled_students::student_id).eq(enrolled_students::student_id))
        .filter(later.field(enrolled_students::id).gt(enrolled_students::id));
    let mut query = enrolled_students::table
        .inner_join(requested_sessions::table)
        .inner_join(student_profiles::table)
        .inner_join(tutor_profiles::table)
        .inner_join(students.on(students.field(users::id).eq(student_profiles::user_id)))
        .inner_join(requesters.on(requesters.field(users::id).eq(requested_sessions::requester_id)))
        .filter(enrolled_students::tutor_id.eq(tutor))
        .filter(not(exists(superseded)))
        .select((
            (enrolled_students::id, enrolled_students::student_id, enrolled_students::enrolled_at),
            (
                students.field(users::id),
                students.field(users::display_name),
                student_profiles::grade_level,
                students.field(users::profile_picture),
            ),
            (
                requested_sessions::package_name,
                requested_sessions::requester_type,
                requested_sessions::requester_id,
                tutor_and_requester_blocked(),
            ),
            (requesters.field(users::phone), requesters.field(users::email)),
        ))
        .order(enrolled_students::id.desc())
        .limit(page.size.overread())
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(enrolled_students::id.lt(after.id));
    }
    let rows: Vec<EnrolmentColumns> = query.load(conn)?;
    let records = rows.into_iter().map(record).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_overread(records, page.size, |record| {
        let id = record.enrolment.id.get();
        Keyset { sort: id, id }
    }))
}

fn record(
    ((id, student_id, enrolled_at), student, request, (phone, email)): EnrolmentColumns,
) -> Result<EnrolmentRecord, StoreError> {
    Ok(EnrolmentRecord {
        enrolment: Enrolment {
            id: EnrolmentId::new(id),
            student_id: StudentId::new(student_id),
            student_user_id: UserId::new(student.user_id),
            student_name: student.name,
            student_grade: student.grade,
            profile_picture: student.profile_picture,
            package_name: request.package_name,
            accepted_at: instant(enrolled_at),
            requester_type: columns::parse_column("requested_sessions.requester_type", &request.requester_type)?,
        },
        contact: RequesterContact {
            requester: UserId::new(request.requester_id),
            phone,
            email,
            blocked: request.blocked,
        },
    })
}
