use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use proptest::prelude::*;
use strum::VariantArray;

use super::super::TimeSlot;
use super::*;

const PARTIES: Parties = Parties { tutor: UserId::new(1), student: UserId::new(2) };

fn at_ten() -> Occurrence {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    Occurrence::at(Tz::UTC, "2026-02-02".parse().unwrap(), TimeSlot::new(time(10), time(11)).unwrap())
}

fn booking(tutor: i64, student: i64, from_minutes: i64, to_minutes: i64) -> Booking {
    let ten = at_ten().starts_at;
    Booking {
        session_id: SessionId::new(9),
        parties: Parties { tutor: UserId::new(tutor), student: UserId::new(student) },
        period: Period {
            starts_at: ten + TimeDelta::minutes(from_minutes),
            ends_at: ten + TimeDelta::minutes(to_minutes),
        },
        status: SessionStatus::Scheduled,
    }
}

fn kind(booked: &[Booking]) -> Option<(ConflictKind, Option<i64>)> {
    let now = at_ten().starts_at - TimeDelta::days(1);
    find_conflicts(&[at_ten()], PARTIES, &BusyTimes { bookings: booked.to_vec(), time_off: Vec::new() }, now)
        .first()
        .map(|conflict| (conflict.kind, conflict.session_id.map(SessionId::get)))
}

#[test]
fn calendars_are_locked_in_ascending_order_of_their_users() {
    let (low, high) = (UserId::new(3), UserId::new(7));
    assert_eq!(Parties { tutor: low, student: high }.ascending(), [low, high]);
    assert_eq!(Parties { tutor: high, student: low }.ascending(), [low, high]);
}

#[test]
fn both_users_are_busy_on_either_side_and_only_the_tutors_session_is_identified() {
    assert_eq!(kind(&[booking(1, 5, 0, 60)]), Some((ConflictKind::TutorBusy, Some(9))));
    assert_eq!(kind(&[booking(5, 1, 59, 90)]), Some((ConflictKind::TutorBusy, Some(9))));
    assert_eq!(kind(&[booking(5, 2, -30, 1)]), Some((ConflictKind::StudentBusy, None)));
    assert_eq!(kind(&[booking(2, 5, 10, 20)]), Some((ConflictKind::StudentBusy, None)));
    assert_eq!(kind(&[booking(5, 6, 0, 60)]), None);
}

#[test]
fn the_tutors_conflict_takes_precedence_over_the_students() {
    let booked = [booking(5, 2, 0, 60), booking(1, 6, 0, 60)];
    assert_eq!(kind(&booked), Some((ConflictKind::TutorBusy, Some(9))));
}

#[test]
fn adjacent_sessions_do_not_conflict() {
    assert_eq!(kind(&[booking(1, 2, 60, 120)]), None);
    assert_eq!(kind(&[booking(1, 2, -60, 0)]), None);
}

