//! Facts about requests that rules need.

use astegni_domain::connections::Standing;
use astegni_domain::families::GuardianshipStatus;
use astegni_domain::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::requests::{CreationFacts, CreationQuery, DuplicateKey, PendingRequest, StudentFact, TutorFact};
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::connections;
use crate::error::StoreError;
use crate::schema::{guardianships, tutor_packages};
use crate::statement::{Statement, With};
use crate::tutoring::{PackageRow, package};

/// Loads the facts about a new request.
pub(super) fn load(conn: &mut AnyConnection, query: &CreationQuery) -> Result<CreationFacts, StoreError> {
    let parties = parties(conn, query)?;
    let package_row: Option<PackageRow> = match query.package {
        Some(id) => tutor_packages::table.find(id.get()).select(PackageRow::as_select()).first(conn).optional()?,
        None => None,
    };
    let history = history(conn, query.requester, query.tutor, query.rejected_since.naive_utc())?;
    let now = query.now.naive_utc();
    Ok(CreationFacts {
        tutor: parties.tutor,
        standing: parties.standing,
        student_blocked: parties.student_blocked,
        package: package_row.map(package).transpose()?,
        student: parties.student,
        pending: history.pending_with(query.tutor, now).map(|sent| sent.pending(query)).collect(),
        pending_count: history.pending_count(now),
        rejections: history.rejections.into_iter().map(instant).collect(),
    })
}

/// The people whom a new request concerns.
struct PartyFacts {
    tutor: Option<TutorFact>,
    student: Option<StudentFact>,
    standing: Standing,
    student_blocked: bool,
}

fn parties(conn: &mut AnyConnection, query: &CreationQuery) -> Result<PartyFacts, StoreError> {
    type Columns = (Nullable<BigInt>, Nullable<Text>, Nullable<BigInt>, Bool, Bool, Bool, Bool);
    type Row = (Option<i64>, Option<String>, Option<i64>, bool, bool, bool, bool);
    let blocks = |from: &str, to: &str| {
        format!(
            "EXISTS (SELECT 1 FROM connections WHERE user_id_1 = {from} AND user_id_2 = {to} \
             AND connection_type = 'block')"
        )
    };
    let text = format!(
        "SELECT t.id, t.time_zone, s.user_id, \
         EXISTS (SELECT 1 FROM guardianships WHERE parent_user_id = @requester AND student_id = s.id \
         AND status = 'active'), {}, {}, {} OR {} \
         FROM (SELECT 1 AS one) AS one LEFT JOIN tutor_profiles p ON p.id = @tutor AND p.is_active \
         LEFT JOIN users t ON t.id = p.user_id AND t.is_active LEFT JOIN student_profiles s ON s.id = @student",
        blocks("t.id", "@requester"),
        blocks("@requester", "t.id"),
        blocks("t.id", "s.user_id"),
        blocks("s.user_id", "t.id"),
    );
    let (requester, tutor, student) = (query.requester.get(), query.tutor.get(), query.student.get());
    let named = [("@requester", requester.into()), ("@tutor", tutor.into()), ("@student", student.into())];
    let row: Option<Row> = Statement::<Columns>::with_names(&text, &named).first(conn)?;
    let (tutor_user, zone, student_user, is_ward, blocked_by_tutor, blocks_tutor, student_blocked) =
        row.unwrap_or_default();
    let tutor = match (tutor_user.map(UserId::new), zone) {
        (Some(user_id), Some(zone)) => {
            Some(TutorFact { id: query.tutor, user_id, time_zone: columns::zone("users.time_zone", &zone)? })
        }
        _ => None,
    };
    let student = student_user.map(|user| StudentFact { id: query.student, user_id: UserId::new(user), is_ward });
    let standing = match (blocked_by_tutor, blocks_tutor) {
        (true, _) => Standing::BlockedByThem,
        (false, true) => Standing::BlockedByYou,
        (false, false) => Standing::Open,
    };
    let is_someone_else = student.is_some_and(|student| student.user_id != query.requester);
    Ok(PartyFacts { tutor, student, standing, student_blocked: is_someone_else && student_blocked })
}

/// Returns whether a user is an active guardian of a student.
pub(super) fn is_guardian(conn: &mut AnyConnection, user: UserId, student: StudentId) -> Result<bool, StoreError> {
    let active = guardianships::table
        .filter(guardianships::parent_user_id.eq(user.get()))
        .filter(guardianships::student_id.eq(student.get()))
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()));
    Ok(diesel::select(exists(active)).get_result(conn)?)
}

