//! [`RequestQueries`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::ids::{EnrolmentId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::requests::{EnrolledStudent, RequestQueries, RequestStatus, RequestView};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::rows::{JoinedColumns, RequestRow, view};
use crate::Database;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{enrolled_students, guardianships, requested_sessions, student_profiles, tutor_profiles, users};

/// Which requests a list has.
enum Narrow {
    One(i64),
    /// Sent by a user, for one of some students, or to a tutor.
    Of {
        user: i64,
        students: Vec<i64>,
        tutor: Option<i64>,
    },
    To {
        tutor: i64,
        status: Option<RequestStatus>,
    },
}

#[async_trait]
impl RequestQueries for Database {
    async fn of_user(
        &self,
        user: UserId,
        tutor: Option<TutorId>,
        page: PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestView>, RepositoryError> {
        Ok(self
            .read(move |conn| {
                let students = own_students(conn, user.get())?;
                let narrow = Narrow::Of { user: user.get(), students, tutor: tutor.map(TutorId::get) };
                load_page(conn, narrow, page, now)
            })
            .await?)
    }

    async fn of_tutor(
        &self,
        tutor: TutorId,
        status: Option<RequestStatus>,
        page: PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestView>, RepositoryError> {
        let narrow = Narrow::To { tutor: tutor.get(), status };
        Ok(self.read(move |conn| load_page(conn, narrow, page, now)).await?)
    }

    async fn one(&self, id: RequestId, now: DateTime<Utc>) -> Result<Option<RequestView>, RepositoryError> {
        let narrow = Narrow::One(id.get());
        let page = self.read(move |conn| load_page(conn, narrow, PageRequest::FIRST, now)).await?;
        Ok(page.items.into_iter().next())
    }

    async fn students(&self, tutor: TutorId, page: PageRequest) -> Result<Page<EnrolledStudent>, RepositoryError> {
        Ok(self.read(move |conn| students(conn, tutor.get(), page)).await?)
    }
}

/// The profiles of a user and of the children in their care: what is asked for them is theirs to see.
fn own_students(conn: &mut AnyConnection, user: i64) -> Result<Vec<i64>, StoreError> {
    let mut students: Vec<i64> =
        student_profiles::table.filter(student_profiles::user_id.eq(user)).select(student_profiles::id).load(conn)?;
    let children: Vec<i64> = guardianships::table
        .filter(guardianships::parent_user_id.eq(user))
        .filter(guardianships::status.eq("active"))
        .select(guardianships::student_id)
        .load(conn)?;
    students.extend(children);
    Ok(students)
}

fn load_page(
    conn: &mut AnyConnection,
    narrow: Narrow,
    page: PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<RequestView>, StoreError> {
    let (tutors, requesters, students) = diesel::alias!(users as tutors, users as requesters, users as students);
    let mut query = requested_sessions::table
        .inner_join(tutor_profiles::table)
        .inner_join(student_profiles::table)
        .inner_join(tutors.on(tutors.field(users::id).eq(tutor_profiles::user_id)))
        .inner_join(requesters.on(requesters.field(users::id).eq(requested_sessions::requester_id)))
        .inner_join(students.on(students.field(users::id).eq(student_profiles::user_id)))
        .select((
            RequestRow::as_select(),
            (
                (tutors.field(users::id), tutors.field(users::display_name)),
                (
                    requesters.field(users::display_name),
                    requesters.field(users::profile_picture),
                    requesters.field(users::phone),
                    requesters.field(users::email),
                ),
                (students.field(users::id), students.field(users::display_name), student_profiles::grade_level),
            ),
        ))
        .order(requested_sessions::id.desc())
        .limit(page.size.overread())
        .into_boxed();
    query = match narrow {
        Narrow::One(id) => query.filter(requested_sessions::id.eq(id)),
        Narrow::Of { user, students, tutor } => {
            let (sent, meant) = (requested_sessions::requester_id, requested_sessions::student_id);
            let own = sent.eq(user).or(meant.eq_any(students));
            match tutor {
                Some(tutor) => query.filter(own.or(requested_sessions::tutor_id.eq(tutor))),
                None => query.filter(own),
            }
        }
        Narrow::To { tutor, status } => {
            let query = query.filter(requested_sessions::tutor_id.eq(tutor));
            let (status_is, expires_at) = (requested_sessions::status, requested_sessions::expires_at);
            let (pending, now) = (RequestStatus::Pending.as_str(), now.naive_utc());
            match status {
                None => query,
                // As `RequestStatus::at` has it: who is late is expired, whether or not it was written down.
                Some(RequestStatus::Pending) => query.filter(status_is.eq(pending).and(expires_at.gt(now))),
                Some(RequestStatus::Expired) => query.filter(
                    status_is.eq(RequestStatus::Expired.as_str()).or(status_is.eq(pending).and(expires_at.le(now))),
                ),
                Some(status) => query.filter(status_is.eq(status.as_str())),
            }
        }
    };
    if let Some(after) = page.after {
        query = query.filter(requested_sessions::id.lt(after.id));
    }
    let rows: Vec<(RequestRow, JoinedColumns)> = query.load(conn)?;
    let views = rows.into_iter().map(|row| view(row, now)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_overread(views, page.size, |view| {
        let id = view.request.id.get();
        Keyset { sort: id, id }
    }))
}

fn students(conn: &mut AnyConnection, tutor: i64, page: PageRequest) -> Result<Page<EnrolledStudent>, StoreError> {
    type Row = (
        (i64, i64, NaiveDateTime),
        (i64, String, Option<String>, Option<String>),
        (Option<String>, String),
        (Option<String>, Option<String>),
    );
    let later = diesel::alias!(enrolled_students as later);
    let (learners, requesters) = diesel::alias!(users as learners, users as requesters);
    let superseded = later
        .filter(later.field(enrolled_students::tutor_id).eq(tutor))
        .filter(later.field(enrolled_students::student_id).eq(enrolled_students::student_id))
        .filter(later.field(enrolled_students::id).gt(enrolled_students::id));
    let mut query = enrolled_students::table
        .inner_join(requested_sessions::table)
        .inner_join(student_profiles::table)
        .inner_join(learners.on(learners.field(users::id).eq(student_profiles::user_id)))
        .inner_join(requesters.on(requesters.field(users::id).eq(requested_sessions::requester_id)))
        .filter(enrolled_students::tutor_id.eq(tutor))
        .filter(not(exists(superseded)))
        .select((
            (enrolled_students::id, enrolled_students::student_id, enrolled_students::enrolled_at),
            (
                learners.field(users::id),
                learners.field(users::display_name),
                student_profiles::grade_level,
                learners.field(users::profile_picture),
            ),
            (requested_sessions::package_name, requested_sessions::requester_type),
            (requesters.field(users::phone), requesters.field(users::email)),
        ))
        .order(enrolled_students::id.desc())
        .limit(page.size.overread())
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(enrolled_students::id.lt(after.id));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let students = rows
        .into_iter()
        .map(|((id, student_id, enrolled_at), learner, (package_name, requester_type), (phone, email))| {
            Ok::<_, StoreError>(EnrolledStudent {
                enrolment_id: EnrolmentId::new(id),
                student_id: StudentId::new(student_id),
                student_user_id: UserId::new(learner.0),
                student_name: learner.1,
                student_grade: learner.2,
                profile_picture: learner.3,
                package_name,
                contact_phone: phone,
                contact_email: email,
                accepted_at: instant(enrolled_at),
                requester_type: columns::word("requested_sessions.requester_type", &requester_type)?,
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_overread(students, page.size, |student| {
        let id = student.enrolment_id.get();
        Keyset { sort: id, id }
    }))
}