#[test]
fn an_occurrence_is_in_the_past_from_its_start_on() {
    let start = at_ten().starts_at;
    let kinds = |now| {
        find_conflicts(&[at_ten()], PARTIES, &BusyTimes::default(), now)
            .iter()
            .map(|found| found.kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(start), [ConflictKind::InPast]);
    assert_eq!(kinds(start + TimeDelta::seconds(1)), [ConflictKind::InPast]);
    assert_eq!(kinds(start - TimeDelta::microseconds(1)), []);
    let hidden = find_conflicts(
        &[at_ten()],
        PARTIES,
        &BusyTimes { bookings: vec![booking(1, 2, 0, 60)], time_off: Vec::new() },
        start,
    );
    assert_eq!((hidden[0].kind, hidden[0].session_id), (ConflictKind::InPast, None));
}

#[test]
fn kinds_have_their_names_of_the_api() {
    let kinds = [ConflictKind::TutorBusy, ConflictKind::TimeOff, ConflictKind::StudentBusy, ConflictKind::InPast];
    assert_eq!(kinds.map(ConflictKind::as_str), ["tutor_busy", "time_off", "student_busy", "in_past"]);
}

#[test]
fn time_off_is_a_conflict_of_its_own_below_a_session_of_the_tutor() {
    let off = |bookings: Vec<Booking>, from, to| {
        let period = booking(1, 2, from, to).period;
        let busy = BusyTimes { bookings, time_off: vec![period] };
        busy.clash(at_ten().period(), PARTIES).map(|(kind, _)| kind)
    };
    assert_eq!(off(Vec::new(), 0, 60), Some(ConflictKind::TimeOff));
    assert_eq!(off(Vec::new(), 59, 70), Some(ConflictKind::TimeOff));
    assert_eq!(off(Vec::new(), 60, 70), None);
    assert_eq!(off(vec![booking(1, 5, 0, 60)], 0, 60), Some(ConflictKind::TutorBusy));
    assert_eq!(off(vec![booking(5, 2, 0, 60)], 0, 60), Some(ConflictKind::TimeOff));
}

#[test]
fn a_session_conflicts_until_its_end_whatever_its_outcome() {
    for status in [SessionStatus::Completed, SessionStatus::NoShow] {
        let concluded = |from, to| Booking { status, ..booking(1, 2, from, to) };
        assert_eq!(kind(&[concluded(-60, 1)]), Some((ConflictKind::TutorBusy, Some(9))));
        assert_eq!(kind(&[concluded(-60, 0)]), None);
    }
}

#[test]
fn sessions_that_are_cancelled_or_about_to_move_do_not_conflict() {
    assert_eq!(kind(&[Booking { status: SessionStatus::Cancelled, ..booking(1, 2, 0, 60) }]), None);
    let busy = BusyTimes { bookings: vec![booking(1, 2, 0, 60)], time_off: Vec::new() };
    assert_eq!(busy.without(&[SessionId::new(9)]), BusyTimes::default());
}

#[test]
fn an_occurrence_conflicts_with_an_earlier_one_that_can_be_booked() {
    let at = |hour| Occurrence { starts_at: at_ten().starts_at + TimeDelta::minutes(hour), ..at_ten() };
    let later = |minutes| Occurrence { ends_at: at(minutes).starts_at + TimeDelta::hours(1), ..at(minutes) };
    let series = [later(0), later(30), later(60)];
    let now = at_ten().starts_at - TimeDelta::days(1);
    let found = |busy: &BusyTimes| {
        find_conflicts(&series, PARTIES, busy, now)
            .into_iter()
            .map(|conflict| (conflict.occurrence.starts_at, conflict.kind, conflict.session_id))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&BusyTimes::default()), [(series[1].starts_at, ConflictKind::TutorBusy, None)]);
    let busy = BusyTimes { bookings: vec![booking(5, 2, 0, 10)], time_off: Vec::new() };
    let expected =
        [(series[0].starts_at, ConflictKind::StudentBusy, None), (series[2].starts_at, ConflictKind::TutorBusy, None)];
    assert_eq!(found(&busy), expected);
}

proptest! {
    #[test]
    fn an_occurrence_conflicts_exactly_if_a_minute_is_shared(
        from in -180_i64..180, length in 1_i64..180, tutor in 1_i64..4, student in 1_i64..4,
    ) {
        let shares_a_minute = (0..60).any(|minute| (from..from + length).contains(&minute));
        let concerns_a_party = [tutor, student].iter().any(|user| [1, 2].contains(user));
        let found = kind(&[booking(tutor, student, from, from + length)]);
        prop_assert_eq!(found.is_some(), shares_a_minute && concerns_a_party);
    }

    #[test]
    fn a_period_is_occupied_exactly_if_it_clashes(
        booked in prop::collection::vec(
            (1_i64..5, 1_i64..5, -90_i64..90, 1_i64..60, prop::sample::select(SessionStatus::VARIANTS)),
            0..6,
        ),
        off in prop::collection::vec((-90_i64..90, 1_i64..60), 0..3),
        (from, length) in (-120_i64..120, 1_i64..60),
    ) {
        let bookings = booked.into_iter().map(|(tutor, student, from, length, status)| Booking {
            status,
            ..booking(tutor, student, from, from + length)
        });
        let period = |from, length| booking(1, 2, from, from + length).period;
        let time_off = off.into_iter().map(|(from, length)| period(from, length)).collect();
        let busy = BusyTimes { bookings: bookings.collect(), time_off };
        let wanted = period(from, length);
        for parties in [PARTIES, Parties { student: PARTIES.tutor, ..PARTIES }] {
            prop_assert_eq!(busy.occupied(parties).overlaps(wanted), busy.clash(wanted, parties).is_some());
        }
    }
}
