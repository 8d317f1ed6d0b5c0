//! The use cases of availability, time off and free slots.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Role, RoleRequired};
use astegni_domain::change::Change;
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{MockConnectionRepository, ProfileFacts, Relation, RelationGate, Standing};
use astegni_domain::ids::{SessionId, StudentId, TimeOffId, TutorId, UserId};
use astegni_domain::page::{Page, PageRequest};
use astegni_domain::schedule::{
    Availability, AvailabilityChanges, AvailabilityError, AvailabilityService, BusyTimes, ChangeFacts, CourseContact,
    DayWindow, MAX_AFFECTED, MockAvailabilityRepository, MockCalendarQueries, MockSessionQueries, Parties, Period,
    RecordedTimeOff, Session, SlotQuery, SlotsError, SlotsPage, TimeOffError, TimeOffTerms,
};
use astegni_domain::tutoring::{MockTutorRepository, TutorProfile};
use chrono::{DateTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, session, student, tutor};

const TUTOR: UserId = UserId::new(3);

/// The ports of the service. A mock without expectations fails the test when it is called.
#[derive(Default)]
struct Ports {
    store: MockAvailabilityRepository,
    calendars: MockCalendarQueries,
    sessions: MockSessionQueries,
    tutors: MockTutorRepository,
    connections: MockConnectionRepository,
}

impl Ports {
    fn service(self) -> AvailabilityService {
        AvailabilityService::new(
            Arc::new(self.store),
            Arc::new(self.calendars),
            Arc::new(self.sessions),
            Arc::new(self.tutors),
            RelationGate::new(Arc::new(self.connections)),
            Arc::new(ManualClock::new(now())),
        )
    }
}

fn stored<const N: usize>(versions: [i64; N]) -> Ports {
    let mut ports = Ports::default();
    let mut versions = versions.into_iter();
    ports
        .store
        .expect_availability()
        .with(eq(TUTOR))
        .times(N)
        .returning(move |_| Ok(Availability { version: versions.next().unwrap(), ..Availability::unlimited(Tz::UTC) }));
    ports
}

fn buffer(minutes: u16) -> AvailabilityChanges {
    AvailabilityChanges { buffer_minutes: Change::Set(minutes), ..AvailabilityChanges::default() }
}

#[test]
fn a_tutor_reads_and_changes_availability() {
    assert_eq!(block_on(stored([0]).service().own(&tutor())).unwrap(), Availability::unlimited(Tz::UTC));
    let changed = Availability { buffer_minutes: 15, version: 4, ..Availability::unlimited(Tz::UTC) };
    let mut ports = stored([3]);
    ports.store.expect_set_availability().with(eq(TUTOR), eq(changed.clone())).times(1).returning(|_, _| Ok(()));
    assert_eq!(block_on(ports.service().update(&tutor(), &buffer(15), |_| true)).unwrap(), changed);
}

#[test]
fn a_conflicting_change_is_decided_again_with_its_precondition() {
    let mut ports = stored([3, 4]);
    let mut outcomes = [Err(RepositoryError::Conflict), Ok(())].into_iter();
    ports.store.expect_set_availability().times(2).returning(move |_, _| outcomes.next().unwrap());
    let changed = block_on(ports.service().update(&tutor(), &buffer(15), |_| true)).unwrap();
    assert_eq!(changed.version, 5);

    let mut ports = stored([3, 4]);
    ports.store.expect_set_availability().times(1).returning(|_, _| Err(RepositoryError::Conflict));
    let outcome = block_on(ports.service().update(&tutor(), &buffer(15), |seen| seen.version == 3));
    assert!(matches!(outcome, Err(AvailabilityError::PreconditionFailed)));
}

#[test]
fn an_invalid_change_is_not_written() {
    let window = DayWindow::new(0, 60).unwrap();
    let twice = Change::Set(vec![(Weekday::Mon, window), (Weekday::Mon, window)]);
    let changes = AvailabilityChanges { weekly: twice, ..AvailabilityChanges::default() };
    let outcome = block_on(stored([0]).service().update(&tutor(), &changes, |_| true));
    assert!(matches!(outcome, Err(AvailabilityError::Invalid(found)) if found.concerns("weekly.1")));
}

#[test]
fn only_tutors_have_availability_and_time_off() {
    let service = || Ports::default().service();
    let tutors_only = RoleRequired(Role::Tutor);
    assert!(
        matches!(block_on(service().own(&student())), Err(AvailabilityError::RoleRequired(role)) if role == tutors_only)
    );
    let outcome = block_on(service().update(&student(), &buffer(1), |_| true));
    assert!(matches!(outcome, Err(AvailabilityError::RoleRequired(_))));
    let outcome = block_on(service().time_off(&student(), PageRequest::FIRST));
    assert!(matches!(outcome, Err(TimeOffError::RoleRequired(_))));
    assert!(matches!(block_on(service().add_time_off(&student(), &terms(true))), Err(TimeOffError::RoleRequired(_))));
    let outcome = block_on(service().remove_time_off(&student(), TimeOffId::new(1)));
    assert!(matches!(outcome, Err(TimeOffError::RoleRequired(_))));
}