/// The requests of a requester that limit further ones.
pub(super) struct History {
    /// The requests that are stored as pending, also past their deadlines.
    sent: Vec<SentRow>,
    /// The instants of the rejections by one tutor, oldest first.
    pub(super) rejections: Vec<NaiveDateTime>,
}

/// A request that is stored as pending.
struct SentRow {
    id: i64,
    tutor: TutorId,
    student: i64,
    package: Option<i64>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl SentRow {
    fn pending(&self, query: &CreationQuery) -> PendingRequest {
        PendingRequest {
            id: RequestId::new(self.id),
            key: DuplicateKey {
                requester: query.requester,
                student: StudentId::new(self.student),
                tutor: self.tutor,
                package: self.package.map(PackageId::new),
            },
            created_at: instant(self.created_at),
        }
    }
}

impl History {
    /// Counts the requests to all tutors that are pending.
    pub(super) fn pending_count(&self, now: NaiveDateTime) -> i64 {
        i64::try_from(self.sent.iter().filter(|sent| sent.expires_at > now).count()).unwrap_or(i64::MAX)
    }

    fn pending_with(&self, tutor: TutorId, now: NaiveDateTime) -> impl Iterator<Item = &SentRow> {
        self.sent.iter().filter(move |sent| sent.tutor == tutor && sent.expires_at > now)
    }

    /// Returns whether a request to a tutor has passed its deadline and is still stored as pending.
    pub(super) fn has_lapsed(&self, tutor: TutorId, now: NaiveDateTime) -> bool {
        self.sent.iter().any(|sent| sent.tutor == tutor && sent.expires_at <= now)
    }
}

/// The columns of [`HistoryRow`].
type HistoryColumns = (BigInt, BigInt, BigInt, Nullable<BigInt>, Timestamp, Timestamp, Nullable<Timestamp>);

/// A request stored as pending or, with the instant of its rejection, a rejected one.
type HistoryRow = (i64, i64, i64, Option<i64>, NaiveDateTime, NaiveDateTime, Option<NaiveDateTime>);

/// Loads the requests of a requester that are stored as pending, and the recent rejections by a tutor.
pub(super) fn history(
    conn: &mut AnyConnection,
    requester: UserId,
    tutor: TutorId,
    rejected_since: NaiveDateTime,
) -> Result<History, StoreError> {
    let rows: Vec<HistoryRow> = select_history(requester, tutor, rejected_since).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Loads the [`history()`], and whether there is a block in one of two pairs of users.
pub(super) fn history_and_blocks(
    conn: &mut AnyConnection,
    requester: UserId,
    tutor: TutorId,
    rejected_since: NaiveDateTime,
    pairs: [(UserId, UserId); 2],
) -> Result<(History, bool), StoreError> {
    let all = "SELECT blocks.found, history.* FROM blocks LEFT JOIN history ON TRUE";
    let rows: Vec<(bool, Option<HistoryRow>)> = With::new("blocks(found)", connections::any_block(pairs))
        .and("history", select_history(requester, tutor, rejected_since))
        .then(Statement::<(Bool, Nullable<HistoryColumns>)>::new(all))
        .load(conn)?;
    let blocked = rows.iter().any(|(blocked, _)| *blocked);
    Ok((rows.into_iter().filter_map(|(_, row)| row).collect(), blocked))
}

/// Returns the query for a history. Each part follows an index of such requests alone.
fn select_history(
    requester: UserId,
    tutor: TutorId,
    rejected_since: NaiveDateTime,
) -> Statement<'static, HistoryColumns> {
    let text = "SELECT id, tutor_id, requested_to_id, package_id, created_at, expires_at, NULL AS rejected_at \
            FROM requested_sessions WHERE requester_id = ? AND status = 'pending' \
        UNION ALL SELECT id, tutor_id, requested_to_id, package_id, created_at, expires_at, rejected_at \
            FROM requested_sessions WHERE requester_id = ? AND tutor_id = ? AND status = 'rejected' AND rejected_at > ?";
    Statement::new(text).bind_all([requester.get(), requester.get(), tutor.get()]).bind(rejected_since)
}

impl FromIterator<HistoryRow> for History {
    fn from_iter<I: IntoIterator<Item = HistoryRow>>(rows: I) -> Self {
        let mut history = Self { sent: Vec::new(), rejections: Vec::new() };
        for (id, tutor, student, package, created_at, expires_at, rejected_at) in rows {
            if let Some(at) = rejected_at {
                history.rejections.push(at);
            } else {
                let tutor = TutorId::new(tutor);
                history.sent.push(SentRow { id, tutor, student, package, created_at, expires_at });
            }
        }
        history.rejections.sort_unstable();
        history
    }
}
