//! Facts about requests that rules need.

use astegni_domain::connections::Standing;
use astegni_domain::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::requests::{
    CreationFacts, CreationPlan, CreationQuery, DuplicateKey, PendingRequest, StudentFact, TutorFact,
};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::connections;
use crate::dialect;
use crate::error::StoreError;
use crate::statement::{Statement, With};
use crate::tutoring::{PACKAGE_COLUMNS, PackageColumns, PackageRow, package as package_of};

/// Loads the facts about a new request.
pub(super) fn load(conn: &mut AnyConnection, query: &CreationQuery) -> Result<CreationFacts, StoreError> {
    type Columns = (PartyColumns, Nullable<PackageColumns>, Nullable<HistoryColumns>);
    type Row = (PartyRow, Option<PackageRow>, Option<HistoryRow>);
    let package = format!("SELECT {PACKAGE_COLUMNS} FROM tutor_packages WHERE id = ?");
    let all = "SELECT parties.*, package.*, history.* FROM parties LEFT JOIN package ON TRUE LEFT JOIN history ON TRUE";
    let rows: Vec<Row> = With::new(PARTIES, select_parties(query))
        .and("package", Statement::<PackageColumns>::new(package).bind(query.package.map(PackageId::get)))
        .and("history", select_history(query.requester, query.tutor, query.rejected_since.naive_utc()))
        .then(Statement::<Columns>::new(all))
        .load(conn)?;
    let (mut parties, mut package_row, mut sent) = (PartyRow::default(), None, Vec::new());
    for (party, package, history) in rows {
        (parties, package_row) = (party, package);
        sent.extend(history);
    }
    let history: History = sent.into_iter().collect();
    let parties = PartyFacts::new(query, parties)?;
    let now = query.now.naive_utc();
    Ok(CreationFacts {
        tutor: parties.tutor,
        standing: parties.standing,
        student_blocked: parties.student_blocked,
        package: package_row.map(package_of).transpose()?,
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

/// The name and the columns of [`select_parties`].
const PARTIES: &str =
    "parties(tutor_user, zone, student_user, is_ward, blocked_by_tutor, blocks_tutor, student_blocked)";

/// The SQL type of [`PartyRow`].
type PartyColumns = (Nullable<BigInt>, Nullable<Text>, Nullable<BigInt>, Bool, Bool, Bool, Bool);

type PartyRow = (Option<i64>, Option<String>, Option<i64>, bool, bool, bool, bool);

/// Returns the query for the people whom a new request concerns.
fn select_parties(query: &CreationQuery) -> Statement<'static, PartyColumns> {
    let text = format!(
        "SELECT t.id, t.time_zone, s.user_id, \
         EXISTS (SELECT 1 FROM guardianships WHERE parent_user_id = @requester AND student_id = s.id \
         AND status = 'active'), {}, {}, {} \
         FROM (SELECT 1 AS one) AS one LEFT JOIN tutor_profiles p ON p.id = @tutor AND p.is_active \
         LEFT JOIN users t ON t.id = p.user_id AND t.is_active LEFT JOIN student_profiles s ON s.id = @student",
        connections::blocks("t.id", "@requester"),
        connections::blocks("@requester", "t.id"),
        connections::separated("t.id", "s.user_id"),
    );
    let (requester, tutor, student) = (query.requester.get(), query.tutor.get(), query.student.get());
    Statement::with_names(
        &text,
        &[("@requester", requester.into()), ("@tutor", tutor.into()), ("@student", student.into())],
    )
}

impl PartyFacts {
    fn new(query: &CreationQuery, row: PartyRow) -> Result<Self, StoreError> {
        let (tutor_user, zone, student_user, is_ward, blocked_by_tutor, blocks_tutor, student_blocked) = row;
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
        Ok(Self { tutor, student, standing, student_blocked: is_someone_else && student_blocked })
    }
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

/// The facts that a new request relies on and that may have changed since they were loaded.
pub(super) struct GuardedFacts {
    pub(super) history: History,
    /// Whether a block separates the tutor from the requester or the student.
    pub(super) blocked: bool,
    /// Whether the package, if there is one, exists as it was seen and is active.
    pub(super) has_package: bool,
}

/// Loads the facts that a plan relies on, and locks its package in share mode until the transaction ends. Archiving the
/// package waits; concurrent requests do not.
pub(super) fn guarded(conn: &mut AnyConnection, plan: &CreationPlan) -> Result<GuardedFacts, StoreError> {
    let (requester, tutor) = (plan.key.requester, plan.parties.tutor);
    let pairs = [(requester, tutor), (plan.parties.student, tutor)];
    let package = plan.package.as_ref();
    let text = format!(
        "SELECT id FROM tutor_packages WHERE id = ? AND tutor_id = ? AND is_active AND updated_at = ? {}",
        dialect::share(conn)
    );
    let share = Statement::<BigInt>::new(text)
        .bind(package.map(|package| package.snapshot.id.get()))
        .bind(plan.key.tutor.get())
        .bind(package.map(|package| package.updated_at.naive_utc()));
    let all = "SELECT blocks.found, (SELECT COUNT(*) FROM package), history.* FROM blocks LEFT JOIN history ON TRUE";
    let rows: Vec<(bool, i64, Option<HistoryRow>)> = With::new("blocks(found)", connections::any_block(pairs))
        .and("package", share)
        .and("history", select_history(requester, plan.key.tutor, plan.rejection_limit.since.naive_utc()))
        .then(Statement::<(Bool, BigInt, Nullable<HistoryColumns>)>::new(all))
        .load(conn)?;
    Ok(GuardedFacts {
        blocked: rows.iter().any(|(blocked, ..)| *blocked),
        has_package: package.is_none() || rows.iter().any(|(_, packages, _)| *packages > 0),
        history: rows.into_iter().filter_map(|(.., row)| row).collect(),
    })
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
