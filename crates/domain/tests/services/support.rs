//! Facts that the tests of several contexts share.

use astegni_domain::accounts::{Actor, ProfileIds, Role};
use astegni_domain::ids::{CourseId, DeviceId, RequestId, SessionId, StudentId, TutorId, UserId};
use astegni_domain::schedule::{Occurrence, Parties, PriorityLevel, Session, SessionMode, SessionStatus, TimeSlot};
use astegni_domain::tutoring::TutorProfile;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// The instant at which every test runs: a Friday morning in Addis Ababa.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

/// User 1, acting as a student with profile 8.
pub(crate) fn student() -> Actor {
    Actor {
        user_id: UserId::new(1),
        device_id: DeviceId::new(1),
        active_role: Some(Role::Student),
        profiles: ProfileIds { student: Some(StudentId::new(8)), ..ProfileIds::default() },
    }
}

/// User 3, acting as a tutor with profile 2.
pub(crate) fn tutor() -> Actor {
    let profiles = ProfileIds { tutor: Some(TutorId::new(2)), ..ProfileIds::default() };
    Actor { user_id: UserId::new(3), active_role: Some(Role::Tutor), profiles, ..student() }
}

/// The profile of [`tutor`].
pub(crate) fn tutor_profile(is_active: bool) -> TutorProfile {
    TutorProfile {
        id: TutorId::new(2),
        user_id: UserId::new(3),
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

/// A slot between two full hours.
pub(crate) fn slot(from: u32, to: u32) -> TimeSlot {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    TimeSlot::new(time(from), time(to)).unwrap()
}

/// A session of user 3, the tutor, and user 1, the student, on Monday, February 2, from ten to eleven in UTC. It can be
/// cancelled in time up to a day before.
pub(crate) fn session() -> Session {
    let date = "2026-02-02".parse().unwrap();
    Session {
        id: SessionId::new(9),
        course_id: CourseId::new(4),
        request_id: RequestId::new(7),
        series_index: 0,
        parties: Parties { tutor: UserId::new(3), student: UserId::new(1) },
        tutor_id: TutorId::new(2),
        tutor_name: "Tigist".to_owned(),
        student_id: StudentId::new(8),
        student_name: "Sara".to_owned(),
        package_name: None,
        occurrence: Occurrence::at(Tz::UTC, date, slot(10, 11)),
        time_zone: Tz::UTC,
        series_date: date,
        is_exception: false,
        rescheduled_at: None,
        topics: Vec::new(),
        topics_covered: Vec::new(),
        mode: SessionMode::Online,
        location: None,
        status: SessionStatus::Scheduled,
        cancellation: None,
        cancellation_notice: TimeDelta::days(1),
        priority: PriorityLevel::Medium,
        version: 0,
        created_at: now(),
        updated_at: now(),
    }
}
