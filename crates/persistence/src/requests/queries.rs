//! [`RequestQueries`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::families::GuardianshipStatus;
use astegni_domain::ids::{RequestId, TutorId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::requests::{EnrolmentRecord, RequestQueries, RequestRecord, RequestStatus};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::rows::{RecordColumns, RequestRow, record, tutor_and_requester_blocked};
use super::students::students;
use crate::Database;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{guardianships, requested_sessions, student_profiles, tutor_profiles, users};

/// The requests that a query reads.
enum RequestScan {
    Single(i64),
    /// Sent by a user, for one of some students, or to a tutor: `SessionRequest::is_visible_to` as a filter.
    VisibleTo {
        user: i64,
        students: Vec<i64>,
        tutor: Option<i64>,
    },
    Received {
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
    ) -> Result<Page<RequestRecord>, RepositoryError> {
        let records = self.read(move |conn| {
            let students = own_students(conn, user.get())?;
            let scan = RequestScan::VisibleTo { user: user.get(), students, tutor: tutor.map(TutorId::get) };
            load_page(conn, scan, page, now)
        });
        Ok(records.await?)
    }

    async fn of_tutor(
        &self,
        tutor: TutorId,
        status: Option<RequestStatus>,
        page: PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestRecord>, RepositoryError> {
        let scan = RequestScan::Received { tutor: tutor.get(), status };
        Ok(self.read(move |conn| load_page(conn, scan, page, now)).await?)
    }

    async fn find(&self, id: RequestId, now: DateTime<Utc>) -> Result<Option<RequestRecord>, RepositoryError> {
        let scan = RequestScan::Single(id.get());
        let page = self.read(move |conn| load_page(conn, scan, PageRequest::FIRST, now)).await?;
        Ok(page.items.into_iter().next())
    }

    async fn students(&self, tutor: TutorId, page: PageRequest) -> Result<Page<EnrolmentRecord>, RepositoryError> {
        Ok(self.read(move |conn| students(conn, tutor.get(), page)).await?)
    }
}

/// Loads the student profiles of a user and of the user's wards.
fn own_students(conn: &mut AnyConnection, user: i64) -> Result<Vec<i64>, StoreError> {
    let mut students: Vec<i64> =
        student_profiles::table.filter(student_profiles::user_id.eq(user)).select(student_profiles::id).load(conn)?;
    let wards: Vec<i64> = guardianships::table
        .filter(guardianships::parent_user_id.eq(user))
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()))
        .select(guardianships::student_id)
        .load(conn)?;
    students.extend(wards);
    Ok(students)
}

fn load_page(
    conn: &mut AnyConnection,
    scan: RequestScan,
    page: PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<RequestRecord>, StoreError> {
    let (tutors, requesters, students) = diesel::alias!(users as tutors, users as requesters, users as students);
    let mut query = requested_sessions::table
        .inner_join(tutor_profiles::table)
        .inner_join(student_profiles::table)
        .inner_join(tutors.on(tutors.field(users::id).eq(tutor_profiles::user_id)))
        .inner_join(requesters.on(requesters.field(users::id).eq(requested_sessions::requester_id)))
        .inner_join(students.on(students.field(users::id).eq(student_profiles::user_id)))
        .select((
            RequestRow::as_select(),
            (tutors.field(users::id), tutors.field(users::display_name)),
            (
                requesters.field(users::display_name),
                requesters.field(users::profile_picture),
                requesters.field(users::phone),
                requesters.field(users::email),
                tutor_and_requester_blocked(),
            ),
            (students.field(users::id), students.field(users::display_name), student_profiles::grade_level),
        ))
        .order(requested_sessions::id.desc())
        .limit(page.size.overread())
        .into_boxed();
    query = match scan {
        RequestScan::Single(id) => query.filter(requested_sessions::id.eq(id)),
        RequestScan::VisibleTo { user, students, tutor } => {
            let own = requested_sessions::requester_id.eq(user).or(requested_sessions::student_id.eq_any(students));
            match tutor {
                Some(tutor) => query.filter(own.or(requested_sessions::tutor_id.eq(tutor))),
                None => query.filter(own),
            }
        }
        RequestScan::Received { tutor, status } => {
            let query = query.filter(requested_sessions::tutor_id.eq(tutor));
            let (stored, expires_at) = (requested_sessions::status, requested_sessions::expires_at);
            let (pending, now) = (RequestStatus::Pending.as_str(), now.naive_utc());
            match status {
                None => query,
                // `RequestStatus::at` as a filter: a pending request past its deadline is expired.
                Some(RequestStatus::Pending) => query.filter(stored.eq(pending).and(expires_at.gt(now))),
                Some(RequestStatus::Expired) => {
                    let lapsed = stored.eq(pending).and(expires_at.le(now));
                    query.filter(stored.eq(RequestStatus::Expired.as_str()).or(lapsed))
                }
                Some(status) => query.filter(stored.eq(status.as_str())),
            }
        }
    };
    if let Some(after) = page.after {
        query = query.filter(requested_sessions::id.lt(after.id));
    }
    let rows: Vec<RecordColumns> = query.load(conn)?;
    let records = rows.into_iter().map(|row| record(row, now)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_overread(records, page.size, |record| {
        let id = record.request.id.get();
        Keyset { sort: id, id }
    }))
}