/// Time off on the day of the session.
fn terms(cancels_sessions: bool) -> TimeOffTerms {
    let starts_at = session().occurrence.starts_at - TimeDelta::hours(10);
    let period = Period { starts_at, ends_at: starts_at + TimeDelta::days(1) };
    TimeOffTerms { period, reason: Some("Surgery".to_owned()), cancels_sessions }
}

fn taught(count: usize) -> Vec<ChangeFacts> {
    let contact = CourseContact { requester: UserId::new(1), requester_is_guardian: false };
    let facts = |id: usize| ChangeFacts {
        session: Session { id: SessionId::new(id.try_into().unwrap()), ..session() },
        following: Vec::new(),
        contact,
    };
    (0..count).map(facts).collect()
}

#[test]
fn time_off_lists_the_sessions_that_it_leaves() {
    let mut ports = Ports::default();
    ports
        .store
        .expect_taught_during()
        .with(eq(TUTOR), eq(terms(false).period), eq(MAX_AFFECTED))
        .times(1)
        .returning(|_, _, _| Ok(taught(1)));
    ports
        .store
        .expect_add_time_off()
        .withf(|plan| {
            plan.tutor == TUTOR && plan.at == now() && plan.terms == terms(false) && plan.cancellations.is_none()
        })
        .times(1)
        .returning(|_| Ok(RecordedTimeOff { id: TimeOffId::new(7), affected_count: 102 }));
    let added = block_on(ports.service().add_time_off(&tutor(), &terms(false))).unwrap();
    assert_eq!((added.time_off.id, added.time_off.created_at), (TimeOffId::new(7), now()));
    assert_eq!((added.time_off.reason.as_deref(), added.time_off.period), (Some("Surgery"), terms(false).period));
    assert_eq!((added.affected.len(), added.affected_count), (1, 102));
}

#[test]
fn time_off_cancels_sessions_without_telling_why() {
    let mut ports = Ports::default();
    let mut reads = [taught(1), taught(2), taught(0)].into_iter();
    ports.store.expect_taught_during().times(3).returning(move |_, _, _| Ok(reads.next().unwrap()));
    let mut outcomes = [1_usize, 2].into_iter();
    ports.store.expect_add_time_off().times(2).returning(move |plan| {
        let cancellations = plan.cancellations.unwrap();
        let expected = outcomes.next().unwrap();
        assert_eq!(cancellations.changes.len(), expected, "the sessions are read at every attempt");
        assert!(!format!("{cancellations:?}").contains("Surgery"), "the note on the time off is private");
        if expected == 1 {
            return Err(RepositoryError::Conflict);
        }
        Ok(RecordedTimeOff { id: TimeOffId::new(7), affected_count: 2 })
    });
    let added = block_on(ports.service().add_time_off(&tutor(), &terms(true))).unwrap();
    assert_eq!((added.affected.len(), added.affected_count), (0, 2));
}

#[test]
fn time_off_cancels_a_limited_number_of_sessions() {
    let attempt = |count: usize| {
        let mut ports = Ports::default();
        ports.store.expect_taught_during().returning(move |_, _, limit| Ok(taught(count.min(limit))));
        let recorded = RecordedTimeOff { id: TimeOffId::new(7), affected_count: 100 };
        ports.store.expect_add_time_off().returning(move |_| Ok(recorded));
        block_on(ports.service().add_time_off(&tutor(), &terms(true)))
    };
    assert!(attempt(MAX_AFFECTED).is_ok());
    assert!(matches!(attempt(MAX_AFFECTED + 1), Err(TimeOffError::Invalid(found)) if found.concerns("ends_at")));
}

#[test]
fn time_off_is_listed_and_ended() {
    let mut ports = Ports::default();
    let page = || Page { items: Vec::new(), next: None };
    ports.store.expect_time_off().with(eq(TUTOR), eq(PageRequest::FIRST)).times(1).returning(move |_, _| Ok(page()));
    assert_eq!(block_on(ports.service().time_off(&tutor(), PageRequest::FIRST)).unwrap(), page());
    for existed in [true, false] {
        let mut ports = Ports::default();
        let id = TimeOffId::new(7);
        ports.store.expect_remove_time_off().with(eq(TUTOR), eq(id)).times(1).returning(move |_, _| Ok(existed));
        let ended = block_on(ports.service().remove_time_off(&tutor(), id));
        assert!(if existed { ended.is_ok() } else { matches!(ended, Err(TimeOffError::NotFound)) });
    }
}

fn profile(is_active: bool) -> TutorProfile {
    TutorProfile {
        id: TutorId::new(2),
        user_id: TUTOR,
        first_name: None,
        last_name: None,
        father_name: None,
        grandfather_name: None,
        name: "Tigist".to_owned(),
        username: None,
        profile_picture: None,
        bio: None,
        quote: None,
        subjects: Vec::new(),
        languages: Vec::new(),
        grade_levels: Vec::new(),
        time_zone: Tz::UTC,
        session_format: None,
        location: None,
        is_active,
        created_at: now(),
        updated_at: now(),
    }
}

