//! Changes of sessions, availability, time off and calendar feeds.

mod additions;
mod announcements;
mod availability;
mod calendars;
mod changes;
mod clocks;
mod courses;
mod feeds;
mod guards;
mod model;
mod races;
mod races_of_time_off;
mod slots;
mod zones;

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::families::{FamilyRepository, GuardianshipTransition};
use astegni_domain::ids::{CourseId, SessionId};
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{Acceptance, RequestDraft, ScheduleDraft};
use astegni_domain::schedule::{
    AddedSession, CancelCommand, ChangeFacts, Move, Scope, Session, SessionFilter, SessionQueries, SessionRepository,
    SessionUpdate, TimeSlot,
};
use chrono::{Days, NaiveDate, NaiveTime, Weekday};
use futures_executor::block_on;

use crate::blocks::guardianship;
use crate::families::{open, transition};
use crate::harness::{World, dates, draft, now};
use crate::statements::{Sent, sent_during};

const EVERY_DAY: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// A tutor, and a student with sessions from ten to twelve on three days.
fn enrolled(world: &World) -> (Actor, Actor) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    book(world, &tutor, &student, dates(&["2026-02-02", "2026-02-03", "2026-02-04"], 10, 12));
    (tutor, student)
}

/// A child with two guardians, the first of whom has requested the sessions of [`enrolled`].
struct Household {
    tutor: Actor,
    child: Actor,
    parent: Actor,
    guardian: Actor,
}

fn household(world: &World) -> Household {
    let [tutor, child, parent, guardian] =
        [Role::Tutor, Role::Student, Role::Parent, Role::Parent].map(|role| world.person(role));
    guardianship(world, &parent, &child, "active");
    guardianship(world, &guardian, &child, "active");
    let for_child = RequestDraft { student_id: child.profiles.student, ..draft(&tutor, None) };
    let schedule = dates(&["2026-02-02", "2026-02-03", "2026-02-04"], 10, 12);
    send_and_accept(world, &tutor, &parent, RequestDraft { schedule, ..for_child });
    Household { tutor, child, parent, guardian }
}

/// Ends a guardianship.
fn leave(world: &World, parent: &Actor, child: &Actor) {
    let seen = open(world, parent.user_id, child.profiles.student.unwrap()).unwrap();
    let plan = transition(seen, GuardianshipTransition::End);
    block_on(FamilyRepository::apply(&world.database, plan)).unwrap();
}

/// A user who teaches and learns.
fn versatile(world: &World) -> Actor {
    world.register(World::account(&[Role::Tutor, Role::Student])).1
}

/// Requests and accepts sessions.
fn book(world: &World, tutor: &Actor, student: &Actor, schedule: ScheduleDraft) -> CourseId {
    let student = Actor { active_role: Some(Role::Student), ..*student };
    send_and_accept(world, tutor, &student, RequestDraft { schedule, ..draft(tutor, None) })
}

fn send_and_accept(world: &World, tutor: &Actor, requester: &Actor, draft: RequestDraft) -> CourseId {
    let sent = block_on(world.requests().create(requester, draft)).unwrap();
    block_on(world.requests().accept(tutor, sent.request_id, Acceptance::default())).unwrap().course_id
}

/// Requests sessions from ten to twelve on successive days and accepts them. Returns the statements of the acceptance.
pub(crate) fn booked_daily(world: &World, tutor: &Actor, student: &Actor, count: u64) -> (CourseId, Vec<Sent>) {
    let first: NaiveDate = "2026-02-01".parse().unwrap();
    let specific_dates = Some((0..count).map(|day| first.checked_add_days(Days::new(day))).collect());
    let schedule = ScheduleDraft { specific_dates, ..dates(&[], 10, 12) };
    let sent = block_on(world.requests().create(student, RequestDraft { schedule, ..draft(tutor, None) })).unwrap();
    let accept = || block_on(world.requests().accept(tutor, sent.request_id, Acceptance::default())).unwrap();
    let (accepted, statements) = sent_during(world, accept);
    assert_eq!(u64::try_from(accepted.sessions_created).unwrap(), count);
    (accepted.course_id, statements)
}

/// Returns the sessions of a user, ascending by start.
pub(crate) fn sessions(world: &World, user: &Actor) -> Vec<Session> {
    block_on(world.database.list(user.user_id, SessionFilter::ALL, PageRequest::FIRST)).unwrap().items
}

