//! The same actions on a database.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::ids::{CourseId, PackageId, SessionId, TimeOffId};
use astegni_domain::money::Money;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{
    AcceptError, AcceptRefusal, Acceptance, CreateRequestError, CreationRefusal, OnConflict, RequestDraft,
    ScheduleDraft,
};
use astegni_domain::schedule::{
    ActionRefusal, AddSessionError, AddedSession, AdditionRefusal, CancelCommand, Conflict, FeedRepository, Move,
    Outcome, Period, Scope, Session, SessionChangeError, SessionStatus, SessionUpdate, TimeOffError, TimeOffTerms,
    TimeSlot,
};
use astegni_domain::tutoring::{PackageRepository, PackageTerms, ScheduleType};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use futures_executor::block_on;

use super::calendar::{DAY, Lesson, Off, Refusal, Shift, Times};
use crate::harness::{World, draft, now};

/// The clock of Addis Ababa is three hours ahead.
const OFFSET: i64 = 3 * 60;

/// The number of sessions of a limited package.
pub(super) const INCLUDED: usize = 5;

/// An action of one of three people, who are known by their places.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Book { tutor: usize, student: usize, days: Days, times: Times, is_limited: bool, skips: bool },
    Shift { by: usize, id: i64, shift: Shift },
    Cancel { by: usize, id: i64, following: bool },
    Conclude { by: usize, id: i64, status: SessionStatus },
    Add { by: usize, course: i64, day: i64, times: Times },
    TakeOff { tutor: usize, from: i64, until: i64, cancels: bool },
    Return { tutor: usize, id: i64 },
}

/// The days of a booking: some days, or days of the week, 0 being Monday.
#[derive(Debug, Clone)]
pub(super) enum Days {
    Dates(Vec<i64>),
    Weekly { days: Vec<u8>, weeks: u8 },
}

/// The id of what an action has created, and the number of sessions concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) id: i64,
    pub(super) count: usize,
}

/// Three people, two of whom teach and learn, and the packages of these two.
pub(super) struct Stage<'a> {
    pub(super) world: &'a World,
    pub(super) people: [Actor; 3],
    packages: [PackageId; 2],
}

pub(super) fn minute(instant: DateTime<Utc>) -> i64 {
    instant.timestamp() / 60 + OFFSET
}

fn instant(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp((minute - OFFSET) * 60, 0).unwrap()
}

fn date(day: i64) -> NaiveDate {
    NaiveDate::default() + TimeDelta::days(day)
}

fn clock(minutes: i64) -> NaiveTime {
    NaiveTime::default() + TimeDelta::minutes(minutes)
}

fn day(date: NaiveDate) -> i64 {
    (date - NaiveDate::default()).num_days()
}

fn scope(following: bool) -> Scope {
    if following { Scope::Following } else { Scope::This }
}

fn clashes(conflicts: &[Conflict]) -> Refusal {
    Refusal::Clashes(conflicts.iter().map(|one| (minute(one.occurrence.starts_at), one.kind)).collect())
}

fn change_refusal(error: SessionChangeError) -> Refusal {
    match error {
        SessionChangeError::NotFound => Refusal::NotFound,
        SessionChangeError::Refused(ActionRefusal::TutorOnly(_)) => Refusal::TutorOnly,
        SessionChangeError::Refused(ActionRefusal::Status(..)) => Refusal::Status,
        SessionChangeError::Refused(ActionRefusal::HasBegun(..)) => Refusal::HasBegun,
        SessionChangeError::Refused(ActionRefusal::NotBegun(..)) => Refusal::NotBegun,
        SessionChangeError::Conflicts(conflicts) => clashes(&conflicts),
        SessionChangeError::Repository(RepositoryError::Conflict) => Refusal::Outrun,
        error => panic!("{error:?}"),
    }
}