/// A market with one tutor, to whom the viewer has this standing.
fn market(is_active: bool, standing: Option<Standing>) -> Ports {
    let mut ports = Ports::default();
    ports.tutors.expect_find().with(eq(TutorId::new(2))).times(1).returning(move |_| Ok(Some(profile(is_active))));
    if let Some(standing) = standing {
        let relation = Relation { standing, profile: ProfileFacts::of_stranger(true, false) };
        ports.connections.expect_relation().times(1).returning(move |_, _| Ok(Some(relation)));
    }
    ports
}

fn search(ports: Ports, viewer: Option<i64>, student: Option<i64>, query: &SlotQuery) -> Result<SlotsPage, SlotsError> {
    let (viewer, student) = (viewer.map(UserId::new), student.map(StudentId::new));
    block_on(ports.service().slots(viewer, TutorId::new(2), student, query))
}

const SUNDAY: SlotQuery = SlotQuery { from: None, to: None, duration: 60, step: 60, time_zone: None };

fn sunday(time_zone: Option<Tz>) -> SlotQuery {
    let date = "2026-02-01".parse().ok();
    SlotQuery { from: date, to: date, time_zone, ..SUNDAY }
}

#[test]
fn slots_are_free_in_both_calendars_and_shown_in_the_wanted_zone() {
    for (student, other) in [(None, TUTOR), (Some(8), UserId::new(6))] {
        let mut ports = market(true, Some(Standing::Open));
        ports.store.expect_availability().times(1).returning(|_| {
            let noon = [(6, vec![DayWindow::new(720, 840).unwrap()])].into();
            Ok(Availability { weekly: noon, ..Availability::unlimited(Tz::Africa__Addis_Ababa) })
        });
        let parties = Parties { tutor: TUTOR, student: other };
        ports
            .calendars
            .expect_busy_times()
            .withf(move |found, _| *found == parties)
            .times(1)
            .returning(|_, _| Ok(BusyTimes::default()));
        if student.is_some() {
            ports
                .sessions
                .expect_student_for()
                .with(eq(UserId::new(1)), eq(StudentId::new(8)))
                .times(1)
                .returning(|_, _| Ok(Some(UserId::new(6))));
        }
        let page = search(ports, Some(1), student, &sunday(Some(Tz::UTC))).unwrap();
        let starts: Vec<_> = page.slots.iter().map(|slot| slot.0.starts_at.to_rfc3339()).collect();
        assert_eq!(starts, ["2026-02-01T09:00:00+00:00", "2026-02-01T10:00:00+00:00"]);
        assert_eq!(page.time_zone, Tz::UTC);
    }
}

#[test]
fn bookings_after_the_window_are_read_as_far_as_the_last_slot_reaches() {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let mut ports = market(true, None);
    ports.store.expect_availability().returning(|_| Ok(Availability::unlimited(Tz::America__Los_Angeles)));
    // The day ends in New York at nine in the evening in Los Angeles, and the week there three hours later.
    let expected = instant("2026-01-26T08:00:00Z")..instant("2026-02-09T08:00:00Z");
    ports
        .calendars
        .expect_busy_times()
        .withf(move |_, time| *time == expected)
        .times(1)
        .returning(|_, _| Ok(BusyTimes::default()));
    let long = SlotQuery { duration: 240, ..sunday(Some(Tz::America__New_York)) };
    assert!(search(ports, None, None, &long).is_ok());
}

#[test]
fn tutors_who_are_inactive_or_behind_a_block_offer_no_slots() {
    let search = |ports, viewer| search(ports, viewer, None, &SUNDAY);
    assert!(matches!(search(market(false, None), None), Err(SlotsError::NotFound)));
    assert!(matches!(search(market(true, Some(Standing::BlockedByThem)), Some(1)), Err(SlotsError::NotFound)));
    assert!(matches!(search(market(true, Some(Standing::BlockedByYou)), Some(1)), Err(SlotsError::BlockedByYou)));
    let mut ports = Ports::default();
    ports.tutors.expect_find().times(1).returning(|_| Ok(None));
    assert!(matches!(search(ports, None), Err(SlotsError::NotFound)));
}

#[test]
fn nothing_is_revealed_about_the_calendars_of_other_students() {
    let anonymous = search(market(true, None), None, Some(8), &SUNDAY);
    assert!(matches!(anonymous, Err(SlotsError::StudentNotFound)));
    let mut ports = market(true, Some(Standing::Open));
    ports.sessions.expect_student_for().times(1).returning(|_, _| Ok(None));
    assert!(matches!(search(ports, Some(1), Some(8), &SUNDAY), Err(SlotsError::StudentNotFound)));
}

#[test]
fn an_invalid_search_reads_no_calendar() {
    let mut ports = market(true, None);
    ports.store.expect_availability().times(1).returning(|_| Ok(Availability::unlimited(Tz::UTC)));
    let query = SlotQuery { to: "2020-01-01".parse().ok(), ..SUNDAY };
    assert!(matches!(search(ports, None, None, &query), Err(SlotsError::Invalid(found)) if found.concerns("to")));
}