/// Updates a session.
fn update(world: &World, tutor: &Actor, id: SessionId, update: &SessionUpdate) -> Session {
    block_on(world.sessions_at(now()).update(tutor, id, update, |_, _| true)).unwrap()
}

/// Cancels a session alone.
fn cancel(world: &World, user: &Actor, id: SessionId) -> Session {
    block_on(world.sessions_at(now()).cancel(user, id, &CancelCommand::default(), |_, _| true)).unwrap()
}

/// Returns the update that moves a session to another hour of its day.
pub(crate) fn to_hour(hour: u32) -> SessionUpdate {
    let time = Move { start: time(hour), end: time(hour + 2), ..Move::default() };
    SessionUpdate { time, ..SessionUpdate::default() }
}

/// Returns the update that moves a session to a date and an hour.
fn to(date: &str, hour: u32) -> SessionUpdate {
    let update = to_hour(hour);
    SessionUpdate { time: Move { date: date.parse().ok(), ..update.time }, ..update }
}

fn time(hour: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, 0, 0)
}

/// Returns a session of two hours to be added to a course.
fn addition(course: CourseId, date: &str, hour: u32) -> AddedSession {
    let slot = TimeSlot::new(time(hour).unwrap(), time(hour + 2).unwrap()).unwrap();
    AddedSession { course, date: date.parse().unwrap(), slot, topics: Vec::new() }
}

fn facts(world: &World, user: &Actor, session: &Session, scope: Scope) -> ChangeFacts {
    block_on(world.database.change_facts(user.user_id, session.id, scope)).unwrap().unwrap()
}

/// Returns the numbers of everything that changes of sessions write.
fn written(world: &World) -> Vec<i64> {
    let counts = [
        "SUM(version) FROM calendars",
        "SUM(version) FROM sessions",
        "COUNT(*) FROM sessions",
        "COUNT(*) FROM session_changes",
        "COUNT(*) FROM chat_messages",
        "COUNT(*) FROM events",
        "COUNT(*) FROM time_off",
    ];
    counts.iter().map(|count| world.number(&format!("SELECT {count}"))).collect()
}

/// The scheduled sessions, once for each party.
const OCCUPIED: &str = "(SELECT id, tutor_user_id AS user_id, starts_at, ends_at FROM sessions \
    WHERE status = 'scheduled' UNION ALL SELECT id, student_user_id, starts_at, ends_at FROM sessions \
    WHERE status = 'scheduled')";

/// Returns the number of pairs of scheduled sessions that a user would have to attend at once.
fn overlaps(world: &World) -> i64 {
    world.number(&format!(
        "SELECT COUNT(*) FROM {OCCUPIED} a JOIN {OCCUPIED} b ON a.user_id = b.user_id AND a.id < b.id \
         AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
    ))
}

/// Returns the number of scheduled sessions that their tutors teach during time off that satisfies a condition.
fn taught_during_time_off(world: &World, condition: &str) -> i64 {
    world.number(&format!(
        "SELECT COUNT(*) FROM sessions s JOIN time_off t ON t.user_id = s.tutor_user_id AND {condition} \
         WHERE s.status = 'scheduled' AND s.starts_at < t.ends_at AND t.starts_at < s.ends_at"
    ))
}

/// Fails if users are booked twice, if histories differ from versions, or if logs have gaps.
#[track_caller]
fn assert_consistent(world: &World) {
    assert_eq!(overlaps(world), 0, "sessions overlap");
    let of_session = "FROM session_changes c WHERE c.session_id = s.id";
    let differ = format!(
        "SELECT COUNT(*) FROM sessions s WHERE version <> (SELECT COUNT(*) {of_session}) \
         OR version <> (SELECT COALESCE(MAX(c.version), 0) {of_session}) \
         OR EXISTS (SELECT 1 {of_session} AND c.version < 1)"
    );
    assert_eq!(world.number(&differ), 0, "histories are not consecutive");
    let of_log = "FROM events e WHERE e.user_id = l.user_id";
    let gaps = format!(
        "SELECT COUNT(*) FROM event_logs l WHERE last_seq <> (SELECT COUNT(*) {of_log}) \
         OR last_seq <> (SELECT MAX(e.seq) {of_log}) OR EXISTS (SELECT 1 {of_log} AND e.seq < 1)"
    );
    assert_eq!(world.number(&gaps), 0, "logs have gaps");
}