impl<'a> Stage<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        let people = [super::super::versatile(world), super::super::versatile(world), world.person(Role::Student)];
        let packages = [0, 1].map(|tutor| {
            let session_count = u16::try_from(INCLUDED).ok();
            let terms =
                PackageTerms { session_count, ..PackageTerms::new("Algebra".to_owned(), Money::from_cents(100)) };
            let profile = people[tutor].profiles.tutor.unwrap();
            block_on(PackageRepository::create(&world.database, profile, terms, now())).unwrap().id
        });
        Self { world, people, packages }
    }

    fn place(&self, user: astegni_domain::ids::UserId) -> usize {
        self.people.iter().position(|person| person.user_id == user).unwrap()
    }

    fn lesson(&self, session: &Session) -> Lesson {
        let occurrence = &session.occurrence;
        let from = (occurrence.slot.start() - NaiveTime::default()).num_minutes();
        let lesson = Lesson {
            id: session.id.get(),
            course: session.course_id.get(),
            place: session.series_index,
            tutor: self.place(session.parties.tutor),
            student: self.place(session.parties.student),
            day: day(occurrence.date),
            times: Times { from, length: occurrence.slot.duration().num_minutes() },
            series_day: day(session.series_date),
            is_exception: session.is_exception,
            status: session.status,
            is_late: session.cancellation.as_ref().is_some_and(|cancelled| cancelled.is_late),
            moved_at: session.rescheduled_at.map(minute),
            version: session.version,
        };
        assert_eq!(minute(occurrence.starts_at), lesson.start());
        assert_eq!(minute(occurrence.ends_at), lesson.end());
        lesson
    }

    /// Returns the sessions of a person that end after a minute.
    pub(super) fn lessons(&self, person: usize, since: i64) -> Vec<Lesson> {
        let user = self.people[person].user_id;
        let found = block_on(self.world.database.sessions_since(user, instant(since), 5000)).unwrap();
        found.iter().map(|session| self.lesson(session)).collect()
    }

    /// Returns the time off of a person.
    pub(super) fn offs(&self, tutor: usize) -> Vec<Off> {
        let service = self.world.availability_at(now());
        let found = block_on(service.time_off(&self.people[tutor], PageRequest::FIRST)).unwrap().items;
        let off = |off: &astegni_domain::schedule::TimeOff| {
            let (from, until) = (minute(off.period.starts_at), minute(off.period.ends_at));
            Off { id: off.id.get(), tutor, from, until }
        };
        found.iter().map(off).collect()
    }

    /// Takes an action at a minute.
    pub(super) fn perform(&self, action: &Action, at: i64) -> Result<Effect, Refusal> {
        let sessions = self.world.sessions_at(instant(at));
        let changed = |_| Effect::default();
        match action {
            Action::Book { tutor, student, days, times, is_limited, skips } => {
                let package = is_limited.then(|| self.packages[*tutor]);
                self.book((*tutor, *student), schedule(days, *times), package, *skips, at)
            }
            Action::Shift { by, id, shift } => {
                let end = shift.times.map(|times| times.from + times.length);
                let time = Move {
                    date: shift.day.map(date),
                    start: shift.times.map(|times| clock(times.from)),
                    end: end.map(clock),
                    overnight: end.map(|end| end >= DAY),
                };
                let (scope, overwrite_exceptions) = (scope(shift.following), shift.overwrites);
                let update = SessionUpdate { time, scope, overwrite_exceptions, ..SessionUpdate::default() };
                let updated = sessions.update(&self.people[*by], SessionId::new(*id), &update, |_, _| true);
                block_on(updated).map(changed).map_err(change_refusal)
            }
            Action::Cancel { by, id, following } => {
                let command = CancelCommand { reason: None, scope: scope(*following) };
                let cancelled = sessions.cancel(&self.people[*by], SessionId::new(*id), &command, |_, _| true);
                block_on(cancelled).map(changed).map_err(change_refusal)
            }
            Action::Conclude { by, id, status } => {
                let is_held = *status == SessionStatus::Completed;
                let outcome = Some(if is_held { Outcome::Completed } else { Outcome::NoShow });
                let update = SessionUpdate { outcome, ..SessionUpdate::default() };
                let updated = sessions.update(&self.people[*by], SessionId::new(*id), &update, |_, _| true);
                block_on(updated).map(changed).map_err(change_refusal)
            }
            Action::Add { by, course, day, times } => {
                let slot = TimeSlot::overnight(clock(times.from), clock(times.from + times.length)).unwrap();
                let added = AddedSession { course: CourseId::new(*course), date: date(*day), slot, topics: Vec::new() };
                match block_on(sessions.add(&self.people[*by], &added)) {
                    Ok(session) => Ok(Effect { id: session.id.get(), count: 1 }),
                    Err(AddSessionError::RoleRequired(_) | AddSessionError::Refused(AdditionRefusal::NotFound)) => {
                        Err(Refusal::NotFound)
                    }
                    Err(AddSessionError::Refused(AdditionRefusal::PackageUsedUp(_))) => Err(Refusal::UsedUp),
                    Err(AddSessionError::Refused(AdditionRefusal::Conflicts(found))) => Err(clashes(&found)),
                    Err(AddSessionError::Repository(RepositoryError::Conflict)) => Err(Refusal::Outrun),
                    Err(error) => panic!("{error:?}"),
                }
            }
            Action::TakeOff { tutor, from, until, cancels } => {
                let period = Period { starts_at: instant(*from), ends_at: instant(*until) };
                let reason = cancels.then(|| "cancels".to_owned());
                let terms = TimeOffTerms { period, reason, cancels_sessions: *cancels };
                let service = self.world.availability_at(instant(at));
                match block_on(service.add_time_off(&self.people[*tutor], &terms)) {
                    Ok(off) => {
                        Ok(Effect { id: off.time_off.id.get(), count: usize::try_from(off.affected_count).unwrap() })
                    }
                    Err(TimeOffError::Repository(RepositoryError::Conflict)) => Err(Refusal::Outrun),
                    Err(error) => panic!("{error:?}"),
                }
            }
            Action::Return { tutor, id } => {
                let service = self.world.availability_at(instant(at));
                match block_on(service.remove_time_off(&self.people[*tutor], TimeOffId::new(*id))) {
                    Ok(()) => Ok(Effect::default()),
                    Err(TimeOffError::NotFound) => Err(Refusal::NotFound),
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
    }

    /// Requests sessions and accepts them; withdraws the request if it cannot be accepted.
    fn book(
        &self,
        (tutor, student): (usize, usize),
        schedule: ScheduleDraft,
        package: Option<PackageId>,
        skips: bool,
        at: i64,
    ) -> Result<Effect, Refusal> {
        let (tutor, student) = (&self.people[tutor], &self.people[student]);
        let student = Actor { active_role: Some(Role::Student), ..*student };
        let service = self.world.requests_at(instant(at));
        let sent = match block_on(service.create(&student, RequestDraft { schedule, ..draft(tutor, package) })) {
            Ok(sent) => sent.request_id,
            Err(CreateRequestError::Refused(CreationRefusal::Duplicate { .. })) => return Err(Refusal::Outrun),
            Err(error) => panic!("{error:?}"),
        };
        let on_conflict = if skips { OnConflict::Skip } else { OnConflict::Fail };
        let refusal = match block_on(service.accept(tutor, sent, Acceptance { on_conflict, sessions: None })) {
            Ok(accepted) => return Ok(Effect { id: accepted.course_id.get(), count: accepted.sessions_created }),
            Err(AcceptError::Refused(AcceptRefusal::Conflicts(conflicts))) => clashes(&conflicts),
            Err(AcceptError::Repository(RepositoryError::Conflict)) => Refusal::Outrun,
            Err(error) => panic!("{error:?}"),
        };
        block_on(service.withdraw(&student, sent)).unwrap();
        Err(refusal)
    }
}

fn schedule(days: &Days, times: Times) -> ScheduleDraft {
    let end = times.from + times.length;
    let draft = ScheduleDraft {
        start_time: Some(clock(times.from)),
        end_time: Some(clock(end)),
        overnight: end >= DAY,
        ..ScheduleDraft::default()
    };
    match days {
        Days::Dates(days) => ScheduleDraft {
            schedule_type: Some(ScheduleType::SpecificDates),
            specific_dates: Some(days.iter().map(|day| Some(date(*day))).collect()),
            ..draft
        },
        Days::Weekly { days, weeks } => ScheduleDraft {
            schedule_type: Some(ScheduleType::Recurring),
            days: Some(days.iter().map(|day| Weekday::try_from(*day).unwrap()).collect()),
            weeks: Some(*weeks),
            ..draft
        },
    }
}
